"""The late label of one row of an answered request, named by the id that the answer carried."""

from __future__ import annotations

from dataclasses import dataclass

from shared.core.scenario import Column, Scenario, Table

REQUEST, ROW = "request_id", "row"


@dataclass(frozen=True, slots=True)
class ServedLabel:
    """What turned out to be true of row `row` (from 0) of that request, as text."""

    request: str
    row: int
    actual: str


def served_labels_table(scenario: Scenario, answers: tuple[Column, ...]) -> Table:
    """The contract of a file of such labels; without the column `row` a request had one row."""
    row = Column(ROW, "int", optional=True, minimum=0)
    return Table(scenario.label_table, (Column(REQUEST, "text"), row, *answers), min_rows=1)
