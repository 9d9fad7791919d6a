"""Measurements, qualities, breaches, decisions, scorecards and labels in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from statistics import fmean
from typing import Any

from memory.store import InMemory, Memory, atomic
from shared.core.breach import Breach, BreachState
from shared.monitoring.measures import (
    MONITOR_VERSION,
    DriftMeasure,
    QualityMeasure,
    QualityState,
    QualityVerdict,
    Scorecard,
    Source,
    TimerHeartbeat,
    WindowFacts,
)
from shared.monitoring.retrain_decision import RetrainDecision, RetrainVerdict
from shared.monitoring.served_label import ServedLabel
from shared.prediction.window import Commit, WindowState

# What makes two statements about a window differ; when and how old alone do not.
_SAID = ("value", "expected", "state", "verdict", "rows", "labelled", "model", "monitor_version")
_SEEN = ("sentence", "action", "last_window", "last_seen")


def _of(memory: Memory, table: str, scenario: str | None) -> list[Any]:
    return [one for one in memory.rows[table].values() if scenario in {None, one.scenario}]


class MemoryMeasurements(InMemory):
    """Port `Measurements`."""

    @atomic
    def replace(self, facts: WindowFacts, measures: Sequence[DriftMeasure]) -> None:
        """Keep the window's facts and distances in place of earlier ones."""
        self._memory.rows["facts"][facts.scenario, facts.window] = facts
        self._memory.rows["drift"][facts.scenario, facts.window] = tuple(measures)

    @atomic
    def windows(self, scenario: str | None = None) -> Sequence[WindowFacts]:
        """Monitored windows by source and ordinal."""
        return sorted(_of(self._memory, "facts", scenario), key=lambda one: (one.source, one.ordinal, one.window))

    @atomic
    def earlier(self, scenario: str, source: Source, ordinal: int, most: int) -> Sequence[WindowFacts]:
        """At most so many monitored windows of the source with a lower ordinal, newest first."""
        found = [one for one in self.windows(scenario) if one.source == source and one.ordinal < ordinal]
        return found[::-1][:most]

    @atomic
    def drift(self, scenario: str, window: str | None = None) -> Sequence[DriftMeasure]:
        """Distances, of one window or of all."""
        kept = self._memory.rows["drift"].values()
        found = [one for some in kept for one in some if one.scenario == scenario and window in {None, one.window}]
        names = ("source", "ordinal", "window", "feature", "metric", "reference")
        return sorted(found, key=lambda one: tuple(getattr(one, name) for name in names))


class MemoryQualities(InMemory):
    """Port `Qualities`: revisions are appended."""

    @atomic
    def record(self, measure: QualityMeasure) -> QualityMeasure:
        """Keep it as the next revision when it differs from the newest one."""
        revisions = self._memory.rows["quality"].setdefault((measure.scenario, measure.window, measure.metric), [])
        if revisions and all(getattr(revisions[-1], name) == getattr(measure, name) for name in _SAID):
            return revisions[-1]
        revisions.append(replace(measure, revision=len(revisions) + 1))
        return revisions[-1]

    @atomic
    def latest(self, scenario: str | None = None) -> Sequence[QualityMeasure]:
        """The newest revision of every (window, metric)."""
        found = [some[-1] for key, some in self._memory.rows["quality"].items() if scenario in {None, key[0]}]
        return sorted(found, key=lambda one: (one.source, one.ordinal, one.window, one.metric))

    @atomic
    def judged(self, scenario: str, source: Source, most: int) -> Sequence[QualityMeasure]:
        """The newest revisions with a verdict of the newest windows of that source, oldest first."""
        return [one for one in self.latest(scenario) if one.source == source and _is_judged(one)][-most:]

    @atomic
    def means(self, scenario: str) -> Mapping[str, tuple[int, float]]:
        """By model how many windows have a verdict, and their mean quality."""
        values: defaultdict[str, list[float]] = defaultdict(list)
        for one in self.latest(scenario):
            if _is_judged(one) and one.value is not None:
                values[one.model].append(one.value)
        return {model: (len(some), fmean(some)) for model, some in values.items()}

    @atomic
    def provisional(self, scenario: str) -> Sequence[QualityMeasure]:
        """The newest revisions that are not final, by ordinal."""
        found = [one for one in self.latest(scenario) if one.state != QualityState.FINAL]
        return sorted(found, key=lambda one: (one.ordinal, one.window))

    @atomic
    def served(self, scenario: str) -> Sequence[QualityMeasure]:
        """The newest revision of every hour of requests, by its number."""
        return [one for one in self.latest(scenario) if one.source == Source.SERVED]

    @atomic
    def revisions(self, scenario: str, window: str) -> Sequence[QualityMeasure]:
        """All revisions of the window's quality, oldest first."""
        kept = sorted(self._memory.rows["quality"].items(), key=lambda pair: pair[0])
        return [one for key, some in kept if key[:2] == (scenario, window) for one in some]


def _is_judged(one: QualityMeasure) -> bool:
    return one.verdict != QualityVerdict.UNKNOWN and one.value is not None


class MemoryDueWindows(InMemory):
    """Port `DueWindows`."""

    @atomic
    def unmeasured(self, scenario: str) -> Sequence[str]:
        """Committed and quarantined windows that this version of the monitor has not measured, by ordinal."""
        due = [(one.ordinal, one.window) for one in self._first_versions(scenario)]
        refused = [one for one in _of(self._memory, "window", scenario) if one.state == WindowState.QUARANTINED]
        due += [(one.ordinal, one.id) for one in refused]
        measured = self.measured(scenario, [name for _, name in due])
        return list(dict.fromkeys(name for _, name in sorted(due) if name not in measured))

    @atomic
    def measured(self, scenario: str, windows: Collection[str]) -> frozenset[str]:
        """Those of the windows that this version of the monitor has measured."""
        known = [one for one in _of(self._memory, "facts", scenario) if one.monitor_version == MONITOR_VERSION]
        return frozenset(one.window for one in known if one.window in windows)

    @atomic
    def newest(self, scenario: str, source: Source) -> int:
        """The highest ordinal that was measured of that source; 0 without one."""
        return max((one.ordinal for one in _of(self._memory, "facts", scenario) if one.source == source), default=0)

    @atomic
    def unjudged(self, scenario: str) -> Sequence[Commit]:
        """Commits of first versions whose quality is not final, by ordinal."""
        kept = self._memory.rows["quality"].items()
        final = {key[1] for key, some in kept if key[0] == scenario and some[-1].state == QualityState.FINAL}
        return [one for one in self._first_versions(scenario) if one.window not in final]

    @atomic
    def old_enough(self, scenario: str, until: datetime) -> tuple[int, int]:
        """How many first versions were scored until then or corrections at all, and the highest ordinal of them."""
        first = self._first_versions(scenario)
        found = [one for one in self._commits(scenario) if one not in first or one.scored_at <= until]
        return len(found), max((one.ordinal for one in found), default=0)

    @atomic
    def of_model(self, scenario: str, model: str, most: int) -> tuple[Sequence[str], int]:
        """The newest windows that the model scored, at most so many, and how many there are."""
        found = [one.window for one in reversed(self._commits(scenario)) if one.model == model]
        return found[:most], len(found)

    def _commits(self, scenario: str) -> list[Commit]:
        return sorted(_of(self._memory, "commit", scenario), key=lambda one: one.ordinal)

    def _first_versions(self, scenario: str) -> list[Commit]:
        corrections = self._memory.rows["correction"]
        return [one for one in self._commits(scenario) if (scenario, one.window) not in corrections]


class MemoryBreaches(InMemory):
    """Port `Breaches`: one open breach per (scenario, cause, table, column)."""

    @atomic
    def observe(self, sighting: Breach) -> tuple[Breach, bool]:
        """Open it, or add this sighting to the open one."""
        kept = self._memory.rows["breach"]
        names = ("cause", "table", "column")
        for one in self.list(sighting.scenario, BreachState.OPEN):
            if all(getattr(one, name) == getattr(sighting, name) for name in names):
                return self._again(one, sighting), False
        if (sighting.scenario, sighting.id) in kept:
            return sighting, False
        kept[sighting.scenario, sighting.id] = sighting
        return sighting, True

    def _again(self, one: Breach, seen: Breach) -> Breach:
        if one.last_window == seen.last_window:
            return one
        again = replace(one, windows=one.windows + 1, **{name: getattr(seen, name) for name in _SEEN})
        self._memory.rows["breach"][one.scenario, one.id] = again
        return again

    @atomic
    def close(self, scenario: str, breach_id: str, at: datetime) -> None:
        """Close the breach; closing it twice changes nothing."""
        one = self._memory.rows["breach"].get((scenario, breach_id))
        if one is not None and one.state == BreachState.OPEN:
            self._memory.rows["breach"][scenario, breach_id] = replace(one, state=BreachState.CLOSED, last_seen=at)

    @atomic
    def list(self, scenario: str | None = None, state: str | None = None) -> Sequence[Breach]:
        """Breaches by first seen."""
        found = [one for one in _of(self._memory, "breach", scenario) if state in {None, one.state}]
        return sorted(found, key=lambda one: (one.first_seen, one.scenario, one.id))


class MemoryDecisions(InMemory):
    """Port `Decisions`."""

    @atomic
    def add(self, decision: RetrainDecision) -> bool:
        """Keep it; False when the newest one about that key says the same already."""
        newest = [one for one in self.list(decision.scenario) if one.key == decision.key][-1:]
        if newest and (newest[0].decided, newest[0].sentence) == (decision.decided, decision.sentence):
            return False
        self._memory.rows["decision"][next(self._memory.numbers)] = decision
        return True

    @atomic
    def list(
        self, scenario: str | None = None, *, key: str = "", decided: RetrainVerdict | None = None
    ) -> Sequence[RetrainDecision]:
        """Decisions, oldest first: all, or those about one occasion, or that decided so."""
        found = _of(self._memory, "decision", scenario)
        return [one for one in found if key in {"", one.key} and decided in {None, one.decided}]


class MemoryScorecards(InMemory):
    """Port `Scorecards`."""

    @atomic
    def put(self, card: Scorecard) -> None:
        """Keep it in place of an earlier one of the same generation."""
        self._memory.rows["scorecard"][card.scenario, card.generation] = card

    @atomic
    def list(self, scenario: str | None = None) -> Sequence[Scorecard]:
        """Scorecards by scenario and generation."""
        return sorted(_of(self._memory, "scorecard", scenario), key=lambda one: (one.scenario, one.generation))

    @atomic
    def record_heartbeat(self, name: str, at: datetime, *, late: bool) -> None:
        """Count one firing of a timer."""
        before = self._memory.rows["beat"].get(name) or TimerHeartbeat(name, 0, 0, at, None)
        seen = at if late else before.last_late_at
        self._memory.rows["beat"][name] = TimerHeartbeat(name, before.fired + 1, before.late + late, at, seen)

    @atomic
    def heartbeats(self) -> Sequence[TimerHeartbeat]:
        """All timers by name."""
        return [one for _, one in sorted(self._memory.rows["beat"].items())]


class MemoryServedLabels(InMemory):
    """Port `ServedLabels`: a label that was replaced stays beside its replacement."""

    @atomic
    def merge(self, scenario: str, labels: Sequence[ServedLabel], source: str, at: datetime) -> tuple[int, int]:  # noqa: ARG002 -- the port's signature
        """Add labels; (new, changed) counts."""
        current, wanted = self._current(scenario), {(one.request, one.row): one.actual for one in labels}
        added = {key: actual for key, actual in wanted.items() if current.get(key, (0, None))[1] != actual}
        kept = self._memory.rows[f"served labels of {scenario}"]
        for number, (key, actual) in enumerate(added.items(), 1 + len(kept)):
            kept[number] = (key, actual)
        changed = len(added.keys() & current.keys())
        return len(added) - changed, changed

    def _current(self, scenario: str) -> dict[tuple[str, int], tuple[int, str]]:
        kept = self._memory.rows[f"served labels of {scenario}"].items()
        return {key: (number, actual) for number, (key, actual) in kept}

    @atomic
    def unstated(self, scenario: str) -> Mapping[int, str]:
        """By number the request of every current label that no stated quality counts."""
        stated = self._memory.rows[f"stated labels of {scenario}"]
        return {number: key[0] for key, (number, _) in self._current(scenario).items() if number not in stated}

    @atomic
    def mark_stated(self, scenario: str, numbers: Iterable[int]) -> None:
        """Remember that a stated quality counts these labels."""
        self._memory.rows[f"stated labels of {scenario}"].update(dict.fromkeys(numbers, True))

    @atomic
    def of_requests(self, scenario: str, requests: Iterable[str]) -> Mapping[tuple[str, int], str]:
        """By (request, row) the labels that hold."""
        wanted = frozenset(requests)
        return {key: actual for key, (_, actual) in self._current(scenario).items() if key[0] in wanted}
