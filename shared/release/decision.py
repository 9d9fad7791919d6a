"""The body of a decision on a request for approval."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

_TEXT = Meta(description="a text")


class Decision(Struct, frozen=True, forbid_unknown_fields=True):
    """A decision, and the facts that the person decides on: a difference from the request is refused."""

    decision: Annotated[Literal["approve", "reject"], Meta(description="approve or reject")]
    by: Annotated[str, _TEXT] = ""
    reason: Annotated[str, _TEXT] = ""
    scenario: Annotated[str, _TEXT] | UnsetType = UNSET
    version: Annotated[int | str, Meta(description="a whole number")] | UnsetType = UNSET
    sha256: Annotated[str, _TEXT] | UnsetType = UNSET
    environment: Annotated[str, _TEXT] | UnsetType = UNSET
    certificate: Annotated[str, _TEXT] | UnsetType = UNSET
    nonce: Annotated[str, _TEXT] | UnsetType = UNSET
