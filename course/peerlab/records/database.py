"""Opens a centre's records: one writer at a time, whole transactions only, and never another program's database."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from sqlalchemy import inspect
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session

from peerlab.errors import CentreError
from peerlab.records.engine import BUSY_SECONDS, address, connect, reading, sqlite_file
from peerlab.records.revisions import migrate, require_known, require_newest, revision_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import TracebackType

    from sqlalchemy.engine import URL, Engine


class Database:
    """A centre's records; `begin` is the only way to write in them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.where = _name(engine.url)

    @classmethod
    def create(cls, url: str | Path) -> Self:
        """Make new, empty records; raises CentreError when something is there already."""
        place = address(url)
        file = sqlite_file(place)
        if file:
            _touch(file)

        def fill(engine: Engine) -> None:
            if inspect(engine).get_table_names():
                raise CentreError(
                    _name(place), "records are there already.", "Use them, or choose another place for new ones."
                )
            migrate(engine)

        return cls(_checked(place, fill))

    @classmethod
    def open(cls, url: str | Path) -> Self:
        """Open existing records; raises CentreError when they are missing, not ours, too old or too new."""
        place = _existing(url)
        return cls(_checked(place, lambda engine: require_newest(revision_of(engine), _name(place))))

    @classmethod
    def upgrade(cls, url: str | Path) -> Self:
        """Open existing records and bring them to the newest revision."""
        place = _existing(url)

        def bring_forward(engine: Engine) -> None:
            require_known(revision_of(engine), _name(place))
            migrate(engine)

        return cls(_checked(place, bring_forward))

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """One writing transaction: all of it is kept when the block ends, none of it when the block raises."""
        with self._session(self._engine) as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A view of the records as they are at this moment: it never waits for a writer, and cannot write."""
        with self._session(reading(self._engine)) as session:
            yield session

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        """Return the database itself, to be closed at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close at the end of the block."""
        self.close()

    @contextmanager
    def _session(self, engine: Engine) -> Iterator[Session]:
        with _in_words(self.where), Session(engine, expire_on_commit=False) as session, session.begin():
            session.connection()
            yield session


def _existing(url: str | Path) -> URL:
    place = address(url)
    file = sqlite_file(place)
    if file and not file.is_file():
        raise CentreError(
            str(file), "the centre's records are not there.", "Make a centre with `peerlab init`, or restore a backup."
        )
    return place


def _touch(file: Path) -> None:
    """Make the file before SQLite does, so that nobody but its owner can ever read it."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600, exist_ok=True)
    except OSError as fault:
        raise CentreError(str(file), f"it cannot be made ({fault.strerror}).", "Check the folder.") from None


def _checked(place: URL, check: Callable[[Engine], None]) -> Engine:
    """Return an engine that passed *check*; one that did not is closed again."""
    engine = connect(place)
    try:
        with _in_words(_name(place)):
            check(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def _in_words(where: str) -> Iterator[None]:
    """Say what the database refused as an admin can mend it; a broken constraint is our own mistake and stays."""
    try:
        yield
    except IntegrityError:
        raise
    except DatabaseError as fault:
        reason = str(fault.orig)
        if "locked" in reason or "lock timeout" in reason:
            raise CentreError(
                where, f"another command has been writing for {BUSY_SECONDS} seconds.", "Wait for it, then try again."
            ) from fault
        raise CentreError(
            where, f"the records refused: {reason}; nothing was changed.", "Check the file, its disk and its folder."
        ) from fault


def _name(url: URL) -> str:
    file = sqlite_file(url)
    return str(file) if file else url.render_as_string(hide_password=True)
