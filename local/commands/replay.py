"""`mlops replay`: retry dead letters, poison messages, and failed or quarantined work."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from local.commands.backfill import DryRun
from local.console.options import ACCOUNT, By, Json
from local.console.output import as_json, out
from local.console.session import Session
from local.console.timestamps import parse_timestamp
from shared import dispatch
from shared.core.errors import BadInput, Fault
from shared.operations.replay import ReplayItem, replayable
from shared.ports import Ports

_EXITS = {"failed": 4, "conflict": 4, "released": 4, "in_progress": 4, "quarantined": 3, "refused": 3, "left": 3}


def replay(
    keys: Annotated[list[str] | None, typer.Argument(help="Only items whose key contains one of these texts.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="Only items that ended at this time or later.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Only items that ended before this time.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Retry everything that can be retried.")] = False,
    dry_run: DryRun = False,
    by: By = ACCOUNT,
    json: Json = False,
) -> None:
    """Retry dead letters, poison messages, failed and quarantined work; what is done only when a key names it."""
    if not (keys or start or end or every or dry_run):
        raise BadInput(
            "Nothing says what to retry; accepted: keys, --from or --to, or --all. --dry-run shows what there is."
        )
    if every and (keys or start or end):
        raise BadInput("--all retries everything; accepted: it alone, or keys and times.")
    ports = Session().ports
    times = [None if text is None else parse_timestamp(text, name) for text, name in ((start, "--from"), (end, "--to"))]
    items = replayable(ports, keys or [], *times)
    results = [_preview(item) if dry_run else _replay(ports, item, by) for item in items]
    if json:
        as_json({"dry_run": dry_run, "items": results})
    else:
        _print(results)
    raise typer.Exit(0 if dry_run else max((_EXITS.get(result["ends"], 0) for result in results), default=0))


def _preview(item: ReplayItem) -> dict[str, Any]:
    would = f"would be left: {item.why_not}" if item.why_not else "would be retried"
    return {"kind": item.kind, "key": item.key, "was": item.state, "reason": item.reason, "ends": would, "told": ""}


def _replay(ports: Ports, item: ReplayItem, by: str) -> dict[str, Any]:
    try:
        outcome = dispatch.replay(ports, item, f"Replayed by {by}; it was {item.state}.")
        ends, reason = outcome.state, outcome.reason
    except Fault as fault:
        ends, reason = fault.state, fault.reason
    return {"kind": item.kind, "key": item.key, "was": item.state, "reason": item.reason, "ends": ends, "told": reason}


def _print(results: list[dict[str, Any]]) -> None:
    for result in results:
        before = f"{result['kind']} {result['key']}: {result['was']} ({result['reason']})"
        line = f"{before} → {result['ends']} {result['told']}"
        out.print(line.rstrip(), markup=False, soft_wrap=True)
    if not results:
        out.print("There is nothing to retry.")
