"""The mlops command as a person runs it: in its own process and home, with an exit code and two streams.

The process is forked from one that has imported the command; `up` starts a new interpreter.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import forked_command
import httpx

from shared.settings import NAMES

REPOSITORY = Path(__file__).resolve().parents[2]
REAL_DATA = REPOSITORY.parent / "shared" / "data"
COMMAND = (sys.executable, "-m", "local.cli")
UNTRACKED = {"PYTHONPATH": str(Path(__file__).with_name("untracked"))}
_SCHEDULES = ("PLAN_SCHEDULE", "RECONCILE_SCHEDULE", "MONITOR_SCHEDULE", "RETENTION_SCHEDULE")


@dataclass(frozen=True, slots=True)
class Answer:
    """How the command ended."""

    arguments: tuple[str, ...]
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value that stands on standard output."""
        return json.loads(self.out)

    @property
    def sentence(self) -> str:
        """The one sentence on standard error, without the command's name."""
        (line,) = self.err.strip().splitlines()
        assert line.startswith("mlops: "), line
        return line.removeprefix("mlops: ")


@dataclass(frozen=True, slots=True)
class Up:
    """A running `mlops up`."""

    process: subprocess.Popen[str]
    port: int
    key: str

    def client(self) -> httpx.Client:
        """Requests with the function key."""
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}/api/", headers={"x-functions-key": self.key})

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.process.kill()
        self.process.wait()


class Command:
    """`mlops` on one home; `settings` are the environment's."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        # A host that a test kills makes the next one wait for nothing.
        usual = {"TRAINING_PROFILE": "demo", "QUIET_SECONDS": "0", "LOCAL_WAITS": "0"}
        self.settings = {**UNTRACKED, **usual, **settings}

    def __call__(self, *arguments: object, **settings: str) -> Answer:
        """Run to the end; the output never has a stack trace."""
        words = tuple(str(argument) for argument in arguments)
        code, out, err = forked_command.run(words, self.environ(**settings))
        assert "Traceback" not in out + err
        return Answer(words, code, out, err)

    def environ(self, **settings: str) -> dict[str, str]:
        """This process's environment without settings of the project, and with those of the test."""
        ours = {*NAMES, *_SCHEDULES}
        kept = {name: value for name, value in os.environ.items() if name not in ours}
        return {**kept, "MLOPS_HOME": str(self.home), **self.settings, **settings}

    @contextmanager
    def up(self) -> Iterator[Up]:
        """`mlops up` on a free port for the time of the block."""
        line = [*COMMAND, "up", "--port", "0", "--json"]
        log = (self.home.parent / "up.log").open("a")
        process = subprocess.Popen(
            line, env=self.environ(), cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=log, text=True
        )
        with log, process:
            try:
                assert process.stdout is not None
                port = json.loads(process.stdout.readline())["port"]
                keys = json.loads((self.home / "keys.json").read_text())
                yield Up(process, port, keys["functionKeys"][0]["value"])
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(300)

    def sql(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the project's database, read the way any tool reads SQLite."""
        with closing(sqlite3.connect(f"file:{self.home / 'mlops.db'}?mode=ro", uri=True, timeout=10)) as connection:
            return connection.execute(query, values).fetchall()

    def lake(self, path: str) -> Path:
        """A blob's file."""
        return self.home / "lake" / path


def until[T](ask: Callable[[], T], what: str, seconds: float = 600) -> T:
    """What `ask` returns as soon as it is true; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := ask()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.02)
    return found
