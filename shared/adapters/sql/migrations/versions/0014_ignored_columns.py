"""Ignored columns."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.adapters.sql.migrations import column_types as ct

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Bring the schema to version 14."""
    with op.batch_alter_table("prediction_commit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ignored_columns", ct.long_text(), server_default="", nullable=False))
