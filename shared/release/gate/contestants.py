"""Who is compared by the gate: model versions, loaded, and the judging rows that two of them have not learned from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.release.gate.judging_rows import JudgingRows, fresh_rows
from shared.serving.ports import LoadedModel
from shared.training.learned_rows import LearnedRows, read_learned
from shared.training.metrics import at_decisions
from shared.training.model import Model
from shared.training.stored_models import find_graph, read_model

if TYPE_CHECKING:
    import numpy as np

    from shared.release.ports import ReleasePorts


@dataclass(frozen=True, slots=True)
class Contestant:
    """A model version, loaded, with what it learned from: None when it was made before that was written down."""

    scenario: Scenario
    model: Model
    loaded: LoadedModel
    manifest: Mapping[str, Any]
    learned: LearnedRows | None

    def answers(self, rows: JudgingRows) -> np.ndarray:
        """What it answers to each row (rows, columns), at its served decisions where the metric judges those."""
        answers = self.loaded.score_matrix(self.loaded.encode(rows.table))
        return at_decisions(self.scenario.task, self.scenario.metric, answers, self.loaded.thresholds)

    def understands(self, rows: JudgingRows) -> bool:
        """Whether the rows have every input that it takes."""
        return set(self.loaded.contract.names) <= set(rows.table.column_names)


@dataclass(frozen=True, slots=True)
class NoChampion:
    """Why there is no champion to compare with; `fails` when there should be one."""

    reason: str
    fails: bool = False


def load_contestant(ports: ReleasePorts, scenario: Scenario, model: Model) -> Contestant:
    """The version as it is served; Corrupt or Missing when it is not there as it was registered."""
    onnx, manifest = read_model(ports, model)
    loaded = ports.serving.scoring.load(onnx, manifest)
    return Contestant(scenario, model, loaded, manifest, read_learned(ports, model, manifest))


def load_champion(ports: ReleasePorts, scenario: Scenario, model: Model) -> Contestant | NoChampion:
    """The champion that serves the scenario, or why there is none for this version to be compared with."""
    current = ports.release.deployments.current(scenario.name)
    if current is None:
        return NoChampion("Nothing is deployed yet: there is no champion to compare with.")
    if current.version == model.version:
        return NoChampion("The champion is this very version.")
    champion = find_graph(ports, current.model, current.version, current.sha256)
    if champion is None:
        return NoChampion(f"The champion {current.model_id} is not in the registry as it serves.", fails=True)
    found = load_contestant(ports, scenario, champion)
    if champion.sha256 in model.digests and _served(found.manifest) == _served(read_model(ports, model)[1]):
        reason = f"Nothing new: the champion {current.model_id} has the very same graph, byte for byte."
        return NoChampion(reason, fails=True)
    return found


def _served(manifest: Mapping[str, Any]) -> Any:
    """The thresholds of its decisions."""
    return manifest.get("thresholds", manifest.get("threshold"))


def fresh_part(challenger: Contestant, other: Contestant, rows: JudgingRows) -> tuple[JudgingRows, str]:
    """The rows that neither model learned from, and how many they are; all rows where nobody knows."""
    if rows.keys is None or challenger.learned is None or other.learned is None:
        older = other if other.learned is None else challenger
        note = f"{older.model.id} does not name the rows it learned from: all judging rows count, it may know some."
        return rows, note
    fresh = rows.take(fresh_rows(challenger.scenario, rows, (challenger.learned, other.learned)))
    told = f"{len(fresh.actual)} of {counted(len(rows.actual), 'judging row is', 'judging rows are')}"
    note = f"{told} fresh: neither model learned from them."
    return fresh, note
