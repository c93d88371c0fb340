"""Every problem a person can mend, said in one shape: where it is, what it is, what to do next."""

from __future__ import annotations


class PeerlabError(Exception):
    """A problem that stops a command; the person at the keyboard can mend it."""

    def __init__(self, where: str, what: str, remedy: str) -> None:
        super().__init__(where, what, remedy)
        self.where = where
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.where}: {self.what} {self.remedy}"


class CourseError(PeerlabError):
    """Something in the course's own files; an author mends it."""


class CentreError(PeerlabError):
    """Something in a centre's folder, settings, keys or records; a course admin mends it."""


class InputError(PeerlabError):
    """Something in what was handed to a command: a file, a name, an option."""
