"""Is it time to learn again? Reasons are held against persistence, cooldown, budget and what earlier tries brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from shared.core.breach import Breach, Cause
from shared.core.policies import RetrainPolicy
from shared.monitoring.measures import RetrainDecision, RetrainReason

MONTH = timedelta(days=30)
# A person's wish and new data are not held back; what a machine concludes is.
HELD: frozenset[RetrainReason] = frozenset({"drift", "quality", "age", "schedule"})


@dataclass(frozen=True, slots=True)
class Wish:
    """One reason to learn again; `key` names the occasion, which is answered `retrain` at most once."""

    reason: RetrainReason
    key: str
    asked: str


@dataclass(frozen=True, slots=True)
class Past:
    """A training that was decided automatically: when, and whether a better model came of it (None: not known yet)."""

    at: datetime
    improved: bool | None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a decision depends on."""

    now: datetime
    open_run: str
    last_run_at: datetime | None
    dataset: str
    automatic: Sequence[Past]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What was decided, and the sentence that says why."""

    decided: Literal["retrain", "not", "ask_person"]
    sentence: str


def rule(wish: Wish, facts: Circumstances, policy: RetrainPolicy) -> Ruling:
    """Retrain, or the first thing that stands in the way."""
    if not facts.dataset:
        return Ruling("not", f"Not retrained because there is no labelled data yet ({wish.asked}).")
    if wish.reason not in HELD and not (wish.reason == "new_data" and policy.new_data_waits):
        return Ruling("retrain", f"Retrained: {wish.asked}.")
    for told, person in (
        (_single_flight(facts), False),
        (_cooldown(facts, policy), False),
        (_budget(facts, policy), False),
        (_loop(facts, policy), True),
    ):
        if told:
            return Ruling("ask_person" if person else "not", f"Not retrained because {told} ({wish.asked}).")
    return Ruling("retrain", f"Retrained: {wish.asked}.")


def _single_flight(facts: Circumstances) -> str:
    return f"run {facts.open_run} is still going" if facts.open_run else ""


def _cooldown(facts: Circumstances, policy: RetrainPolicy) -> str:
    if facts.last_run_at is None:
        return ""
    free = facts.last_run_at + timedelta(hours=policy.cooldown_hours)
    if facts.now >= free:
        return ""
    return f"the last training began at {_moment(facts.last_run_at)} and {policy.cooldown_hours:g} h must pass"


def _budget(facts: Circumstances, policy: RetrainPolicy) -> str:
    spent = sum(facts.now - one.at < MONTH for one in facts.automatic)
    if spent < policy.monthly_budget:
        return ""
    return f"{spent} automatic trainings in 30 days are the whole budget of {policy.monthly_budget}"


def _loop(facts: Circumstances, policy: RetrainPolicy) -> str:
    last = facts.automatic[-policy.stop_after :]
    if len(last) < policy.stop_after or any(one.improved is not False for one in last):
        return ""
    return (
        f"the last {policy.stop_after} automatic trainings brought no better model; a person decides now: "
        f"mlops train SCENARIO"
    )


def episode(breaches: Sequence[Breach], cause: Cause) -> tuple[str, list[Breach]]:
    """What began together is one occasion: the id of the first breach of the time since all was well, and those open.

    ("", []) when none is open. Breaches whose times overlap belong together, so that a second column, or the third
    window, is no second reason.
    """
    mine = sorted((one for one in breaches if one.cause == cause), key=lambda one: (one.first_seen, one.id))
    first, until = "", None
    for one in mine:
        if until is None or one.first_seen > until:
            first = one.id
            until = one.last_seen
        if one.state == "open":
            until = datetime.max.replace(tzinfo=one.first_seen.tzinfo)
        elif until is not None:
            until = max(until, one.last_seen)
    still = [one for one in mine if one.state == "open"]
    return (first, still) if still else ("", [])


def wishes_of_breaches(breaches: Sequence[Breach], policy: RetrainPolicy) -> list[Wish]:
    """Drift and fallen quality, each once an episode."""
    found = []
    first, still = episode(breaches, "population_drift")
    if first and policy.drift:
        columns = ", ".join(sorted({one.column for one in still}))
        found.append(Wish("drift", f"drift-{first}", f"the inputs have drifted for good: {columns}"))
    first, still = episode(breaches, "concept_drift")
    if first and policy.quality:
        found.append(Wish("quality", f"quality-{first}", "the quality has fallen"))
    return found


def wishes_of_time(
    now: datetime, generation: int, served_since: datetime | None, last_run_at: datetime | None, policy: RetrainPolicy
) -> list[Wish]:
    """A model that is too old, and a schedule that is due."""
    found = []
    if policy.age_days and served_since is not None and now - served_since >= timedelta(days=policy.age_days):
        asked = f"the model has served since {_moment(served_since)}, longer than {policy.age_days:g} days"
        found.append(Wish("age", f"age-{generation}", asked))
    if policy.every_days and last_run_at is not None and now - last_run_at >= timedelta(days=policy.every_days):
        asked = f"the last training began at {_moment(last_run_at)}; every {policy.every_days:g} days is the schedule"
        found.append(Wish("schedule", f"schedule-{last_run_at:%Y%m%dT%H%M%S}", asked))
    return found


def answered(decisions: Sequence[RetrainDecision], key: str) -> bool:
    """Whether this occasion was retrained for already."""
    return any(one.key == key and one.decided == "retrain" for one in decisions)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
