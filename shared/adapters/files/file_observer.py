"""Structured records as JSON lines in a file beside the embedded state; `mlops logs` reads them."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

from shared.core.log_record import RECORDS_FILE, Ended, LogRecord

# One older file is kept beside the current one.
BYTES = 16 << 20
_SECONDS = 5.0
_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC


@dataclass(slots=True)
class _Count:
    requests: int = 0
    rows: int = 0
    seconds: float = 0.0
    longest: float = 0.0


class FileObserver:
    """Port `Observer`: a line per step, and every few seconds a line per model with the counts of its requests."""

    def __init__(
        self, folder: Path, clock: Callable[[], datetime], ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._path = folder / RECORDS_FILE
        self._clock = clock
        self._ticks = ticks
        self._lock = Lock()
        self._counts: dict[tuple[str, str, str], _Count] = {}
        self._since = ticks()

    def record(self, step: LogRecord) -> None:
        """Append the step's line."""
        self._append(
            {
                "event": step.kind,
                "state": step.state,
                "key": step.key,
                "operation": step.operation,
                "claim": step.claim,
                **step.facts,
            }
        )

    def request(self, scenario: str, model: str, ended: Ended, seconds: float, rows: int) -> None:
        """Count the request; a request that finds counts older than a few seconds writes them."""
        key = (scenario, model, ended)
        with self._lock:
            count = self._counts.get(key) or self._counts.setdefault(key, _Count())
            count.requests += 1
            count.rows += rows
            count.seconds += seconds
            count.longest = max(count.longest, seconds)
        if self._ticks() - self._since >= _SECONDS:
            self.flush()

    def queue(self, queue: str, messages: int, oldest: float) -> None:
        """A line for a queue in which something waits."""
        if messages:
            self._append({"event": "queue", "queue": queue, "messages": messages, "oldest_seconds": round(oldest, 1)})

    def flush(self) -> None:
        """Write the counts."""
        with self._lock:
            counts, self._counts, self._since = self._counts, {}, self._ticks()
        for (scenario, model, ended), count in counts.items():
            means = {
                "mean_ms": round(1000 * count.seconds / count.requests, 3),
                "max_ms": round(1000 * count.longest, 3),
            }
            facts = {"scenario": scenario, "model": model, "state": ended}
            self._append({"event": "requests", **facts, "requests": count.requests, "rows": count.rows, **means})

    def _append(self, record: Mapping[str, Any]) -> None:
        # ASCII JSON: whatever a name contains, a record is one line without control characters.
        line = json.dumps({"at": self._clock().isoformat(), **record}, default=str) + "\n"
        try:
            self._write(line.encode("ascii"))
        except OSError:
            # Work goes on when its record cannot be written: the ledger has it all.
            return

    def _write(self, line: bytes) -> None:
        """One write at the end of the file, which is set aside once it is large: few calls, as each event makes one."""
        try:
            descriptor = os.open(self._path, _APPEND, 0o666)
        except FileNotFoundError:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, _APPEND, 0o666)
        try:
            os.write(descriptor, line)
            size = os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)
        if size > BYTES:
            self._set_aside()

    def _set_aside(self) -> None:
        """Keep the file as the older one, unless another call did: a new one would take the place of both."""
        with self._lock:
            if self._path.stat().st_size > BYTES:
                self._path.replace(self._path.with_suffix(".old.jsonl"))
