"""Keys that a person gives: the file of another home, or names with values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from local.host.http.key_file import write_keys
from local.host.http.keys import EVENT_GRID
from local.host.local_settings import read_object
from shared.core.errors import BadInput

_HOST, _MASTER, _SYSTEM = "host", "master", "system"


def give_keys(home: Path, file: Path, functions: Collection[str]) -> None:
    """Make the keys in the file those of the home; BadInput says what the file should hold.

    Names stand for: `master`, `system` (Event Grid), others that end with `system`, a function's own key by the
    function's name, and `host` or any other name for a key that opens every function.
    """
    content = read_object(file)
    write_keys(home, content if "masterKey" in content else _by_name(file, content, functions))


def _by_name(file: Path, names: Mapping[str, Any], functions: Collection[str]) -> dict[str, Any]:
    if any(not isinstance(value, str) or not value for value in names.values()) or not {_MASTER, _SYSTEM} <= set(names):
        raise BadInput(f"{file.name} is no file of keys; accepted: master, system and other names, each with a text.")
    systems = {EVENT_GRID: names[_SYSTEM]}
    systems |= {name: value for name, value in names.items() if name.endswith(_SYSTEM) and name != _SYSTEM}
    own = {name: value for name, value in names.items() if name in functions}
    host = {name: value for name, value in names.items() if name not in {_MASTER, _SYSTEM, *systems, *own}}
    return {
        "masterKey": {"name": "master", "value": names[_MASTER]},
        "functionKeys": [_entry("default" if name == _HOST else name, value) for name, value in host.items()],
        "systemKeys": [_entry(name, value) for name, value in systems.items()],
        "keysOfFunctions": {name: [_entry("default", value)] for name, value in own.items()},
    }


def _entry(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value}
