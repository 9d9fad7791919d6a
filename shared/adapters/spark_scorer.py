"""Scoring of shards by Spark: its driver is a child process with an environment of its own, PySpark is not ours."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from shared.adapters.detached import kill, locked, repository, start, still_there
from shared.core.addresses import SPARK_PYTHON
from shared.core.errors import Misconfigured, Transient

if TYPE_CHECKING:
    from shared.prediction.shard import ShardWork

_MODULE = ("-m", "model_training.engines.spark_driver")


class SparkScorer:
    """Port `ScoringEngine`: a driver for each attempt, its output in `home/scoring/<attempt>/log.txt`."""

    def __init__(self, home: Path, master: str, lake_url: str, credential: str, environ: Mapping[str, str]) -> None:
        self._home = home
        self._master = master
        self._lake = ("--lake", lake_url, "--credential", credential)
        self._environ = dict(environ)

    def started(self, work: ShardWork) -> bool:
        """Return whether the attempt left its record on this machine."""
        return self._record(work).exists()

    def alive(self, work: ShardWork) -> bool:
        """Return whether the attempt's driver runs."""
        return still_there(self._record(work))

    def submit(self, work: ShardWork) -> None:
        """Start the attempt's driver, unless it was started before."""
        record = self._record(work)
        try:
            record.parent.mkdir(parents=True, exist_ok=True)
            with locked(record.parent / "submit.lock", wait=True):
                if not record.exists():
                    start(record, self.command(work), self.driver_environ(), record.parent / "log.txt")
        except (OSError, subprocess.CalledProcessError) as error:
            raise Transient(f"The Spark driver of {work.name} could not be started: {error}.") from error

    def cancel(self, work: ShardWork) -> None:
        """Kill the driver; its executors end with it."""
        kill(self._record(work))

    def command(self, work: ShardWork) -> tuple[str, ...]:
        """Return the command of the attempt's driver."""
        return (self._python(), *_MODULE, *self._lake, "--work", work.path, "--master", self._master)

    def driver_environ(self) -> dict[str, str]:
        """Return its environment: workers must be the driver's own Python, whatever the machine calls `python3`."""
        found = {**os.environ, **self._environ, "PYTHONPATH": str(repository())}
        return {**found, "PYSPARK_PYTHON": self._python(), "PYSPARK_DRIVER_PYTHON": self._python()}

    def _record(self, work: ShardWork) -> Path:
        return self._home / "scoring" / work.name / "driver.json"

    def _python(self) -> str:
        python = Path(self._environ.get(SPARK_PYTHON) or repository() / "build" / "spark-venv" / "bin" / "python")
        if not os.access(python, os.X_OK):
            raise Misconfigured(
                SPARK_PYTHON, f"names {str(python)!r}, which is no program", "a Python with PySpark: make spark"
            )
        return str(python)
