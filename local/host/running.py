"""The lock of a home: at most one host holds it, other processes can ask which, and it ends with its process."""

from __future__ import annotations

import fcntl
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from shared.core.errors import Conflict

_LOCK, _FACTS = "host.lock", "host.json"
# A query holds the lock for a moment, so a host that starts tries several times.
_TRIES, _PAUSE = 10, 0.05


@dataclass(frozen=True, slots=True)
class RunningHost:
    """The host that runs on a home; both are 0 while it starts."""

    pid: int
    port: int


def running_host(home: Path) -> RunningHost | None:
    """The host that runs on this home, or None; correct also right after a kill -9, which releases the lock."""
    try:
        lock = (home / _LOCK).open("rb")
    except FileNotFoundError:
        return None
    with lock:
        return None if _try_lock(lock, fcntl.LOCK_SH) else _facts(home)


def _facts(home: Path) -> RunningHost:
    try:
        facts = json.loads((home / _FACTS).read_bytes())
        return RunningHost(int(facts["pid"]), int(facts["port"]))
    except (OSError, ValueError, KeyError):
        return RunningHost(0, 0)


def _try_lock(file: IO[bytes], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class HomeLock:
    """The lock that the one host of a home holds while it runs."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._file: IO[bytes] | None = None

    def acquire(self) -> None:
        """Take the lock; Conflict names the host that holds it."""
        self._home.mkdir(parents=True, exist_ok=True)
        file = (self._home / _LOCK).open("ab")
        for _ in range(_TRIES):
            if _try_lock(file, fcntl.LOCK_EX):
                self._file = file
                (self._home / _FACTS).unlink(missing_ok=True)
                return
            time.sleep(_PAUSE)
        file.close()
        other = _facts(self._home)
        raise Conflict(f"A host already runs on this home (process {other.pid}, port {other.port}); stop it first.")

    def announce(self, port: int) -> None:
        """Write down process and port for other processes."""
        partial = self._home / f".{_FACTS}.tmp"
        partial.write_text(json.dumps({"pid": os.getpid(), "port": port}), encoding="utf-8")
        partial.replace(self._home / _FACTS)

    def release(self) -> None:
        """Release the lock."""
        if self._file is not None:
            (self._home / _FACTS).unlink(missing_ok=True)
            self._file.close()
            self._file = None
