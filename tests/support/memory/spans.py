"""Spans of telemetry in memory."""

from __future__ import annotations

from collections.abc import Sequence

from memory.store import InMemory, atomic
from memory.windows import MemoryWindows
from shared.prediction.telemetry_span import RecordedSpan
from shared.prediction.window import Window


class MemorySpans(InMemory):
    """Port `Spans`: the watermark moves in the step that claims the window."""

    @atomic
    def last(self, scenario: str) -> RecordedSpan | None:
        """The newest span; its end is the watermark."""
        return next(iter(self.list(scenario, 1)), None)

    @atomic
    def record(self, recorded: RecordedSpan, window: Window | None) -> RecordedSpan:
        """Keep the span and claim its window; the existing span when another worker was faster."""
        kept = self._memory.rows["span"]
        key = (recorded.scenario, recorded.span.start)
        if key in kept:
            existing: RecordedSpan = kept[key]
            return existing
        if window is not None:
            MemoryWindows(self._memory).claim(window)
        kept[key] = recorded
        return recorded

    @atomic
    def list(self, scenario: str, limit: int = 200) -> Sequence[RecordedSpan]:
        """The newest spans, oldest of them first."""
        found = [one for (name, _), one in self._memory.rows["span"].items() if name == scenario]
        return sorted(found, key=lambda one: one.span.start)[-limit:]
