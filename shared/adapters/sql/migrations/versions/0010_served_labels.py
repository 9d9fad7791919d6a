"""Served labels."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.adapters.sql.migrations import column_types as ct

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Bring the schema to version 10."""
    op.create_table(
        "served_label",
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("request_id", ct.short(200), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("actual", ct.long_text(), nullable=False),
        sa.Column("source", ct.long_text(), nullable=False),
        sa.Column("labelled_at", ct.instant(), nullable=False),
        sa.Column("is_current", sa.Integer(), nullable=False),
        sa.Column("stated", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scenario", "number"),
    )
    with op.batch_alter_table("served_label", schema=None) as batch_op:
        batch_op.create_index("ix_served_label", ["scenario", "request_id", "row_number"], unique=False)
