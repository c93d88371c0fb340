"""The records open only what is theirs, keep whole transactions, and refuse to change what happened."""

from __future__ import annotations

import io
import sqlite3
import threading
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, create_engine, select, text
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.exc import IntegrityError, StatementError

import record_factories as make
from peerlab.errors import CentreError
from peerlab.records import engine as engine_module
from peerlab.records.audit import record
from peerlab.records.columns import UtcDateTime
from peerlab.records.database import Database
from peerlab.records.engine import address
from peerlab.records.revisions import MIGRATIONS, newest_revision
from peerlab.records.tables import Award, Base, Cohort, Completion, Decision, Person, PersonPrivate, Registration


@pytest.fixture(name="path")
def _path(tmp_path):
    return tmp_path / "a centre 100%?" / "records.db"


@pytest.fixture(name="database")
def _database(path):
    with Database.create(path) as database:
        yield database


def differences(path, metadata):
    with closing(sqlite3.connect(path)) as raw:
        engine = create_engine("sqlite://", creator=lambda: raw)
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            return compare_metadata(context, metadata)


def test_migrations_make_exactly_our_tables(database, path):
    """The migrations and the classes say the same; a column that only the classes have would be seen."""
    changed = MetaData()
    for table in Base.metadata.tables.values():
        table.to_metadata(changed)
    changed.tables["cohort"].append_column(Column("places", Integer))

    assert differences(path, Base.metadata) == []
    assert differences(path, changed) != []


def test_migrations_can_be_written_for_postgresql():
    """No step is for SQLite only: the whole history renders as PostgreSQL's SQL."""
    written = io.StringIO()
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    with EnvironmentContext(config, script, as_sql=True, fn=lambda rev, _: script._upgrade_revs("head", rev)) as env:
        env.configure(dialect_name="postgresql", output_buffer=written, target_metadata=Base.metadata)
        env.run_migrations()

    assert "CREATE TABLE audit_event" in written.getvalue()
    assert "EXECUTE FUNCTION audit_event_refuse()" in written.getvalue()
    assert "TIMESTAMP WITH TIME ZONE" in written.getvalue()


def test_only_the_owner_can_read_the_file(database, path):
    """Names lie in it."""
    assert path.stat().st_mode & 0o777 == 0o600


def test_records_open_again(database, path):
    """What one command wrote, the next one reads."""
    with database.begin() as session:
        session.add(Cohort(name="2026-autumn", created_at=make.NOW))
    with Database.open(path) as again, again.read() as session:
        assert session.scalars(select(Cohort.name)).all() == ["2026-autumn"]


def test_making_records_twice_is_refused(database, path):
    """Nothing is overwritten."""
    with pytest.raises(CentreError, match="records are there already"):
        Database.create(path)


def test_making_records_can_be_tried_again_after_it_was_stopped(path):
    """An empty file, left by a command that was killed, does not stand in the way."""
    path.parent.mkdir()
    path.touch()
    Database.create(path).close()
    Database.open(path).close()


def test_missing_records_are_refused(path):
    """Opening never makes an empty file in place of lost records."""
    with pytest.raises(CentreError, match=r"are not there\. Make a centre with `peerlab init`"):
        Database.open(path)
    assert not path.exists()


def test_a_file_that_is_no_database_is_refused(tmp_path):
    """A damaged or a wrong file is said in words."""
    path = tmp_path / "records.db"
    path.write_text("name,reference\n" * 100, "utf-8")
    with pytest.raises(CentreError, match="file is not a database"):
        Database.open(path)


def test_another_programs_database_is_refused(tmp_path):
    """A gradebook of nbgrader, at a revision we do not know, stays as it is."""
    path = tmp_path / "gradebook.db"
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript(
            "CREATE TABLE alembic_version (version_num VARCHAR(32));"
            "INSERT INTO alembic_version VALUES ('e43177bfe90b');"
        )
    for way in (Database.open, Database.upgrade):
        with pytest.raises(CentreError, match="at revision e43177bfe90b, which this peerlab does not know"):
            way(path)
    with pytest.raises(CentreError, match="records are there already"):
        Database.create(path)


def test_a_database_without_a_revision_is_refused(tmp_path):
    """Tables of somebody else's are not taken for a centre's."""
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE anything (id INTEGER)")
    with pytest.raises(CentreError, match="not the records of a centre"):
        Database.open(path)


def test_old_records_say_how_to_bring_them_forward(database, path, monkeypatch):
    """Records of an earlier peerlab are not used until someone has upgraded them."""
    monkeypatch.setattr("peerlab.records.revisions.newest_revision", lambda: "0099")
    with pytest.raises(CentreError, match=r"at revision 0001, and this peerlab works with 0099\. Make a backup"):
        Database.open(path)


def test_upgrading_newest_records_changes_nothing(database, path):
    """Upgrade may always be run."""
    with Database.upgrade(path) as again, again.read() as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == newest_revision()


@pytest.mark.parametrize("url", ["nonsense", "martian://here/there"])
def test_an_address_we_cannot_use_is_refused(url):
    """A URL that is none, or without a driver, is said in words."""
    with pytest.raises(CentreError, match="database address"):
        Database.open(url)


def test_a_password_in_an_address_is_never_shown():
    """Messages name the database, not how to get in."""
    hidden = address("postgresql+psycopg://user:secret@host/records").render_as_string()
    assert "secret" not in hidden


def test_a_transaction_that_raises_leaves_nothing(database):
    """All of it or none of it."""
    with suppress(RuntimeError), database.begin() as session:
        session.add(Cohort(name="2026-autumn", created_at=make.NOW))
        session.flush()
        raise RuntimeError
    with database.read() as session:
        assert session.scalars(select(Cohort)).all() == []


def test_reading_cannot_write(database):
    """A page that shows records cannot change them by mistake, and the next writer still can."""
    with pytest.raises(CentreError, match="readonly"), database.read() as session:
        session.execute(text("DELETE FROM cohort"))
    with database.begin() as session:
        session.add(Cohort(name="2026-autumn", created_at=make.NOW))


def test_a_reader_never_waits_for_a_writer(database):
    """While one command writes, another shows the records as they were."""
    with database.begin() as writing:
        writing.add(Cohort(name="2026-autumn", created_at=make.NOW))
        writing.flush()
        with database.read() as reading:
            assert reading.scalars(select(Cohort)).all() == []


def test_a_second_writer_waits_and_then_says_so(path, monkeypatch):
    """A command that cannot have its turn ends with words, not with a traceback."""
    monkeypatch.setattr(engine_module, "BUSY_SECONDS", 0)
    with (
        Database.create(path) as database,
        database.begin(),
        pytest.raises(CentreError, match="another command has been writing"),
        database.begin(),
    ):
        pass


def test_two_writers_take_turns(database):
    """Events appended by several threads make one chain, without a gap or a fork."""

    def append(name):
        for number in range(5):
            with database.begin() as session:
                record(session, actor=name, action="test", subject="s", payload={"n": number}, at=make.NOW)

    threads = [threading.Thread(target=append, args=(f"t{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        assert session.scalars(text("SELECT seq FROM audit_event ORDER BY seq")).all() == list(range(1, 21))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_event SET actor = 'somebody'",
        "DELETE FROM audit_event",
        "INSERT OR REPLACE INTO audit_event SELECT seq, at, 'x', action, subject, 'y', prev, hash FROM audit_event",
    ],
    ids=["update", "delete", "replace"],
)
def test_the_database_itself_refuses_to_change_an_event(database, path, change):
    """Even by hand, with another program."""
    with database.begin() as session:
        record(session, actor="a", action="test", subject="s", payload={}, at=make.NOW)
    with closing(sqlite3.connect(path)) as raw, pytest.raises(sqlite3.IntegrityError, match="never changed"):
        raw.execute(change)


def test_foreign_keys_hold(database):
    """A registration without a person cannot be."""
    with pytest.raises(IntegrityError), database.begin() as session:
        session.execute(text("INSERT INTO person_private VALUES ('00', 'N', 'R', 'r', NULL)"))


def test_nothing_can_be_twice(database):
    """Names, pseudonyms, decisions and completions are kept from doubling by the database, not by our care."""
    with database.begin() as session:
        (one,) = make.enrol_all(session, "Ada")
        registration = session.scalars(select(Registration)).one()
        award = Award(
            registration=registration, kind="unit", code="PRS-202", awarded_by="bo-li", awarded_at=make.NOW, gates={}
        )
        session.add_all([award, _completion(award, 1), _decision(registration)])
    doubles = [
        lambda s: Cohort(name="2026-autumn", created_at=make.NOW),
        lambda s: _decision(s.get(Registration, 1)),
        lambda s: _completion(s.get(Award, 1), 2),
        lambda s: _completion(s.get(Award, 1), 1, withdrawn_at=make.NOW),
        lambda s: PersonPrivate(person=Person(created_at=make.NOW), name="B", reference="r-ada", reference_key="r-ada"),
    ]
    for double in doubles:
        with pytest.raises(IntegrityError), database.begin() as session:
            session.add(double(session))
    with database.begin() as session:
        session.add(_completion(session.get(Award, 1), 2, withdrawn_at=make.NOW))
    assert one.learner.startswith("L-")


def _completion(award, index, **about):
    return Completion(
        award=award,
        number=f"N-{index}",
        credential_id=f"urn:{index}",
        status_index=index,
        holder="Ada",
        issued_at=make.NOW,
        **about,
    )


def _decision(registration):
    return Decision(
        registration=registration,
        unit="PRS-202",
        criterion="1.2",
        number=1,
        outcome="met",
        assessor="amina-khan",
        assessor_name="Amina Khan",
        decided_at=make.NOW,
        judged={},
        by_hand=[],
    )


@given(moment=st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2200, 1, 1)), hours=st.integers(-12, 14))  # noqa: DTZ001
def test_a_moment_comes_back_the_same_and_in_utc(moment, hours):
    """Whatever the time zone it was written in."""
    kept = UtcDateTime()
    aware = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    for dialect in (SQLiteDialect(), PGDialect()):
        back = kept.process_result_value(kept.process_bind_param(aware, dialect), dialect)
        assert back == aware
        assert back.tzinfo is UTC


def test_a_moment_without_a_time_zone_is_refused(database):
    """It would be an hour off for half of the year."""
    with pytest.raises(StatementError, match="has no time zone"), database.begin() as session:
        session.add(Cohort(name="x", created_at=datetime(2026, 1, 1)))  # noqa: DTZ001


def test_a_path_with_odd_letters_is_a_plain_file(database, path):
    """A question mark in a folder's name is not the beginning of options."""
    assert path.is_file()
    assert [each.name for each in path.parent.iterdir() if each.suffix == ".db"] == ["records.db"]
    assert Path(database.where) == path
