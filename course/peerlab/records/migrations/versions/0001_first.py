"""The first records: people, work, evidence, decisions, awards and the audit chain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

REFUSED = "audit events are never changed"


def upgrade() -> None:
    """Make every table, then the triggers that keep audit events as they are."""
    _people()
    _work()
    _judgement()
    _awards()
    _audit()
    if op.get_context().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "person_private",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("reference_key", sa.String(length=100), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_private_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_private")),
        sa.UniqueConstraint("reference_key", name=op.f("uq_person_private_reference_key")),
    )
    op.create_table(
        "cohort",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort")),
        sa.UniqueConstraint("name", name=op.f("uq_cohort_name")),
    )
    op.create_table(
        "registration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("learner", sa.String(length=16), nullable=False),
        sa.Column("qualification", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_registration_cohort_id_cohort")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_registration_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("learner", name=op.f("uq_registration_learner")),
        sa.UniqueConstraint("person_id", "cohort_id", name=op.f("uq_registration_person_id_cohort_id")),
    )
    op.create_index(op.f("ix_registration_cohort_id"), "registration", ["cohort_id"], unique=False)


def _work() -> None:
    op.create_table(
        "release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("module", sa.String(length=100), nullable=False),
        sa.Column("release_hash", sa.String(length=64), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_release_cohort_id_cohort")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
        sa.UniqueConstraint(
            "cohort_id", "module", "release_hash", name=op.f("uq_release_cohort_id_module_release_hash")
        ),
    )
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("module", sa.String(length=100), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("work_hash", sa.String(length=64), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("collected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_attempt_number")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_attempt_registration_id_registration")
        ),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_attempt_release_id_release")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint(
            "registration_id", "module", "number", name=op.f("uq_attempt_registration_id_module_number")
        ),
    )
    op.create_index(op.f("ix_attempt_work_hash"), "attempt", ["work_hash"], unique=False)


def _judgement() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(length=32), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("points", sa.Double(), nullable=True),
        sa.Column("out_of", sa.Double(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("work_hash", sa.String(length=64), nullable=False),
        sa.Column("misconceptions", sa.JSON(), nullable=False),
        sa.Column("graded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("grader", sa.String(length=64), nullable=False),
        sa.CheckConstraint("state IN ('marked', 'look', 'waiting', 'blank')", name=op.f("ck_evidence_state")),
        sa.CheckConstraint("run > 0", name=op.f("ck_evidence_run")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_evidence_attempt_id_attempt")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("attempt_id", "task", "run", name=op.f("uq_evidence_attempt_id_task_run")),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("criterion", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("feedback", sa.Text(), nullable=False),
        sa.Column("assessor", sa.String(length=64), nullable=False),
        sa.Column("assessor_name", sa.String(length=200), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("judged", sa.JSON(), nullable=False),
        sa.Column("by_hand", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("scripted", sa.Boolean(), nullable=False),
        sa.Column("supersedes", sa.Integer(), nullable=True),
        sa.CheckConstraint("outcome IN ('met', 'nearly', 'not-yet')", name=op.f("ck_decision_outcome")),
        sa.CheckConstraint("(number = 1) = (supersedes IS NULL)", name=op.f("ck_decision_supersedes")),
        sa.CheckConstraint("number > 0", name=op.f("ck_decision_number")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_decision_registration_id_registration")
        ),
        sa.ForeignKeyConstraint(["supersedes"], ["decision.id"], name=op.f("fk_decision_supersedes_decision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint(
            "registration_id",
            "unit",
            "criterion",
            "number",
            name=op.f("uq_decision_registration_id_unit_criterion_number"),
        ),
        sa.UniqueConstraint("supersedes", name=op.f("uq_decision_supersedes")),
    )


def _awards() -> None:
    op.create_table(
        "award",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("awarded_by", sa.String(length=64), nullable=False),
        sa.Column("awarded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gates", sa.JSON(), nullable=False),
        sa.CheckConstraint("kind IN ('unit', 'award', 'certificate')", name=op.f("ck_award_kind")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_award_registration_id_registration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint("registration_id", "kind", "code", name=op.f("uq_award_registration_id_kind_code")),
    )
    op.create_table(
        "completion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("credential_id", sa.String(length=300), nullable=False),
        sa.Column("status_index", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=True),
        sa.Column("pdf_hash", sa.String(length=64), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("status_index >= 0", name=op.f("ck_completion_status_index")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_completion_award_id_award")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completion")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_completion_credential_id")),
        sa.UniqueConstraint("number", name=op.f("uq_completion_number")),
        sa.UniqueConstraint("status_index", name=op.f("uq_completion_status_index")),
    )
    op.create_index(op.f("ix_completion_award_id"), "completion", ["award_id"], unique=False)
    op.create_index(
        "uq_completion_live_award",
        "completion",
        ["award_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def _audit() -> None:
    op.create_table(
        "audit_event",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_event_hash")),
        sa.UniqueConstraint("prev", name=op.f("uq_audit_event_prev")),
    )
    op.create_index(op.f("ix_audit_event_subject"), "audit_event", ["subject"], unique=False)
    op.create_table(
        "audit_payload",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["audit_event.seq"], name=op.f("fk_audit_payload_seq_audit_event")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_payload")),
    )


def _guard_sqlite() -> None:
    """Refuse changes; the third trigger is for INSERT OR REPLACE, which deletes without asking the second."""
    for act, condition in (
        ("UPDATE", ""),
        ("DELETE", ""),
        ("INSERT", "WHEN EXISTS (SELECT 1 FROM audit_event WHERE seq = NEW.seq OR prev = NEW.prev OR hash = NEW.hash)"),
    ):
        op.execute(
            f"CREATE TRIGGER audit_event_no_{act.lower()} BEFORE {act} ON audit_event {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION audit_event_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE ON audit_event "
        "FOR EACH ROW EXECUTE FUNCTION audit_event_refuse()"
    )
    op.execute(
        "CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_event_refuse()"
    )
