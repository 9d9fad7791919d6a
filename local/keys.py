"""Function keys: made once, kept in a file only its owner can read, compared without telling anything by time."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.errors import Misconfigured

EVENT_GRID = "eventgrid_extension"
_BYTES = 32


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """The keys of a home. Several function keys may be active, so that one can be replaced while the other works."""

    master: str
    functions: Mapping[str, str]
    systems: Mapping[str, str]

    def allows(self, level: str, offered: Iterable[str]) -> bool:
        """Whether one of the offered keys opens a function of that auth level (anonymous, function or admin)."""
        if level.lower() == "anonymous":
            return True
        accepted = [self.master] if level.lower() == "admin" else [self.master, *self.functions.values()]
        return _any_match(accepted, offered)

    def allows_event_grid(self, offered: Iterable[str]) -> bool:
        """Whether one of the offered keys opens the Event Grid webhook."""
        return _any_match([self.master, self.systems[EVENT_GRID]], offered)


def fingerprint(key: str) -> str:
    """Eight hex digits that tell keys apart in a log and say nothing else about them."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


def _any_match(accepted: Iterable[str], offered: Iterable[str]) -> bool:
    # Every pair is compared, and as digests of one length: no early exit, nothing to measure.
    digests = [hashlib.sha256(key.encode()).digest() for key in accepted]
    found = False
    for key in offered:
        digest = hashlib.sha256(key.encode(errors="surrogateescape")).digest()
        for one in digests:
            found |= hmac.compare_digest(one, digest)
    return found


def load_keys(home: Path) -> Keys:
    """The keys in `home`/keys.json, made on first use; Misconfigured when the file holds something else."""
    path = home / "keys.json"
    if not path.exists():
        _make(path)
    try:
        content = json.loads(path.read_bytes())
        systems = _named(content["systemKeys"])
        keys = Keys(_checked(content["masterKey"]["value"]), _named(content["functionKeys"]), systems)
    except (ValueError, KeyError, TypeError) as error:
        raise Misconfigured(
            "keys.json", "cannot be read", "the file the host made; remove it to get new keys"
        ) from error
    if EVENT_GRID not in systems:
        raise Misconfigured("keys.json", f"has no system key {EVENT_GRID}", "the file the host made")
    return keys


def _named(entries: list[dict[str, Any]]) -> dict[str, str]:
    return {str(entry["name"]): _checked(entry["value"]) for entry in entries}


def _checked(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a key is empty")
    return value


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "masterKey": {"name": "master", "value": secrets.token_urlsafe(_BYTES)},
        "functionKeys": [{"name": "default", "value": secrets.token_urlsafe(_BYTES)}],
        "systemKeys": [{"name": EVENT_GRID, "value": secrets.token_urlsafe(_BYTES)}],
    }
    partial = path.with_name(f".{path.name}.tmp")
    partial.unlink(missing_ok=True)
    # Never readable by others, not even for a moment.
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        json.dump(content, out, indent=2)
    partial.replace(path)
