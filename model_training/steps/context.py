"""What a step is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model_training.estimators.candidates import Plan, Report
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
