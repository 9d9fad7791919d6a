"""The training worker: `python -m model_training.run --run RUN_ID`, settings from the environment.

While a disk is full or something outside does not answer, the worker waits and goes on where it was: that is no attempt
that failed. Exit code 0: the run is completed. 1: it failed, with its reason in the state. 75: another worker has it,
or nothing answered for three hours; the state stays open and the watcher of runs starts it again.
"""

from __future__ import annotations

import argparse
import errno
import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

from model_training.runtime.memory import give_back
from model_training.runtime.threads import limit
from shared.alerts.delivery import publish_and_alert
from shared.core.errors import Busy, Conflict, Fault, Missing, Transient
from shared.core.ledger import Kind, State
from shared.core.wording import visible
from shared.ports import Ports
from shared.training.model import Model
from shared.training.registration import register

TRY_AGAIN = 75
# Full, or read-only: nothing is wrong with the data or the training.
_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})


# Less than the watcher waits for a worker that hangs.
_LONGEST_PAUSE, _PATIENCE = 300.0, 3 * 3600.0


def main(
    arguments: Sequence[str] | None = None,
    environ: Mapping[str, str] = os.environ,
    pause: Callable[[float], object] = time.sleep,
) -> int:
    """Train the named run; returns the exit code that the module describes."""
    parser = argparse.ArgumentParser(prog="python -m model_training.run", description=__doc__)
    parser.add_argument("--run", required=True, metavar="RUN_ID", help="the id of a requested training run")
    run_id = parser.parse_args(arguments).run
    waited, seconds = 0.0, 5.0
    while True:
        try:
            return _work(run_id, environ)
        except Fault as fault:
            _log(visible(fault.reason))
            if fault.permanent:
                return 1
            if isinstance(fault, Busy) or waited >= _PATIENCE:
                return TRY_AGAIN
        pause(seconds)
        waited, seconds = waited + seconds, min(2 * seconds, _LONGEST_PAUSE)


def _work(run_id: str, environ: Mapping[str, str]) -> int:
    try:
        return work(run_id, environ)
    except OSError as error:
        if error.errno not in _DISK:
            raise
        raise _no_room(error) from error


def _no_room(error: OSError) -> Transient:
    return Transient(f"The disk that the run works on takes no data ({error.strerror}).")


def _log(text: str) -> None:
    """A line of the worker's log, which may lie on the disk that is full."""
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)  # noqa: T201 - the worker's log


def work(run_id: str, environ: Mapping[str, str]) -> int:
    """Train while holding the run, so that no other worker takes it."""
    from model_training.scenarios import SCENARIOS
    from shared.adapters.process_trainer import hold_run
    from shared.bootstrap import build_ports
    from shared.settings import read_settings

    home = read_settings(environ).home
    ports = build_ports(environ, SCENARIOS)
    with hold_run(run_id, home):
        folder = home / "runs" / run_id
        exit_code = train_run(ports, run_id, Progress(folder / "progress.json"), folder)
        if exit_code is None:
            return 0
        # Tracking comes last: the model is registered by now.
        _track(ports, run_id, folder, home)
        return exit_code


def train_run(ports: Ports, run_id: str, progress: Callable[..., None], folder: Path) -> int | None:
    """Train the run, register its model and record the outcome: 0 completed, 1 failed, None when it was done before."""
    return _finish(ports, run_id, progress, folder) if _begin(ports, run_id) else None


class Progress:
    """Writes each step to stderr and, atomically, to a small JSON file that others read.

    Candidates that are fitted in parallel report from their own threads.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._writing = Lock()

    def __call__(self, step: str, done: float, **facts: Any) -> None:
        """`done` is the share of the whole run, 0 to 1; facts: phase, candidate, of, best, seconds_left."""
        partial = self._path.with_name(f".{self._path.name}")
        with self._writing:
            _log(f"{done:4.0%} {step}")
            partial.write_text(json.dumps({"step": step, "done": done, **facts}))
            partial.replace(self._path)


def _begin(ports: Ports, run_id: str) -> bool:
    """Start the run; False when it has completed. Conflict when it has failed."""
    if ports.training.runs.move(run_id, "requested", "running", "The training worker has started."):
        return True
    run = ports.training.runs.find(run_id)
    if run is None:
        raise Missing(f"Training run {run_id!r} is not known.")
    if run.state == "failed":
        raise Conflict(f"Training run {run_id!r} has failed: {run.reason} Request a new one.")
    # Running, but no worker held it: its worker was killed, and this one takes over.
    return run.state == "running"


def _finish(ports: Ports, run_id: str, progress: Callable[..., None], folder: Path) -> int:
    try:
        model = _train(ports, run_id, progress, folder)
    except Fault as fault:
        if not fault.permanent:
            raise
        return _fail(ports, run_id, fault.reason)
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _DISK:
            raise _no_room(error) from error
        traceback.print_exc()
        return _fail(ports, run_id, f"Training stopped with an unexpected {type(error).__name__}: {error}")
    reason = f"Registered as {model.id}."
    ports.training.runs.move(run_id, "running", "completed", reason)
    ports.core.ledger.note(Kind.TRAIN, run_id, State.DONE, reason)
    publish_and_alert(ports)
    progress(reason, 1.0)
    return 0


def _train(ports: Ports, run_id: str, progress: Callable[..., None], folder: Path) -> Model:
    from model_training.runs.training import train_artefact

    artefact = train_artefact(ports, run_id, progress, folder)
    progress("registering the model", 0.97)
    return register(ports, artefact)


def _track(ports: Ports, run_id: str, folder: Path, home: Path) -> None:
    """Track the run; a failure of tracking is printed and does not fail the run."""
    from model_training.runs.tracking import TrackedRun, track

    run = ports.training.runs.find(run_id)
    if run is None:
        return
    try:
        outcome = track(TrackedRun(run.id, run.scenario, folder, run.state == "failed", run.reason), home)
    except Exception as error:  # noqa: BLE001 - an error of MLflow does not undo the model
        outcome = f"The run is not tracked: {type(error).__name__}: {error}"
    _log(outcome)


def _fail(ports: Ports, run_id: str, reason: str) -> int:
    _log(visible(reason))
    ports.training.runs.move(run_id, "running", "failed", reason)
    ports.core.ledger.note(Kind.TRAIN, run_id, State.FAILED, reason)
    return 1


if __name__ == "__main__":
    # Before anything numeric is imported: the libraries read this once.
    limit(os.environ)
    give_back()
    sys.exit(main())
