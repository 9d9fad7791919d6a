"""What workers of this machine leave in `home/runs/<run>`: `progress.json` and `log.txt`."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shared.adapters.process_trainer import run_folder
from shared.core.errors import BadInput
from shared.training.run import Run, RunProgress

# Enough for some hundred lines, whatever a library prints.
_TAIL_BYTES = 64 * 1024
_NUMBERS = ("done", "candidate", "of", "best", "seconds_left")


class FolderRunOutput:
    """Port `RunOutput` of the process trainer."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def progress(self, run_id: str) -> RunProgress | None:
        """Read the progress file; None where there is none, or none that can be read."""
        try:
            value = json.loads((run_folder(run_id, self._home) / "progress.json").read_bytes())
        except (OSError, ValueError, BadInput):
            return None
        return _progress(value) if isinstance(value, dict) else None

    def log(self, run_id: str, lines: int) -> Sequence[str]:
        """Read the end of the log; no line where there is none."""
        try:
            with (run_folder(run_id, self._home) / "log.txt").open("rb") as source:
                size = source.seek(0, os.SEEK_END)
                source.seek(max(0, size - _TAIL_BYTES))
                tail = source.read(_TAIL_BYTES).decode("utf-8", errors="replace").splitlines()
        except (OSError, BadInput):
            return ()
        # The first line of a tail may be the end of one.
        return (tail[1:] if size > _TAIL_BYTES else tail)[-lines:]

    def place(self, run: Run) -> str:
        """Name the log's file."""
        return f"runs/{run.id}/log.txt in MLOPS_HOME"


class NoRunOutput:
    """Port `RunOutput` where workers leave nothing that this process can read."""

    def __init__(self, service: str) -> None:
        """`service` names who keeps progress and log."""
        self._service = service

    def progress(self, run_id: str) -> RunProgress | None:  # noqa: ARG002 - the port's signature
        """Return None: it is not known."""
        return None

    def log(self, run_id: str, lines: int) -> Sequence[str]:  # noqa: ARG002 - the port's signature
        """Return no line."""
        return ()

    def place(self, run: Run) -> str:
        """Name the job of the attempt and who has its log."""
        return f"job {run.attempt_name} in {self._service}" if self._service else ""


def _progress(value: dict[str, Any]) -> RunProgress | None:
    known = {name: value[name] for name in _NUMBERS if _is_number(value.get(name))}
    if not isinstance(value.get("step"), str) or "done" not in known:
        return None
    return RunProgress(value["step"], **known)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
