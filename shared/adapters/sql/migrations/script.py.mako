"""${message.replace("_", " ").capitalize()}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Bring the schema to version ${int(up_revision)}."""
    ${upgrades if upgrades else "pass"}
