"""What a step receives: the specification of the run, its input folders and an empty output folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model_training.estimators.candidates import FitPlan, Report
from model_training.estimators.profiles import PROFILES, Effort
from shared.core.scenario import Scenario
from shared.datasets.contract_change import Change, change_json, change_of, widened
from shared.training.options.run_options import NOTHING, RunOptions


@dataclass(frozen=True, slots=True)
class RunSpec:
    """What a run is asked to train, the same for every step. `origin` names run and dataset, for the manifest.

    `options` are the inputs to learn from and when the search ends. `contract` is what people accepted beyond the
    declared scenario; the scenario here takes it.
    """

    scenario: Scenario
    profile: str
    seed: int
    origin: Mapping[str, str]
    options: RunOptions = NOTHING
    contract: tuple[Change, ...] = ()

    @property
    def effort(self) -> Effort:
        """What the profile spends, within the limits of the options."""
        return PROFILES[self.profile].within(self.options)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The inputs to learn from: those of the options, else all that the scenario declares."""
        return self.options.inputs or self.scenario.features

    def to_json(self) -> dict[str, Any]:
        """The specification as it stands beside every step's output."""
        facts: dict[str, Any] = {
            "scenario": self.scenario.name,
            "profile": self.profile,
            "seed": self.seed,
            "origin": dict(self.origin),
        }
        if self.options != NOTHING:
            facts["options"] = self.options.to_json()
        if self.contract:
            facts["contract"] = [change_json(change) for change in self.contract]
        return facts

    @classmethod
    def from_json(cls, stored: Mapping[str, Any], scenarios: Mapping[str, Scenario]) -> RunSpec:
        """The specification that `to_json` wrote."""
        options = RunOptions.from_json(stored.get("options"))
        contract = tuple(map(change_of, stored.get("contract", ())))
        scenario = widened(scenarios[stored["scenario"]], contract)
        return cls(scenario, stored["profile"], stored["seed"], stored["origin"], options, contract)


@dataclass(frozen=True, slots=True)
class StepContext:
    """One execution of a step: the folders of the steps it needs, and an empty folder for its output."""

    spec: RunSpec
    inputs: Mapping[str, Path]
    out: Path
    report: Report

    @property
    def plan(self) -> FitPlan:
        """How the step fits candidates."""
        return FitPlan(self.spec.profile, self.spec.seed, self.report)

    @property
    def study(self) -> Path:
        """A database beside the step folders that survives an interrupted step."""
        return self.out.parent / "study.db"
