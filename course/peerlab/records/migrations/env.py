"""Runs the migrations on the connection that `peerlab.records.database` hands over."""

from __future__ import annotations

from alembic import context

from peerlab.records.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_type=True,
    transactional_ddl=True,  # our SQLite connections begin their own transactions, so a failed step leaves nothing
    render_as_batch=True,  # SQLite can change a table only by copying it
)
context.run_migrations()
