"""Trying again what ended badly: dead letters, poison messages, failed and quarantined work."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from local.commands.backfill import DryRun
from local.console.options import By, Json
from local.console.output import as_json, out
from local.console.session import Session
from local.console.timestamps import parse_timestamp
from shared import dispatch
from shared.core.errors import Fault
from shared.operations.replay import Item, replayable
from shared.ports import Ports

_EXITS = {"failed": 4, "conflict": 4, "released": 4, "in_progress": 4, "quarantined": 3, "refused": 3, "left": 3}


def replay(
    keys: Annotated[list[str] | None, typer.Argument(help="Only what has one of these in its key.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="Only what ended from this time on.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Only what ended before this time.")] = None,
    dry_run: DryRun = False,
    by: By = "unknown",
    json: Json = False,
) -> None:
    """Try again what was dead-lettered, poisoned, failed or quarantined; what is done already is not done twice."""
    ports = Session().ports
    times = [None if one is None else parse_timestamp(one, name) for one, name in ((start, "--from"), (end, "--to"))]
    items = replayable(ports, keys or [], *times)
    told = [_would(item) if dry_run else _replayed(ports, item, by) for item in items]
    if json:
        as_json({"dry_run": dry_run, "items": told})
    else:
        _say(told)
    raise typer.Exit(0 if dry_run else max((_EXITS.get(one["ends"], 0) for one in told), default=0))


def _would(item: Item) -> dict[str, Any]:
    would = f"would be left: {item.left}" if item.left else "would be tried again"
    return {"kind": item.kind, "key": item.key, "was": item.state, "reason": item.reason, "ends": would, "told": ""}


def _replayed(ports: Ports, item: Item, by: str) -> dict[str, Any]:
    try:
        outcome = dispatch.replay(ports, item, f"Replayed by {by}; it was {item.state}.")
        ends, told = outcome.state, outcome.reason
    except Fault as fault:
        ends, told = fault.state, fault.reason
    return {"kind": item.kind, "key": item.key, "was": item.state, "reason": item.reason, "ends": ends, "told": told}


def _say(told: list[dict[str, Any]]) -> None:
    for one in told:
        line = f"{one['kind']} {one['key']}: {one['was']} ({one['reason']}) → {one['ends']} {one['told']}"
        out.print(line.rstrip(), markup=False, soft_wrap=True)
    if not told:
        out.print("There is nothing to try again.")
