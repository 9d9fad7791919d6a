"""The gate's chain check: many passes, each a little worse than the one before, may not add up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from shared.core.errors import Fault, Missing
from shared.release.aftercare.post_rollout_watch import rollback_reason
from shared.release.gate.comparison import Lead, independent, lead, too_few
from shared.release.gate.contestants import Contestant, fresh_part, load_contestant
from shared.release.look import LOOK_LEVEL
from shared.release.verdict import Check, CheckVerdict
from shared.training.metrics import LARGER_IS_BETTER, score
from shared.training.stored_models import find_graph

if TYPE_CHECKING:
    from shared.release.gate.judging_rows import JudgingRows
    from shared.release.ports import ReleasePorts
    from shared.training.model import Model

# By how many margins a challenger may be worse than the best model that ever served.
MOST_MARGINS = 1.5


@dataclass(frozen=True, slots=True)
class Served:
    """A model that served, the judging rows that neither it nor the challenger learned from, and its measured lead."""

    contestant: Contestant
    rows: JudgingRows
    ahead: float


def chain_check(ports: ReleasePorts, challenger: Contestant, champion: Contestant, rows: JudgingRows) -> Check:
    """Passes when the challenger is surely not further than MOST_MARGINS behind the best model that ever served."""
    try:
        versions = list(_served_before(ports, challenger, champion))
        if not versions:
            reason = f"No other model than the champion {champion.model.id} has served."
            return Check("chain", "skip", None, None, reason)
        served = (load_contestant(ports, challenger.scenario, model) for model in versions)
        return compare_with_best(challenger, chain((champion,), served), rows)
    except Fault as fault:
        reason = f"A model that served cannot be loaded, so nobody knows how far this one fell: {fault.reason}"
        return Check("chain", "trade_off", None, None, reason)


def compare_with_best(challenger: Contestant, served: Iterable[Contestant], rows: JudgingRows) -> Check:
    """The check against those that served, on the challenger's judging rows; one of them is held at a time."""
    measured = (found for one in served if one.understands(rows) and (found := _measured(challenger, one, rows)))
    best = max(measured, key=lambda found: found.ahead, default=None)
    if best is None:
        return Check("chain", "undecided", None, None, "Too little to tell: no model that served shares enough rows.")
    answers, others = (one.answers(best.rows) for one in (challenger, best.contestant))
    try:
        ahead = lead(challenger.scenario, best.rows, answers, others, LOOK_LEVEL)
    except ValueError as error:
        return Check("chain", "undecided", None, None, f"Too little to tell: {error}.")
    return _judged(ahead, best.contestant.model)


def _served_before(ports: ReleasePorts, challenger: Contestant, champion: Contestant) -> Iterator[Model]:
    """Every other model that was in full service, once; not those that the health rules took back."""
    seen = {*challenger.model.digests, champion.model.sha256}
    for deployment in ports.release.deployments.list(challenger.scenario.name):
        if deployment.sha256 in seen or rollback_reason(ports, deployment):
            continue
        seen.add(deployment.sha256)
        model = find_graph(ports, deployment.model, deployment.version, deployment.sha256)
        if model is None:
            raise Missing(f"{deployment.model_id}, generation {deployment.generation}, is not registered as it served.")
        yield model


def _measured(challenger: Contestant, other: Contestant, rows: JudgingRows) -> Served | None:
    """How far the other one leads on rows that neither learned from; None when those are too few to tell."""
    scenario = challenger.scenario
    shared, _ = fresh_part(challenger, other, rows)
    if too_few(*independent(scenario, shared)):
        return None
    try:
        answers = (one.answers(shared) for one in (challenger, other))
        own, others = (score(scenario.task, scenario.metric, shared.actual, given) for given in answers)
    except ValueError:
        return None
    sign = 1 if LARGER_IS_BETTER[scenario.metric] else -1
    return Served(other, shared, sign * (others - own))


def _judged(found: Lead, best: Model) -> Check:
    bound = MOST_MARGINS * found.margin
    low, high = found.gain
    facts = f"{found.metric} {found.value:.4f} against {found.other:.4f} of {best.id}, {found.difference}"
    verdict: CheckVerdict = "pass" if low >= -bound else "trade_off" if high < -bound else "undecided"
    words = {
        "pass": "Close enough to the best model that ever served",
        "trade_off": "Too far below the best model that ever served",
        "undecided": "Not shown to be close enough to the best model that ever served",
    }
    accepted = f"at most {MOST_MARGINS:g} margins ({bound:.4g}) below it are accepted"
    return Check("chain", verdict, found.value, found.other, f"{words[verdict]} ({accepted}): {facts}.")
