"""Run options."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.adapters.sql.migrations import column_types as ct

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Bring the schema to version 13."""
    op.create_table(
        "profile_value",
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("dataset", ct.short(200), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("table_name", ct.long_text(), nullable=False),
        sa.Column("column_name", ct.long_text(), nullable=False),
        sa.Column("statistic", ct.long_text(), nullable=False),
        sa.Column("value", sa.Float(precision=53), nullable=True),
        sa.Column("at", ct.instant(), nullable=False),
        sa.PrimaryKeyConstraint("scenario", "dataset", "number"),
    )
    with op.batch_alter_table("pipeline_schedule", schema=None) as batch_op:
        batch_op.add_column(sa.Column("options", sa.JSON(none_as_null=True), nullable=True))

    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("options", sa.JSON(none_as_null=True), nullable=True))
