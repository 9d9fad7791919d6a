"""How long messages wait: told as metrics at every sweep, and to people where nobody takes a poison message up."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.core.errors import Fault
from shared.core.messages import POISON
from shared.core.notices import announce

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts, WaitingMessages

_log = logging.getLogger("mlops")
# A poison message is recorded within seconds, or after the ten minutes that a failure waits; then it is gone.
_UNREAD = timedelta(minutes=30)


def watch_backlog(ports: OperationsPorts) -> None:
    """Tell how long messages wait, and people of those that nobody takes out of a poison queue."""
    for one in tell_backlog(ports):
        if one.queue.endswith(POISON) and _age(ports, one) > _UNREAD:
            _tell_unread(ports, one)


def tell_backlog(ports: OperationsPorts) -> list[WaitingMessages]:
    """Count each queue's messages and the age of the oldest; returns the queues that hold any.

    A queue service that is away stops no sweep.
    """
    try:
        found = ports.operations.backlog.waiting()
    except Fault as fault:
        _log.warning("How long messages wait is not known: %s", fault.reason)
        return []
    for one in found:
        ports.core.observer.queue(one.queue, one.messages, _age(ports, one).total_seconds())
    return [one for one in found if one.messages]


def _age(ports: OperationsPorts, one: WaitingMessages) -> timedelta:
    # The clock of the service may be ahead of ours.
    return max(ports.core.clock() - one.oldest, timedelta(0)) if one.oldest else timedelta(0)


def _tell_unread(ports: OperationsPorts, one: WaitingMessages) -> None:
    """Once for each day on which the oldest of them came: they are no text, or recording them fails."""
    queue = one.queue.removesuffix(POISON)
    reason = (
        f"{one.queue} holds messages that cannot be recorded, the oldest for more than 30 minutes: they are not base64 "
        f"text, or the function that records them fails. Look with: az storage message peek --queue-name {one.queue}"
    )
    subject = f"poison/{queue}/unread-{one.oldest:%Y%m%d}"
    announce(ports, "MessagePoisoned", subject, {"queue": queue, "reason": reason})
