"""`mlops keys`: list the keys of this home, and make a new key for a scope."""

from __future__ import annotations

from typing import Annotated

import typer

from local.console.options import Json
from local.console.output import as_json, out, show
from local.console.session import Session
from local.host.http.key_file import load_keys, rotate
from local.host.http.keys import fingerprint

Scope = Annotated[str, typer.Argument(help="score, approve or operate.")]
Events = Annotated[bool, typer.Option("--events", help="The key of the Event Grid webhook instead.")]
Reveal = Annotated[bool, typer.Option("--reveal", help="Print the whole key. Anyone who reads it can use it.")]


def list_keys(events: Events = False, reveal: Reveal = False, json: Json = False) -> None:
    """List the active keys of every scope by fingerprint; the newest key of a scope comes last."""
    keys = load_keys(Session().settings.home)
    listed = keys.systems if events else keys.functions
    value = [
        {
            "name": name,
            "scope": keys.scopes.get(name, "events"),
            "fingerprint": fingerprint(key),
            **({"key": key} if reveal else {}),
        }
        for name, key in listed.items()
    ]
    columns = ("name", "scope", "fingerprint", *(("key",) if reveal else ()))
    show(json_output=json, value=value, title="Keys", columns=columns, rows=[list(row.values()) for row in value])


def rotate_key(scope: Scope, reveal: Reveal = False, json: Json = False) -> None:
    """Make a new key for a scope; the previous key works until the next rotation. A running host accepts it at once."""
    key = rotate(Session().settings.home, scope)
    if json:
        as_json({"scope": scope, "fingerprint": fingerprint(key), **({"key": key} if reveal else {})})
        return
    shown = key if reveal else f"fingerprint {fingerprint(key)}; use --reveal to print it; keys.json holds it"
    out.print(f"{scope}: a new key ({shown}). The previous key works until the next rotation.", soft_wrap=True)
