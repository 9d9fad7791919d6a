"""Files of messages: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from shared.core.errors import BadInput

_ACCEPTED = "accepted: one JSON object a line."


def read_objects(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Each object with the number of its line; BadInput names the line that is none, or a file without any."""
    found = False
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    found = True
                    yield number, _object(line, number)
    except UnicodeDecodeError as error:
        raise BadInput(f"{path.name} is not UTF-8; {_ACCEPTED}") from error
    if not found:
        raise BadInput(f"{path.name} holds no messages; {_ACCEPTED}")


def _object(line: str, number: int) -> Mapping[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"Line {number} is not JSON; {_ACCEPTED}") from error
    if not isinstance(value, dict):
        raise BadInput(f"Line {number} is not a JSON object; {_ACCEPTED}")
    return value
