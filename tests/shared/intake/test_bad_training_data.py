"""Data that cannot be learned from is refused when it arrives: a named error, quarantine, and no training run."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from command import REAL_DATA
from pyarrow import csv

from model_training.scenarios import SCENARIOS
from shared.bootstrap import build_ports
from shared.core.ledger import Outcome
from shared.core.paths import Landing
from shared.core.scenario import GeneratorOptions
from shared.intake.ingest import ingest
from shared.ports import Ports
from shared.training.trainability import check_inputs

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


def _again(number: int, place: int) -> Change:
    """The label of a batch once more, before the row at the place."""

    def change(tables: Tables) -> Tables:
        rows = tables["quality"]
        again = [rows.slice(0, place), rows.slice(number - 1, 1), rows.slice(place)]
        return {**tables, "quality": pa.concat_tables(again)}

    return change


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


def _same(value: str | float) -> Callable[[int], pa.Array]:
    return lambda rows: pa.array([value] * rows)


def _gaps(rows: int) -> pa.Array:
    return pa.array([None if row % 7 == 0 else 22.5 for row in range(rows)])


def _sparse(rows: int) -> pa.Array:
    return pa.array([float(row) if row % 5 < 2 else None for row in range(rows)])


def _nulls(rows: int) -> pa.Array:
    return pa.nulls(rows, pa.string())


BANK, TEXT, MACHINES = "bank_marketing", "text_classification", "predictive_maintenance"
PLANT = "iiot_quality"
# The fewest hours in which enough machines have failed.
ROWS = {MACHINES: 4_320}
US = "%m/%d/%Y %I:%M:%S %p"
CASES: dict[str, tuple[str, Change, str]] = {
    "kind": (BANK, _with("clients", "age", _same("old")), "line 2, column 'age': a value is not a whole number"),
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
    "constant number": (
        BANK,
        _with("clients", "campaign", _same(1)),
        "column 'campaign': no row holds anything but 1,",
    ),
    "constant category": (
        BANK,
        _with("clients", "loan", _same("no")),
        "column 'loan': no row holds anything but 'no',",
    ),
    "constant of a person": (
        BANK,
        _with("clients", "job", _same("maid")),
        "'job': no row holds anything but one value",
    ),
    "stuck sensor": (PLANT, _with("sensors", "S16", _same(22.5)), "column 'S16': no row holds anything but 22.5,"),
    "mostly missing": (PLANT, _with("sensors", "S16", _sparse), "column 'S16': 60.0% of the cells are missing;"),
    "stuck sensor with gaps": (PLANT, _with("sensors", "S16", _gaps), "column 'S16': no row holds anything but 22.5,"),
    "stuck sensor of machines": (MACHINES, _with("telemetry", "volt", _same(171)), "column 'volt': no row holds"),
    "constant text": (TEXT, _with("raw_train", "text", _same("hello")), "column 'text': no row holds"),
    "constant text to judge by": (TEXT, _with("raw_test", "text", _same("hello")), "Table 'raw_test', column 'text'"),
    "three rows": (BANK, _rows(3), "has 3 rows; at least 10 are needed"),
    "repeated keys": (MACHINES, _twice("telemetry"), "is in data row 1 and again in data row"),
    "repeated keys of failures": (MACHINES, _twice("failures"), "is in data row 1 and again in data row"),
    "repeated keys of machines": (MACHINES, _twice("machines"), "is in data row 1 and again in data row"),
    "two labels": (PLANT, _again(5, 5), "row 6, column 'BatchNumber': the key BatchNumber = 5 has an answer in row 5"),
    "two labels far apart": (PLANT, _again(5, 60), "'quality', row 61, column 'BatchNumber': the key BatchNumber = 5"),
    "two labels in the middle": (PLANT, _again(5, 30), "'quality', row 31, column 'BatchNumber': the key BatchNumber"),
    "dates in two forms": (MACHINES, _dates(f"|{US}"), "one form in the whole column"),
    "ambiguous dates": (MACHINES, _dates("%d/%m/%Y %H:%M"), "is not a time in the column's form"),
}


def _dropped(home: Path, name: str, change: Change) -> tuple[Ports, Outcome]:
    """The scenario's generated tables, changed, as a drop of CSV files: what ingest makes of them."""
    scenario = SCENARIOS[name]
    ports = build_ports({"MLOPS_HOME": str(home), "TRAINER_URL": "none:", "QUIET_SECONDS": "0"}, SCENARIOS)
    assert scenario.generate is not None
    for table, rows in change(dict(scenario.generate(ROWS.get(name, 60), 1, GeneratorOptions()))).items():
        ports.core.lake.put(f"incoming/{name}/d1/{table}.csv", _csv(rows))
    return ports, ingest(ports, Landing("incoming", scenario, "d1", ""))


@pytest.mark.parametrize("case", CASES)
@pytest.mark.fault(59)
def test_what_cannot_be_learned_from_is_quarantined(case: str, tmp_path: Path) -> None:
    """The sentence names it; the bytes are kept; there is neither a dataset nor a run."""
    name, change, sentence = CASES[case]
    ports, outcome = _dropped(tmp_path, name, change)
    assert outcome.state == "quarantined"
    assert sentence in outcome.reason
    assert ports.training.runs.list() == []
    assert ports.datasets.versions.list(name) == []
    kept = {blob.name for blob in ports.core.lake.list(f"quarantine/{name}/")}
    assert "reason.json" in kept
    assert any(one.endswith(".csv") for one in kept)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        (BANK, _with("clients", "month", _same("may"))),
        (BANK, _with("clients", "nr.employed", _same(5191.0))),
        (PLANT, _with("sensors", "S33", _same(33.0))),
        (PLANT, _with("sensors", "S1", _same(4.8))),
        (PLANT, _with("sensors", "S4", _sparse)),
        (MACHINES, _with("machines", "model", _same("model3"))),
    ],
    ids=["a month", "an economy", "a setting", "a sensor that is no input", "a sparse one", "a model"],
)
def test_what_may_stay_the_same_may(name: str, change: Change, tmp_path: Path) -> None:
    """A column that is declared so, or that no input is made of, holds nothing up."""
    _, outcome = _dropped(tmp_path, name, change)
    assert outcome.state == "done", outcome.reason


def test_a_stuck_sensor_is_told_under_one_name(tmp_path: Path) -> None:
    """Without a reference, too, the breach says what watching would say of the sensor."""
    ports, _ = _dropped(tmp_path, PLANT, _with("sensors", "S16", _same(22.5)))
    (breach,) = ports.monitoring.breaches.list(PLANT)
    assert (breach.cause, breach.column) == ("stuck_sensor", "S16")


def test_batches_after_a_restart_have_answers_of_their_own(tmp_path: Path) -> None:
    """The same number in both tables after a restart is another batch; in the answers alone it is a repeat."""

    def twice(names: tuple[str, ...]) -> Change:
        return lambda tables: {
            name: pa.concat_tables([table, table.slice(0, 20)]) if name in names else table
            for name, table in tables.items()
        }

    _, both = _dropped(tmp_path / "both", PLANT, twice(("sensors", "quality")))
    _, answers = _dropped(tmp_path / "answers", PLANT, twice(("quality",)))
    assert (both.state, answers.state) == ("done", "quarantined")
    assert "BatchNumber = 1 follows a higher number" in answers.reason


def test_a_repeated_key_of_people_is_not_shown(tmp_path: Path) -> None:
    """The table, the row and the column are; the value is not, whichever part of the key is personal."""
    scenario = replace(SCENARIOS[PLANT], personal=("BatchNumber",))
    ports = build_ports({"MLOPS_HOME": str(tmp_path), "TRAINER_URL": "none:", "QUIET_SECONDS": "0"}, {PLANT: scenario})
    assert scenario.generate is not None
    for table, rows in _again(57, 57)(dict(scenario.generate(60, 1, GeneratorOptions()))).items():
        ports.core.lake.put(f"incoming/{PLANT}/d1/{table}.csv", _csv(rows))
    outcome = ingest(ports, Landing("incoming", scenario, "d1", ""))
    assert "Table 'quality', row 58, column 'BatchNumber'" in outcome.reason
    assert "57" not in outcome.reason


@pytest.mark.parametrize("rows", [200, 1_000])
def test_real_drops_are_not_taken_for_stuck(rows: int) -> None:
    """Cut into drops of minutes, the published sensors and calls hold nothing that the scenarios would refuse."""
    for name, table, file in ((PLANT, "sensors", "simulateddata.csv"), (BANK, "clients", "bankmarketing_train.csv")):
        if not (REAL_DATA / name / file).exists():
            pytest.skip(f"The real data is not here: {file} is looked for beside the repository.")
        whole, scenario = csv.read_csv(REAL_DATA / name / file), SCENARIOS[name]
        for start in range(0, whole.num_rows - rows, rows):
            drop = whole.slice(start, rows)
            check_inputs(scenario, {table: drop})
