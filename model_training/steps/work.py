"""What a step is given, and the small files it leaves: never a pickle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model_training.estimators.candidates import Plan, Report
from shared.core.errors import Missing
from shared.core.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for, the same for every step of a run. `origin` says which run and dataset, for the manifest."""

    scenario: Scenario
    profile: str
    seed: int
    origin: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """The order as it stands beside every step's output."""
        told = {"profile": self.profile, "seed": self.seed, "origin": dict(self.origin)}
        return {"scenario": self.scenario.name, **told}


@dataclass(frozen=True, slots=True)
class Work:
    """One execution of a step: the folders of the steps it needs, and an empty folder for what it makes."""

    order: Order
    inputs: Mapping[str, Path]
    out: Path
    report: Report

    @property
    def plan(self) -> Plan:
        """How the step fits candidates."""
        return Plan(self.order.profile, self.order.seed, self.report)

    @property
    def study(self) -> Path:
        """A database beside the step folders that survives an interrupted step."""
        return self.out.parent / "study.db"


def write_json(path: Path, value: Any) -> None:
    """The value as indented JSON."""
    path.write_text(json.dumps(value, indent=1, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """The value in the file; Missing names a file that is not there."""
    if not path.exists():
        raise Missing(f"{path} is not there: the step that writes it has not been run.")
    return json.loads(path.read_text())
