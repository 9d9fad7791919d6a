"""SQL at the price of a process that runs for days: most tests open a new database, and would pay each time for that.

A new database is a copy of one whose schema was made once. Statements that were compiled for one engine on SQLite serve
all of them.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from shared.adapters.sql.database import open_database


def new_database(file: Path) -> None:
    """Make an empty database with today's schema, unless there is one."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_empty())


def compile_once() -> None:
    """Let all engines on SQLite share what they compile; other dialects differ by what their server can do."""
    compiled = _Compiled()

    @event.listens_for(Engine, "engine_connect")
    def share(connection: Connection) -> None:
        engine = connection.engine
        if connection.dialect.name == "sqlite" and "compiled_cache" not in engine.get_execution_options():
            engine.update_execution_options(compiled_cache=compiled)


@cache
def _empty() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mlops.db"
        open_database(f"sqlite:///{file}").dispose()
        return file.read_bytes()


class _Compiled(dict[Any, Any]):
    """Keys begin with a dialect, of which each engine has its own: its name and driver stand for it."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_shared(key), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_shared(key), value)


def _shared(key: Any) -> tuple[Any, ...]:
    dialect, *rest = key
    return (dialect.name, dialect.driver, *rest)
