"""`mlops retention`: what has had its time, removed now or only shown."""

from __future__ import annotations

from typing import Annotated

import typer

from local.console.options import Json
from local.console.output import as_json, out
from local.console.session import Session
from shared.operations.retention.sweep import Removed, apply_journal, apply_retention, plan_retention


def retention(
    scenario: Annotated[str | None, typer.Argument(help="Only this scenario.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be removed and change nothing.")] = False,
    json: Json = False,
) -> None:
    """Remove what is older than its scenario keeps and what nothing needs, as the daily timer does."""
    session = Session()
    session.named(scenario)
    chosen = [one for name, one in session.ports.core.scenarios.items() if scenario in (None, name)]
    act = plan_retention if dry_run else apply_retention
    removed = [act(session.ports, one) for one in chosen]
    if scenario is None:
        removed.append(apply_journal(session.ports, dry_run=dry_run))
    if json:
        as_json(removed)
    else:
        _print(removed, dry_run=dry_run)


def _print(removed: list[Removed], *, dry_run: bool) -> None:
    did = "would be removed" if dry_run else "removed"
    for one in removed:
        size = f" ({one.size / 1e6:.1f} MB)" if one.size else ""
        out.print(f"{one.scenario}: {one.sentence}{size} {did}.", markup=False, soft_wrap=True)
