"""The training worker moves its run from requested to completed or failed, and registers what it made."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier
from typing import NoReturn

import pyarrow as pa
import pytest
from ports_with import ports_with

from model_training.run import Progress, _finish, main
from model_training.scenarios import SCENARIOS
from shared.adapters.process_trainer import hold_run
from shared.bootstrap import build_ports
from shared.core.errors import Transient
from shared.core.scenario import GeneratorOptions
from shared.datasets.version import DatasetTable, DatasetVersion, Part
from shared.ports import Ports
from shared.training.run import Run

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RUN = "bank_marketing-run"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Settings of a world of its own."""
    return {"MLOPS_HOME": str(tmp_path / "home")}


@pytest.fixture
def ports(environ: dict[str, str]) -> Ports:
    """That world's real adapters."""
    return build_ports(environ, SCENARIOS)


def _request(ports: Ports, rows: int = 600, bytes_of: Mapping[str, bytes] | None = None) -> Part:
    """A registered dataset of generated clients and a requested run of it."""
    bank = SCENARIOS["bank_marketing"]
    assert bank.generate is not None
    table: pa.Table = bank.generate(rows, 1, GeneratorOptions())["clients"]
    data = ports.datasets.tables.write(table)
    part = Part("tables/bank_marketing/clients/d1.parquet", hashlib.sha256(data).hexdigest(), rows)
    tables = (DatasetTable("clients", (part,), rows),)
    ports.core.lake.put(part.path, (bytes_of or {}).get("clients", data))
    ports.datasets.versions.add(DatasetVersion("bank_marketing", "d1", "digest", tables, ("incoming/x.csv@1",), NOW))
    ports.training.runs.request(Run(RUN, "bank_marketing", "d1", "key", "requested", 1, "", NOW, NOW, "demo"))
    return part


@pytest.mark.slow
def test_a_child_process_trains_and_registers(ports: Ports, environ: dict[str, str], tmp_path: Path) -> None:
    """Started as the trainer starts it: the run is completed, the model stands in the registry with its origin."""
    _request(ports)
    command = [sys.executable, "-W", "error", "-m", "model_training.run", "--run", RUN]
    found = subprocess.run(command, env=os.environ | environ, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    run = ports.training.runs.find(RUN)
    assert run is not None
    assert (run.state, run.reason) == ("completed", "Registered as bank_marketing:1.")
    model = ports.training.registry.find("bank_marketing", 1)
    assert model is not None
    with ports.core.lake.open(f"{model.folder}manifest.json") as stored:
        manifest = json.load(stored)
    assert (manifest["run"], manifest["dataset"], manifest["dataset_digest"]) == (RUN, "d1", "digest")
    assert manifest["created_at"] == NOW.isoformat()
    assert manifest["sha256"] == model.sha256
    progress = json.loads((tmp_path / "home" / "runs" / RUN / "progress.json").read_text())
    assert progress == {"step": "Registered as bank_marketing:1.", "done": 1.0}


def test_changed_bytes_fail_the_run(ports: Ports, environ: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """What is trained on is what was recorded: other bytes under the name end the run with both digests."""
    part = _request(ports, bytes_of={"clients": b"PAR1 not what it was PAR1"})
    assert main(["--run", RUN], environ) == 1
    run = ports.training.runs.find(RUN)
    assert run is not None
    assert run.state == "failed"
    assert part.sha256 in run.reason
    assert "Traceback" not in capsys.readouterr().err


def test_data_that_cannot_teach_fails_the_run_in_a_sentence(
    ports: Ports, environ: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Twenty rows cannot be split; the run's reason is the sentence a person reads, without a stack trace."""
    _request(ports, rows=20)
    assert main(["--run", RUN], environ) == 1
    run = ports.training.runs.find(RUN)
    assert run is not None
    assert run.state == "failed"
    assert "at least 10 are needed" in run.reason
    assert "Traceback" not in capsys.readouterr().err
    assert ports.training.registry.list() == []


def test_a_run_that_is_held_is_left_alone(ports: Ports, environ: dict[str, str], tmp_path: Path) -> None:
    """While another worker holds the run, this one ends with the code for trying again and changes nothing."""
    _request(ports)
    with hold_run(RUN, tmp_path / "home"):
        assert main(["--run", RUN], environ) == 75
    run = ports.training.runs.find(RUN)
    assert run is not None
    assert run.state == "requested"


def test_a_completed_run_is_not_trained_again(ports: Ports, environ: dict[str, str]) -> None:
    """Starting a completed run succeeds at once and registers nothing."""
    _request(ports)
    ports.training.runs.move(RUN, "requested", "completed", "done")
    assert main(["--run", RUN], environ) == 0
    assert ports.training.registry.list() == []


def test_a_run_whose_worker_was_killed_is_taken_over(ports: Ports, environ: dict[str, str]) -> None:
    """A run that is running although nobody holds it has lost its worker: the next one trains it."""
    _request(ports)
    ports.training.runs.move(RUN, "requested", "running", "started")
    assert main(["--run", RUN], environ) == 0
    assert [model.run for model in ports.training.registry.list()] == [RUN]


class _AwayLake:
    """A lake that does not answer."""

    def __getattr__(self, call: str) -> Callable[..., NoReturn]:
        def away(*_told: object, **_facts: object) -> NoReturn:
            raise Transient(f"The lake does not answer to {call}.")

        return away


def test_what_may_come_back_leaves_the_run_open(ports: Ports, tmp_path: Path) -> None:
    """When the lake is away nothing is wrong with the data: the run is not failed, a watcher starts it again."""
    _request(ports)
    with pytest.raises(Transient):
        _finish(ports_with(ports, core__lake=_AwayLake()), RUN, lambda *_told, **_facts: None, tmp_path / "run")
    run = ports.training.runs.find(RUN)
    assert run is not None
    assert run.state == "requested"


def test_a_full_disk_leaves_the_run_open(ports: Ports, tmp_path: Path) -> None:
    """Nothing is wrong with the data or the training: the run is not failed, a watcher starts it again."""

    def full(*_told: object, **_facts: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    _request(ports)
    with pytest.raises(Transient, match="takes no data"):
        _finish(ports, RUN, full, tmp_path / "run")
    run = ports.training.runs.find(RUN)
    assert run is not None
    assert run.state == "requested"


def _full_disk(home: Path) -> Path:
    """The run's progress lies on a device that is full."""
    partial = home / "runs" / RUN / ".progress.json"
    partial.parent.mkdir(parents=True)
    partial.symlink_to("/dev/full")
    return partial


def test_a_worker_waits_for_room_and_goes_on(ports: Ports, environ: dict[str, str], tmp_path: Path) -> None:
    """A disk that is full is no attempt that failed: the same worker completes its run when there is room."""
    waits: list[float] = []
    _request(ports)
    on_the_disk = _full_disk(tmp_path / "home")

    def until_there_is_room(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            on_the_disk.unlink()

    assert main(["--run", RUN], environ, until_there_is_room) == 0
    assert waits == [5.0, 10.0, 20.0]
    (run,) = ports.training.runs.list()
    assert (run.state, run.attempts) == ("completed", 1)


def test_a_worker_does_not_wait_for_ever(ports: Ports, environ: dict[str, str], tmp_path: Path) -> None:
    """After three hours the watcher of runs decides."""
    waits: list[float] = []
    _request(ports)
    _full_disk(tmp_path / "home")
    assert main(["--run", RUN], environ, waits.append) == 75
    assert 3 * 3600 <= sum(waits) < 4 * 3600
    assert [run.state for run in ports.training.runs.list()] == ["running"]


def test_progress_is_whole_whoever_reports(tmp_path: Path) -> None:
    """Four candidates that report at the same moment do not disturb each other, and the file is always readable."""
    progress = Progress(tmp_path / "run" / "progress.json")
    start = Barrier(4)

    def report(name: int) -> None:
        start.wait()
        for _ in range(200):
            progress(f"candidate {name}", 0.5)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(report, range(4)))
    assert json.loads((tmp_path / "run" / "progress.json").read_text())["done"] == 0.5


def test_an_unknown_run_is_named(environ: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """A run nobody requested cannot be trained."""
    assert main(["--run", "nobody"], environ) == 1
    assert "Training run 'nobody' is not known." in capsys.readouterr().err
