"""The embedded model registry: files in the lake, the row that makes them visible in SQL."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, bindparam, func, insert, select, update

from shared.adapters.sql.connection.transactions import read, rows_changed, take_turn, write
from shared.adapters.sql.ledger.outbox import add_notice
from shared.adapters.sql.schema.tables import model_version as table
from shared.core.errors import BadInput, Conflict, Missing
from shared.core.notice import Notice
from shared.core.ports import Lake
from shared.training.model import MANIFEST, MODEL, REFIT, Artefact, Model

REGISTERED = "Microsoft.MachineLearningServices.ModelRegistered"
SOURCE = "/mlops/registry"
_RESERVED = "reserved"
_JUDGED = ("accepted", "refused", "undecided")
_ALL = select(table).where(table.c.state != _RESERVED).order_by(table.c.created_at, table.c.name, table.c.version)
_OF_NAME = _ALL.where(table.c.name == bindparam("name"))
_ONE = _OF_NAME.where(table.c.version == bindparam("version"))
_OF_RUN = select(table).where(table.c.run == bindparam("run"))
# At most this many folders, left in the lake by a lost database, are skipped.
_MOVES = 1000


class LocalRegistry:
    """Port `Registry`: a version is reserved, its files are stored, then it becomes visible with its notice."""

    def __init__(self, engine: Engine, lake: Lake, clock: Callable[[], datetime], *, raises_event: bool = True) -> None:
        """Without `raises_event` another component raises ModelRegistered."""
        self._raises_event = raises_event
        self._engine = engine
        self._lake = lake
        self._clock = clock

    def register(self, artefact: Artefact) -> Model:
        """Store the artefact under the next version; registering the same run again returns the same model.

        A reservation belongs to one run and one sha256, so a paused rival with other bytes can never publish them.
        """
        sha256 = hashlib.sha256(artefact.onnx).hexdigest()
        for _ in range(_MOVES):
            row = self._reserve(artefact, sha256)
            if row.state != _RESERVED:
                return _read(row)
            if not self._store_onnx(row.folder, artefact.onnx, sha256):
                self._move_on(row)
                continue
            shown = self._show(row, artefact, self._store_rest(row.folder, artefact))
            if shown is not None:
                return shown
        raise Conflict(
            f"No free version of {artefact.scenario}: the lake holds {_MOVES} folders of versions that were never "
            "registered."
        )

    def find(self, name: str, version: int) -> Model | None:
        """The model version, or None when it is not (yet) visible."""
        return next(iter(self._read(_ONE, {"name": name, "version": version})), None)

    def list(self, name: str | None = None) -> Sequence[Model]:
        """All model versions, oldest first."""
        return self._read(_ALL, {}) if name is None else self._read(_OF_NAME, {"name": name})

    def judge(self, model: Model, state: str) -> None:
        """Record `accepted`, `refused` or `undecided`; BadInput for another word, Missing without such a version."""
        if state not in _JUDGED:
            raise BadInput(f"A model cannot become {state!r}; accepted: {', '.join(_JUDGED)}.")
        this = (table.c.name == model.name, table.c.version == model.version, table.c.state != _RESERVED)
        change = update(table).where(*this).values(state=state)
        if not write(self._engine, lambda connection: rows_changed(connection.execute(change))):
            raise Missing(f"Model {model.id} is not registered.")

    def _reserve(self, artefact: Artefact, sha256: str) -> Row[Any]:
        """The run's row: a new one, the one left by an interrupted attempt, or the registered one."""
        now = self._clock()

        def work(connection: Connection) -> Row[Any]:
            take_turn(connection, f"versions of {artefact.scenario}")
            row = _of_run(connection, artefact.run)
            if row is None:
                place = _next_place(connection, artefact.scenario)
                fixed = {"run": artefact.run, "dataset": artefact.dataset, "metrics": {}, "created_at": now}
                connection.execute(insert(table), {**place, **fixed, "sha256": sha256, "state": _RESERVED})
            elif row.state == _RESERVED and row.sha256 != sha256:
                _place_anew(connection, row, sha256)
            return _required(_of_run(connection, artefact.run), artefact.run)

        return write(self._engine, work)

    def _move_on(self, row: Row[Any]) -> None:
        """Take the next version instead: the folder of this one holds another model."""

        def work(connection: Connection) -> None:
            take_turn(connection, f"versions of {row.name}")
            _place_anew(connection, row, row.sha256)

        write(self._engine, work)

    def _store_onnx(self, folder: str, onnx: bytes, sha256: str) -> bool:
        """Whether the folder's model is this one, written now or by an earlier attempt."""
        path = f"{folder}{MODEL}"
        _, written = self._lake.put(path, onnx)
        return written or self._stored_digest(path) == sha256

    def _store_rest(self, folder: str, artefact: Artefact) -> Mapping[str, Any]:
        """Store the other files of the model and return the manifest in the lake, which is the one that counts."""
        for name, data in artefact.files.items():
            self._lake.put(folder + name, data)
        path = f"{folder}{MANIFEST}"
        self._lake.put(path, json.dumps(artefact.manifest, indent=1, sort_keys=True).encode())
        stored: Mapping[str, Any] = json.loads(self._bytes(path))
        return stored

    def _stored_digest(self, path: str) -> str:
        return hashlib.sha256(self._bytes(path)).hexdigest()

    def _bytes(self, path: str) -> bytes:
        with self._lake.open(path) as source:
            return source.read()

    def _show(self, row: Row[Any], artefact: Artefact, manifest: Mapping[str, Any]) -> Model | None:
        """Make the version visible with its notice; None when the reservation moved meanwhile."""
        # A reservation for other bytes always has another version, so the version says whose it is.
        held = (table.c.name == row.name, table.c.version == row.version, table.c.run == row.run)
        change = update(table).where(*held, table.c.state == _RESERVED)
        refit = self._stored_digest(f"{row.folder}{REFIT}") if REFIT in artefact.files else None
        now = self._clock()

        def work(connection: Connection) -> Model | None:
            values = {"state": "registered", "metrics": _numbers(manifest.get("metrics")), "created_at": now}
            values |= {"refit_sha256": refit}
            if not rows_changed(connection.execute(change.values(values))):
                return None
            model = _read(_required(_of_run(connection, row.run), row.run))
            if self._raises_event:
                add_notice(connection, _notice(model, artefact, now))
            return model

        return write(self._engine, work)

    def _read(self, query: Select[Any], values: Mapping[str, Any]) -> Sequence[Model]:
        return [_read(row) for row in read(self._engine, lambda connection: connection.execute(query, values).all())]


def _of_run(connection: Connection, run: str) -> Row[Any] | None:
    return connection.execute(_OF_RUN, {"run": run}).one_or_none()


def _required(row: Row[Any] | None, run: str) -> Row[Any]:
    if row is None:
        raise Missing(f"The model version of run {run!r} is no longer in the database.")
    return row


def _next_place(connection: Connection, name: str) -> dict[str, Any]:
    version = (connection.scalar(select(func.max(table.c.version)).where(table.c.name == name)) or 0) + 1
    return {"name": name, "version": version, "folder": f"models/{name}/{version}/"}


def _place_anew(connection: Connection, row: Row[Any], sha256: str) -> None:
    this = (table.c.run == row.run, table.c.version == row.version, table.c.state == _RESERVED)
    values = {**_next_place(connection, row.name), "sha256": sha256}
    connection.execute(update(table).where(*this).values(values))


def _numbers(metrics: Any) -> dict[str, float]:
    found = metrics.items() if isinstance(metrics, Mapping) else ()
    return {name: float(value) for name, value in found if isinstance(value, int | float)}


def _read(row: Row[Any]) -> Model:
    return Model(
        name=row.name,
        version=row.version,
        sha256=row.sha256,
        run=row.run,
        dataset=row.dataset,
        metrics=row.metrics,
        folder=row.folder,
        created_at=row.created_at,
        state=row.state,
        refit_sha256=row.refit_sha256 or "",
    )


def _notice(model: Model, artefact: Artefact, now: datetime) -> Notice:
    tags = {"scenario": artefact.scenario, "run": model.run, "dataset": model.dataset, "sha256": model.sha256}
    data = {"modelName": model.name, "modelVersion": str(model.version), "modelTags": tags, "modelProperties": {}}
    digest = hashlib.sha256(f"{REGISTERED} {model.id} {model.sha256}".encode()).hexdigest()
    return Notice(digest[:32], REGISTERED, SOURCE, f"models/{model.id}", now, data)
