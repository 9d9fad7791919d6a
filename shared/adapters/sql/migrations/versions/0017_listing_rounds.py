"""Listing rounds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.adapters.sql.migrations import column_types as ct

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Bring the schema to version 17."""
    op.create_table(
        "listing_round",
        sa.Column("name", ct.short(200), nullable=False),
        sa.Column("began_at", ct.instant(), nullable=False),
        sa.Column("prefix", ct.long_text(), nullable=False),
        sa.Column("marker", ct.long_text(), nullable=False),
        sa.Column("files", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", ct.instant(), nullable=True),
        sa.Column("ended_files", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
