"""What may be told of cells that tell about a person: where they stand, never what they say."""

from __future__ import annotations

from shared.domain.scenario import Scenario
from shared.errors import Quarantined

# A refusal of a cell that is not there has no value to show; one without a row speaks of the whole column.
_WITHOUT_VALUE = frozenset({"null"})


def untold(fault: Quarantined, scenario: Scenario) -> Quarantined:
    """The refusal; in words that show no value when its column is personal, since reasons go into state and events."""
    if fault.row is None or fault.column not in scenario.personal or fault.reason_code in _WITHOUT_VALUE:
        return fault
    place = f"Table {fault.table!r}, row {fault.row}, column {fault.column!r}"
    accepted = f"; accepted: {fault.accepted}" if fault.accepted else ""
    sentence = (
        f"{place}: a value breaks the contract ({fault.reason_code}){accepted}. It is not shown, because the column "
        "tells about a person."
    )
    facts = {"table": fault.table, "column": fault.column, "accepted": fault.accepted}
    return Quarantined(fault.reason_code, sentence, row=fault.row, **facts)
