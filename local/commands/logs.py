"""`mlops logs`: the structured records of this home, as Application Insights would receive them."""

from __future__ import annotations

import json as codec
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from local.console.options import Json
from local.console.output import err, out
from local.console.session import Session
from shared.core.errors import Missing
from shared.core.log_record import RECORDS_FILE

_POLL_SECONDS = 0.5
_LONGEST = 200
_HEAD = ("at", "event", "state", "key", "scenario")


def logs(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Print new records until stopped.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="The most records, the newest ones.")] = 50,
    operation: Annotated[
        str | None, typer.Option(help="Only records of this operation, from event to prediction.")
    ] = None,
    json: Json = False,
) -> None:
    """Print the records of work steps and request counts, one a line: ids and states, no content."""
    path = Session().settings.home / "logs" / RECORDS_FILE
    newest, end = _newest(path)
    chosen = [line for line in newest if _is_of(line, operation)]
    if operation is not None and not chosen:
        _report_unknown(operation, follow=follow)
    for line in chosen[-limit:]:
        _print(line, json)
    while follow:
        for line, position in _after(path, end):
            end = position
            if _is_of(line, operation):
                _print(line, json)
        time.sleep(_POLL_SECONDS)


def _report_unknown(operation: str, *, follow: bool) -> None:
    """Raise Missing for an unknown operation; with --follow only print a notice, for its records may still come."""
    sentence = f"No record has the operation {operation[:_LONGEST]!r}"
    if not follow:
        raise Missing(f"{sentence}; `mlops logs` shows the newest records of all operations.")
    err.print(f"mlops: {sentence} yet; waiting for one.", markup=False, soft_wrap=True)


def _newest(path: Path) -> tuple[list[str], int]:
    lines = [line for line, _ in _after(path, 0)]
    return lines, path.stat().st_size if path.exists() else 0


def _after(path: Path, start: int) -> Iterator[tuple[str, int]]:
    """Complete lines from `start` on, each with its end position; from the beginning when the file was replaced."""
    if not path.exists():
        return
    with path.open("rb") as source:
        source.seek(start if start <= path.stat().st_size else 0)
        for line in source:
            if line.endswith(b"\n"):
                yield line.decode("ascii", errors="replace").rstrip("\n"), source.tell()


def _is_of(line: str, operation: str | None) -> bool:
    return operation is None or operation in (_record(line).get("operation"), _record(line).get("claim"))


def _record(line: str) -> dict[str, Any]:
    try:
        value = codec.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _print(line: str, json: bool) -> None:
    if json:
        print(line, flush=True)  # noqa: T201 -- the command's output
        return
    record = _record(line)
    head = " ".join(str(record[name]) for name in _HEAD if name in record)
    rest = " ".join(f"{name}={value}" for name, value in record.items() if name not in _HEAD)
    out.print(f"{head}  {rest}", markup=False, soft_wrap=True)
