"""The gate's champion comparison: both models answer rows that neither learned from, as a whole and slice by slice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.core.wording import counted
from shared.release.gate.comparison import LEAST_ROWS, decide, independent, lead, too_few
from shared.release.gate.contestants import Contestant, NoChampion, fresh_part, load_champion
from shared.release.gate.judging_rows import JudgingRows
from shared.release.gate.slices import LEAST_ROWS as LEAST_REFERENCE
from shared.release.gate.slices import worst_slice
from shared.release.look import LOOK_LEVEL, MOST_LOOKS
from shared.release.verdict import Check
from shared.training.metrics import DECIDED

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


@dataclass(frozen=True, slots=True)
class Contest:
    """A challenger and its champion, if there is one, with the rows that judge them.

    `rows` are the challenger's judging rows, and `fresh` those that the champion has not learned from either: of a
    random or given split all judging rows of the history window. `note` says how many rows are fresh.
    """

    challenger: Contestant
    champion: Contestant | NoChampion
    rows: JudgingRows
    fresh: JudgingRows
    note: str = ""

    @property
    def can_decide(self) -> bool:
        """Whether there are rows enough to compare with a champion: only then a look is spent."""
        enough = not too_few(*independent(self.challenger.scenario, self.fresh))
        return enough and isinstance(self.champion, Contestant)


def make_contest(ports: ReleasePorts, challenger: Contestant, rows: JudgingRows) -> Contest:
    """The contest of the model with the champion of now on these judging rows."""
    champion = load_champion(ports, challenger.scenario, challenger.model)
    if isinstance(champion, NoChampion):
        return Contest(challenger, champion, rows, rows)
    return Contest(challenger, champion, rows, *fresh_part(challenger, champion, rows))


def compare(contest: Contest, look: int) -> Iterator[Check]:
    """The checks `champion`, `reference` and `slices`, at the `look`-th look; 0 when there are too few rows to look.

    Without a champion the slices are held against the scenario's bar.
    """
    challenger, champion, fresh = contest.challenger, contest.champion, contest.fresh
    if isinstance(champion, NoChampion):
        yield Check("champion", "fail" if champion.fails else "skip", None, None, champion.reason)
        yield Check("reference", "skip", None, None, champion.reason)
        yield worst_slice(challenger.scenario, fresh, challenger.answers(fresh), None)
        return
    if len(fresh.actual):
        yield _champion_check(contest, champion, look)
    else:
        yield Check("champion", "undecided", 0, LEAST_ROWS, f"Too little to tell: {contest.note}")
    yield _reference_check(contest, champion)
    if len(fresh.actual):
        yield worst_slice(challenger.scenario, fresh, challenger.answers(fresh), champion.answers(fresh))
    else:
        yield Check("slices", "skip", None, None, contest.note)


def _champion_check(contest: Contest, champion: Contestant, look: int) -> Check:
    challenger, rows, note = contest.challenger, contest.fresh, contest.note
    scenario = challenger.scenario
    if champion.model.sha256 in challenger.model.digests and scenario.metric not in DECIDED:
        reason = f"The graph of the champion {champion.model.id}: only what it decides is new. {note}"
        return Check("champion", "pass", None, None, reason)
    if look > MOST_LOOKS:
        spent = f"all {MOST_LOOKS} looks at challengers of {champion.model.id} are spent"
        reason = f"Not shown to be as good: {spent}; mlops gate override asks another person. {note}"
        return Check("champion", "fail", None, None, reason)
    missing = too_few(*independent(scenario, rows))
    try:
        found = lead(scenario, rows, challenger.answers(rows), champion.answers(rows), LOOK_LEVEL)
    except ValueError as error:
        reason = f"Too little to tell against the champion {champion.model.id}: {missing or error}. {note}"
        return Check("champion", "undecided", None, None, reason)
    verdict, why = decide(scenario, found)
    facts = f"{found.metric} {found.value:.4f} against {found.other:.4f} of the champion {champion.model.id}"
    return Check("champion", verdict, found.value, found.other, f"{why} {facts}, {found.difference}. {note}")


def _reference_check(contest: Contest, champion: Contestant) -> Check:
    """Every judging row of the history window that neither learned from: they can only object, at any look.

    Rows that left the window object to nothing. Of a time split the rows before the fresh ones were learned.
    """
    challenger, rows = contest.challenger, contest.fresh
    if challenger.learned is None or champion.learned is None:
        reason = f"{champion.model.id} or the challenger does not name the rows it learned from."
        return Check("reference", "skip", None, None, reason)
    scenario = challenger.scenario
    count = f"{counted(len(rows.actual), 'judging row')} of the history window that neither learned from"
    if len(rows.actual) < LEAST_REFERENCE:
        return Check("reference", "skip", None, None, f"There are {count}: too few to object.")
    try:
        found = lead(scenario, rows, challenger.answers(rows), champion.answers(rows))
    except ValueError as error:
        return Check("reference", "skip", None, None, f"There are {count}, but {error}.")
    facts = f"{found.metric} {found.value:.4f} against {found.other:.4f} on {count}, {found.difference}"
    if found.gain[1] < -found.margin:
        return Check("reference", "trade_off", found.value, found.other, f"Worse on the reference: {facts}.")
    return Check("reference", "pass", found.value, found.other, f"No objection: {facts}.")
