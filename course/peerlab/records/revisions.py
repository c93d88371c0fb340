"""Brings records to the newest revision with the migrations in this package; there is no alembic.ini to find."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from peerlab.errors import CentreError

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(engine: Engine) -> None:
    """Bring the records forward to the newest revision, all of the way or not at all."""
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def revision_of(engine: Engine) -> str | None:
    """Return the revision the database is at, or None when it has never had one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    """Return the revision this version of peerlab works with."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def require_newest(revision: str | None, where: str) -> None:
    """Raise CentreError unless *revision* is the newest, saying how to get there."""
    require_known(revision, where)
    if revision != newest_revision():
        raise CentreError(
            where,
            f"the records are at revision {revision}, and this peerlab works with {newest_revision()}.",
            "Make a backup, then bring them forward with `peerlab upgrade`.",
        )


def require_known(revision: str | None, where: str) -> None:
    """Raise CentreError unless *revision* is one of ours."""
    if revision is None:
        raise CentreError(where, "these are not the records of a centre.", "Name the centre's own database.")
    if revision not in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}:
        raise CentreError(
            where,
            f"the records are at revision {revision}, which this peerlab does not know.",
            "Install the newer peerlab that made them; if another program did, name the centre's own database.",
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
