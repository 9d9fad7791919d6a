"""Strange values."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.adapters.sql.migrations import column_types as ct

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Bring the schema to version 9."""
    with op.batch_alter_table("prediction_commit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unknown_values", ct.long_text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("far_values", ct.long_text(), server_default="", nullable=False))
