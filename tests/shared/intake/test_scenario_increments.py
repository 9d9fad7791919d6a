"""The shipped scenarios in increments: each brings only what is new, and a model learns from all of it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
import sqlalchemy as sa
from increments import Drops

from model_training.maintenance.names import MACHINE, TIME
from model_training.runs.training import train_artefact
from model_training.scenarios import SCENARIOS
from model_training.steps.prepare import prepare_rows
from shared.core.ledger import Kind
from shared.core.scenario import GeneratorOptions
from shared.training.runs import request_training

BANK, PLANT, MACHINES = "bank_marketing", "iiot_quality", "predictive_maintenance"
DAYS_BEFORE, WEEKS, FLEET = 39, 3, 6


def generated(name: str, rows: int, seed: int = 1) -> dict[str, pa.Table]:
    """Tables of the scenario's generator."""
    generate = SCENARIOS[name].generate
    assert generate is not None
    return dict(generate(rows, seed, GeneratorOptions()))


@pytest.mark.slow
def test_the_second_model_learns_from_all_rows(tmp_path: Path) -> None:
    """20 000 bank rows, then a week of 4 000: both parts train, validate and judge the second model."""
    drops = Drops(tmp_path, SCENARIOS[BANK])
    drops.drop("first", generated(BANK, 20_000))
    drops.drop("week", generated(BANK, 4_000, seed=2))
    assert drops.newest.rows + drops.newest.tables[0].replaced == 24_000
    assert drops.newest.rows > 23_990
    run = request_training(drops.ports, drops.newest, profile="demo")
    artefact = train_artefact(drops.ports, run.id, lambda *_, **__: None, tmp_path / "run")
    sizes = artefact.manifest["split"]
    assert sizes["train"] + sizes["validation"] + sizes["test"] == drops.newest.rows


def weeks() -> list[dict[str, pa.Table]]:
    """Some days of a fleet with every table, then three weeks of telemetry, errors and failures alone."""
    tables = generated(MACHINES, FLEET * 24 * (DAYS_BEFORE + 7 * WEEKS))
    start = pc.min(tables["telemetry"][TIME]).as_py()
    hours = {
        name: [(at - start).total_seconds() / 3600 for at in table[TIME].to_pylist()]
        for name, table in tables.items()
        if name != "machines"
    }

    def between(name: str, first: float, last: float) -> pa.Table:
        return tables[name].filter(pa.array([first <= hour < last for hour in hours[name]]))

    first = 24 * DAYS_BEFORE
    whole = {name: tables[name] if name == "machines" else between(name, -1e9, first) for name in tables}
    ends = [(first + 168 * n, first + 168 * (n + 1)) for n in range(WEEKS)]
    return [whole, *({name: between(name, *end) for name in ("telemetry", "errors", "failures")} for end in ends)]


def test_weeks_of_machines_bring_only_what_is_new(tmp_path: Path) -> None:
    """Machines and repairs stand; telemetry, errors and failures grow; features know the weeks before."""
    drops = Drops(tmp_path, SCENARIOS[MACHINES])
    first, *later = weeks()
    outcomes = [drops.drop("start", first)]
    frames = [prepare_rows(drops.rows(), SCENARIOS[MACHINES], 1).frame.num_rows]
    for number, week in enumerate(later, 1):
        outcomes.append(drops.drop(f"week-{number}", week))
        frames.append(prepare_rows(drops.rows(), SCENARIOS[MACHINES], 1).frame.num_rows)
    assert {outcome.state for outcome in outcomes} == {"done"}, [outcome.reason for outcome in outcomes]
    assert frames == sorted(set(frames))
    # 56 rows a week and machine on the grid of three hours.
    assert frames[-1] - frames[0] == 56 * FLEET * WEEKS
    parts = {table.name: [part.drop for part in table.parts] for table in drops.newest.tables}
    assert parts["machines"] == parts["maint"] == ["start"]
    assert parts["telemetry"] == parts["failures"] == ["start", "week-1", "week-2", "week-3"]
    assert len(drops.ports.datasets.versions.list(MACHINES)) == 4


def test_failures_may_come_a_drop_later_than_their_telemetry(tmp_path: Path) -> None:
    """Hours whose failures nobody has told yet are no hours without one: they wait for the next failures."""
    drops = Drops(tmp_path, SCENARIOS[MACHINES])
    first, one, two, three = weeks()
    drops.drop("start", first)
    waits = drops.drop("week-1", {name: one[name] for name in ("telemetry", "errors")})
    assert (waits.state, waits.reason) == ("waiting", "Drop week-1 waits for: failures.")
    assert drops.newest.drops == ("start",)
    released = drops.drop(
        "week-2", {**{name: two[name] for name in ("telemetry", "errors")}, "failures": one["failures"]}
    )
    assert released.state == "done", released.reason
    parts = {table.name: [part.drop for part in table.parts] for table in drops.newest.tables}
    assert parts["telemetry"] == ["start", "week-1"]
    (entry,) = [one for one in drops.ports.core.history.why("week-1@") if one.state == "done" and one.kind == Kind.DROP]
    assert f"What drop week-1 waited for has come: it is in dataset {drops.newest.id}." in entry.reason
    drops.drop("week-3", {**three, "failures": two["failures"]})
    parts = {table.name: [part.drop for part in table.parts] for table in drops.newest.tables}
    assert parts["telemetry"] == ["start", "week-1", "week-2"]


def test_what_stands_beside_rows_waits_for_rows(tmp_path: Path) -> None:
    """New machines, and failures of hours that have not come yet, are kept and make no version alone."""
    drops = Drops(tmp_path, SCENARIOS[MACHINES])
    first, one, *_ = weeks()
    drops.drop("start", first)
    machine = pa.table({MACHINE: [99], "model": ["model1"], "age": [3]}, schema=first["machines"].schema)
    more = drops.drop("machines", {"machines": pa.concat_tables([first["machines"], machine])})
    ahead = drops.drop("failures", {"failures": one["failures"]})
    assert (more.state, more.reason) == ("waiting", "Drop machines waits for: telemetry, errors.")
    assert ahead.reason == "Drop failures waits for: telemetry, errors."
    assert len(drops.ports.datasets.versions.list(MACHINES)) == 1
    assert drops.drop("week-1", {**one, "failures": one["failures"].slice(0, 0)}).state == "done"
    assert drops.newest.drops == ("start", "machines", "failures", "week-1")
    assert 99 in drops.rows()["machines"][MACHINE].to_pylist()


def test_sensors_wait_for_their_labels(tmp_path: Path) -> None:
    """Labels come in a drop of their own; then both are one version, and the sensors' drop is done too."""
    drops = Drops(tmp_path, SCENARIOS[PLANT])
    tables = generated(PLANT, 1000)
    sensors = drops.drop("sensors", {"sensors": tables["sensors"]})
    assert (sensors.state, sensors.reason) == ("waiting", "Drop sensors waits for: quality.")
    assert drops.ports.datasets.versions.list() == []
    labels = drops.drop("labels", {"quality": tables["quality"]})
    assert labels.state == "done", labels.reason
    assert drops.newest.drops == ("sensors", "labels")
    assert {name: table.num_rows for name, table in drops.rows().items()} == {"sensors": 1000, "quality": 1000}
    states = [entry.state for entry in drops.ports.core.history.why("iiot_quality/sensors@")]
    assert states[-1] == "done"
    assert prepare_rows(drops.rows(), SCENARIOS[PLANT], 1).frame.num_rows == 1000


def test_labels_before_their_sensors_wait(tmp_path: Path) -> None:
    """In a drop of their own, whichever comes first."""
    drops = Drops(tmp_path, SCENARIOS[PLANT])
    tables = generated(PLANT, 1000)
    labels = drops.drop("labels", {"quality": tables["quality"]})
    assert (labels.state, labels.reason) == ("waiting", "Drop labels waits for: sensors.")
    assert drops.drop("sensors", {"sensors": tables["sensors"]}).state == "waiting"


def test_batches_of_two_drops_keep_their_own_labels(tmp_path: Path) -> None:
    """Numbers begin again with each drop; equal rows of the labels are no repeats, and every batch has its label."""
    drops = Drops(tmp_path, SCENARIOS[PLANT])
    one, two = generated(PLANT, 1000), generated(PLANT, 300, seed=2)
    drops.drop("d1", one)
    assert drops.drop("d2", two).state == "done"
    assemble = SCENARIOS[PLANT].assemble
    assert assemble is not None
    frame = assemble({name: table.to_pandas() for name, table in drops.rows().items()})
    expected = [*one["quality"]["Quality"].to_pylist(), *two["quality"]["Quality"].to_pylist()]
    assert frame["Quality"].tolist() == expected


def restarting(rows: int, restart: int, seed: int = 1) -> dict[str, pa.Table]:
    """A plant whose module starts again after so many batches."""
    numbers = pa.array([number % restart + 1 for number in range(rows)], pa.int64())
    return {name: table.set_column(0, "BatchNumber", numbers) for name, table in generated(PLANT, rows, seed).items()}


def learned(drops: Drops) -> list[tuple[int, int, float]]:
    """Batch, restart and label of each row, as a model learns them."""
    assemble = SCENARIOS[PLANT].assemble
    assert assemble is not None
    frame = assemble({name: table.to_pandas() for name, table in drops.rows().items()})
    return list(frame[["BatchNumber", "restart", "Quality"]].itertuples(index=False, name=None))


def test_labels_that_lack_the_batches_around_a_restart_keep_to_their_rows(tmp_path: Path) -> None:
    """Batches 1 to 40 have labels, then those from 50 on of the next run: no number falls, and none is mixed up."""
    drops = Drops(tmp_path, SCENARIOS[PLANT])
    one, two = restarting(300, 300), restarting(200, 200, seed=2)
    drops.drop("d1", {**one, "quality": one["quality"].slice(0, 40)})
    assert drops.drop("d2", {**two, "quality": two["quality"].slice(49)}).state == "done"
    given = {(number, run): label for number, run, label in learned(drops) if label == label}  # noqa: PLR0124 -- not NaN
    assert len(given) == 40 + 151
    assert [given[number, 1] for number in range(50, 201)] == two["quality"]["Quality"].to_pylist()[49:]


def test_labels_of_which_nobody_knows_the_run_are_refused(tmp_path: Path) -> None:
    """With the restarts beside them they are taken."""
    drops = Drops(tmp_path, SCENARIOS[PLANT])
    tables = restarting(400, 200)
    lacking = pa.concat_tables([tables["quality"].slice(0, 100), tables["quality"].slice(310)])
    refused = drops.drop("d1", {**tables, "quality": lacking})
    assert refused.state == "quarantined"
    assert "nobody can say which label belongs to which run" in refused.reason
    told = lacking.append_column("restart", pa.array([0] * 100 + [1] * 90))
    outcome = drops.drop("d1", {**tables, "quality": told})
    assert outcome.state == "done", outcome.reason
    given = {(number, run): label for number, run, label in learned(drops) if label == label}  # noqa: PLR0124 -- not NaN
    assert list(given.values()) == lacking["Quality"].to_pylist()
    assert {run for number, run in given if number > 110} == {1}


def old_lake(drops: Drops, tables: dict[str, pa.Table]) -> str:
    """A dataset version as the version before wrote it: one file a table in its folder, and its row in SQL."""
    name, dataset = drops.scenario.name, "20260101T000000Z-aaaaaaaa"
    files: dict[str, dict[str, Any]] = {}
    for table, rows in tables.items():
        content = drops.ports.datasets.tables.write(rows)
        path = f"datasets/{name}/{dataset}/{table}.parquet"
        drops.ports.core.lake.put(path, content)
        files[table] = {"path": path, "sha256": hashlib.sha256(content).hexdigest(), "rows": rows.num_rows}
    source = f"incoming/{name}/old/{next(iter(tables))}.csv@1"
    describe = drops.ports.profiles.profiler.describe
    profiles = {table: describe(rows).profile.to_json() for table, rows in tables.items()}
    profile = {"schema": 1, "tables": profiles, "statistics": {}, "words": {}}
    drops.ports.core.lake.put(f"datasets/{name}/{dataset}/profile.json", json.dumps(profile).encode())
    manifest = {"schema": 1, "scenario": name, "id": dataset, "digest": "d" * 64, "tables": files, "sources": [source]}
    drops.ports.core.lake.put(f"datasets/{name}/{dataset}/manifest.json", json.dumps(manifest).encode())
    row = {
        "scenario": name,
        "id": dataset,
        "digest": "d" * 64,
        "tables": json.dumps([{"name": table, **file} for table, file in files.items()]),
        "sources": json.dumps([source]),
        "created_at": datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None).isoformat(" ") + ".000000",
    }
    engine = drops.ports.core.history._engine  # type: ignore[attr-defined]
    with engine.begin() as connection:
        columns = ", ".join(row)
        values = ", ".join(f":{column}" for column in row)
        connection.execute(sa.text(f"insert into dataset_version ({columns}) values ({values})"), row)  # noqa: S608 -- fixed names
    return dataset


def test_a_lake_of_the_version_before_is_the_first_part(tmp_path: Path) -> None:
    """Its version is read as it lies; with the next drop its files become parts, and it stays readable."""
    drops = Drops(tmp_path, SCENARIOS[BANK])
    before = generated(BANK, 600)
    old = old_lake(drops, before)
    assert drops.rows()["clients"].num_rows == 600
    outcome = drops.drop("new", generated(BANK, 200, seed=2))
    assert outcome.state == "done", outcome.reason
    (table,) = drops.newest.tables
    assert [part.drop for part in table.parts] == ["old", "new"]
    assert all(part.path.startswith("tables/bank_marketing/clients/") for part in table.parts)
    assert drops.rows()["clients"].num_rows == table.rows == 800 - table.replaced
    version = drops.ports.datasets.versions.find(BANK, old)
    assert version is not None
    assert drops.rows(version)["clients"].num_rows == 600
    assert drops.drop("again", before).state == "duplicate"
