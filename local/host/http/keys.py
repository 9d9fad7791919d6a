"""Function keys: made once, kept in a file only its owner can read, compared in constant time."""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from functions.names import KEY_SCOPES, SCOPES
from shared.core.errors import BadInput, Misconfigured

EVENT_GRID = "eventgrid_extension"
FILE = "keys.json"
_BYTES = 32
# Active keys per scope: the newest, and the previous one for callers that still use it.
_ACTIVE = 2


Verdict = Literal["open", "unknown", "forbidden"]


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """The keys of a home. Two keys of a scope may be active, so that one can be replaced while the other works."""

    master: str
    functions: Mapping[str, str]
    systems: Mapping[str, str]
    # The scope of each function key, by the key's name.
    scopes: Mapping[str, str]

    def allows(self, level: str, offered: Iterable[str]) -> bool:
        """Whether one of the offered keys opens a function of that auth level (anonymous, function or admin)."""
        if level.lower() == "anonymous":
            return True
        accepted = [self.master] if level.lower() == "admin" else [self.master, *self.functions.values()]
        return _any_match(accepted, offered)

    def judge(self, function: str, level: str, offered: Collection[str]) -> Verdict:
        """Whether a key opens the function: `unknown` when none is valid, `forbidden` when its scope is another one.

        A function without declared scopes is opened by every function key.
        """
        if not self.allows(level, offered):
            return "unknown"
        accepted = SCOPES.get(function)
        if accepted is None or level.lower() != "function":
            return "open"
        fitting = [value for name, value in self.functions.items() if self.scopes[name] in accepted]
        return "open" if _any_match([self.master, *fitting], offered) else "forbidden"

    def newest_for_scope(self, scope: str) -> str:
        """The newest key of that scope; BadInput lists the known scopes."""
        values = [value for name, value in self.functions.items() if self.scopes[name] == check_scope(scope)]
        if not values:
            raise Misconfigured("keys.json", f"has no key of scope {scope}", f"mlops keys rotate {scope}")
        return values[-1]

    def allows_event_grid(self, offered: Iterable[str]) -> bool:
        """Whether one of the offered keys opens the Event Grid webhook."""
        return _any_match([self.master, self.systems[EVENT_GRID]], offered)


class KeyFile:
    """Reads the keys of a home, and again after the file changes: a rotation takes effect while the host runs."""

    def __init__(self, home: Path) -> None:
        self._home = home
        # A string: every request reads its status, and a Path would be parsed each time.
        self._file = str(home / FILE)
        self._read: tuple[tuple[int, int], Keys] | None = None

    def keys(self) -> Keys:
        """The keys, read again when the file has changed."""
        try:
            status = os.stat(self._file)  # noqa: PTH116 - see above
            mark = (status.st_mtime_ns, status.st_ino)
        except FileNotFoundError:
            mark = (0, 0)
        if self._read is None or self._read[0] != mark:
            self._read = (mark, load_keys(self._home))
        return self._read[1]


def check_scope(scope: str) -> str:
    """Return the scope; BadInput lists the known scopes."""
    if scope not in KEY_SCOPES:
        raise BadInput(f"There is no scope {scope[:40]!r}; accepted: {', '.join(KEY_SCOPES)}.")
    return scope


def fingerprint(key: str) -> str:
    """Eight hex digits that distinguish keys in a log without revealing them."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


def _any_match(accepted: Iterable[str], offered: Iterable[str]) -> bool:
    # Every pair is compared as digests of one length: no early exit that a timing could show.
    digests = [_digest(key) for key in accepted]
    matched = False
    for key in offered:
        digest = hashlib.sha256(key.encode(errors="surrogateescape")).digest()
        for known in digests:
            matched |= hmac.compare_digest(known, digest)
    return matched


@lru_cache(maxsize=64)
def _digest(key: str) -> bytes:
    """The digest of a stored key; needed with every request."""
    return hashlib.sha256(key.encode()).digest()


def load_keys(home: Path) -> Keys:
    """The keys in `home`/keys.json, created on first use; Misconfigured when the file cannot be read as keys."""
    path = home / FILE
    if not path.exists():
        _write(path, _new())
    try:
        content = json.loads(path.read_bytes())
        systems, functions = _by_name(content["systemKeys"]), _by_name(content["functionKeys"])
        scopes = {str(entry["name"]): str(entry.get("scope", "")) for entry in content["functionKeys"]}
        keys = Keys(_checked(content["masterKey"]["value"]), functions, systems, scopes)
    except (ValueError, KeyError, TypeError) as error:
        raise Misconfigured(
            "keys.json", "cannot be read", "the file the host made; remove it to get new keys"
        ) from error
    if EVENT_GRID not in systems:
        raise Misconfigured("keys.json", f"has no system key {EVENT_GRID}", "the file the host made")
    return keys


def _by_name(entries: list[dict[str, Any]]) -> dict[str, str]:
    return {str(entry["name"]): _checked(entry["value"]) for entry in entries}


def _checked(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a key is empty")
    return value


def rotate(home: Path, scope: str) -> str:
    """Add a key to the scope, keep the previous one and remove older ones; returns the new key."""
    check_scope(scope)
    load_keys(home)
    with exclusive_lock(home):
        content = json.loads((home / FILE).read_bytes())
        entries: list[dict[str, Any]] = content["functionKeys"]
        of_scope = [entry for entry in entries if entry.get("scope") == scope]
        key = _function_key(scope, 1 + max((_number(entry) for entry in of_scope), default=0))
        kept = [entry for entry in entries if entry.get("scope") != scope or entry in of_scope[1 - _ACTIVE :]]
        _write(home / FILE, {**content, "functionKeys": [*kept, key]})
    return key["value"]


@contextmanager
def exclusive_lock(home: Path) -> Iterator[None]:
    """Let one process at a time change the keys of a home."""
    with (home / ".keys.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _number(entry: Mapping[str, Any]) -> int:
    digits = str(entry["name"]).rpartition("-")[2]
    return int(digits) if digits.isdecimal() else 0


def _function_key(scope: str, number: int) -> dict[str, str]:
    return {"name": f"{scope}-{number}", "scope": scope, "value": secrets.token_urlsafe(_BYTES)}


def _new() -> dict[str, Any]:
    return {
        "masterKey": {"name": "master", "value": secrets.token_urlsafe(_BYTES)},
        "functionKeys": [_function_key(scope, 1) for scope in KEY_SCOPES],
        "systemKeys": [{"name": EVENT_GRID, "value": secrets.token_urlsafe(_BYTES)}],
    }


def _write(path: Path, content: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.tmp")
    partial.unlink(missing_ok=True)
    # Created readable by its owner only, so that others can never read it.
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        json.dump(content, out, indent=2)
    partial.replace(path)
