"""Spark scores the shards of a window: the rows of the function itself, whatever is killed on the way."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from engine_runs import attempt, call, finish, land, rows_of, same_rows, served, until

from shared.adapters.detached import repository
from shared.core.addresses import SPARK_PYTHON
from shared.core.errors import Misconfigured
from shared.ports import Ports
from shared.prediction.shard import receipts_folder
from shared.prediction.sharding.attempts import scored_shards
from shared.settings import read_settings

NAME = "bank_marketing"
PYTHON = Path(os.environ.get(SPARK_PYTHON) or repository() / "build" / "spark-venv" / "bin" / "python")
needs_spark = pytest.mark.skipif(
    not (os.access(PYTHON, os.X_OK) and shutil.which("java")),
    reason="PySpark is not installed beside the project (make spark), or there is no Java",
)


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The rows of the function itself."""
    ports = served(tmp_path_factory.mktemp("process"), NAME, 100)
    land(ports, NAME, 1200)
    finish(ports, NAME)
    return {NAME: rows_of(ports, NAME)}


def _on_spark(home: Path, master: str) -> Ports:
    return served(home, NAME, 100, SCORER_URL=f"spark:{master}", **{SPARK_PYTHON: str(PYTHON)})


def _scored(ports: Ports) -> int:
    return len(scored_shards(ports, NAME, attempt(ports, NAME).window))


@needs_spark
def test_a_driver_that_is_killed_leaves_what_is_scored(tmp_path: Path, wanted: dict[str, Any]) -> None:
    """The next attempt has the other shards alone, and the rows are those of the function itself."""
    ports = _on_spark(tmp_path, "local[2]")
    land(ports, NAME, 1200)
    call(ports)
    until(lambda: _scored(ports) > 0, "the first receipt")
    ports.prediction.engine.cancel(attempt(ports, NAME))
    until(lambda: not ports.prediction.engine.alive(attempt(ports, NAME)), "the end of the driver")
    done = scored_shards(ports, NAME, attempt(ports, NAME).window)
    finish(ports, NAME)
    same_rows(rows_of(ports, NAME), wanted[NAME])
    second = attempt(ports, NAME)
    assert (second.attempt, {shard.number for shard in second.shards} & done.keys()) in [(2, set()), (1, {*done})]


def _executors(pid: int) -> Iterator[int]:
    """The executors of that driver's session."""
    session = os.getsid(pid)
    for folder in Path("/proc").iterdir():
        try:
            is_one = b"CoarseGrainedExecutorBackend" in (folder / "cmdline").read_bytes()
            if folder.name.isdigit() and is_one and os.getsid(int(folder.name)) == session:
                yield int(folder.name)
        except OSError:
            continue


@needs_spark
@pytest.mark.whole_only
def test_an_executor_that_is_killed_a_damaged_shard_and_a_job_that_ends_twice(
    tmp_path: Path, wanted: dict[str, Any]
) -> None:
    """Executors are processes of their own, of which one dies in the middle; the rows are the same all the same."""
    ports = _on_spark(tmp_path, "local-cluster[2,1,1024]")
    land(ports, NAME, 1200)
    call(ports)
    first = attempt(ports, NAME)
    damaged = tmp_path / "lake" / first.shards[-1].files[0].path
    damaged.write_bytes(damaged.read_bytes()[:100])
    until(lambda: _scored(ports) > 0, "the first receipt")
    record = json.loads((tmp_path / "scoring" / first.name / "driver.json").read_text())
    os.kill(next(_executors(record["pid"])), signal.SIGKILL)
    finish(ports, NAME)
    same_rows(rows_of(ports, NAME), wanted[NAME])
    command = [PYTHON, "-m", "model_training.engines.spark_driver", "--lake", f"file:{tmp_path / 'lake'}"]
    environ = {**os.environ, "PYTHONPATH": str(repository()), "PYSPARK_PYTHON": str(PYTHON)}
    again = [*command, "--work", first.path, "--master", "local[1]"]
    subprocess.run(again, env=environ, cwd=repository(), check=True, capture_output=True)
    call(ports)
    same_rows(rows_of(ports, NAME), wanted[NAME])


@needs_spark
@pytest.mark.whole_only
def test_a_job_of_the_service_brings_its_code(tmp_path: Path, wanted: dict[str, Any]) -> None:
    """Its entry runs as a file from anywhere; executors know this code by what the driver sends them alone."""
    ports = _on_spark(tmp_path, "local[1]")
    land(ports, NAME, 1200)
    call(ports)
    work = attempt(ports, NAME)
    ports.prediction.engine.cancel(work)
    until(lambda: not ports.prediction.engine.alive(work), "the end of the driver")
    for receipt in (tmp_path / "lake" / receipts_folder(NAME, work.window)).glob("*.json"):
        receipt.unlink()
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environ |= {"PYSPARK_PYTHON": str(PYTHON), "PYSPARK_SUBMIT_ARGS": "--master local-cluster[1,1,1024] pyspark-shell"}
    entry = repository() / "model_training" / "engines" / "spark_job.py"
    command = [PYTHON, entry, "--lake", f"file:{tmp_path / 'lake'}", "--work", work.path]
    done = subprocess.run(command, env=environ, cwd=tmp_path, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    assert _scored(ports) == len(work.shards)
    finish(ports, NAME)
    same_rows(rows_of(ports, NAME), wanted[NAME])


@needs_spark
@pytest.mark.whole_only
def test_machines_are_scored_on_spark_too(tmp_path: Path) -> None:
    """Several tables a shard, feature code in the worker with an older pandas: ids and answers are the same."""
    name = "predictive_maintenance"
    url = {"SCORER_URL": "spark:local[2]", SPARK_PYTHON: str(PYTHON)}
    spark, here = served(tmp_path / "spark", name, 1500, **url), served(tmp_path / "here", name, 1500)
    for ports in (spark, here):
        land(ports, name, 4400)
        finish(ports, name)
    same_rows(rows_of(spark, name), rows_of(here, name))


def test_spark_is_never_part_of_the_function_app() -> None:
    """No requirement of it names PySpark, and only the driver's function imports it."""
    assert "pyspark" not in (repository() / "requirements.txt").read_text()
    importing = [
        path.relative_to(repository()).as_posix()
        for top in ("functions", "shared", "model_training", "local")
        for path in (repository() / top).rglob("*.py")
        if "import pyspark" in path.read_text() or "from pyspark" in path.read_text()
    ]
    assert importing == ["model_training/engines/spark_driver.py"]


def test_a_cluster_or_a_python_that_there_is_not_is_named(tmp_path: Path) -> None:
    """With what would be accepted."""
    with pytest.raises(Misconfigured, match=r"local-cluster\["):
        read_settings({"SCORER_URL": "spark:everywhere"})
    ports = served(tmp_path, NAME, 100, SCORER_URL="spark:local[2]", **{SPARK_PYTHON: str(tmp_path / "no")})
    land(ports, NAME, 200)
    call(ports)
    entry = ports.core.history.find("window", f"{NAME}/{attempt(ports, NAME).window}")
    assert entry is not None
    assert "make spark" in entry.reason
