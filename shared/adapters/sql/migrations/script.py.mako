<%
    # Without the remark that the lines are generated: whoever commits them has read them.
    lines = "\n".join(line for line in (upgrades or "pass").splitlines() if not line.lstrip().startswith("# ###"))
%>"""${message.replace("_", " ").capitalize()}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Bring the schema to version ${int(up_revision)}."""
    ${lines.lstrip()}
