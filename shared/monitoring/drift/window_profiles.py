"""The profile of each monitored window is kept in the lake, for later windows to be compared with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.core.lake_reading import read_json
from shared.core.paths import monitoring_folder
from shared.core.scenario import Scenario
from shared.monitoring.drift.scored_rows import WindowData
from shared.profiles.profile import TableProfile
from shared.profiles.row_facts import RowFacts

if TYPE_CHECKING:
    from shared.monitoring.ports import MonitoringPorts


@dataclass(frozen=True, slots=True)
class WindowProfile:
    """The profiles of a window's inputs (by table) and answers; `sketch` holds the smallest row hashes, ascending."""

    window: str
    rows: int
    inputs: Mapping[str, TableProfile]
    answers: TableProfile | None
    sketch: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        inputs = {name: table.to_json() for name, table in self.inputs.items()}
        answers = {} if self.answers is None else self.answers.to_json()
        return {
            "window": self.window,
            "rows": self.rows,
            "inputs": inputs,
            "answers": answers,
            "sketch": list(self.sketch),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> WindowProfile:
        """Read `to_json` back."""
        inputs = {name: TableProfile.from_json(table) for name, table in value["inputs"].items()}
        answers = TableProfile.from_json(value["answers"]) if value["answers"] else None
        return cls(value["window"], value["rows"], inputs, answers, tuple(value["sketch"]))


def profile_path(scenario: str, window: str) -> str:
    """Where the profile of a monitored window lies."""
    return f"{monitoring_folder(scenario)}windows/{window}.json"


def read_window_profile(ports: MonitoringPorts, scenario: str, window: str) -> WindowProfile | None:
    """The profile of a window; None when it has none."""
    path = profile_path(scenario, window)
    return None if ports.core.lake.stat(path) is None else WindowProfile.from_json(read_json(ports, path))


def keep_window_profile(
    ports: MonitoringPorts, scenario: Scenario, data: WindowData, rows: Mapping[str, RowFacts]
) -> None:
    """Write the window's profile, in place of an earlier one."""
    profiler, main = ports.profiles.profiler, rows.get(scenario.batch.table)
    profile = WindowProfile(
        window=data.window,
        rows=data.rows,
        inputs={name: profiler.describe(table).profile for name, table in data.tables.items()},
        answers=None if data.answers is None else profiler.describe(data.answers).profile,
        sketch=() if main is None else main.sketch,
    )
    content = json.dumps(profile.to_json()).encode()
    ports.core.lake.put(profile_path(scenario.name, data.window), content, if_absent=False)
