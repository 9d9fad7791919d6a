"""Files that may be damaged: a page tells what cannot be read, and shows the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shared.core.errors import Corrupt, Missing
from shared.core.lake_reading import read_json

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


def read_part(ports: OperationsPorts, path: str, problems: list[str] | None = None) -> Mapping[str, Any]:
    """The JSON object at the path; nothing, and a line among the problems, where it cannot be read as one."""
    try:
        return read_json(ports, path)
    except (Corrupt, Missing) as fault:
        if problems is not None:
            problems.append(fault.reason)
        return {}
