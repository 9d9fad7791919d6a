"""A request to roll back that comes over HTTP: by whom, why, and from which generation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from msgspec import Meta, Struct
from msgspec.structs import replace

from shared.core.scenario import find_scenario
from shared.core.strict_json import Text, read_request
from shared.release.rollback.execution import roll_back
from shared.release.rollback.plan import Seen
from shared.serving.deployment import Deployment

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


_NUMBER = Annotated[int, Meta(ge=0, le=2_147_483_647)]


class RollbackRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """The person, the reason, and what they saw: the generation that served, the version tried beside it (0: none).

    null: it does not matter which. A verified identity takes precedence over `by`.
    """

    by: Text
    reason: Text
    generation: Annotated[_NUMBER | None, Meta(description="a whole number")] = None
    candidate: Annotated[_NUMBER | None, Meta(description="a whole number")] = None

    @classmethod
    def read(cls, body: bytes, who: str = "") -> Self:
        """The request from JSON; `who` is a verified identity and wins over the name in the body."""
        request = read_request(body, cls, '{"by": "…", "reason": "…", "generation": 3}', who)
        return replace(request, by=request.by.strip(), reason=request.reason.strip())


def execute_rollback(ports: ReleasePorts, name: str, request: RollbackRequest) -> Deployment:
    """Roll the scenario back; returns what serves then, Conflict when things are no longer as the caller saw them."""
    find_scenario(ports.core.scenarios, name)
    return roll_back(
        ports, name, by=request.by, reason=request.reason, seen=Seen(request.generation, request.candidate)
    )
