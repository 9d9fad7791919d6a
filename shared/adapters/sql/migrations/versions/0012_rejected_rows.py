"""Rejected rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.adapters.sql.migrations import column_types as ct

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Bring the schema to version 12."""
    with op.batch_alter_table("prediction_commit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rejected_rows", ct.long_text(), server_default="", nullable=False))

    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.add_column(sa.Column("received_at", ct.instant(), nullable=True))

    # When readings came is not known; they count as received now, so that none leaves early.
    op.execute("UPDATE reading SET received_at = CURRENT_TIMESTAMP")
