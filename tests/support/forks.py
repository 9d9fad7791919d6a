"""A process that forks a child for each life that a test lets end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

LIVES = Path(__file__).with_name("lives.py")
# Libraries in C that start threads when they are imported: whoever forks wants none.
_NO_THREAD = "background_thread:false"
ALONE = {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": _NO_THREAD, "_RJEM_MALLOC_CONF": _NO_THREAD}


class Forks:
    """A server process that has imported everything, started no thread, and forks a child for each life."""

    def __init__(self) -> None:
        line = [sys.executable, str(LIVES)]
        self._server = subprocess.Popen(
            line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | ALONE
        )

    def live(self, what: str, home: Path, calls: int | None = None) -> int:
        """Run `script` or `recover` in a child; its exit code (negative: the signal that ended it)."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps([what, str(home), calls]) + "\n")
        self._server.stdin.flush()
        return int(self._server.stdout.readline())

    def close(self) -> None:
        """End the server."""
        self._server.communicate()
