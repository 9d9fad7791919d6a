"""Gate looks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.adapters.sql.migrations import column_types as ct

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Bring the schema to version 8."""
    op.create_table(
        "gate_look",
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("judgement", sa.Integer(), nullable=False),
        sa.Column("dataset", ct.short(200), nullable=False),
        sa.Column("at", ct.instant(), nullable=False),
        sa.PrimaryKeyConstraint("scenario", "generation", "number"),
    )
    with op.batch_alter_table("gate_certificate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("judging", sa.JSON(none_as_null=True), nullable=True))
