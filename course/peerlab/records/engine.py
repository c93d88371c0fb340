"""Connections to a SQLite file or a PostgreSQL server that behave alike: writers take turns, readers see one moment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from peerlab.errors import CentreError

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

BUSY_SECONDS = 20  # how long a command waits while another one writes
_WRITER_LOCK = 0x9EE2_1AB  # our number among PostgreSQL's advisory locks
_READ_ONLY = "peerlab_read_only"


def address(url: str | Path) -> URL:
    """Return the database address in *url*: a path is a SQLite file."""
    if isinstance(url, Path):
        return URL.create("sqlite", database=str(url))
    try:
        return make_url(url)
    except ArgumentError:
        raise CentreError(
            "database address", "this is not the address of a database.", "Write postgresql+psycopg://user@host/name."
        ) from None


def sqlite_file(url: URL) -> Path | None:
    """Return the file that *url* names, or None for a server."""
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def connect(url: URL) -> Engine:
    """Return an engine whose transactions are whole and take turns; raises CentreError without a driver for it."""
    sqlite = url.get_backend_name() == "sqlite"
    try:
        engine = create_engine(url)
    except (NoSuchModuleError, ImportError):
        raise CentreError(
            "database address",
            f"there is no driver for `{url.drivername}` here.",
            "Install it, for example psycopg for PostgreSQL.",
        ) from None
    if sqlite:
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_server)
    return engine


def reading(engine: Engine) -> Engine:
    """Return *engine* for transactions that only read."""
    return engine.execution_options(**{_READ_ONLY: True})


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver must not begin or end transactions of its own
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the writer's turn at once: a transaction that first reads could not write after another one did."""
    read_only = _is_read_only(connection)
    connection.exec_driver_sql(f"PRAGMA query_only = {int(read_only)}")
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _begin_server(connection: Connection) -> None:
    if _is_read_only(connection):
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    else:
        connection.execute(text(f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _WRITER_LOCK})


def _is_read_only(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get(_READ_ONLY))
