"""`mlops contract`: how a drop differs from its contract, and what people accepted beyond it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from local.console.options import By, Json, ScenarioName
from local.console.output import as_json, out, show
from local.console.session import Session
from shared import dispatch
from shared.core.errors import Fault
from shared.core.ledger import State
from shared.core.wording import counted
from shared.datasets.accepted_contracts import contract_numbers, read_contract
from shared.datasets.contract_change import Change, change_json
from shared.intake.contract_acceptance import accept_difference
from shared.intake.contract_difference import Difference, difference, find_drop
from shared.operations.replay import BY_DEFAULT, replayable
from shared.ports import Ports

Drop = Annotated[str, typer.Argument(help="The drop's name.")]
InScenario = Annotated[str, typer.Option("--scenario", help="Its scenario, where several have a drop of that name.")]
Reason = Annotated[str, typer.Option(help="Why it is accepted.")]
Reveal = Annotated[bool, typer.Option("--reveal", help="Also show values of columns that tell about people.")]


def diff(drop: Drop, scenario: InScenario = "", reveal: Reveal = False, json: Json = False) -> None:
    """Show what a drop brings beyond its contract: new categories, ranges and columns, and what nobody may accept."""
    found = _difference(Session(), drop, scenario)
    personal = () if reveal else found.where.scenario.personal
    if json:
        changes = [_shown(change, personal) for change in found.changes]
        as_json({"drop": found.where.folder, "changes": changes, "faults": list(found.faults)})
        return
    for change in found.changes:
        words = change.told(open_values=change.column not in personal)
        out.print(f"{words} ({counted(change.rows, 'row')})", markup=False, soft_wrap=True)
    for fault in found.faults:
        out.print(f"cannot be accepted: {fault}", markup=False, soft_wrap=True)
    if not found.changes and not found.faults:
        out.print(f"Drop {found.where.drop} keeps the contract of {found.where.scenario.name}.", soft_wrap=True)


def _difference(session: Session, drop: str, scenario: str) -> Difference:
    name = session.scenario(scenario).name if scenario else ""
    return difference(session.ports, find_drop(session.ports, drop, name))


def _shown(change: Change, personal: Sequence[str]) -> dict[str, Any]:
    value = change_json(change)
    return {**value, "values": None, "limit": None} if change.column in personal else value


def accept(drop: Drop, reason: Reason, by: By, scenario: InScenario = "", json: Json = False) -> None:
    """Accept what a drop brings beyond its contract, and take the drop again; elsewhere a second person agrees."""
    session = Session()
    found = _difference(session, drop, scenario)
    accepted = accept_difference(session.ports, found, by=by, reason=reason)
    taken = _take_again(session.ports, found, by) if accepted.contract else []
    if json:
        number = accepted.contract.number if accepted.contract else None
        as_json({"contract": number, "told": accepted.sentence, "taken_again": taken})
        return
    out.print(accepted.sentence, markup=False, soft_wrap=True)
    for one in taken:
        out.print(f"{one['key']}: {one['ends']}. {one['told']}", markup=False, soft_wrap=True)


def _take_again(ports: Ports, found: Difference, by: str) -> list[dict[str, str]]:
    """Replay what the drop's refusal ended."""
    where = found.where
    items = [
        item
        for item in replayable(ports, [], None, None)
        if item.state in BY_DEFAULT and item.key.startswith((where.folder, f"{where.scenario.name}/{where.drop}-"))
    ]
    results = []
    for item in items:
        try:
            outcome = dispatch.replay(ports, item, f"Its contract was widened by {by}; it was {item.state}.")
            state, reason = outcome.state, outcome.reason
        except Fault as fault:
            state, reason = fault.state, fault.reason
        results.append({"key": item.key, "ends": str(State(state)), "told": reason})
    return results


def show_contracts(scenario: ScenarioName, json: Json = False) -> None:
    """List what was accepted for a scenario beyond its declared contract, oldest first."""
    session = Session()
    declared = session.scenario(scenario)
    lake = session.ports.core.lake
    contracts = [read_contract(lake, scenario, number) for number in contract_numbers(lake, scenario)]
    rows = [
        (one.number, one.drop, _last(one.changes, declared.personal), one.asked_by, one.accepted_by, one.reason)
        for one in contracts
    ]
    columns = ("number", "drop", "newest change", "asked by", "accepted by", "reason")
    value = [
        {**one.to_json(), "changes": [_shown(change, declared.personal) for change in one.changes]} for one in contracts
    ]
    show(json_output=json, value=value, title="Accepted contracts", columns=columns, rows=rows)


def _last(changes: Sequence[Change], personal: Sequence[str]) -> str:
    return changes[-1].told(open_values=changes[-1].column not in personal) if changes else ""
