"""A generation that a rollback made names the one that it brought back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Bring the schema to version 20."""
    with op.batch_alter_table("deployment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("restores", sa.Integer(), server_default="0", nullable=False))
