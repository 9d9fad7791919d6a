"""Training in a child process that outlives the host; a file lock, not a process id, shows whether it still works."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from shared.adapters.detached import kill, locked, start, still_there
from shared.core.errors import BadInput, Busy, Transient
from shared.training.model import Artefact
from shared.training.run import Run

COMMAND = (sys.executable, "-m", "model_training.run", "--run")
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")


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
            with locked(folder / "submit.lock", wait=True):
                self._submit(run, folder)
        except (OSError, subprocess.CalledProcessError) as error:
            raise Transient(f"The training of run {run.id} could not be started: {error}.") from error

    def _submit(self, run: Run, folder: Path) -> None:
        record = _record(folder, run)
        if record.exists() or self.alive(run):
            return
        environ = self._environ | {"MLOPS_HOME": str(self._home)}
        start(record, (*self._command, run.id), environ, folder / "log.txt")

    def started(self, run: Run) -> bool:
        """Return whether the attempt left its record."""
        return _record(run_folder(run.id, self._home), run).exists()

    def alive(self, run: Run) -> bool:
        """Return whether a worker holds the run's lock, or the attempt's process runs and has not taken it yet."""
        folder = run_folder(run.id, self._home)
        if not folder.is_dir():
            return False
        try:
            with locked(folder / "attempt.lock", wait=False):
                return still_there(_record(folder, run))
        except Busy:
            return True

    def cancel(self, run: Run) -> None:
        """Kill the worker of the run's newest attempt with all processes that it started."""
        folder = run_folder(run.id, self._home)
        if not folder.is_dir():
            return
        with locked(folder / "submit.lock", wait=True):
            kill(_record(folder, run))

    def result(self, run: Run) -> Artefact | None:  # noqa: ARG002 - the port's signature
        """Return None: the worker registers its model itself."""
        return None


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
    with locked(folder / "attempt.lock", wait=False):
        yield


def run_folder(run_id: str, home: Path) -> Path:
    """Return the folder of the run's worker; BadInput when the id could be a path."""
    if not _RUN_ID.fullmatch(run_id):
        raise BadInput(f"{run_id!r} is not a run id: letters, digits, dots, dashes and underscores are accepted.")
    return home / "runs" / run_id


def _record(folder: Path, run: Run) -> Path:
    return folder / f"attempt-{run.attempts}.json"
