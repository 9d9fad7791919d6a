"""What people accepted beyond a declared contract reaches every job: shards, files of a batch, steps of a training."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from engine_runs import attempt, call, served
from ports_with import ports_with
from pyarrow import csv
from small_served import small_artefact

from model_training.batch_entry import parser, scorer_of
from model_training.engines.worker import scorer
from model_training.scenarios import SCENARIOS
from model_training.steps import define_dataset
from model_training.steps.step_cache import read_spec
from shared.adapters.files.folder_lake import FolderLake
from shared.bootstrap.backends import JobFactory
from shared.core.errors import Quarantined
from shared.core.paths import contract_path
from shared.core.scenario import GeneratorOptions
from shared.datasets.contract_change import Change, Contract
from shared.datasets.version import DatasetTable, DatasetVersion, Part
from shared.prediction.shard import ShardWork
from shared.training.ports import JobOrder
from shared.training.run import Run

NAME = "bank_marketing"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Elsewhere:
    """An engine that works far away: what it is given is scored by others."""

    def started(self, work: ShardWork) -> bool:
        """Each attempt is."""
        return bool(work.shards)

    def alive(self, work: ShardWork) -> bool:
        """And works."""
        return bool(work.shards)

    def submit(self, work: ShardWork) -> None:
        """Left to others."""


def contract(*changes: Change) -> bytes:
    """The file of an accepted contract."""
    made = Contract(NAME, 1, changes, "d2", "ada", "bob", "2026-03-01T00:00:00+00:00", "a new trade")
    return json.dumps(made.to_json()).encode()


PILOTS = Change("clients", "job", "values", ("pilot",))
OLDER = Change("clients", "age", "maximum", limit=150.0)


def calls(trade: str) -> pa.Table:
    """Calls to people of that trade alone, without answers."""
    generate = SCENARIOS[NAME].generate
    assert generate is not None
    rows = generate(20, 8, GeneratorOptions())["clients"]
    place = rows.column_names.index("job")
    return rows.set_column(place, "job", pa.array([trade] * len(rows))).drop_columns(["y"])


def test_a_worker_of_shards_follows_what_was_accepted(tmp_path: Path) -> None:
    """It reads the newest contract beside its work in the lake."""
    ports = ports_with(served(tmp_path, NAME, 200), prediction__engine=Elsewhere())
    ports.core.lake.put(contract_path(NAME, 1), contract(PILOTS))
    sink = pa.BufferOutputStream()
    csv.write_csv(calls("pilot"), sink)
    ports.core.lake.put(f"scoring/{NAME}/s1/clients.csv", sink.getvalue().to_pybytes())
    call(ports)
    found = scorer(f"file:{tmp_path / 'lake'}", "default", attempt(ports, NAME).path)
    assert found.scenario.table("clients").column("job").accepted == ("pilot",)


def test_a_batch_of_files_follows_what_was_accepted(tmp_path: Path) -> None:
    """A column of a trade that no model learned is refused, unless people accepted the trade."""
    made = small_artefact(SCENARIOS[NAME])
    (tmp_path / "model.onnx").write_bytes(made.onnx)
    (tmp_path / "manifest.json").write_text(json.dumps(made.manifest))
    (tmp_path / "1.json").write_bytes(contract(PILOTS))
    pq.write_table(calls("pilot"), tmp_path / "calls.parquet")
    line = ["--scenario", NAME, "--model", str(tmp_path), "--model_id", f"{NAME}:1", "--tolerated_rows", "0"]
    line += ["--scored_at", NOW.isoformat()]
    with pytest.raises(Quarantined, match="job"):
        list(scorer_of(parser().parse_args(line), SCENARIOS).lines(tmp_path / "calls.parquet"))
    told = parser().parse_args([*line, "--contract", str(tmp_path / "1.json")])
    assert len(list(scorer_of(told, SCENARIOS).lines(tmp_path / "calls.parquet"))) == 20


def test_a_training_job_elsewhere_follows_what_was_accepted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its first step is given the file; the steps behind it read it from that step's output."""
    tables = tmp_path / "tables"
    tables.mkdir()
    pq.write_table(calls("pilot"), tables / "clients.parquet")
    file = tmp_path / "1.json"
    file.write_bytes(contract(OLDER))
    line = ["--scenario", NAME, "--tables", str(tables), "--contract", str(file), "--out", str(tmp_path / "out")]
    assert define_dataset.main(line) == 0
    spec = read_spec(tmp_path / "out", SCENARIOS)
    assert spec.scenario.table("clients").column("age").maximum == 150
    assert spec.contract == (OLDER,)
    file.write_text("{}")
    assert define_dataset.main([*line[:-1], str(tmp_path / "other")]) != 0
    assert "1.json is no accepted contract" in capsys.readouterr().err


def test_a_run_s_job_names_the_newest_contract(tmp_path: Path) -> None:
    """By its address in the lake of the job; nothing where nothing was accepted."""
    lake, made = FolderLake(tmp_path), []
    version = DatasetVersion(NAME, "d1", "f" * 64, (DatasetTable("clients", (Part("p", "s", 5),), 5),), (), NOW)

    class Versions:
        """The one version there is."""

        def find(self, *_: str) -> DatasetVersion:
            """It."""
            return version

    def make(_client: object, order: JobOrder) -> None:
        made.append(order.contract)

    factory = JobFactory(SCENARIOS, Versions(), make, lake)  # type: ignore[arg-type]  # one method of it is used
    run = Run("r1", NAME, "d1", "d1", "demo", "requested", "", NOW, NOW)
    for number in (2, 10):
        factory.of(lambda: None)(run, f"azureml://lake/datasets/{NAME}/d1/", "m")  # type: ignore[arg-type, return-value]
        lake.put(contract_path(NAME, number), contract(replace(OLDER, rows=number)))
    factory.of(lambda: None)(run, f"azureml://lake/datasets/{NAME}/d1/", "m")  # type: ignore[arg-type, return-value]
    assert made == ["", f"azureml://lake/contracts/{NAME}/2.json", f"azureml://lake/contracts/{NAME}/10.json"]
