"""The gate's champion comparison: challenger and champion answer the same holdout, as a whole and slice by slice."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.core.errors import Corrupt
from shared.core.lake_reading import read_bytes
from shared.core.scenario import Scenario
from shared.release.gate.slices import worst_slice
from shared.release.verdict import Check
from shared.serving.ports import LoadedModel
from shared.serving.prediction_rows import label_positions
from shared.training.intervals import BootstrapComparison
from shared.training.metrics import better, score
from shared.training.model import Model
from shared.training.stored_models import read_model

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from shared.release.ports import ReleasePorts


@dataclass(frozen=True, slots=True)
class Champion:
    """The model version that serves now, loaded."""

    model: Model
    loaded: LoadedModel


@dataclass(frozen=True, slots=True)
class NoChampion:
    """Why there is no champion to compare with; `fails` when there should be one."""

    reason: str
    fails: bool = False


def compare_with_champion(
    ports: ReleasePorts, scenario: Scenario, model: Model, challenger: LoadedModel, manifest: Mapping[str, Any]
) -> Iterator[Check]:
    """The checks `champion` and `slices`; without a champion the slices are held against the scenario's bar."""
    champion = load_champion(ports, scenario, model)
    if isinstance(champion, NoChampion):
        yield Check("champion", "fail" if champion.fails else "skip", None, None, champion.reason)
        if champion.fails or "holdout" not in manifest:
            yield Check("slices", "skip", None, None, champion.reason)
            return
        table, actual = _read_holdout(ports, scenario, model, manifest)
        yield worst_slice(scenario, table, actual, challenger.score_matrix(challenger.encode(table)), None)
        return
    table, actual = _read_holdout(ports, scenario, model, manifest)
    answers = challenger.score_matrix(challenger.encode(table))
    champion_answers = champion.loaded.score_matrix(champion.loaded.encode(table))
    yield _champion_check(scenario, champion.model, actual, answers, champion_answers)
    yield worst_slice(scenario, table, actual, answers, champion_answers)


def load_champion(ports: ReleasePorts, scenario: Scenario, model: Model) -> Champion | NoChampion:
    """The champion that serves the scenario, or why there is none for this version to beat."""
    current = ports.release.deployments.current(scenario.name)
    if current is None:
        return NoChampion("Nothing is deployed yet: there is no champion to beat.")
    if current.version == model.version:
        return NoChampion("The champion is this very version.")
    champion = ports.training.registry.find(current.model, current.version)
    if champion is None:
        return NoChampion(f"The champion {current.model_id} is not in the registry.", fails=True)
    return Champion(champion, ports.serving.scoring.load(*read_model(ports, champion)))


def _champion_check(
    scenario: Scenario, champion: Model, actual: np.ndarray, answers: np.ndarray, champion_answers: np.ndarray
) -> Check:
    value = score(scenario.task, scenario.metric, actual, answers)
    champion_value = score(scenario.task, scenario.metric, actual, champion_answers)
    low, high = BootstrapComparison(scenario.task, scenario.metric, actual).lead(answers, champion_answers)
    facts = (
        f"{scenario.metric} {value:.4f} against {champion_value:.4f} of the champion {champion.id} on the same "
        f"holdout, a difference of {value - champion_value:+.4f} (95 %: {low:+.4f} to {high:+.4f})"
    )
    if better(scenario.metric, value, champion_value):
        return Check("champion", "pass", value, champion_value, f"Better: {facts}.")
    return Check("champion", "fail", value, champion_value, f"Not better than the champion: {facts}.")


def _read_holdout(
    ports: ReleasePorts, scenario: Scenario, model: Model, manifest: Mapping[str, Any]
) -> tuple[pa.Table, np.ndarray]:
    """The rows of the holdout and their true answers."""
    import pyarrow.parquet as pq

    path = f"{model.folder}{manifest['holdout']['file']}"
    data = read_bytes(ports, path)
    if hashlib.sha256(data).hexdigest() != manifest["holdout"]["sha256"]:
        raise Corrupt(f"{path} is not the file that was registered with {model.id}.")
    table = pq.read_table(io.BytesIO(data), page_checksum_verification=True)
    return table, _actual_values(scenario, table)


def _actual_values(scenario: Scenario, table: pa.Table) -> np.ndarray:
    """The true answer of each row: numbers, a 0/1 matrix (rows, labels), or label positions."""
    import numpy as np

    if scenario.task == "regression":
        return np.array(table[scenario.target].to_pylist(), dtype=np.float64)
    if scenario.task == "multilabel":
        return np.array([table[name].to_pylist() for name in scenario.targets], dtype=np.int64).T
    return label_positions(scenario.labels, table[scenario.target].to_pylist())
