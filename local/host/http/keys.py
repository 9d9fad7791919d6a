"""Keys of the host and of its functions, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from functions.names import KEY_SCOPES, SCOPES
from shared.core.errors import BadInput, Misconfigured

EVENT_GRID = "eventgrid_extension"
Kind = Literal["master", "system", "host", "other"]


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """The keys of a home. Two keys of a scope may be active, so that one can be replaced while the other works."""

    master: str
    # Keys of a scope open its functions, keys without one open every function.
    functions: Mapping[str, str]
    systems: Mapping[str, str]
    scopes: Mapping[str, str]
    # Keys of single functions, by function and name.
    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    # The keys that open a function of a level, found once: every request asks.
    _accepted: dict[tuple[str, str], Sequence[str]] = field(default_factory=dict, init=False, compare=False)

    @property
    def of_host(self) -> Mapping[str, str]:
        """The keys that open every function."""
        return {name: value for name, value in self.functions.items() if not self.scopes[name]}

    def opens(self, function: str, level: str, offered: str | None) -> bool:
        """Whether the key opens the function of that auth level (anonymous, function or admin)."""
        if level.lower() == "anonymous":
            return True
        accepted = self._accepted.get((function, level))
        if accepted is None:
            accepted = self._accepted[function, level] = self._openers(function, level)
        return matches(accepted, offered)

    def _openers(self, function: str, level: str) -> Sequence[str]:
        if level.lower() == "admin":
            return (self.master,)
        of_scopes = [value for name, value in self.functions.items() if self._fits(function, self.scopes[name])]
        return (self.master, *of_scopes, *self.own.get(function, {}).values())

    def _fits(self, function: str, scope: str) -> bool:
        # A function without declared scopes is opened by a key of any.
        return not scope or function not in SCOPES or scope in SCOPES[function]

    def kind(self, offered: str | None) -> Kind:
        """What the key is where the host itself is asked; a key of functions is unknown there."""
        if matches([self.master], offered):
            return "master"
        if matches(self.systems.values(), offered):
            return "system"
        return "host" if matches(self.of_host.values(), offered) else "other"

    def newest_for_scope(self, scope: str) -> str:
        """The newest key of that scope; BadInput lists the known scopes."""
        values = [value for name, value in self.functions.items() if self.scopes[name] == check_scope(scope)]
        if not values:
            raise Misconfigured("keys.json", f"has no key of scope {scope}", f"mlops keys rotate {scope}")
        return values[-1]

    def opens_event_grid(self, offered: str | None) -> bool:
        """Whether the key opens the Event Grid webhook and the topic."""
        return matches([self.master, self.systems[EVENT_GRID]], offered)


def check_scope(scope: str) -> str:
    """Return the scope; BadInput lists the known scopes."""
    if scope not in KEY_SCOPES:
        raise BadInput(f"There is no scope {scope[:40]!r}; accepted: {', '.join(KEY_SCOPES)}.")
    return scope


def fingerprint(key: str) -> str:
    """Eight hex digits that distinguish keys in a log without revealing them."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


def matches(accepted: Iterable[str], offered: str | None) -> bool:
    """Whether the offered key is one of the accepted ones, in any case."""
    # Compared as digests of one length, without an early exit that a timing could show.
    if not offered:
        return False
    digest = hashlib.sha256(offered.lower().encode(errors="surrogateescape")).digest()
    matched = False
    for key in accepted:
        matched |= hmac.compare_digest(_digest(key), digest)
    return matched


@lru_cache(maxsize=256)
def _digest(key: str) -> bytes:
    """The digest of a stored key; needed with every request."""
    return hashlib.sha256(key.lower().encode()).digest()
