"""An observer that passes everything on to two others."""

from __future__ import annotations

from shared.core.log_record import Ended, LogRecord
from shared.core.ports import Observer


class CompositeObserver:
    """Port `Observer`: passes each record and each request to two observers."""

    def __init__(self, first: Observer, second: Observer) -> None:
        self._observers = (first, second)

    def record(self, step: LogRecord) -> None:
        """Pass the record to both."""
        for observer in self._observers:
            observer.record(step)

    def request(self, scenario: str, model: str, ended: Ended, seconds: float, rows: int) -> None:
        """Pass the request to both."""
        for observer in self._observers:
            observer.request(scenario, model, ended, seconds, rows)

    def queue(self, queue: str, messages: int, oldest: float) -> None:
        """Pass it to both."""
        for observer in self._observers:
            observer.queue(queue, messages, oldest)
