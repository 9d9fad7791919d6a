"""A labelled drop in another coding is quarantined before a model learns from it: most values of a column are new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from shared.core.breach import Cause
from shared.core.errors import Quarantined
from shared.core.paths import Landing
from shared.core.scenario import Scenario
from shared.profiles.known_values import KnownColumn, known_values
from shared.profiles.validation import compared_columns
from shared.training.unlearned.spelling import causes

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.datasets.rows import Rows
    from shared.monitoring.ports import MonitoringPorts

# More than this share of a column's values are new: another coding. Fewer are categories to learn.
MOST_NEW = 0.5
_SHOWN = 3
_LISTED = 8


def check_schema(ports: MonitoringPorts, where: Landing, tables: Mapping[str, Rows]) -> None:
    """Quarantined when more than half of a column's values are in no version of the data, and in no declaration."""
    scenario = where.scenario
    if Cause.SCHEMA_CHANGE not in scenario.monitoring.quarantine:
        return
    known = known_values(ports, scenario.name)
    for name, table in tables.items():
        for column in category_columns(scenario, name):
            before = known.get(name, {}).get(column)
            if before is not None and before.is_category and before.rows >= scenario.monitoring.min_rows:
                accepted = scenario.table(name).column(column).accepted
                known_here = replace(before, values=before.values.union(accepted))
                _check_column(scenario, name, table, column, known_here)


def category_columns(scenario: Scenario, table: str) -> Sequence[str]:
    """The columns of a table whose texts are categories."""
    declared = scenario.table(table)
    names = {column.name for column in declared.columns if column.kind == "text" and not column.values}
    return [name for name in compared_columns(scenario, declared) if name in names - {scenario.text, *scenario.targets}]


def _check_column(scenario: Scenario, name: str, table: Rows, column: str, known: KnownColumn) -> None:
    given, new, examples = 0, 0, dict[str, None]()
    for block in table.blocks([column]):
        values = block.column(column).drop_null()
        unknown = new_values(values, known)
        given, new = given + len(values), new + len(unknown)
        if len(examples) < _SHOWN:
            examples |= dict.fromkeys(map(str, unknown.unique()[:_SHOWN].to_pylist()))
    if new > MOST_NEW * given:
        sentence = _sentence(scenario, (name, column), (new, given), list(examples)[:_SHOWN], known)
        raise Quarantined(Cause.SCHEMA_CHANGE, sentence, table=name, column=column)


def new_values(values: pa.ChunkedArray, known: KnownColumn) -> pa.ChunkedArray:
    """Those of the values that are in no earlier drop, each row's."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return values.filter(pc.invert(pc.is_in(values, value_set=pa.array(sorted(known.values), pa.string()))))


def _sentence(
    scenario: Scenario, place: tuple[str, str], rows: tuple[int, int], examples: Sequence[str], known: KnownColumn
) -> str:
    (table, column), (new, given) = place, rows
    found = list(dict.fromkeys(causes(examples, known.values).values()))
    why = f" ({', '.join(found)})" if found else ""
    shown, accepted = "", ""
    if column not in scenario.personal:
        shown = f", such as {', '.join(map(repr, (value[:40] for value in examples)))}"
        accepted = (
            f" ({', '.join(map(repr, sorted(known.values)[:_LISTED]))}{', …' if len(known.values) > _LISTED else ''})"
        )
    return (
        f"Table {table!r}, column {column!r}: {new} of {given} values ({new / given:.0%}) are in no earlier drop{shown}"
        f"{why}; accepted: at least half of them known{accepted}. Nothing is learned from it; correct the file and "
        "drop it again, or see mlops contract diff."
    )
