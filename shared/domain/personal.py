"""What may be told of cells that tell about a person: where they stand, never what they say."""

from __future__ import annotations

from shared.domain.scenario import Scenario
from shared.errors import Quarantined

# Refusals of what is not there: their sentences have no value to show.
_WITHOUT_VALUE = frozenset({"null", "all_null", "missing_column"})


def untold(fault: Quarantined, scenario: Scenario) -> Quarantined:
    """The refusal; in words that show no value when its column is personal, since reasons go into state and events."""
    if fault.column not in scenario.personal or fault.reason_code in _WITHOUT_VALUE:
        return fault
    row = f", row {fault.row}" if fault.row else ""
    accepted = f"; accepted: {fault.accepted}" if fault.accepted else ""
    sentence = (
        f"Table {fault.table!r}{row}, column {fault.column!r}: a value breaks the contract ({fault.reason_code})"
        f"{accepted}. It is not shown, because the column tells about a person."
    )
    facts = {"table": fault.table, "column": fault.column, "accepted": fault.accepted}
    return Quarantined(fault.reason_code, sentence, row=fault.row, **facts)
