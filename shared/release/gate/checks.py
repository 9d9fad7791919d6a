"""Checks of the gate on one model version: rehearsal, contract, golden rows, parity, dataset, and the bar."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.core.errors import Missing
from shared.core.lake_reading import read_json
from shared.core.paths import dataset_folder
from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.release.verdict import Check
from shared.serving.ports import LoadedModel, Rehearsal
from shared.training.metrics import LARGER_IS_BETTER, reaches
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts

# For one row, without the network: the part of a request's time that the model takes.
ROW_MS = 250.0
LOAD_MS = 20_000.0
MODEL_MB = 512.0
PARITY = 1e-4
# Answers for the golden rows may differ by this much between two builds of the runtime.
GOLDEN_TOLERANCE = 1e-5


def rehearsal_checks(rehearsal: Rehearsal, size: int) -> Iterator[Check]:
    """Whether the rehearsal gave finite and varied answers in time, and whether `size` bytes are acceptable."""
    numbers = [value for row in rehearsal.answers for value in row]
    bad = sum(not math.isfinite(value) for value in numbers)
    wrong = "is no finite number" if bad == 1 else "are not finite numbers"
    sentence = f"{bad} of {counted(len(numbers), 'answer')} to the golden rows {wrong}."
    yield _limit_check("finite answers", bad, 0, sentence, unit="")
    different = len(set(rehearsal.answers))
    if len(rehearsal.answers) > 1 and different == 1:
        yield Check("varied answers", "fail", 1, 2, "The model gives the same answer to every golden row.")
    else:
        yield Check(
            "varied answers", "pass", different, 2, f"{counted(different, 'different answer')} to the golden rows."
        )
    row_ms, load_ms, megabytes = rehearsal.row_ms, rehearsal.load_ms, size / (1 << 20)
    yield _limit_check("row latency", round(row_ms, 3), ROW_MS, f"One row takes {row_ms:.2f} ms.")
    yield _limit_check("load time", round(load_ms, 3), LOAD_MS, f"Loading takes {load_ms:.0f} ms.")
    yield _limit_check("size", round(megabytes, 3), MODEL_MB, f"The model has {megabytes:.1f} MB.", unit=" MB")


def _limit_check(name: str, value: float, threshold: float, sentence: str, unit: str = " ms") -> Check:
    reason = f"{sentence} At most {threshold:g}{unit} is accepted."
    return Check(name, "pass" if value <= threshold else "fail", value, threshold, reason)


def chosen_inputs(manifest: Mapping[str, Any]) -> Sequence[str]:
    """The inputs that the model's run was asked to learn from; none when it was not asked."""
    found: Sequence[str] = manifest.get("options", {}).get("inputs", ())
    return found


def contract_check(scenario: Scenario, loaded: LoadedModel, chosen: Sequence[str] = ()) -> Check:
    """Whether the model has the task, inputs and labels that the scenario declares; `chosen` by its run, of these."""
    contract = loaded.contract
    if loaded.task != scenario.task:
        reason = f"The model's task is {loaded.task}; the scenario declares {scenario.task}."
        return Check("contract", "fail", loaded.task, scenario.task, reason)
    taken, declared = len(contract.names), len(scenario.features)
    if contract.names == scenario.features and contract.labels == scenario.labels:
        return Check("contract", "pass", taken, declared, "Inputs are as declared.")
    wanted = tuple(name for name in scenario.features if name in chosen)
    if wanted and contract.names == wanted and contract.labels == scenario.labels:
        reason = f"Inputs are the {taken} of {declared} declared ones that its run was asked to learn from."
        return Check("contract", "pass", taken, declared, reason)
    reason = (
        f"The model takes [{', '.join(contract.names)}] and answers {contract.labels}; "
        f"the scenario declares [{', '.join(scenario.features)}]."
    )
    return Check("contract", "fail", taken, declared, reason)


def golden_rows_check(loaded: LoadedModel, manifest: Mapping[str, Any]) -> Check:
    """Whether the model gives the golden rows the answers that training wrote down."""
    import numpy as np

    golden = manifest["golden"]
    answers = loaded.score_rows(golden["rows"])
    expected = np.asarray(golden["probabilities"], dtype=np.float64)
    # For numbers larger than one (regression) the relative difference counts.
    worst = float(np.max(np.abs(answers - expected) / np.maximum(1, np.abs(expected))))
    if worst <= GOLDEN_TOLERANCE:
        return Check("golden rows", "pass", worst, GOLDEN_TOLERANCE, "The golden rows are reproduced.")
    reason = f"The golden rows differ by {worst:.2g}; at most {GOLDEN_TOLERANCE} is accepted."
    return Check("golden rows", "fail", worst, GOLDEN_TOLERANCE, reason)


def parity_check(manifest: Mapping[str, Any]) -> Check:
    """Whether the ONNX graph answered like the framework it was exported from."""
    parity = manifest.get("parity")
    if not isinstance(parity, Mapping):
        return Check("parity", "skip", None, None, "The manifest does not compare with the framework's answers.")
    flips, difference = int(parity["label_flips"]), float(parity["max_difference"])
    accepted = PARITY * max(float(parity.get("largest", 1.0)), 1.0)
    reason = (
        f"{counted(flips, 'label differs', 'labels differ')} from the framework's on "
        f"{counted(parity['rows'], 'row')}, answers by {difference:.2g} at most; "
        f"{accepted:.2g} is accepted."
    )
    return Check("parity", "pass" if not flips and difference <= accepted else "fail", difference, accepted, reason)


def dataset_check(ports: ReleasePorts, model: Model) -> Check:
    """Whether the dataset version that the model was trained on is valid; warnings are counted and do not fail."""
    path = f"{dataset_folder(model.name, model.dataset)}validation.json"
    try:
        validation = read_json(ports, path)
    except Missing:
        return Check("data", "skip", None, None, f"Dataset {model.dataset} has no validation report.")
    errors, warnings = list(validation.get("errors", [])), list(validation.get("warnings", []))
    if errors or validation.get("state") != "valid":
        return Check("data", "fail", len(errors), 0, f"Dataset {model.dataset} has {counted(len(errors), 'error')}.")
    found = counted(len(warnings), "warning")
    return Check("data", "pass", 0, 0, f"Dataset {model.dataset} is valid; its report has {found}.")


def bar_check(scenario: Scenario, model: Model, manifest: Mapping[str, Any]) -> Check:
    """Whether the model's metric on the declared split reaches the scenario's bar."""
    bar = scenario.bar
    value = model.metrics.get(bar.metric)
    absent = manifest.get("absent", {}).get(bar.metric)
    if value is None and absent:
        return Check("bar", "undecided", None, bar.minimum, f"Too little to tell: {absent}")
    if value is None:
        return Check("bar", "fail", None, bar.minimum, f"The model reports no {bar.metric}.")
    metric = _metric_sentence(scenario, model)
    if reaches(bar.metric, value, bar.minimum):
        return Check("bar", "pass", value, bar.minimum, f"{metric} reaches the bar of {bar.minimum:g}.")
    side = "below" if LARGER_IS_BETTER[bar.metric] else "above"
    return Check("bar", "fail", value, bar.minimum, f"{metric} is {side} the bar of {bar.minimum:g}.")


def _metric_sentence(scenario: Scenario, model: Model) -> str:
    kind = {"time": "time-ordered", "random": "random", "given": "given"}
    other = "random" if scenario.split.kind == "time" else "time"
    metric = scenario.bar.metric
    sentence = f"The {kind[scenario.split.kind]} {metric.upper()} of {model.metrics[metric]:.3f}"
    compared = model.metrics.get(f"{metric}_{other}")
    if compared is None:
        return sentence
    return f"{sentence} (a {kind[other]} split gives {compared:.3f}; it does not count for the decision)"
