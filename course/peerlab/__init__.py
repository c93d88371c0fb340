"""Peer Research Skills: the software behind a course that people with lived experience can finish and prove."""

__version__ = "0.1.0"
