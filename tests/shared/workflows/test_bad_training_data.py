"""Data that cannot be learned from is refused when it arrives: a named error, quarantine, and no training run."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import csv

from model_training.scenarios import SCENARIOS
from shared.bootstrap import build_ports
from shared.domain.paths import Landing
from shared.domain.scenario import Knobs
from shared.workflows.ingest import ingest

Tables = dict[str, pa.Table]
Change = Callable[[Tables], Tables]


def _with(table: str, column: str, values: Callable[[int], pa.Array]) -> Change:
    """The tables with one column replaced."""

    def change(tables: Tables) -> Tables:
        old = tables[table]
        place = old.column_names.index(column)
        return {**tables, table: old.set_column(place, column, values(old.num_rows))}

    return change


def _constant(tables: Tables) -> Tables:
    (name, table), *_ = tables.items()
    same = {one: [table[one][0].as_py()] * table.num_rows for one in table.column_names if one != "y"}
    return {name: pa.table({**same, "y": table["y"]}, schema=table.schema)}


def _rows(count: int) -> Change:
    return lambda tables: {name: table.slice(0, count) for name, table in tables.items()}


def _twice(name: str) -> Change:
    return lambda tables: {**tables, name: pa.concat_tables([tables[name], tables[name].slice(0, 1)])}


def _dates(form: str) -> Change:
    """Telemetry with its times as text; every second one in the form, if the form begins with a bar."""

    def change(tables: Tables) -> Tables:
        times = tables["telemetry"]["datetime"].to_pandas()
        texts = times.dt.strftime(form.removeprefix("|"))
        if form.startswith("|"):
            texts[::2] = times[::2].dt.strftime("%Y-%m-%d %H:%M:%S")
        return _with("telemetry", "datetime", lambda _: pa.array(texts))(tables)

    return change


def _csv(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    csv.write_csv(table, sink)
    return sink.getvalue()


def _same(value: str | int) -> Callable[[int], pa.Array]:
    return lambda rows: pa.array([value] * rows)


def _nulls(rows: int) -> pa.Array:
    return pa.nulls(rows, pa.string())


BANK, TEXT, MACHINES = "bank_marketing", "text_classification", "predictive_maintenance"
US = "%m/%d/%Y %I:%M:%S %p"
CASES: dict[str, tuple[str, Change, str]] = {
    "kind": (BANK, _with("clients", "age", _same("old")), "row 1, column 'age': a value breaks the contract (type)"),
    "kind in the first table": (TEXT, _with("raw_train", "target", _same("a")), "'a' is not a whole number"),
    "kind in the second table": (TEXT, _with("raw_test", "target", _same("a")), "'a' is not a whole number"),
    "no value": (BANK, _with("clients", "age", _nulls), "the cell is missing"),
    "no value in the first table": (TEXT, _with("raw_train", "text", _nulls), "the cell is missing"),
    "no value in the second table": (TEXT, _with("raw_test", "text", _nulls), "the cell is missing"),
    "unknown class": (BANK, _with("clients", "y", _same("maybe")), "one of 'no', 'yes'"),
    "unknown position": (TEXT, _with("raw_test", "target", _same(9)), "one of '0', '1', '2', '3'"),
    "one class": (BANK, _with("clients", "y", _same("no")), "all 60 rows hold 'no'"),
    "one class to judge by": (TEXT, _with("raw_test", "target", _same(1)), "Table 'raw_test', column 'target'"),
    "constant inputs": (BANK, _constant, "is the same in all rows"),
    "three rows": (BANK, _rows(3), "has 3 rows; at least 10 are needed"),
    "repeated keys": (MACHINES, _twice("telemetry"), "stands in row 1 and again in row"),
    "dates in two forms": (MACHINES, _dates(f"|{US}"), "one form in the whole column"),
    "ambiguous dates": (MACHINES, _dates("%d/%m/%Y %H:%M"), "is not a time in the column's form"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_learned_from_is_quarantined(case: str, tmp_path: Path) -> None:
    """The sentence names it; the bytes are kept; there is neither a dataset nor a run."""
    name, change, sentence = CASES[case]
    scenario = SCENARIOS[name]
    ports = build_ports({"MLOPS_HOME": str(tmp_path), "TRAINER_URL": "none:"}, SCENARIOS)
    assert scenario.generate is not None
    for table, rows in change(dict(scenario.generate(60, 1, Knobs()))).items():
        ports.lake.put(f"incoming/{name}/d1/{table}.csv", _csv(rows))
    outcome = ingest(ports, Landing("incoming", scenario, "d1", ""))
    assert outcome.state == "quarantined"
    assert sentence in outcome.reason
    assert ports.runs.list() == []
    assert ports.datasets.list(name) == []
    assert any(blob.path.endswith("reason.json") for blob in ports.lake.list(f"quarantine/{name}/"))
