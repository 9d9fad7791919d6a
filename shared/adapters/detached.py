"""Processes that outlive the host: started in the background, known by their number and their start."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import shared
from shared.core.errors import Busy

# A record has the same number of bytes whatever it holds.
_RECORD = 80
# Started in the background by a shell that ends at once: init, not this process, waits for the child.
_DETACH = '"$@" >>"$MLOPS_RUN_LOG" 2>&1 </dev/null & echo $!'


def start(record: Path, command: Sequence[str], environ: Mapping[str, str], log: Path) -> None:
    """Start the command in a session of its own and keep its record; OSError or CalledProcessError where it cannot."""
    # Before the process starts: a disk that is full is full now, and no worker is left without its record.
    partial = record.with_name(f".{record.name}")
    partial.write_text(json.dumps({"pid": 0, "started": ""}).ljust(_RECORD))
    line = ["/bin/sh", "-c", _DETACH, "sh", *command]
    done = subprocess.run(  # noqa: S603 - the caller's fixed command; whatever varies in it is an argument
        line,
        env={**environ, "MLOPS_RUN_LOG": str(log)},
        cwd=repository(),
        capture_output=True,
        text=True,
        check=True,
        start_new_session=True,
    )
    pid = int(done.stdout)
    with partial.open("r+") as out:
        out.write(json.dumps({"pid": pid, "started": _started(pid)}).ljust(_RECORD))
    partial.replace(record)


def still_there(record: Path) -> bool:
    """Return whether the recorded process runs, and not another one with its number."""
    try:
        known = json.loads(record.read_text())
    except FileNotFoundError:
        return False
    return bool(known["started"]) and _started(known["pid"]) == known["started"]


def kill(record: Path) -> None:
    """Kill the recorded process with all processes that it started."""
    if still_there(record):
        with suppress(ProcessLookupError):
            # The record has the start of the process, so the number has not passed to another process.
            os.killpg(os.getpgid(json.loads(record.read_text())["pid"]), signal.SIGKILL)


@contextmanager
def locked(path: Path, *, wait: bool) -> Iterator[None]:
    """Hold the lock of that file while the block works; Busy when another holds it and nobody waits."""
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


def repository() -> Path:
    """Return the folder that holds this project's packages."""
    return Path(shared.__file__).resolve().parent.parent


def _started(pid: int) -> str:
    """Return when the process started, in kernel ticks; empty when it has ended."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    # The command in parentheses may contain anything; after the last parenthesis come the state and numbers.
    state, *numbers = status.rpartition(")")[2].split()
    return "" if state in {"Z", "X"} else numbers[18]
