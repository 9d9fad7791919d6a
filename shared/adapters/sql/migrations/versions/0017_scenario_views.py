"""Scenario views."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.adapters.sql.migrations import column_types as ct

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Bring the schema to version 17."""
    op.create_table(
        "scenario_views",
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scenario"),
    )
