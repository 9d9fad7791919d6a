"""The ledger's values: what work is called, the states it goes through, claims, entries and outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """The state of a ledger entry."""

    IN_PROGRESS = "in_progress"
    RELEASED = "released"
    REQUESTED = "requested"
    ACTIVE = "active"
    STOPPED = "stopped"
    WAITING = "waiting"
    QUEUED = "queued"
    DONE = "done"
    DUPLICATE = "duplicate"
    SUPERSEDED = "superseded"
    QUARANTINED = "quarantined"
    REFUSED = "refused"
    UNDECIDED = "undecided"
    IGNORED = "ignored"
    GONE = "gone"
    CONFLICT = "conflict"
    FAILED = "failed"


# Work that ended for good: it is not claimed again unless somebody reopens it.
TERMINAL: frozenset[str] = frozenset(
    {
        State.DONE,
        State.DUPLICATE,
        State.SUPERSEDED,
        State.QUARANTINED,
        State.REFUSED,
        State.UNDECIDED,
        State.IGNORED,
        State.GONE,
        State.CONFLICT,
        State.FAILED,
    }
)
# Work that ended badly: a person may have it tried again, or acknowledges it.
FAILURES: frozenset[str] = frozenset({State.FAILED, State.QUARANTINED, State.REFUSED, State.CONFLICT})
# Every accepted piece of work reaches one of these. What waits may be claimed again when what it waits for has come.
ENDED = TERMINAL | {State.WAITING}


class Kind(StrEnum):
    """What a ledger entry is about; the key says which one."""

    EVENT = "event"
    BLOB = "blob"
    DROP = "drop"
    DATASET = "dataset"
    FEEDBACK = "feedback"
    BASELINE = "baseline"
    CONTRACT = "contract"
    PIPELINE = "pipeline"
    SCHEDULE = "schedule"
    TRAIN = "train"
    WATCH = "watch"
    RUN = "run"
    MODEL = "model"
    RELEASE = "release"
    SMOKE = "smoke"
    APPROVAL = "approval"
    OVERRIDE = "override"
    SIGNATURE = "signature"
    DEPLOYMENT = "deployment"
    ROLLOUT = "rollout"
    AFTERCARE = "aftercare"
    TRIAL = "trial"
    ENDPOINT = "endpoint"
    SERVING = "serving"
    WINDOW = "window"
    TABLE = "table"
    TELEMETRY = "telemetry"
    MONITOR = "monitor"
    BREACH = "breach"
    RETRAIN = "retrain"
    ALERT = "alert"
    DEAD_LETTER = "deadletter"
    POISON = "poison"
    RETENTION = "retention"
    ERASURE = "erasure"
    ACKNOWLEDGED = "acknowledged"


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to act once on (kind, key) until `expires`; `token` proves who holds it, `attempt` counts from 1."""

    kind: str
    key: str
    token: str
    expires: datetime
    attempt: int


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the ledger: the state of (kind, key), and why."""

    kind: str
    key: str
    state: str
    reason: str
    at: datetime
    attempts: int = 0
    repeats: int = 0
    expires: datetime | None = None
    message: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which transitions: of a scenario, a kind, a state, since and before a time; what is empty does not filter."""

    scenario: str = ""
    kind: str = ""
    state: str = ""
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a piece of work ended: its state, the sentence that says why, and facts a program can read."""

    state: str
    reason: str
    detail: Mapping[str, Any] = field(default_factory=dict)
