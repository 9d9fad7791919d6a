"""Retention in memory: windows and versions go as a whole, lines by their time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from memory.store import InMemory, atomic
from shared.core.ledger import Kind
from shared.core.scenario import Scenario
from shared.serving.prediction_rows import first_id

_OF_WINDOW = ("reject", "revision", "commit", "correction", "drift", "facts")


class MemoryExpiry(InMemory):
    """Port `Expiry`."""

    @atomic
    def windows(self, scenario: Scenario, windows: Sequence[str]) -> None:
        """Remove each window with all that names it; the newest span of telemetry stays, it is the watermark."""
        for name in windows:
            window = self._memory.rows["window"].pop((scenario.name, name), None)
            if window is not None:
                self._forget(scenario.name, name, window.ordinal)

    def _forget(self, scenario: str, window: str, ordinal: int) -> None:
        rows = self._memory.rows
        for table in _OF_WINDOW:
            rows[table].pop((scenario, window), None)
        for key in [key for key in rows["quality"] if key[:2] == (scenario, window)]:
            del rows["quality"][key]
        for key in [key for key, of in rows["input"].items() if (key[0], of) == (scenario, window)]:
            del rows["input"][key]
        newest = max((start for name, start in rows["span"] if name == scenario), default=None)
        for key in [key for key, one in rows["span"].items() if key[0] == scenario and one.window == window]:
            if key[1] != newest:
                del rows["span"][key]
        predicted = rows[f"predictions of {scenario}"]
        for one in [one for one in predicted if first_id(ordinal) <= one < first_id(ordinal + 1)]:
            del predicted[one]

    @atomic
    def datasets(self, scenario: str, datasets: Sequence[str]) -> None:
        """Remove these versions; parts are kept nowhere else."""
        kept = self._memory.rows["dataset"]
        for key in [key for key, one in kept.items() if key[0] == scenario and one.id in datasets]:
            del kept[key]

    @atomic
    def rows(
        self, scenario: Scenario, *, served: datetime | None, actuals: datetime | None, dry_run: bool
    ) -> Mapping[str, int]:
        """Remove counts of requests from before `served`, and labels that were replaced before `actuals`."""
        rows = self._memory.rows
        labels, health = rows[f"labels of {scenario.name}"], rows["health"]
        replaced = [
            number for number, one in labels.items() if actuals and not one.current and one.labelled_at < actuals
        ]
        counts = [key for key, one in health.items() if served and key[0] == scenario.name and one.minute < served]
        for table, keys in ((labels, replaced), (health, counts)):
            for key in [] if dry_run else keys:
                del table[key]
        return {"labels": len(replaced), "serving_health": len(counts)}

    @atomic
    def lines(self, before: datetime, *, dry_run: bool) -> Mapping[str, int]:
        """Remove older lines but each key's newest, and the entries of events that led to nothing."""
        ledger, journal = self._memory.rows["ledger"], self._memory.rows["journal"]
        events = [key for key, row in ledger.items() if key[0] == Kind.EVENT and row.entry.at < before]
        for key in [] if dry_run else events:
            del ledger[key]
        newest = {row.line for row in ledger.values()}
        old = [number for number, line in journal.items() if line.at < before and number not in newest]
        for number in [] if dry_run else old:
            del journal[number]
        return {"ledger": len(events), "journal": len(old)}
