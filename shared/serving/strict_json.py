"""Reading a JSON body that a stranger sent: what JSON leaves open is refused, not guessed."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import msgspec

from shared.core.errors import BadInput

MAX_DEPTH = 8
_NESTED = frozenset({dict, list})
_NAME = re.compile(rb'"\s*:')


def read_json_body(body: bytes, accepted: str) -> Any:
    """The value; BadInput for what is not JSON, nested deeper than 8, or names a field twice."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"The body is not JSON ({error}); accepted: {accepted}.") from error
    names = _count(value, 1)
    # Each field has one `":`; a text may hold more of them, then the fields are looked at one by one.
    if body.count(b":") != names and len(_NAME.findall(body)) != names:
        _refuse_duplicates(body)
    return value


def _count(value: Any, depth: int) -> int:
    """How many fields all objects of the value have together."""
    if type(value) not in _NESTED:
        return 0
    if depth > MAX_DEPTH:
        raise BadInput(f"The body is nested deeper than {MAX_DEPTH} levels; accepted: at most {MAX_DEPTH}.")
    found, inner = (len(value), value.values()) if type(value) is dict else (0, value)
    for one in inner:
        if type(one) in _NESTED:
            found += _count(one, depth + 1)
    return found


def _refuse_duplicates(body: bytes) -> None:
    def once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise BadInput(f"The field {twice[:80]!r} stands twice in one object; accepted: each field once.")
        return found

    # Numbers have been read already and are not looked at; as text they may have any number of digits.
    json.loads(body, object_pairs_hook=once, parse_int=str, parse_float=str)
