"""The gate: every check of a model version, with its value, its threshold and a sentence."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from shared.core.errors import Corrupt, Fault
from shared.core.lake_reading import read_bytes
from shared.core.scenario import Scenario
from shared.release.gate_checks import data, parity, rehearsed
from shared.release.gate_slices import worst_slice
from shared.release.intervals import Judge
from shared.release.verdict import Check, Verdict
from shared.serving.ports import LoadedModel
from shared.training.input_contract import InputContract
from shared.training.metrics import LARGER_IS_BETTER, better, reaches, score
from shared.training.model import Model
from shared.training.stored_models import read_model

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from shared.release.ports import ReleasePorts

# Answers for the golden rows may differ by this much between two builds of the runtime.
GOLDEN_TOLERANCE = 1e-5


def judge(ports: ReleasePorts, scenario: Scenario, model: Model) -> Verdict:
    """Run every check; what cannot be judged because an earlier check failed is skipped with that reason.

    Nothing of the model runs in this process before it was read, inspected, and rehearsed in another one.
    """
    checks: list[Check] = []
    try:
        onnx, manifest = read_model(ports, model)
        contract = InputContract.from_json(manifest["contract"])
        ports.serving.scoring.inspect(onnx, contract)
        checks.append(Check("structure", "pass", None, None, "Operators, data, operator sets, inputs and answers fit."))
        checks.extend(rehearsed(ports.serving.scoring.rehearse(onnx, manifest), len(onnx)))
    except (Fault, KeyError, ValueError) as error:
        checks.append(Check("loads", "fail", None, None, f"The model cannot be loaded: {error}"))
        return Verdict(model.id, model.sha256, tuple(checks))
    if any(check.verdict == "fail" for check in checks):
        checks.append(Check("loads", "skip", None, None, "Not loaded: it failed in its rehearsal."))
        return Verdict(model.id, model.sha256, tuple(checks))
    checks.extend(_loaded(ports, scenario, model, onnx, manifest))
    return Verdict(model.id, model.sha256, tuple(checks))


def _loaded(
    ports: ReleasePorts, scenario: Scenario, model: Model, onnx: bytes, manifest: Mapping[str, Any]
) -> Iterator[Check]:
    try:
        loaded = ports.serving.scoring.load(onnx, manifest)
    except (Fault, KeyError, ValueError) as error:
        yield Check("loads", "fail", None, None, f"The model cannot be loaded: {error}")
        return
    yield Check("loads", "pass", model.sha256[:12], None, "The graph is allowed and loads from its bytes.")
    same = _same_contract(scenario, loaded)
    yield from (same, _golden(loaded, manifest), parity(manifest), data(ports, model), _bar(scenario, model))
    if same.verdict == "fail":
        reason = "Not compared: the inputs or answers are not those of the scenario."
        yield from (Check(name, "skip", None, None, reason) for name in ("champion", "slices"))
    else:
        yield from _champion(ports, scenario, model, loaded, manifest)


def _same_contract(scenario: Scenario, loaded: LoadedModel) -> Check:
    contract = loaded.contract
    if loaded.task != scenario.task:
        reason = f"The model answers {loaded.task}; the scenario declares {scenario.task}."
        return Check("contract", "fail", loaded.task, scenario.task, reason)
    wanted, found = ", ".join(scenario.features), ", ".join(contract.names)
    if contract.names == scenario.features and contract.labels == scenario.labels:
        return Check("contract", "pass", len(contract.names), len(scenario.features), "Inputs are as declared.")
    reason = f"The model takes [{found}] and answers {contract.labels}; the scenario declares [{wanted}]."
    return Check("contract", "fail", len(contract.names), len(scenario.features), reason)


def _golden(loaded: LoadedModel, manifest: Mapping[str, Any]) -> Check:
    import numpy as np

    golden = manifest["golden"]
    answers = loaded.rows(golden["rows"])
    expected = np.asarray(golden["probabilities"], dtype=np.float64)
    # Of numbers larger than one (regression) the relative difference counts.
    worst = float(np.max(np.abs(answers - expected) / np.maximum(1, np.abs(expected))))
    if worst <= GOLDEN_TOLERANCE:
        return Check("golden rows", "pass", worst, GOLDEN_TOLERANCE, "The golden rows are reproduced.")
    reason = f"The golden rows differ by {worst:.2g}; at most {GOLDEN_TOLERANCE} is accepted."
    return Check("golden rows", "fail", worst, GOLDEN_TOLERANCE, reason)


def _bar(scenario: Scenario, model: Model) -> Check:
    bar = scenario.bar
    value = model.metrics.get(bar.metric)
    if value is None:
        return Check("bar", "fail", None, bar.minimum, f"The model reports no {bar.metric}.")
    words = _split_words(scenario, model)
    if reaches(bar.metric, value, bar.minimum):
        return Check("bar", "pass", value, bar.minimum, f"{words} reaches the bar of {bar.minimum:g}.")
    side = "below" if LARGER_IS_BETTER[bar.metric] else "above"
    return Check("bar", "fail", value, bar.minimum, f"{words} is {side} the bar of {bar.minimum:g}.")


def _split_words(scenario: Scenario, model: Model) -> str:
    kind = {"time": "time-ordered", "random": "random", "given": "given"}
    other = "random" if scenario.split.kind == "time" else "time"
    metric = scenario.bar.metric
    words = f"The {kind[scenario.split.kind]} {metric.upper()} of {model.metrics[metric]:.3f}"
    compared = model.metrics.get(f"{metric}_{other}")
    if compared is None:
        return words
    return f"{words} (a {kind[other]} split, which does not decide here, gives {compared:.3f})"


def _champion(
    ports: ReleasePorts, scenario: Scenario, model: Model, challenger: LoadedModel, manifest: Mapping[str, Any]
) -> Iterator[Check]:
    """The comparison on the same rows, as a whole and by slices."""
    found = _rival(ports, scenario, model)
    if isinstance(found, Check) and (found.verdict == "fail" or "holdout" not in manifest):
        yield from (found, Check("slices", "skip", None, None, found.reason))
        return
    table, actual = _holdout(ports, scenario, model, manifest)
    answers = challenger.matrix(challenger.encode(table))
    if isinstance(found, Check):
        yield from (found, worst_slice(scenario, table, actual, answers, None))
        return
    champion, loaded = found
    others = loaded.matrix(loaded.encode(table))
    yield _compared(scenario, champion, actual, answers, others)
    yield worst_slice(scenario, table, actual, answers, others)


def _rival(ports: ReleasePorts, scenario: Scenario, model: Model) -> tuple[Model, LoadedModel] | Check:
    current = ports.release.deployments.current(scenario.name)
    if current is None:
        return Check("champion", "skip", None, None, "Nothing is deployed yet: there is no champion to beat.")
    if current.version == model.version:
        return Check("champion", "skip", None, None, "The champion is this very version.")
    champion = ports.training.registry.find(current.model, current.version)
    if champion is None:
        return Check("champion", "fail", None, None, f"The champion {current.model_id} is not found.")
    return champion, ports.serving.scoring.load(*read_model(ports, champion))


def _compared(
    scenario: Scenario, champion: Model, actual: np.ndarray, answers: np.ndarray, others: np.ndarray
) -> Check:
    value, rival = (score(scenario.task, scenario.metric, actual, one) for one in (answers, others))
    low, high = Judge(scenario.task, scenario.metric, actual).lead(answers, others)
    facts = (
        f"{scenario.metric} {value:.4f} against {rival:.4f} of the champion {champion.id} on the same holdout, "
        f"a difference of {value - rival:+.4f} (95 %: {low:+.4f} to {high:+.4f})"
    )
    if better(scenario.metric, value, rival):
        return Check("champion", "pass", value, rival, f"Better: {facts}.")
    return Check("champion", "fail", value, rival, f"Not better than the champion: {facts}.")


def _holdout(
    ports: ReleasePorts, scenario: Scenario, model: Model, manifest: Mapping[str, Any]
) -> tuple[pa.Table, np.ndarray]:
    import pyarrow.parquet as pq

    path = f"{model.folder}{manifest['holdout']['file']}"
    data = read_bytes(ports, path)
    if hashlib.sha256(data).hexdigest() != manifest["holdout"]["sha256"]:
        raise Corrupt(f"{path} is not the file that was registered with {model.id}.")
    table = pq.read_table(io.BytesIO(data), page_checksum_verification=True)
    return table, _actual(scenario, table)


def _actual(scenario: Scenario, table: pa.Table) -> np.ndarray:
    """What was true of each row: numbers, a 0/1 matrix (rows, labels), or label positions."""
    import numpy as np

    if scenario.task == "regression":
        return np.array(table[scenario.target].to_pylist(), dtype=np.float64)
    if scenario.task == "multilabel":
        return np.array([table[name].to_pylist() for name in scenario.targets], dtype=np.int64).T
    labels = {label: code for code, label in enumerate(scenario.labels)}
    return np.array([labels[str(value)] for value in table[scenario.target].to_pylist()])
