"""Feedback parts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.adapters.sql.migrations import column_types as ct

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Bring the schema to version 7."""
    with op.batch_alter_table("dataset_part", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", ct.short(20), nullable=True))
        batch_op.add_column(sa.Column("role", ct.short(20), nullable=True))
