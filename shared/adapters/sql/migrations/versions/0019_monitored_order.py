"""Windows that monitoring measured and judged are found by their number."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Bring the schema to version 19."""
    with op.batch_alter_table("monitored_window", schema=None) as batch_op:
        batch_op.create_index("ix_monitored_window_ordinal", ["scenario", "source", "ordinal"], unique=False)

    with op.batch_alter_table("quality", schema=None) as batch_op:
        batch_op.create_index("ix_quality_ordinal", ["scenario", "source", "ordinal"], unique=False)
