"""Answered requests in the lake, as Parquet files of some hundred rows that no request waits for.

`served/<scenario>/<YYYYMMDD>/<HH>/<instance>-<n>.parquet`: request_id, row, at, model, generation, entity_key,
prediction, probability, then the inputs of the model's contract by name.
"""

from __future__ import annotations

import atexit
import io
import logging
import random
import uuid
from collections.abc import Sequence
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from shared.core.errors import Fault
from shared.core.paths import served_path
from shared.core.ports import Lake
from shared.serving.logged_row import LoggedRow

if TYPE_CHECKING:
    import pyarrow as pa

log = logging.getLogger("mlops.served")
ROWS = 500
SECONDS = 30.0
# When the lake does not accept rows, they are dropped before the process runs out of memory.
LIMIT = 20_000
# An unused one is not kept alive.
_LOGS: WeakSet[LakePredictionLog] = WeakSet()


class LakePredictionLog:
    """Port `PredictionLog`: a buffer that its own thread writes to the lake when it is full or half a minute old."""

    def __init__(self, lake: Lake, sample: float, *, rows: int = ROWS, seconds: float = SECONDS) -> None:
        self._lake = lake
        self._sample = sample
        self._rows, self._seconds = rows, seconds
        self._instance = uuid.uuid4().hex[:12]
        self._number = 0
        self._buffer: list[LoggedRow] = []
        self._lock, self._writing = Lock(), Lock()
        self._full = Event()
        self._awake = False
        self._failure = ""
        _LOGS.add(self)

    def should_sample(self) -> bool:
        """Whether this request belongs to the sample."""
        return self._sample > 0 and (self._sample >= 1 or random.random() < self._sample)

    def add(self, rows: Sequence[LoggedRow]) -> None:
        """Buffer the rows; rows beyond the limit are dropped with a warning in the log."""
        with self._lock:
            space = LIMIT - len(self._buffer)
            self._buffer.extend(rows[:space])
            dropped = len(rows) - max(space, 0)
            start, self._awake = not self._awake, True
            full = len(self._buffer) >= self._rows
            failure, self._failure = self._failure, ""
        # Logged here, from the call of a function: the Functions host drops what other threads log.
        if failure:
            log.warning("Answered requests are not written yet: %s", failure)
        if dropped > 0:
            log.warning("Dropped answered rows: %d. The lake has not accepted earlier ones.", dropped)
        if start:
            Thread(target=self._write_later, name="mlops-served", daemon=True).start()
        if full:
            self._full.set()

    def flush(self) -> None:
        """Write the buffer; rows that the lake does not accept stay for the next time, and the next `add` tells it."""
        with self._writing:
            with self._lock:
                taken, self._buffer = self._buffer, []
                self._full.clear()
            try:
                while taken:
                    group = [row for row in taken if _group(row) == _group(taken[0])]
                    self._write(group)
                    taken = [row for row in taken if _group(row) != _group(group[0])]
            except (Fault, OSError) as fault:
                with self._lock:
                    self._failure = str(fault)
                    self._buffer = [*taken, *self._buffer][:LIMIT]

    def _write_later(self) -> None:
        """Write while the buffer has rows, then end."""
        while True:
            self._full.wait(self._seconds)
            self.flush()
            with self._lock:
                if not self._buffer:
                    self._awake = False
                    return

    def _write(self, rows: Sequence[LoggedRow]) -> None:
        import pyarrow.parquet as pq

        sink = io.BytesIO()
        pq.write_table(table_of(rows), sink, write_page_checksum=True)
        path = served_path(rows[0].scenario, rows[0].at, self._instance, self._number)
        self._lake.put(path, sink.getvalue())
        self._number += 1


def table_of(rows: Sequence[LoggedRow]) -> pa.Table:
    """The rows of one model as a table; the columns are a contract that monitoring reads."""
    import pyarrow as pa

    fixed: dict[str, pa.DataType] = {
        "request_id": pa.string(),
        "row": pa.int64(),
        "at": pa.timestamp("us", "UTC"),
        "model": pa.string(),
        "generation": pa.int64(),
        "entity_key": pa.string(),
        "prediction": pa.string(),
        "probability": pa.float64(),
    }
    columns: dict[str, Any] = {
        name: pa.array([getattr(row, name) for row in rows], kind) for name, kind in fixed.items()
    }
    for name, kind in rows[0].kinds.items():
        columns[name] = pa.array(
            [row.features[name] for row in rows], pa.float64() if kind == "number" else pa.string()
        )
    return pa.table(columns)


def _group(row: LoggedRow) -> tuple[Any, ...]:
    """Rows of one file: of one scenario, model and hour."""
    return (row.scenario, row.model, row.at.date(), row.at.hour)


def flush_logs() -> None:
    """Write the buffers of all logs: before a process ends normally, nobody else does."""
    for served in list(_LOGS):
        served.flush()


atexit.register(flush_logs)
