"""Do a thing once: claim it, act, record how it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.core.errors import Conflict, Fault
from shared.core.ledger import Claim, Entry, Outcome, State

if TYPE_CHECKING:
    from shared.core.ports import CorePorts


# Longer than the host lets one invocation run, and shorter than the ten minutes for which a killed host hides a
# message. When only its worker died, the message comes after 45 s and meets the claim; the sweep sends it again.
CLAIM_TTL = timedelta(minutes=9, seconds=30)
MAX_ATTEMPTS = 5
# A message of the queue is worked on within this time while at most so many wait.
RESEND_AFTER = timedelta(minutes=15)
MOST_QUEUED = 1000


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of (kind, key); `acted` says whether this call did the work."""

    outcome: Outcome
    acted: bool


def once(ports: CorePorts, kind: str, key: str, message: str, act: Callable[[], Outcome]) -> Result:
    """Run `act` under a claim on (kind, key), or return the outcome that is there already.

    A permanent fault is an ending and is recorded; a transient one releases the claim and is raised. Attempts that
    crashed are counted and bounded; those that only met an unavailable service are not.
    What another worker holds is left to it: if that worker is dead, the sweep dispatches `message` again.
    """
    claim = ports.core.ledger.claim(kind, key, CLAIM_TTL, message)
    if isinstance(claim, Entry):
        return Result(Outcome(claim.state, claim.reason, claim.detail), acted=False)
    if claim.attempt > MAX_ATTEMPTS:
        return _finish(ports, claim, _gave_up(ports, claim))
    return _finish(ports, claim, _run(ports, claim, act))


def mark_queued(ports: CorePorts, kind: str, keys: Iterable[str], most: int = MOST_QUEUED) -> list[str]:
    """Mark work before its messages are sent, and return the keys to send, so that a backlog does not send them again.

    At most `most` of a kind wait on the queue at once; the others stay for a later round. What is queued, in progress
    or ended is left out; a message that nobody took for `RESEND_AFTER` counts as lost.
    """
    wanted = list(dict.fromkeys(keys))
    return ports.core.ledger.queue(kind, wanted, most, ports.core.clock() - RESEND_AFTER) if wanted else []


def _run(ports: CorePorts, claim: Claim, act: Callable[[], Outcome]) -> Outcome:
    try:
        return act()
    except Fault as fault:
        if fault.permanent:
            return Outcome(fault.state, fault.reason)
        _release(ports, claim, fault.reason, counts=False)
        raise
    except Exception as error:
        _release(ports, claim, f"{type(error).__name__} while working on it.", counts=True)
        raise


def _release(ports: CorePorts, claim: Claim, reason: str, *, counts: bool) -> None:
    # A claim that expired meanwhile belongs to whoever went on: there is nothing to give back.
    with suppress(Conflict):
        ports.core.ledger.release(claim, reason, counts=counts)


def _finish(ports: CorePorts, claim: Claim, outcome: Outcome) -> Result:
    try:
        ports.core.ledger.finish(claim, outcome.state, outcome.reason, outcome.detail)
    except Conflict:
        # Our claim expired and somebody else went on; the effects are put-if-absent, so theirs are ours.
        return Result(outcome, acted=False)
    return Result(outcome, acted=True)


def _gave_up(ports: CorePorts, claim: Claim) -> Outcome:
    crashes = [
        entry
        for entry in ports.core.history.why(claim.key)
        if (entry.kind, entry.state) == (claim.kind, State.RELEASED)
    ]
    last = f" Last reason: {crashes[-1].reason}" if crashes else ""
    return Outcome(State.FAILED, f"Given up after {MAX_ATTEMPTS} attempts that crashed.{last}")
