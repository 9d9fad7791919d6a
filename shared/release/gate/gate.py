"""The gate: every check of a model version, with its value, its threshold and a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from shared.core.errors import Fault
from shared.core.scenario import Scenario
from shared.release.gate.chain import chain_check
from shared.release.gate.champion import Contest, compare, make_contest
from shared.release.gate.checks import (
    bar_check,
    chosen_inputs,
    contract_check,
    dataset_check,
    golden_rows_check,
    parity_check,
    rehearsal_checks,
)
from shared.release.gate.contestants import Contestant, load_contestant
from shared.release.gate.judging_rows import read_judging_rows
from shared.release.gate.refit import refit_check
from shared.release.gate.usefulness import usefulness_check
from shared.release.look import MOST_LOOKS, Look, told_look
from shared.release.verdict import Check, Judging, Verdict
from shared.training.input_contract import InputContract
from shared.training.model import Model
from shared.training.stored_models import read_model

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


# The checks that another champion, or further judging rows, change.
COMPARED = ("useful", "champion", "reference", "slices", "chain")


@dataclass(frozen=True, slots=True)
class Occasion:
    """When a version is judged: against which generation, for which time, and on the judging rows of which dataset."""

    generation: int
    number: int
    dataset: str


def judge(ports: ReleasePorts, scenario: Scenario, model: Model) -> Verdict:
    """Run every check; a check that an earlier failure makes impossible is skipped with that reason.

    Nothing of the model runs in this process before it was read, inspected, and rehearsed in another process.
    """
    # Read first: a champion that comes meanwhile makes this certificate one of before.
    occasion = Occasion(current_generation(ports, scenario), 1, model.dataset)
    alone = tuple(_checks(ports, scenario, model))
    return _with_comparison(ports, scenario, model, alone, occasion)


def judge_again(ports: ReleasePorts, scenario: Scenario, model: Model, earlier: Verdict) -> Verdict:
    """Compare with the champion of now; what the earlier verdict says of these very bytes alone is kept."""
    occasion = Occasion(current_generation(ports, scenario), 1, model.dataset)
    return _with_comparison(ports, scenario, model, checks_alone(earlier), occasion)


def checks_alone(verdict: Verdict) -> tuple[Check, ...]:
    """What the verdict says of the model's bytes and its dataset, whatever it is compared with."""
    return tuple(check for check in verdict.checks if check.name not in COMPARED)


def current_generation(ports: ReleasePorts, scenario: Scenario) -> int:
    """The generation that serves, 0 for none."""
    current = ports.release.deployments.current(scenario.name)
    return current.generation if current else 0


def judge_contest(ports: ReleasePorts, contest: Contest, alone: tuple[Check, ...], occasion: Occasion) -> Verdict:
    """The verdict on the challenger of the contest: the checks there are, and the comparison, which takes a look."""
    model = contest.challenger.model
    look = _take_look(ports, contest, occasion)
    compared = tuple(_told_look(check, look, occasion) for check in _compared(ports, contest, look))
    spent = look if look <= MOST_LOOKS else 0
    judging = Judging(occasion.number, occasion.dataset, len(contest.fresh.actual), spent)
    return Verdict(model.id, model.sha256, (*alone, *compared), occasion.generation, judging)


def _with_comparison(
    ports: ReleasePorts, scenario: Scenario, model: Model, alone: tuple[Check, ...], occasion: Occasion
) -> Verdict:
    """The verdict with the comparison on the rows that were registered with the model, where there can be one."""
    verdict = Verdict(model.id, model.sha256, alone, occasion.generation)
    contract = [check.verdict for check in alone if check.name == "contract"]
    if not contract:
        return verdict
    if contract == ["fail"]:
        return _not_compared(verdict, "Not compared: the inputs or answers are not those of the scenario.")
    challenger = load_contestant(ports, scenario, model)
    if "holdout" not in challenger.manifest:
        return _not_compared(verdict, "The model has no rows to be judged on.")
    rows = read_judging_rows(ports, scenario, model, challenger.manifest)
    return judge_contest(ports, make_contest(ports, challenger, rows), alone, occasion)


def _not_compared(verdict: Verdict, reason: str) -> Verdict:
    return replace(verdict, checks=(*verdict.checks, *(Check(name, "skip", None, None, reason) for name in COMPARED)))


def _compared(ports: ReleasePorts, contest: Contest, look: int) -> Iterator[Check]:
    challenger, champion = contest.challenger, contest.champion
    yield usefulness_check(challenger.scenario, contest.rows, challenger.answers(contest.rows))
    compared = list(compare(contest, look))
    yield from compared
    if isinstance(champion, Contestant) and compared[0].verdict == "pass":
        yield chain_check(ports, challenger, champion, contest.rows)
    else:
        yield Check("chain", "skip", None, None, "Only who passed against a champion is compared with those before it.")


def _take_look(ports: ReleasePorts, contest: Contest, occasion: Occasion) -> int:
    """The number of the look; 0 when there is nothing to decide yet, more than MOST_LOOKS when all are spent.

    It is written down before anything is compared, so that whoever goes on after a crash has the same one.
    """
    if not contest.can_decide:
        return 0
    model = contest.challenger.model
    wanted = Look(model.name, occasion.generation, model.version, occasion.number, occasion.dataset, ports.core.clock())
    taken = ports.release.looks.take(wanted, MOST_LOOKS)
    return taken.number if taken else MOST_LOOKS + 1


def _told_look(check: Check, look: int, occasion: Occasion) -> Check:
    """The check with the number of its look; what the last one leaves undecided is refused."""
    if check.name not in ("champion", "chain") or check.verdict == "skip" or not 0 < look <= MOST_LOOKS:
        return check
    told = told_look(look, occasion.generation)
    if check.verdict == "undecided" and look == MOST_LOOKS:
        told = f"{told} Not shown to be as good: it was the last look."
        return replace(check, verdict="fail", reason=f"{check.reason} {told}")
    return replace(check, reason=f"{check.reason} {told}")


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
    contract = contract_check(scenario, loaded, chosen_inputs(manifest))
    yield contract
    yield golden_rows_check(loaded, manifest)
    yield parity_check(manifest)
    yield dataset_check(ports, model)
    yield bar_check(scenario, model, manifest)
    if contract.verdict != "fail":
        yield from refit_check(ports, scenario, model, loaded, manifest)
