"""Dataset parts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.adapters.sql.migrations import column_types as ct

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Bring the schema to version 6."""
    op.create_table(
        "dataset_head",
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("dataset", ct.short(200), nullable=False),
        sa.Column("tables", sa.JSON(), nullable=False),
        sa.Column("drops", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("scenario"),
    )
    op.create_table(
        "dataset_part",
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("table_name", ct.short(200), nullable=False),
        sa.Column("drop_name", ct.short(200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("path", ct.short(1200), nullable=False),
        sa.Column("sha256", ct.short(64), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("first_time", ct.short(200), nullable=False),
        sa.Column("last_time", ct.short(200), nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("scenario", "number"),
    )
