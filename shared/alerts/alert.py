"""An alert, and the rules that say which events people are alerted to."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.core.notice import Notice

# The longest fact or sentence of an alert, in characters.
_LONGEST = 500
# The member of an event's data that becomes the text of its alert.
_TEXT = ("reason", "sentence")


class Severity(StrEnum):
    """How urgent an alert is."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Rule:
    """How an event becomes an alert; braces in `title` name members of the event's data."""

    severity: Severity
    title: str


# An event without a rule alerts nobody.
RULES: Mapping[str, Rule] = {
    "Mlops.DatasetQuarantined": Rule(Severity.ERROR, "Data of {scenario} was quarantined"),
    "Mlops.WindowQuarantined": Rule(Severity.ERROR, "A window of {scenario} was not predicted"),
    "Mlops.ModelRefused": Rule(Severity.WARNING, "{model} was refused by its gate"),
    "Mlops.ApprovalRequested": Rule(Severity.INFO, "{model} waits for approval"),
    "Mlops.ModelRolledBack": Rule(Severity.WARNING, "{model} was rolled back"),
    "Mlops.DriftDetected": Rule(Severity.WARNING, "Drift in {scenario}"),
    "Mlops.DataBreachDetected": Rule(Severity.WARNING, "Something is wrong with the data of {scenario}"),
    "Mlops.DataOverdue": Rule(Severity.WARNING, "New data of {scenario} is overdue"),
    "Mlops.RunFailed": Rule(Severity.ERROR, "A training run of {scenario} failed"),
    "Mlops.MessagePoisoned": Rule(Severity.ERROR, "The queue {queue} gave up a message"),
    "Mlops.EventDeadLettered": Rule(Severity.WARNING, "An event could not be delivered"),
}


@dataclass(frozen=True, slots=True)
class Alert:
    """A message to people: a title, a sentence, facts, and the command (`look`) that shows the whole history."""

    id: str
    kind: str
    severity: Severity
    title: str
    text: str
    facts: tuple[tuple[str, str], ...]
    look: str
    subject: str
    time: datetime


class _QuestionMarks(dict[str, str]):
    """Gives `?` for each name that the event does not have."""

    def __missing__(self, key: str) -> str:
        return "?"


def alert_of(notice: Notice) -> Alert | None:
    """The alert of an event; None when it alerts nobody, or when another event alerts people to the same thing."""
    rule = RULES.get(notice.type)
    if rule is None or notice.data.get("told"):
        return None
    data = {str(name): one_line(value) for name, value in notice.data.items()}
    facts = tuple((name, value) for name, value in sorted(data.items()) if name not in _TEXT and value)
    return Alert(
        id=notice.id,
        kind=notice.type,
        severity=rule.severity,
        title=rule.title.format_map(_QuestionMarks(data)),
        text=data.get("reason") or data.get("sentence") or notice.subject,
        facts=facts,
        look=f"mlops history --why {shlex.quote(_history_key(notice.subject, data))}",
        subject=notice.subject,
        time=notice.time,
    )


def _history_key(subject: str, data: Mapping[str, str]) -> str:
    """What `mlops history --why` finds it by: the drop it names, or its subject without the first part (`runs/…`)."""
    if data.get("scenario") and data.get("drop"):
        return f"{data['scenario']}/{data['drop']}"
    _, _, rest = subject.partition("/")
    return one_line(rest or subject)


def one_line(value: Any) -> str:
    """The value as one short line: spaces replace control characters and line breaks."""
    text = "".join(character if character.isprintable() else " " for character in str(value))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
