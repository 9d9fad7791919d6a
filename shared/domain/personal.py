"""What may be told of cells that tell about a person: where they stand, never what they say."""

from __future__ import annotations

from shared.domain.scenario import Scenario
from shared.errors import Quarantined


def untold(fault: Quarantined, scenario: Scenario) -> Quarantined:
    """The refusal; in words that show no value when its column is personal, since reasons go into state and events."""
    if fault.column not in scenario.personal:
        return fault
    row = f", row {fault.row}" if fault.row else ""
    sentence = (
        f"Table {fault.table!r}{row}, column {fault.column!r}: a value breaks the contract ({fault.reason_code}). "
        "It is not shown, because the column tells about a person."
    )
    return Quarantined(fault.reason_code, sentence, table=fault.table, column=fault.column, row=fault.row)
