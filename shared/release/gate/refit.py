"""Which graph of a version serves after a pass: the refit when it stands up to the judged fit, else the judged fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.core.errors import Fault
from shared.core.scenario import Scenario, Task
from shared.core.wording import counted
from shared.release.gate.checks import chosen_inputs, contract_check, golden_rows_check, parity_check, rehearsal_checks
from shared.release.gate.comparison import independent, lead, too_few
from shared.release.gate.contestants import Contestant
from shared.release.gate.judging_rows import JudgingRows, fresh_rows, read_judging_rows
from shared.release.verdict import REFIT, Check
from shared.serving.ports import LoadedModel
from shared.serving.prediction_rows import to_predictions
from shared.training.input_contract import InputContract
from shared.training.learned_rows import read_learned
from shared.training.model import Model
from shared.training.stored_models import read_model

if TYPE_CHECKING:
    import numpy as np

    from shared.release.ports import ReleasePorts

# Where no rows can judge the refit: the largest share of decisions, and the largest mean difference of answers (of
# numbers as a share of their spread), by which it may differ from the judged fit on the judging rows.
DECISIONS = 0.10
ANSWERS = 0.05
NUMBERS = 0.10


def refit_check(
    ports: ReleasePorts, scenario: Scenario, model: Model, judged: LoadedModel, manifest: Mapping[str, Any]
) -> Iterator[Check]:
    """The check `refit`: `pass` when the refit serves, `skip` with the reason when the judged fit does.

    It never decides whether the version passes. Nothing for a version that was trained without a refit.
    """
    facts = manifest.get("refit")
    if not isinstance(facts, Mapping):
        return
    refit = model.graph(model.refit_sha256)
    if refit is None:
        yield _judged_serves(f"there is no refit. {facts.get('problem', 'The registry names none.')}")
        return
    try:
        yield _choice(ports, scenario, Contestant(scenario, model, judged, manifest, None), refit)
    except (Fault, KeyError, ValueError) as error:
        yield _judged_serves(f"the refit cannot be used: {error}")


def _judged_serves(why: str) -> Check:
    return Check(REFIT, "skip", None, None, f"The judged fit serves: {why}")


def _choice(ports: ReleasePorts, scenario: Scenario, judged: Contestant, refit: Model) -> Check:
    onnx, manifest = read_model(ports, refit)
    ports.serving.scoring.inspect(onnx, InputContract.from_json(manifest["contract"]))
    checks = list(rehearsal_checks(ports.serving.scoring.rehearse(onnx, manifest), len(onnx)))
    if failed := _failed(checks):
        return _judged_serves(f"the refit failed in its rehearsal. {failed}")
    loaded = ports.serving.scoring.load(onnx, manifest)
    contract = contract_check(scenario, loaded, chosen_inputs(manifest))
    checks = [contract, golden_rows_check(loaded, manifest), parity_check(manifest)]
    if failed := _failed(checks):
        return _judged_serves(f"the refit failed a check. {failed}")
    if loaded.thresholds != judged.loaded.thresholds:
        return _judged_serves("the refit decides by other thresholds.")
    other = Contestant(scenario, refit, loaded, manifest, read_learned(ports, refit, manifest))
    rows = read_judging_rows(ports, scenario, judged.model, judged.manifest)
    serves, why = _compare(judged, other, rows)
    return Check(REFIT, "pass", refit.sha256[:12], None, f"The refit serves: {why}") if serves else _judged_serves(why)


def _failed(checks: list[Check]) -> str:
    return " ".join(check.reason for check in checks if check.verdict == "fail")


def _compare(judged: Contestant, refit: Contestant, rows: JudgingRows) -> tuple[bool, str]:
    """Not inferior on the rows that the refit did not learn, where those can tell; else in agreement on all."""
    scenario = judged.scenario
    # The refit has learned all that the judged fit has.
    if rows.keys is None or refit.learned is None:
        return _agree(judged, refit, rows)
    fresh = rows.take(fresh_rows(scenario, rows, (refit.learned,)))
    count = len(fresh.actual)
    if not count or too_few(*independent(scenario, fresh)):
        return _agree(judged, refit, rows)
    try:
        found = lead(scenario, fresh, refit.answers(fresh), judged.answers(fresh))
    except ValueError:
        return _agree(judged, refit, rows)
    serves = found.gain[0] >= -found.margin
    facts = f"{found.metric} {found.value:.4f} against {found.other:.4f}, {found.difference}"
    how = "not worse" if serves else "the refit is not shown to be as good"
    return serves, f"{how} on {counted(count, 'row')} that neither learned: {facts}."


def _agree(judged: Contestant, refit: Contestant, rows: JudgingRows) -> tuple[bool, str]:
    one, other = (each.loaded.score_matrix(each.loaded.encode(rows.table)) for each in (judged, refit))
    share, distance = differences(judged.scenario.task, judged.loaded.thresholds, one, other)
    bound = NUMBERS if judged.scenario.task == "regression" else ANSWERS
    serves = share <= DECISIONS and distance <= bound
    differ = (
        f"{share:.1%} of the decisions differ (at most {DECISIONS:.0%}), answers by {distance:.4f} (at most {bound:g})"
    )
    how = "it agrees with the judged fit" if serves else "the refit disagrees with it"
    return serves, f"{how} on {counted(len(rows.actual), 'judging row')}: {differ}."


def differences(task: Task, thresholds: Sequence[float], one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """The largest share of decisions, and the largest mean difference of answers (rows, columns), of any column.

    Numbers are no decisions; their difference is told as a share of the first ones' standard deviation.
    """
    import numpy as np

    distance = float(np.abs(one - other).mean(axis=0).max())
    if task == "regression":
        return 0.0, distance / max(float(one.std()), float(np.finfo(np.float32).tiny))
    differing = to_predictions(task, thresholds, one) != to_predictions(task, thresholds, other)
    return float(differing.mean(axis=0).max()), distance
