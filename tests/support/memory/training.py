"""Dataset versions, runs, schedules and the historic profile in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from memory.store import InMemory, Memory, atomic
from shared.core.scenario import Scenario
from shared.datasets.head import Head, head_of_version
from shared.datasets.version import DatasetVersion
from shared.profiles.historic_values import HistoricDataset
from shared.training.run import Run, RunState
from shared.training.schedule import Schedule


class MemoryDatasets(InMemory):
    """Port `DatasetVersions`."""

    @property
    def _versions(self) -> dict[tuple[str, str], DatasetVersion]:
        return self._memory.rows["dataset"]

    @atomic
    def add(self, dataset: DatasetVersion) -> DatasetVersion:
        """Keep it; when the digest is known the existing version is returned."""
        return self._versions.setdefault((dataset.scenario, dataset.digest), dataset)

    @atomic
    def find(self, scenario: str, dataset_id: str) -> DatasetVersion | None:
        """The version, or None."""
        found = self._versions.values()
        return next((one for one in found if (one.scenario, one.id) == (scenario, dataset_id)), None)

    @atomic
    def by_digest(self, scenario: str, digest: str) -> DatasetVersion | None:
        """The version with that content, or None."""
        return self._versions.get((scenario, digest))

    @atomic
    def list(self, scenario: str | None = None) -> Sequence[DatasetVersion]:
        """All versions, oldest first; of a scenario that of its head comes last."""
        found = [one for one in self._versions.values() if scenario in {None, one.scenario}]
        found.sort(key=lambda one: (one.created_at, one.id))
        head = self._memory.rows["head"].get(scenario)
        return sorted(found, key=lambda one: head is not None and one.id == head.dataset)

    @atomic
    def ids(self, scenario: str) -> Sequence[str]:
        """The ids of all versions, in the order of the list."""
        return [one.id for one in self.list(scenario)]

    @atomic
    def newest(self, scenario: str) -> DatasetVersion | None:
        """The last version of the list, or None."""
        return next(iter(self.list(scenario)[-1:]), None)

    @atomic
    def holding(self, scenario: str, drop: str) -> Sequence[DatasetVersion]:
        """The versions that hold a part of the drop."""
        return [one for one in self.list(scenario) if drop in one.drops]

    @atomic
    def head(self, scenario: str) -> Head:
        """The parts that stand; where none were accepted, those of the newest version."""
        head = self._memory.rows["head"].get(scenario)
        if head is not None:
            return head
        newest = self.list(scenario)[-1:]
        return head_of_version(scenario, newest[0].id, newest[0].tables) if newest else Head(scenario, drops={})

    @atomic
    def move(self, head: Head, dataset: DatasetVersion | None) -> bool:
        """Compare-and-set by generation, together with the version made of the head."""
        if self.head(head.scenario).generation != head.generation - 1:
            return False
        if dataset is not None:
            self.add(dataset)
        self._memory.rows["head"][head.scenario] = replace(head, drops=dict(head.drops or {}))
        return True


class MemoryRuns(InMemory):
    """Port `Runs`: one run per request key."""

    def __init__(self, memory: Memory, clock: Callable[[], datetime]) -> None:
        super().__init__(memory)
        self._clock = clock
        self._runs: dict[str, Run] = memory.rows["run"]

    @atomic
    def request(self, run: Run) -> Run:
        """Keep it; when the request key is known the existing run is returned."""
        existing = next((one for one in self._runs.values() if one.request == run.request), None)
        return existing or self._runs.setdefault(run.id, run)

    @atomic
    def move(
        self, run_id: str, expected: RunState, state: RunState, reason: str, *, attempts: int | None = None
    ) -> bool:
        """Compare-and-set of the state."""
        run = self._runs.get(run_id)
        if run is None or run.state != expected:
            return False
        counted = run.attempts if attempts is None else attempts
        self._runs[run_id] = replace(run, state=state, reason=reason, updated_at=self._clock(), attempts=counted)
        return True

    @atomic
    def find(self, run_id: str) -> Run | None:
        """The run, or None."""
        return self._runs.get(run_id)

    @atomic
    def list(
        self, scenario: str | None = None, *, dataset: str = "", states: Collection[RunState] = (), ending: str = ""
    ) -> Sequence[Run]:
        """Runs, oldest first: all, or those of a dataset, in one of these states, whose request key ends so."""
        found = [one for one in self._runs.values() if scenario in {None, one.scenario}]
        found = [one for one in found if dataset in {"", one.dataset} and one.request.endswith(ending)]
        found = [one for one in found if not states or one.state in states]
        return sorted(found, key=lambda one: (one.created_at, one.id))

    @atomic
    def newest(self, scenario: str) -> Run | None:
        """The last run, or None."""
        return next(iter(self.list(scenario)[-1:]), None)

    @atomic
    def datasets(self, scenario: str) -> Sequence[str]:
        """The dataset of each run, in the order of the list."""
        return [one.dataset for one in self.list(scenario)]


class MemorySchedules(InMemory):
    """Port `Schedules`: one per scenario and name."""

    @property
    def _schedules(self) -> dict[tuple[str, str], Schedule]:
        return self._memory.rows["schedule"]

    @atomic
    def add(self, schedule: Schedule) -> Schedule:
        """Keep it; when the name is known the existing schedule is returned."""
        return self._schedules.setdefault((schedule.scenario, schedule.name), schedule)

    @atomic
    def find(self, scenario: str, name: str) -> Schedule | None:
        """The schedule, or None."""
        return self._schedules.get((scenario, name))

    @atomic
    def list(self, scenario: str | None = None, due: datetime | None = None) -> Sequence[Schedule]:
        """All by the time they were made; with `due` those that are active and due by then."""
        found = [one for one in self._schedules.values() if scenario in {None, one.scenario}]
        found = [one for one in found if due is None or (one.state == "active" and one.due <= due)]
        return sorted(found, key=lambda one: (one.created_at, one.scenario, one.name))

    @atomic
    def change(self, expected: Schedule, changed: Schedule) -> bool:
        """Compare-and-set by state and occurrence."""
        key = (expected.scenario, expected.name)
        standing = self._schedules.get(key)
        if standing is None or (standing.state, standing.due) != (expected.state, expected.due):
            return False
        self._schedules[key] = replace(changed, scenario=expected.scenario, name=expected.name)
        return True


class MemoryProfileHistory(InMemory):
    """Port `ProfileHistory`."""

    @atomic
    def put(self, scenario: Scenario, dataset: HistoricDataset) -> None:
        """Keep it instead of an earlier one of the same version; without values nothing is kept."""
        kept = self._memory.rows["profile"]
        kept.pop((scenario.name, dataset.dataset), None)
        if dataset.values:
            kept[scenario.name, dataset.dataset] = dataset

    @atomic
    def list(self, scenario: str) -> Sequence[HistoricDataset]:
        """What is kept of each version, by the time it was made."""
        found = [one for (name, _), one in self._memory.rows["profile"].items() if name == scenario]
        return sorted(found, key=lambda one: (one.at, one.dataset))
