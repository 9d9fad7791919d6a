"""The numbers of the schema's revisions, as their files in `migrations/versions` have them."""

from __future__ import annotations

from pathlib import Path

from shared.core.errors import Permanent

VERSIONS = Path(__file__).parent / "migrations" / "versions"
# The first revision; numbered SQL files without Alembic made this schema and the ones before it.
BASE = 4


def revision_id(number: int) -> str:
    """The number as revisions and Alembic's table write it."""
    return f"{number:04}"


def newest(folder: Path = VERSIONS) -> int:
    """The number of the newest revision; Permanent when two have one number or one is absent."""
    numbers = sorted(int(path.name.partition("_")[0]) for path in folder.glob("[0-9]*_*.py"))
    if not numbers or numbers != list(range(BASE, BASE + len(numbers))):
        raise Permanent(
            f"The revisions of the schema are numbered {numbers}: they must count from {BASE} without a gap. After a "
            f"merge, delete your own and run `python -m local.tools.migrations write <name>` again."
        )
    return numbers[-1]
