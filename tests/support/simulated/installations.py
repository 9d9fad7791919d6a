"""Where a life takes place: in memory, or on a folder with its SQLite database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from lives import AtOnce
from memory.ports import memory_ports
from memory.store import Memory
from ports_with import ports_with
from world import Clock, InlineTrainer

from local.host.database import HostDatabase
from shared.adapters.onnx.model import OnnxModel
from shared.bootstrap import build_ports
from shared.core.ports import Clock as Now
from shared.ports import Ports
from shared.serving.ports import LoadedModel
from shared.training.run import Run
from simulated.engine import Jobs
from simulated.traits import SHARD_ROWS, Traits

HOSTS = ("a", "b")


class Installation(Protocol):
    """One lake and one database, on which several hosts work."""

    clock: Clock
    traits: Traits
    # The service that scores shards, whoever asks.
    engine: Jobs

    def ports(self, owner: str, clock: Now) -> Ports:
        """The ports of a process of that host."""
        ...

    def host_database(self, owner: str) -> HostDatabase:
        """The host's own queue and timers, which survive its end."""
        ...

    def events(self) -> list[Mapping[str, Any]]:
        """What was published since the last call."""
        ...

    def rows(self, scenario: str) -> Mapping[str, int]:
        """How many prediction rows SQL has of each window."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


class Quick(AtOnce):
    """The real scoring, which loads each graph once and rehearses in this process."""

    def load(self, onnx: bytes, manifest: Mapping[str, Any]) -> LoadedModel:
        """The model, from before where it was loaded before."""
        return _loaded(onnx, json.dumps(manifest, sort_keys=True))


class Remembering(OnnxModel):
    """A graph that runs once for each matrix: gates of all lives ask it for the same rows."""

    def _run(self, values: np.ndarray) -> np.ndarray:
        answers: dict[tuple[Any, bytes], np.ndarray] = self.__dict__.setdefault("answers", {})
        key = (values.shape, values.tobytes())
        if key not in answers:
            answers[key] = super()._run(values)
        return answers[key].copy()


@lru_cache(maxsize=256)
def _loaded(onnx: bytes, manifest: str) -> LoadedModel:
    made = Remembering.__new__(Remembering)
    made.__dict__.update(vars(AtOnce().load(onnx, json.loads(manifest))))
    return made


class TinyTrainer(InlineTrainer):
    """Trains at once: each run another model, which is a little better the later it came."""

    def submit(self, run: Run) -> None:
        """Train and register."""
        assert self.ports is not None
        self.weight = 1.0 + len(self.ports.training.runs.list())
        super().submit(run)


def trained_here(ports: Ports, engine: Jobs) -> Ports:
    """The ports with training at once in this process, quick scoring, and small shards that the engine scores."""
    trainer, sharding = TinyTrainer(), replace(ports.prediction.sharding, shard_rows=SHARD_ROWS)
    changed = ports_with(ports, training__trainer=trainer, serving__scoring=Quick())
    trainer.ports = ports_with(changed, prediction__engine=engine, prediction__sharding=sharding)
    return trainer.ports


class InMemory:
    """An installation of dictionaries."""

    def __init__(self, traits: Traits) -> None:
        self.clock, self.traits, self.engine = Clock(), traits, Jobs()
        self.memory = Memory()
        self._databases = {owner: HostDatabase(Path(":memory:")) for owner in HOSTS}

    def ports(self, owner: str, clock: Now) -> Ports:
        """The ports of a process of that host."""
        made = memory_ports(self.memory, self.traits.environ, self.traits.scenarios, clock, owner)
        return trained_here(made, self.engine)

    def host_database(self, owner: str) -> HostDatabase:
        """The host's own queue and timers."""
        return self._databases[owner]

    def events(self) -> list[Mapping[str, Any]]:
        """What was published since the last call."""
        events = list(self.memory.rows["event"].values())
        self.memory.rows["event"].clear()
        return events

    def rows(self, scenario: str) -> Mapping[str, int]:
        """How many prediction rows there are of each window."""
        return _counted(row["window"] for row in self.memory.rows[f"predictions of {scenario}"].values())

    def close(self) -> None:
        """Let go of the hosts' databases."""
        for database in self._databases.values():
            database.close()


def _counted(windows: Iterable[str]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for window in windows:
        found[window] = found.get(window, 0) + 1
    return found


class OnDisk:
    """An installation on a folder and SQLite, as on a laptop."""

    def __init__(self, home: Path, traits: Traits) -> None:
        self.clock, self.traits, self.engine = Clock(), traits, Jobs()
        # The lake tells when a file came by the clock of its machine.
        self.clock.now = datetime.now(UTC)
        self._home = home
        self._environ = {"TRAINER_URL": "none:", "QUIET_SECONDS": "0", **traits.environ}
        self._databases = {owner: HostDatabase(home / owner / "host.db") for owner in HOSTS}
        self._opened: list[Ports] = []

    def ports(self, owner: str, clock: Now) -> Ports:
        """The ports of a process of that host: a home of its own on the shared lake and database."""
        shared = {"LAKE_URL": f"file:{self._home / 'lake'}", "DATABASE_URL": f"sqlite:///{self._home}/mlops.db"}
        environ = {"MLOPS_HOME": str(self._home / owner), **shared, **self._environ}
        built = build_ports(environ, self.traits.scenarios, clock)
        self._opened.append(built)
        return trained_here(built, self.engine)

    def host_database(self, owner: str) -> HostDatabase:
        """The host's own queue and timers."""
        return self._databases[owner]

    def events(self) -> list[Mapping[str, Any]]:
        """What was published since the last call."""
        found = []
        for file in sorted(self._home.glob("*/eventgrid/inbox/*.json")):
            found.append(json.loads(file.read_text()))
            file.unlink()
        return found

    def rows(self, scenario: str) -> Mapping[str, int]:
        """How many prediction rows SQL has of each window."""
        table = f"predictions_{scenario}"
        engine = self._opened[0].core.history._engine  # type: ignore[attr-defined]
        with engine.connect() as connection:
            there = "SELECT 1 FROM sqlite_master WHERE name = ?"
            if connection.exec_driver_sql(there, (table,)).fetchone() is None:
                return {}
            window = f"\"window\" w ON w.ordinal = p.prediction_id >> 32 AND w.scenario = '{scenario}'"
            query = f"SELECT w.id, count(*) FROM {table} p JOIN {window} GROUP BY 1"  # noqa: S608 -- our own names
            return dict(connection.exec_driver_sql(query).fetchall())

    def close(self) -> None:
        """Let go of the databases."""
        for database in self._databases.values():
            database.close()
        for ports in self._opened:
            ports.core.history._engine.dispose()  # type: ignore[attr-defined]


def in_memory(seed: int) -> Installation:
    """The installation of that seed, in memory."""
    return InMemory(Traits.of(seed))


def on_disk(home: Path, seed: int) -> Installation:
    """The installation of that seed, on a folder and SQLite."""
    return OnDisk(home, Traits.of(seed))
