"""Rejects."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.adapters.sql.migrations import column_types as ct

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Bring the schema to version 15."""
    op.create_table(
        "rejected_row",
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("window", ct.short(200), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("file", ct.long_text(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=True),
        sa.Column("column_name", ct.long_text(), nullable=False),
        sa.Column("code", ct.short(200), nullable=False),
        sa.Column("reason", ct.long_text(), nullable=False),
        sa.PrimaryKeyConstraint("scenario", "window", "number"),
    )
