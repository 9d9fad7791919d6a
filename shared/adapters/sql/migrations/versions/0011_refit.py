"""Refit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.adapters.sql.migrations import column_types as ct

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Bring the schema to version 11."""
    with op.batch_alter_table("model_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("refit_sha256", ct.short(64), nullable=True))
