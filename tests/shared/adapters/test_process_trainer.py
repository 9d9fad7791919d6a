"""Training in a child process: started once, noticed when gone, independent of whoever started it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.adapters.process_trainer import NoTrainer, ProcessTrainer, hold_run
from shared.core.errors import BadInput, Busy, Transient
from shared.training.run import Run

AT = datetime(2024, 1, 1, tzinfo=UTC)
RUN = Run("adult-1", "adult", "d1", "adult/d1/1", "requested", 1, "", AT, AT)
# A worker as model_training.run is one: it holds its run, notes that it started, and works until it is told to end.
WORKER = """
import os, sys, time
from pathlib import Path
from shared.adapters.process_trainer import hold_run
home, run = Path(os.environ["MLOPS_HOME"]), sys.argv[1]
with hold_run(run, home):
    with (home / "started").open("a") as out:
        out.write(f"{os.getpid()} {os.getsid(0) == os.getppid()} {os.environ['CANARY']}\\n")
    print("working", flush=True)
    while not (home / "end").exists():
        time.sleep(0.01)
"""
COMMAND = (sys.executable, "-c", WORKER)


def wait_for(fact: Callable[[], object]) -> None:
    """Wait until the fact is true; fail after half a minute."""
    deadline = time.monotonic() + 300
    while not fact():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.005)


def started(home: Path) -> list[int]:
    """The process ids of all workers that ever got hold of the run."""
    place = home / "started"
    return [int(line.split()[0]) for line in place.read_text().splitlines()] if place.exists() else []


@pytest.fixture
def trainer(tmp_path: Path) -> ProcessTrainer:
    """A trainer whose command is the worker above."""
    return ProcessTrainer(tmp_path, {**os.environ, "CANARY": "sings"}, COMMAND)


def end(home: Path, trainer: ProcessTrainer, run: Run) -> None:
    """Let the worker end."""
    (home / "end").touch()
    wait_for(lambda: not trainer.alive(run))


def test_a_cancelled_run_has_no_worker(tmp_path: Path, trainer: ProcessTrainer) -> None:
    """It ends at once, whatever it does; a run that nobody works on is cancelled by doing nothing."""
    trainer.cancel(RUN)
    trainer.submit(RUN)
    wait_for(lambda: started(tmp_path))
    trainer.cancel(RUN)
    wait_for(lambda: not trainer.alive(RUN))
    trainer.cancel(RUN)
    assert trainer.started(RUN)


def test_a_run_is_started_once(tmp_path: Path, trainer: ProcessTrainer) -> None:
    """Alive from the first moment to the last, however often it is submitted."""
    assert not trainer.alive(RUN)
    trainer.submit(RUN)
    assert trainer.alive(RUN)
    for _ in range(3):
        trainer.submit(RUN)
    wait_for(lambda: started(tmp_path))
    assert trainer.alive(RUN)
    trainer.submit(RUN)
    end(tmp_path, trainer, RUN)
    trainer.submit(RUN)
    assert not trainer.alive(RUN)
    assert len(started(tmp_path)) == 1
    assert (tmp_path / "runs/adult-1/log.txt").read_text() == "working\n"
    assert (tmp_path / "started").read_text().split()[2] == "sings"


def test_two_hosts_start_it_once(tmp_path: Path, trainer: ProcessTrainer) -> None:
    """Another trainer on the same home sees the same run."""
    trainer.submit(RUN)
    other = ProcessTrainer(tmp_path, {**os.environ, "CANARY": "x"}, COMMAND)
    assert other.alive(RUN)
    other.submit(RUN)
    wait_for(lambda: started(tmp_path))
    end(tmp_path, other, RUN)
    assert len(started(tmp_path)) == 1


def test_a_killed_worker_is_noticed(tmp_path: Path, trainer: ProcessTrainer) -> None:
    """Kill -9 frees the run; the next attempt starts, the lost one is not started again."""
    trainer.submit(RUN)
    wait_for(lambda: started(tmp_path))
    os.kill(started(tmp_path)[0], signal.SIGKILL)
    wait_for(lambda: not trainer.alive(RUN))
    trainer.submit(RUN)
    assert not trainer.alive(RUN)
    second = replace(RUN, attempts=2)
    trainer.submit(second)
    assert trainer.alive(second)
    wait_for(lambda: len(started(tmp_path)) == 2)
    end(tmp_path, trainer, second)


def test_a_command_that_fails_at_once_is_not_alive(tmp_path: Path) -> None:
    """Its words are in the log."""
    trainer = ProcessTrainer(tmp_path, os.environ, (sys.executable, "-c", "raise SystemExit('no such step')"))
    trainer.submit(RUN)
    wait_for(lambda: not trainer.alive(RUN))
    assert "no such step" in (tmp_path / "runs/adult-1/log.txt").read_text()


def test_a_process_number_used_again_is_not_the_worker(tmp_path: Path, trainer: ProcessTrainer) -> None:
    """The record names the start time too: this very process has the number, and is not it."""
    folder = tmp_path / "runs/adult-1"
    folder.mkdir(parents=True)
    (folder / "attempt-1.json").write_text(json.dumps({"pid": os.getpid(), "started": "1"}))
    assert not trainer.alive(RUN)


def test_a_run_is_held_by_one(tmp_path: Path) -> None:
    """The second holder is told; after the first one the run is free."""
    with hold_run("r", tmp_path), pytest.raises(Busy, match="r"), hold_run("r", tmp_path):
        pass
    with hold_run("r", tmp_path):
        pass


def test_children_of_a_holder_do_not_hold(tmp_path: Path, trainer: ProcessTrainer) -> None:
    """A child that outlives the holder does not keep the run."""
    with hold_run(RUN.id, tmp_path):
        child = subprocess.Popen(["sleep", "30"], close_fds=False)
        assert trainer.alive(RUN)
    try:
        assert not trainer.alive(RUN)
    finally:
        child.kill()
        child.wait()


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "a\nb", "-x", "x" * 200])
def test_a_run_id_is_not_a_path(tmp_path: Path, trainer: ProcessTrainer, name: str) -> None:
    """Nothing is started for a name that could be one."""
    for call in (trainer.submit, trainer.alive):
        with pytest.raises(BadInput, match="not a run id"):
            call(replace(RUN, id=name))
    assert not (tmp_path / "runs").exists()


def test_a_start_that_fails_may_be_tried_again(tmp_path: Path) -> None:
    """No record is left by an attempt that was never started."""
    with pytest.raises(Transient, match="adult-1 could not be started"):
        ProcessTrainer(tmp_path, {"TOO_LONG": "x" * 10_000_000}, COMMAND).submit(RUN)
    trainer = ProcessTrainer(tmp_path, {**os.environ, "CANARY": ""}, COMMAND)
    trainer.submit(RUN)
    assert trainer.alive(RUN)
    wait_for(lambda: started(tmp_path))
    end(tmp_path, trainer, RUN)


def test_a_home_that_takes_no_files_is_a_passing_fault(tmp_path: Path, trainer: ProcessTrainer) -> None:
    """Nothing is started, so that no worker is without its record."""
    (tmp_path / "runs").write_text("no folder")
    with pytest.raises(Transient, match="adult-1 could not be started"):
        trainer.submit(RUN)
    (tmp_path / "runs").unlink()
    (tmp_path / "runs" / RUN.id / f".attempt-{RUN.attempts}.json").mkdir(parents=True)
    with pytest.raises(Transient, match="adult-1 could not be started"):
        trainer.submit(RUN)
    assert started(tmp_path) == []


def test_a_stopped_worker_can_be_ended(tmp_path: Path, trainer: ProcessTrainer) -> None:
    """One that hangs, even one that was stopped, holds the run until it is cancelled."""
    trainer.submit(RUN)
    wait_for(lambda: started(tmp_path))
    os.kill(started(tmp_path)[0], signal.SIGSTOP)
    assert trainer.alive(RUN)
    trainer.cancel(RUN)
    wait_for(lambda: not trainer.alive(RUN))


def test_no_trainer_starts_nothing() -> None:
    """For those who only read."""
    NoTrainer().submit(RUN)
    assert not NoTrainer().alive(RUN)
