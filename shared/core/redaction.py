"""Reasons without personal values: they say where a cell is, never what it holds."""

from __future__ import annotations

from shared.core.errors import Quarantined
from shared.core.scenario import Scenario

# A refusal of a cell that is not there has no value to show; one without a row speaks of the whole column.
_WITHOUT_VALUE = frozenset({"null"})
# A refusal of a key shows all columns of the key.
_WITH_KEY = frozenset({"duplicate_key"})


def redact(fault: Quarantined, scenario: Scenario) -> Quarantined:
    """The refusal, without the value when its column is personal: reasons go into the state and into events."""
    shown = {fault.column}
    if fault.reason_code in _WITH_KEY:
        shown.update(scenario.entity, *(table.key for table in scenario.tables if table.name == fault.table))
    if fault.row is None or not shown.intersection(scenario.personal) or fault.reason_code in _WITHOUT_VALUE:
        return fault
    told = fault.private if fault.reason_code not in _WITH_KEY and fault.private else _place(fault)
    sentence = f"{told} The value is not shown, because the column tells about a person."
    facts = {"table": fault.table, "column": fault.column, "accepted": fault.accepted}
    return Quarantined(fault.reason_code, sentence, row=fault.row, line=fault.line, **facts)


def _place(fault: Quarantined) -> str:
    """Where the value stands, and what is accepted there."""
    where = f"line {fault.line}" if fault.line else f"row {fault.row}"
    accepted = f"; accepted: {fault.accepted}" if fault.accepted else ""
    place = f"Table {fault.table!r}, {where}, column {fault.column!r}"
    return f"{place}: a value breaks the contract ({fault.reason_code}){accepted}."
