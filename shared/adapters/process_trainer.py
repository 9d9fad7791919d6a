"""Training in a child process that outlives the host; a file lock, not a process id, shows whether it still works."""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import shared
from shared.core.errors import BadInput, Busy, Transient
from shared.training.model import Artefact
from shared.training.run import Run

COMMAND = (sys.executable, "-m", "model_training.run", "--run")
# A record has the same number of bytes whatever it holds.
_RECORD = 80
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")
# Started in the background by a shell that ends at once: init, not this process, waits for the child.
_DETACH = '"$@" >>"$MLOPS_RUN_LOG" 2>&1 </dev/null & echo $!'


class ProcessTrainer:
    """Port `Trainer`: `<command> <run id>` in its own session, its output in `home/runs/<run>/log.txt`."""

    def __init__(self, home: Path, environ: Mapping[str, str], command: Sequence[str] = COMMAND) -> None:
        self._home = home
        self._environ = dict(environ)
        self._command = tuple(command)

    def submit(self, run: Run) -> None:
        """Start the attempt, unless it was started before or another attempt of the run still works."""
        folder = run_folder(run.id, self._home)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with _locked(folder / "submit.lock", wait=True):
                self._submit(run, folder)
        except OSError as error:
            raise Transient(f"The training of run {run.id} could not be started: {error}.") from error

    def _submit(self, run: Run, folder: Path) -> None:
        record = _record(folder, run)
        if record.exists() or self.alive(run):
            return
        # Before the process starts: a disk that is full is full now, and no worker is left without its record.
        partial = folder / f".{record.name}"
        partial.write_text(json.dumps({"pid": 0, "started": ""}).ljust(_RECORD))
        pid = self._start(run, folder)
        with partial.open("r+") as out:
            out.write(json.dumps({"pid": pid, "started": _started(pid)}).ljust(_RECORD))
        partial.replace(record)

    def started(self, run: Run) -> bool:
        """Return whether the attempt left its record."""
        return _record(run_folder(run.id, self._home), run).exists()

    def alive(self, run: Run) -> bool:
        """Return whether a worker holds the run's lock, or the attempt's process runs and has not taken it yet."""
        folder = run_folder(run.id, self._home)
        if not folder.is_dir():
            return False
        try:
            with _locked(folder / "attempt.lock", wait=False):
                return _still_there(_record(folder, run))
        except Busy:
            return True

    def cancel(self, run: Run) -> None:
        """Kill the worker of the run's newest attempt with all processes that it started."""
        folder = run_folder(run.id, self._home)
        if not folder.is_dir():
            return
        with _locked(folder / "submit.lock", wait=True):
            record = _record(folder, run)
            if _still_there(record):
                with suppress(ProcessLookupError):
                    # The record has the start of the process, so the number has not passed to another process.
                    os.killpg(os.getpgid(json.loads(record.read_text())["pid"]), signal.SIGKILL)

    def result(self, run: Run) -> Artefact | None:  # noqa: ARG002 - the port's signature
        """Return None: the worker registers its model itself."""
        return None

    def _start(self, run: Run, folder: Path) -> int:
        environ = self._environ | {"MLOPS_HOME": str(self._home), "MLOPS_RUN_LOG": str(folder / "log.txt")}
        line = ["/bin/sh", "-c", _DETACH, "sh", *self._command, run.id]
        try:
            started = subprocess.run(  # noqa: S603 - a fixed command; the run id was checked and is an argument
                line, env=environ, cwd=_repository(), capture_output=True, text=True, check=True, start_new_session=True
            )
        except subprocess.CalledProcessError as error:
            raise Transient(f"The training of run {run.id} could not be started: {error}.") from error
        return int(started.stdout)


class NoTrainer:
    """Port `Trainer` for readers and tests: it starts nothing."""

    def submit(self, run: Run) -> None:
        """Start nothing."""

    def started(self, run: Run) -> bool:  # noqa: ARG002 - the port's signature
        """Return False: nothing is started."""
        return False

    def alive(self, run: Run) -> bool:  # noqa: ARG002 - the port's signature
        """Return False: nothing runs."""
        return False

    def cancel(self, run: Run) -> None:
        """Do nothing: nothing runs."""

    def result(self, run: Run) -> Artefact | None:  # noqa: ARG002 - the port's signature
        """Return None: there is no model."""
        return None


@contextmanager
def hold_run(run_id: str, home: Path) -> Iterator[None]:
    """Hold the lock of the run while the block works on it; Busy when another worker holds it.

    The operating system releases the lock when the process ends, however it ends.
    """
    folder = run_folder(run_id, home)
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder / "attempt.lock", wait=False):
        yield


def run_folder(run_id: str, home: Path) -> Path:
    """Return the folder of the run's worker; BadInput when the id could be a path."""
    if not _RUN_ID.fullmatch(run_id):
        raise BadInput(f"{run_id!r} is not a run id: letters, digits, dots, dashes and underscores are accepted.")
    return home / "runs" / run_id


@contextmanager
def _locked(path: Path, *, wait: bool) -> Iterator[None]:
    # Python opens the file so that no child inherits it: a child would hold the lock for its parent.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise Busy(f"Another worker holds {path.parent.name}.") from None
        yield
    finally:
        os.close(descriptor)


def _record(folder: Path, run: Run) -> Path:
    return folder / f"attempt-{run.attempts}.json"


def _still_there(record: Path) -> bool:
    """Return whether the recorded process runs, and not another one with its number."""
    try:
        known = json.loads(record.read_text())
    except FileNotFoundError:
        return False
    return bool(known["started"]) and _started(known["pid"]) == known["started"]


def _started(pid: int) -> str:
    """Return when the process started, in kernel ticks; empty when it has ended."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    # The command in parentheses may contain anything; after the last parenthesis come the state and numbers.
    state, *numbers = status.rpartition(")")[2].split()
    return "" if state in {"Z", "X"} else numbers[18]


def _repository() -> Path:
    return Path(shared.__file__).resolve().parent.parent
