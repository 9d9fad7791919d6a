"""Small JSON files between steps: never a pickle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from shared.core.errors import Missing


def write_json(path: Path, value: Any) -> None:
    """Write the value as indented JSON."""
    path.write_text(json.dumps(value, indent=1, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """The value in the file; Missing names a file that does not exist."""
    if not path.exists():
        raise Missing(f"{path} does not exist: the step that writes it has not run.")
    return json.loads(path.read_text())
