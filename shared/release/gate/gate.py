"""The gate: every check of a model version, with its value, its threshold and a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from shared.core.errors import Fault
from shared.core.scenario import Scenario
from shared.release.gate.champion import compare_with_champion
from shared.release.gate.checks import (
    bar_check,
    contract_check,
    dataset_check,
    golden_rows_check,
    parity_check,
    rehearsal_checks,
)
from shared.release.gate.refit import refit_check
from shared.release.verdict import Check, Verdict
from shared.training.input_contract import InputContract
from shared.training.model import Model
from shared.training.stored_models import read_model

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


# The checks that another champion changes.
COMPARED = ("useful", "champion", "reference", "slices")


def judge(ports: ReleasePorts, scenario: Scenario, model: Model) -> Verdict:
    """Run every check; a check that an earlier failure makes impossible is skipped with that reason.

    Nothing of the model runs in this process before it was read, inspected, and rehearsed in another process.
    """
    # Read first: a champion that comes meanwhile makes this certificate one of before.
    generation = _generation(ports, scenario)
    return Verdict(model.id, model.sha256, tuple(_checks(ports, scenario, model)), generation)


def judge_again(ports: ReleasePorts, scenario: Scenario, model: Model, earlier: Verdict) -> Verdict:
    """Compare with the champion of now; what the earlier verdict says of these very bytes alone is kept."""
    generation = _generation(ports, scenario)
    alone = tuple(check for check in earlier.checks if check.name not in COMPARED)
    never_compared = all(check.verdict == "skip" for check in earlier.checks if check.name in COMPARED)
    if len(alone) == len(earlier.checks) or never_compared:
        return Verdict(model.id, model.sha256, earlier.checks, generation)
    onnx, manifest = read_model(ports, model)
    loaded = ports.serving.scoring.load(onnx, manifest)
    compared = compare_with_champion(ports, scenario, model, loaded, manifest)
    return Verdict(model.id, model.sha256, (*alone, *compared), generation)


def _generation(ports: ReleasePorts, scenario: Scenario) -> int:
    current = ports.release.deployments.current(scenario.name)
    return current.generation if current else 0


def _checks(ports: ReleasePorts, scenario: Scenario, model: Model) -> Iterator[Check]:
    try:
        onnx, manifest = read_model(ports, model)
        ports.serving.scoring.inspect(onnx, InputContract.from_json(manifest["contract"]))
        structure = Check("structure", "pass", None, None, "Operators, data, operator sets, inputs and answers fit.")
    except (Fault, KeyError, ValueError) as error:
        yield _load_failure(error)
        return
    yield structure
    try:
        rehearsal = list(rehearsal_checks(ports.serving.scoring.rehearse(onnx, manifest), len(onnx)))
    except (Fault, KeyError, ValueError) as error:
        yield _load_failure(error)
        return
    yield from rehearsal
    if any(check.verdict == "fail" for check in rehearsal):
        yield Check("loads", "skip", None, None, "Not loaded: it failed in its rehearsal.")
        return
    yield from _checks_of_loaded(ports, scenario, model, onnx, manifest)


def _load_failure(error: Exception) -> Check:
    return Check("loads", "fail", None, None, f"The model cannot be loaded: {error}")


def _checks_of_loaded(
    ports: ReleasePorts, scenario: Scenario, model: Model, onnx: bytes, manifest: Mapping[str, Any]
) -> Iterator[Check]:
    try:
        loaded = ports.serving.scoring.load(onnx, manifest)
    except (Fault, KeyError, ValueError) as error:
        yield _load_failure(error)
        return
    yield Check("loads", "pass", model.sha256[:12], None, "The graph is allowed and loads from its bytes.")
    contract = contract_check(scenario, loaded)
    yield contract
    yield golden_rows_check(loaded, manifest)
    yield parity_check(manifest)
    yield dataset_check(ports, model)
    yield bar_check(scenario, model, manifest)
    if contract.verdict == "fail":
        reason = "Not compared: the inputs or answers are not those of the scenario."
        yield from (Check(name, "skip", None, None, reason) for name in COMPARED)
    else:
        yield from refit_check(ports, scenario, model, loaded, manifest)
        yield from compare_with_champion(ports, scenario, model, loaded, manifest)
