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
from shared.core.wording import counted
from shared.serving.logged_request import LoggedRequest

if TYPE_CHECKING:
    import pyarrow as pa

log = logging.getLogger("mlops.served")
ROWS = 500
SECONDS = 30.0
# A text may be long: so many bytes of requests are written at once as well.
BYTES = 8 << 20
# When the lake does not accept rows, they are dropped before the process runs out of memory.
LIMIT, LIMIT_BYTES = 20_000, 64 << 20
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
        self._buffer: list[LoggedRequest] = []
        self._size = self._bytes = 0
        self._lock, self._writing = Lock(), Lock()
        self._full = Event()
        self._awake = False
        self._failure = ""
        _LOGS.add(self)

    def should_sample(self) -> bool:
        """Whether this request belongs to the sample."""
        return self._sample > 0 and (self._sample >= 1 or random.random() < self._sample)

    def add(self, request: LoggedRequest) -> None:
        """Buffer the rows; rows beyond the limit are dropped with a warning in the log."""
        with self._lock:
            dropped = self._keep(request)
            start, self._awake = not self._awake, True
            full = self._size >= self._rows or self._bytes >= BYTES
            failure, self._failure = self._failure, ""
        # Logged here, from the call of a function: the Functions host drops what other threads log.
        if failure:
            log.warning("Answered requests are not written yet: %s", failure)
        if dropped:
            log.warning("Dropped answered rows: %d. The lake has not accepted earlier ones.", dropped)
        if start:
            Thread(target=self._write_later, name="mlops-served", daemon=True).start()
        if full:
            self._full.set()

    def flush(self) -> None:
        """Write the buffer; rows that the lake does not accept stay for the next time, and the next `add` tells it."""
        with self._writing:
            with self._lock:
                taken = self._take()
                self._full.clear()
            try:
                while taken:
                    of_file = _group(taken[0])
                    self._try([one for one in taken if _group(one) == of_file])
                    taken = [one for one in taken if _group(one) != of_file]
            except (Fault, OSError) as fault:
                with self._lock:
                    self._failure = str(fault)
                    for request in (*taken, *self._take()):
                        self._keep(request)

    def _try(self, requests: Sequence[LoggedRequest]) -> None:
        """Write a file; rows of which none can be made are dropped, and stand in no other's way."""
        try:
            self._write(requests)
        except (Fault, OSError):
            raise
        except Exception as error:  # noqa: BLE001 -- a thread that ends would write nothing any more
            self._failure = (
                f"No file was made of {counted(sum(map(len, requests)), 'row')} "
                f"of {requests[0].model} ({error!r:.200})."
            )

    def _take(self) -> list[LoggedRequest]:
        """Empty the buffer, under the lock; returns what was in it."""
        taken, self._buffer, self._size, self._bytes = self._buffer, [], 0, 0
        return taken

    def _keep(self, request: LoggedRequest) -> int:
        """Add to the buffer what has room, under the lock; returns how many rows have none."""
        space = LIMIT - self._size if self._bytes + request.size <= LIMIT_BYTES else 0
        if space > 0 and len(request):
            self._buffer.append(request.first(space))
            self._size += len(self._buffer[-1])
            self._bytes += request.size
        return max(0, len(request) - max(space, 0))

    def _write_later(self) -> None:
        """Write while the buffer has rows, then end."""
        while True:
            self._full.wait(self._seconds)
            self.flush()
            with self._lock:
                if not self._buffer:
                    self._awake = False
                    return

    def _write(self, requests: Sequence[LoggedRequest]) -> None:
        import pyarrow.parquet as pq

        first, sink = requests[0], io.BytesIO()
        pq.write_table(table_of(requests), sink, write_page_checksum=True)
        path = served_path(first.scenario.name, first.at, self._instance, self._number)
        self._lake.put(path, sink.getvalue())
        self._number += 1


def table_of(requests: Sequence[LoggedRequest]) -> pa.Table:
    """The rows of one model as a table; the columns are a contract that monitoring reads."""
    import pyarrow as pa

    from shared.serving.prediction_log import columns_of, kinds_of_inputs

    types: dict[str, pa.DataType] = {
        "request_id": pa.string(),
        "row": pa.int64(),
        "at": pa.timestamp("us", "UTC"),
        "model": pa.string(),
        "generation": pa.int64(),
        "entity_key": pa.string(),
        "prediction": pa.string(),
        "probability": pa.float64(),
    }
    kinds = kinds_of_inputs(requests[0])
    types |= {name: pa.float64() if kind == "number" else pa.string() for name, kind in kinds.items()}
    return pa.table({name: pa.array(values, types[name]) for name, values in columns_of(requests).items()})


def _group(request: LoggedRequest) -> tuple[Any, ...]:
    """Requests of one file: of one scenario, model and hour."""
    return (request.scenario.name, request.model, request.at.date(), request.at.hour)


def flush_logs() -> None:
    """Write the buffers of all logs: before a process ends normally, nobody else does."""
    for served in list(_LOGS):
        served.flush()


atexit.register(flush_logs)
