"""Which events a person should hear of, and what they are told."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from shared.core.notice import Notice

Severity = Literal["info", "warning", "error"]
_SHOWN = 500
# The member of an event that is its sentence.
_TEXT = ("reason", "sentence")


@dataclass(frozen=True, slots=True)
class Rule:
    """How an event becomes an alert; `title` may name members of the event's data in braces."""

    severity: Severity
    title: str


# An event that is not here alerts nobody.
RULES: Mapping[str, Rule] = {
    "Mlops.DatasetQuarantined": Rule("error", "Data of {scenario} was quarantined"),
    "Mlops.WindowQuarantined": Rule("error", "A window of {scenario} was not predicted"),
    "Mlops.ModelRefused": Rule("warning", "{model} was refused by its gate"),
    "Mlops.ApprovalRequested": Rule("info", "{model} waits for approval"),
    "Mlops.ModelRolledBack": Rule("warning", "{model} was rolled back"),
    "Mlops.DriftDetected": Rule("warning", "Drift in {scenario}"),
    "Mlops.DataBreachDetected": Rule("warning", "Something is wrong with the data of {scenario}"),
    "Mlops.RunFailed": Rule("error", "A training run of {scenario} failed"),
    "Mlops.MessagePoisoned": Rule("error", "The queue {queue} gave a message up"),
    "Mlops.EventDeadLettered": Rule("warning", "An event could not be delivered"),
}


@dataclass(frozen=True, slots=True)
class Alert:
    """What a person is told: a title, a sentence, facts, and the command that tells the whole story."""

    id: str
    kind: str
    severity: Severity
    title: str
    text: str
    facts: tuple[tuple[str, str], ...]
    look: str
    subject: str
    time: datetime


class _Blank(dict[str, str]):
    """A name the event does not have reads as `?`."""

    def __missing__(self, key: str) -> str:
        return "?"


def alert_of(notice: Notice) -> Alert | None:
    """The alert of an event, or None when nobody needs to hear of it, or another event tells them of the same thing."""
    rule = RULES.get(notice.type)
    if rule is None or notice.data.get("told"):
        return None
    data = {str(name): shown(value) for name, value in notice.data.items()}
    facts = tuple((name, value) for name, value in sorted(data.items()) if name not in _TEXT and value)
    return Alert(
        id=notice.id,
        kind=notice.type,
        severity=rule.severity,
        title=rule.title.format_map(_Blank(data)),
        text=data.get("reason") or data.get("sentence") or notice.subject,
        facts=facts,
        look=f"mlops history --why {shlex.quote(_known(notice.subject, data))}",
        subject=notice.subject,
        time=notice.time,
    )


def _known(subject: str, data: Mapping[str, str]) -> str:
    """What history knows it by: the drop it names, or its subject without the first part (`runs/…`)."""
    if data.get("scenario") and data.get("drop"):
        return f"{data['scenario']}/{data['drop']}"
    _, _, rest = subject.partition("/")
    return shown(rest or subject)


def shown(value: Any) -> str:
    """A fact as one short line: control characters and line breaks of names from outside are spaces."""
    text = "".join(character if character.isprintable() else " " for character in str(value))
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
