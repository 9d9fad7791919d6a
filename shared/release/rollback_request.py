"""A rollback that somebody asks for from elsewhere: by whom, why, and of which generation."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from shared.core.errors import BadInput, Conflict
from shared.core.scenario import find_scenario
from shared.release import deploy
from shared.serving.deployment import Deployment

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


_LONGEST = 1000
_ACCEPTED = '{"by": "…", "reason": "…", "generation": 3}'


@dataclass(frozen=True, slots=True)
class RollbackRequest:
    """Who wants to go back, why, and which generation they saw serving (None: whichever it is)."""

    by: str
    reason: str
    generation: int | None = None

    @classmethod
    def read(cls, body: bytes, who: str = "") -> Self:
        """The request as JSON; `who` is an identity that was verified and wins over a name anybody can write."""
        try:
            value = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise BadInput(f"The body is no JSON; accepted: {_ACCEPTED}.") from error
        if not isinstance(value, dict) or not set(value) <= {"by", "reason", "generation"}:
            raise BadInput(f"The body is no object of by, reason and generation alone; accepted: {_ACCEPTED}.")
        generation = value.get("generation")
        if generation is not None and (not isinstance(generation, int) or isinstance(generation, bool)):
            raise BadInput(f"The generation is {str(generation)[:40]!r}; accepted: a whole number.")
        return cls(_text("by", who or value.get("by")), _text("reason", value.get("reason")), generation)


def roll_back(ports: ReleasePorts, name: str, request: RollbackRequest) -> Deployment:
    """What serves then; Conflict when another generation serves than the one that was seen."""
    find_scenario(ports.core.scenarios, name)
    current = ports.release.deployments.current(name)
    if request.generation is not None and current is not None and current.generation != request.generation:
        raise Conflict(
            f"Generation {request.generation} of {name} does not serve any more, {current.generation} does: look again."
        )
    return deploy.rollback(ports, name, by=request.by, reason=request.reason)


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST:
        raise BadInput(f"The field {name} is no text of 1 to {_LONGEST} characters; accepted: {_ACCEPTED}.")
    return value.strip()
