"""Scenario views."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.adapters.sql.migrations import column_types as ct

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Bring the schema to version 18."""
    op.create_table(
        "scenario_views",
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scenario"),
    )
