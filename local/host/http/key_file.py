"""The file that holds the keys of a home: only its owner can read it, and a change takes effect at once."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from functions.names import KEY_SCOPES
from local.host.http.keys import EVENT_GRID, Keys, check_scope
from shared.core.errors import Misconfigured

FILE = "keys.json"
_BYTES = 32
# Active keys per scope: the newest, and the previous one for callers that still use it.
_ACTIVE = 2


class KeyFile:
    """Reads the keys of a home, and again after the file changes: a rotation takes effect while the host runs."""

    def __init__(self, home: Path) -> None:
        self._home = home
        # A string: every request reads its status, and a Path would be parsed each time.
        self._file = str(home / FILE)
        self._read: tuple[tuple[int, int], Keys] | None = None

    @property
    def home(self) -> Path:
        """The folder of the file."""
        return self._home

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


def load_keys(home: Path) -> Keys:
    """The keys in `home`/keys.json, created on first use; Misconfigured when the file cannot be read as keys."""
    path = home / FILE
    if not path.exists():
        write_keys(home, _new())
    try:
        content = json.loads(path.read_bytes())
        systems, functions = _by_name(content["systemKeys"]), _by_name(content["functionKeys"])
        scopes = {str(entry["name"]): str(entry.get("scope", "")) for entry in content["functionKeys"]}
        own = {str(name): _by_name(entries) for name, entries in content.get("keysOfFunctions", {}).items()}
        keys = Keys(_checked(content["masterKey"]["value"]), functions, systems, scopes, own)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
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
    with changing_keys(home) as content:
        entries: list[dict[str, Any]] = content["functionKeys"]
        of_scope = [entry for entry in entries if entry.get("scope") == scope]
        key = _function_key(scope, 1 + max((_number(entry) for entry in of_scope), default=0))
        kept = [entry for entry in entries if entry.get("scope") != scope or entry in of_scope[1 - _ACTIVE :]]
        content["functionKeys"] = [*kept, key]
    return key["value"]


@contextmanager
def changing_keys(home: Path) -> Iterator[dict[str, Any]]:
    """The content of the key file, written at the end of the block; one process at a time changes it."""
    with exclusive_lock(home):
        content: dict[str, Any] = json.loads((home / FILE).read_bytes())
        yield content
        write_keys(home, content)


@contextmanager
def exclusive_lock(home: Path) -> Iterator[None]:
    """Let one process at a time change the keys of a home."""
    with (home / ".keys.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def new_value() -> str:
    """A fresh key."""
    return secrets.token_urlsafe(_BYTES)


def _number(entry: Mapping[str, Any]) -> int:
    digits = str(entry["name"]).rpartition("-")[2]
    return int(digits) if digits.isdecimal() else 0


def _function_key(scope: str, number: int) -> dict[str, str]:
    return {"name": f"{scope}-{number}", "scope": scope, "value": new_value()}


def _new() -> dict[str, Any]:
    return {
        "masterKey": {"name": "master", "value": new_value()},
        "functionKeys": [_function_key(scope, 1) for scope in KEY_SCOPES],
        "systemKeys": [{"name": EVENT_GRID, "value": new_value()}],
    }


def write_keys(home: Path, content: Mapping[str, Any]) -> None:
    """Replace the key file whole."""
    path = home / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.tmp")
    partial.unlink(missing_ok=True)
    # Created readable by its owner only, so that others can never read it.
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        json.dump(content, out, indent=2)
    partial.replace(path)
