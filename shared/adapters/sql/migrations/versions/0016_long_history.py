"""Questions about a long history are answered by indexes."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Bring the schema to version 16."""
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.create_index("ix_journal_key", ["key"], unique=False)

    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_newest", ["state", "last"], unique=False)

    with op.batch_alter_table("prediction_commit", schema=None) as batch_op:
        batch_op.create_index("ix_prediction_commit_rows", ["scenario", "rows", "failed_rows"], unique=False)

    with op.batch_alter_table("prediction_revision", schema=None) as batch_op:
        batch_op.create_index("ix_prediction_revision_gone", ["scenario", "superseded_at"], unique=False)

    with op.batch_alter_table("window", schema=None) as batch_op:
        batch_op.create_index("ix_window_state", ["scenario", "state"], unique=False)
