"""A program that loads a window into copies of a database, each time killed at another point: its argument is a folder.

The folder has `load.db`, `restore.db`, `rows.parquet` and `lives.json`: for each life its name, what it does (`load` or
`restore`) and when it dies: before so many reads of the file, or (null) before its COMMIT.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from contracts.test_actuals_contract import AT, scenario

from shared.adapters.sql.database import open_database
from shared.adapters.sql.prediction.predictions import SqlPredictions
from shared.adapters.sql.prediction.restoring import SqlRestoring
from shared.prediction.revision import Revision
from shared.prediction.window import Commit, Window

DECLARED = scenario()
# More than one batch of the loader, in more groups: the file is read again after rows went in.
ROWS, GROUP_ROWS = 20_000, 4_000
COMMIT = Commit(DECLARED.name, "w2", 2, "p", "f" * 64, ROWS, 0, "b" * 64, "m:2", "a", "r", "d", AT)


class Read(io.BytesIO):
    """A file that counts how often it is read, and may end the process before one of these times."""

    reads = 0

    def __init__(self, content: bytes, dies_at: int | None = None) -> None:
        super().__init__(content)
        self._dies_at = dies_at

    def read(self, size: int | None = -1, /) -> bytes:
        """Count, and read or die."""
        self.reads += 1
        if self.reads == self._dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().read(size)


def put(engine: sa.Engine, verb: str, file: Read) -> None:
    """Load the window, or put it back."""
    if verb == "load":
        SqlPredictions(engine).load(DECLARED, COMMIT, file)
        return
    window = Window(DECLARED.name, COMMIT.window, COMMIT.ordinal, (), "committed", AT)
    revision = Revision(COMMIT.window, 1, AT)
    SqlRestoring(engine).restore(DECLARED, COMMIT, file, revision=revision, window=window, correction=None)


def live(folder: Path, name: str, verb: str, dies_at: int | None) -> None:
    """One life, in a process of its own."""
    engine = open_database(f"sqlite:///{folder}/{name}.db")
    SqlPredictions(engine).prepare(DECLARED)
    if dies_at is None:
        sa.event.listen(engine, "commit", lambda _: os.kill(os.getpid(), signal.SIGKILL))
    put(engine, verb, Read((folder / "rows.parquet").read_bytes(), dies_at))


def main(folder: Path) -> list[Any]:
    """The signal that ended each life."""
    ends = []
    for name, verb, dies_at in json.loads((folder / "lives.json").read_text()):
        shutil.copy(folder / f"{verb}.db", folder / f"{name}.db")
        child = os.fork()
        if child == 0:
            live(folder, name, verb, dies_at)
            os._exit(0)
        ends.append(os.WTERMSIG(os.waitpid(child, 0)[1]))
    return ends


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]))))
