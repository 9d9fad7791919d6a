"""The decision of the governor on one trigger of a retraining."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RetrainReason(StrEnum):
    """What triggers a retraining."""

    NEW_DATA = "new_data"
    FEEDBACK = "feedback"
    DRIFT = "drift"
    QUALITY = "quality"
    AGE = "age"
    SCHEDULE = "schedule"
    PERSON = "person"


class RetrainVerdict(StrEnum):
    """What the governor decides about a trigger."""

    RETRAIN = "retrain"
    NOT = "not"
    ASK_PERSON = "ask_person"


@dataclass(frozen=True, slots=True)
class RetrainDecision:
    """A trigger (`reason`, and `asked` in words), the decision on it, and the sentence that explains the decision.

    `key` names the occasion: the same key is decided `retrain` at most once.
    """

    scenario: str
    key: str
    reason: RetrainReason
    asked: str
    decided: RetrainVerdict
    sentence: str
    dataset: str
    run: str
    at: datetime
