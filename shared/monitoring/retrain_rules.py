"""The rules of retraining: triggers are held against cooldown, budget and what earlier trainings brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.core.breach import Breach, BreachState, Cause
from shared.core.policies import RetrainPolicy
from shared.core.wording import counted
from shared.monitoring.retrain_decision import RetrainReason, RetrainVerdict

MONTH = timedelta(days=30)
# What the system concludes by itself is rate-limited. New data only waits until the open run has ended; the request of
# a person waits for nothing.
RATE_LIMITED = frozenset(
    {
        RetrainReason.FEEDBACK,
        RetrainReason.DRIFT,
        RetrainReason.QUALITY,
        RetrainReason.AGE,
        RetrainReason.SCHEDULE,
    }
)
# What a training mends only with rows that no model has learned from.
NEEDS_NEW_ROWS = frozenset({RetrainReason.DRIFT, RetrainReason.QUALITY})


@dataclass(frozen=True, slots=True)
class RetrainTrigger:
    """One reason to retrain, in words too; `key` names the occasion, which is decided `retrain` at most once."""

    reason: RetrainReason
    key: str
    description: str


@dataclass(frozen=True, slots=True)
class PastTraining:
    """An automatic training: when it was decided, and whether a better model came of it (None: not known, or asked)."""

    at: datetime
    improved: bool | None


@dataclass(frozen=True, slots=True)
class NewRows:
    """What came since the newest model learned; `since` names that model."""

    parts: int
    rows: int
    since: str

    @property
    def sentence(self) -> str:
        """In words: `2 parts, 1340 rows since model bank_marketing:3`."""
        return f"{counted(self.parts, 'part')}, {counted(self.rows, 'row')} since model {self.since}"


@dataclass(frozen=True, slots=True)
class RetrainContext:
    """The facts that a decision depends on; `new` is None where no model has learned yet, or the trigger needs none."""

    now: datetime
    open_run: str
    last_run_at: datetime | None
    dataset: str
    automatic: Sequence[PastTraining]
    new: NewRows | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided about a trigger, and the sentence that says why."""

    decided: RetrainVerdict
    sentence: str


@dataclass(frozen=True, slots=True)
class Hold:
    """What holds a retraining back; `ask_person` when it holds until a person decides."""

    reason: str
    ask_person: bool = False


@dataclass(frozen=True, slots=True)
class Episode:
    """Breaches of one cause that overlap in time: the id of the first, and those that are still open."""

    first: str
    open: Sequence[Breach]


def decide(trigger: RetrainTrigger, context: RetrainContext, policy: RetrainPolicy) -> Decision:
    """Retrain, or the first thing that holds the retraining back."""
    if not context.dataset:
        return _held(trigger, Hold("there is no labelled data yet"))
    hold = _first_hold(trigger, context, policy)
    if hold is not None:
        return _held(trigger, hold)
    return retrained(trigger, context.new)


def retrained(trigger: RetrainTrigger, new: NewRows | None) -> Decision:
    """The decision to retrain; it says what is new where that is why it may help."""
    told = f"; new: {new.sentence}" if new is not None and trigger.reason in NEEDS_NEW_ROWS else ""
    return Decision(RetrainVerdict.RETRAIN, f"Retrained: {trigger.description}{told}.")


def _held(trigger: RetrainTrigger, hold: Hold) -> Decision:
    verdict = RetrainVerdict.ASK_PERSON if hold.ask_person else RetrainVerdict.NOT
    return Decision(verdict, f"Not retrained because {hold.reason} ({trigger.description}).")


def is_rate_limited(trigger: RetrainTrigger, policy: RetrainPolicy) -> bool:
    """Whether cooldown, budget and what earlier trainings brought may hold it back."""
    return trigger.reason in RATE_LIMITED or (trigger.reason == RetrainReason.NEW_DATA and policy.new_data_waits)


def _first_hold(trigger: RetrainTrigger, context: RetrainContext, policy: RetrainPolicy) -> Hold | None:
    if not is_rate_limited(trigger, policy):
        return _open_run(context) if trigger.reason == RetrainReason.NEW_DATA else None
    waits = _open_run(context) or _nothing_new(trigger, context)
    return waits or _cooldown(context, policy) or _budget(context, policy) or _no_gain(context, policy)


def _open_run(context: RetrainContext) -> Hold | None:
    return Hold(f"run {context.open_run} is still open") if context.open_run else None


def _nothing_new(trigger: RetrainTrigger, context: RetrainContext) -> Hold | None:
    """Drift and fallen quality train again only on what no model has learned from."""
    if trigger.reason not in NEEDS_NEW_ROWS or context.new is None or context.new.parts:
        return None
    return Hold(f"nothing is new since model {context.new.since}")


def _cooldown(context: RetrainContext, policy: RetrainPolicy) -> Hold | None:
    if context.last_run_at is None or context.now >= context.last_run_at + timedelta(hours=policy.cooldown_hours):
        return None
    return Hold(f"the last training began at {_moment(context.last_run_at)} and {policy.cooldown_hours:g} h must pass")


def _budget(context: RetrainContext, policy: RetrainPolicy) -> Hold | None:
    spent = sum(context.now - training.at < MONTH for training in context.automatic)
    if spent < policy.monthly_budget:
        return None
    return Hold(f"{spent} automatic trainings in 30 days have used up the budget of {policy.monthly_budget}")


def _no_gain(context: RetrainContext, policy: RetrainPolicy) -> Hold | None:
    last = context.automatic[-policy.stop_after :]
    if len(last) < policy.stop_after or any(training.improved is not False for training in last):
        return None
    reason = f"the last {policy.stop_after} automatic trainings brought no better model"
    return Hold(f"{reason}; a person decides now: mlops train SCENARIO", ask_person=True)


def open_episode(breaches: Sequence[Breach], cause: Cause) -> Episode | None:
    """The episode of the cause that is still open; None when no breach of it is.

    Breaches whose times overlap are one episode, so that a second column, or the third window, is no second reason.
    """
    of_cause = sorted((b for b in breaches if b.cause == cause), key=lambda breach: (breach.first_seen, breach.id))
    first, until = "", None
    for breach in of_cause:
        # A breach that begins after all earlier ones have ended begins an episode.
        if until is None or breach.first_seen > until:
            first, until = breach.id, breach.last_seen
        end = datetime.max.replace(tzinfo=until.tzinfo) if breach.state == BreachState.OPEN else breach.last_seen
        until = max(until, end)
    still = [breach for breach in of_cause if breach.state == BreachState.OPEN]
    return Episode(first, still) if still else None


def breach_triggers(breaches: Sequence[Breach], policy: RetrainPolicy) -> list[RetrainTrigger]:
    """Persistent drift of the inputs and fallen quality, each once an episode."""
    triggers = []
    drift = open_episode(breaches, Cause.POPULATION_DRIFT)
    if drift is not None and policy.drift:
        columns = ", ".join(sorted({breach.column for breach in drift.open}))
        description = f"the drift of the inputs persists: {columns}"
        triggers.append(RetrainTrigger(RetrainReason.DRIFT, f"drift-{drift.first}", description))
    quality = open_episode(breaches, Cause.CONCEPT_DRIFT)
    if quality is not None and policy.quality:
        triggers.append(RetrainTrigger(RetrainReason.QUALITY, f"quality-{quality.first}", "the quality has fallen"))
    return triggers


def time_triggers(
    now: datetime, generation: int, served_since: datetime | None, last_run_at: datetime | None, policy: RetrainPolicy
) -> list[RetrainTrigger]:
    """A model that is too old, and a schedule that is due."""
    triggers = []
    if policy.age_days and served_since is not None and now - served_since >= timedelta(days=policy.age_days):
        description = (
            f"the model has served since {_moment(served_since)}, longer than {counted(float(policy.age_days), 'day')}"
        )
        triggers.append(RetrainTrigger(RetrainReason.AGE, f"age-{generation}", description))
    if policy.every_days and last_run_at is not None and now - last_run_at >= timedelta(days=policy.every_days):
        schedule = f"every {counted(float(policy.every_days), 'day')}"
        description = f"the last training began at {_moment(last_run_at)}; the schedule is {schedule}"
        triggers.append(RetrainTrigger(RetrainReason.SCHEDULE, f"schedule-{last_run_at:%Y%m%dT%H%M%S}", description))
    return triggers


def next_triggers(served_since: datetime, last_run_at: datetime | None, policy: RetrainPolicy) -> list[datetime]:
    """When time alone asks to retrain: the model's age, and the policy's schedule."""
    moments = [served_since + timedelta(days=policy.age_days)] if policy.age_days else []
    if policy.every_days and last_run_at is not None:
        moments.append(last_run_at + timedelta(days=policy.every_days))
    return moments


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
