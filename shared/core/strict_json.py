"""Reading a JSON body that a stranger sent: what JSON leaves open is refused, not guessed."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, get_args

import msgspec
from msgspec import Meta, Struct, structs

from shared.core.errors import BadInput

# A text of a person in a request: a name, a reason, a key.
Text = Annotated[str, Meta(min_length=1, max_length=1000, pattern=r"\S", description="a text of 1 to 1000 characters")]
MAX_DEPTH = 8
_NESTED = frozenset({dict, list})
_NAME = re.compile(rb'"\s*:')
_NOT_JSON = re.compile(rb"[:\[,]\s*(NaN|-?Infinity)\s*[,\]}]")


def read_json_body(body: bytes, accepted: str) -> Any:
    """The value; BadInput for what is not JSON, nested deeper than 8, or names a field twice.

    A byte order mark before it does not count (RFC 8259, section 8.1).
    """
    body = body.removeprefix(BOM_UTF8)
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"The body is not JSON ({_why(body, error)}); accepted: {accepted}.") from error
    names = _count(value, 1)
    if may_have_duplicate_keys(body, names) and len(_NAME.findall(body)) != names:
        _refuse_duplicates(body)
    return value


def _why(body: bytes, error: Exception) -> str:
    word = _NOT_JSON.search(body)
    return f"{word[1].decode()} is not JSON, send null for a missing value" if word else str(error)


def may_have_duplicate_keys(body: bytes, keys: int) -> bool:
    """Whether a body that decoded to so many keys may name one twice: a decoder keeps the last, the body has both.

    Each key has one colon. A text may hold more, so True only means that the body needs a closer look.
    """
    return body.count(b":") != keys


def _count(value: Any, depth: int) -> int:
    """How many fields all objects of the value have together."""
    if type(value) not in _NESTED:
        return 0
    if depth > MAX_DEPTH:
        raise BadInput(f"The body is nested deeper than {MAX_DEPTH} levels; accepted: at most {MAX_DEPTH}.")
    fields, inner = (len(value), value.values()) if type(value) is dict else (0, value)
    return fields + sum(_count(each, depth + 1) for each in inner if type(each) in _NESTED)


def _refuse_duplicates(body: bytes) -> None:
    def once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        fields = dict(pairs)
        if len(fields) != len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise BadInput(f"The field {twice[:80]!r} stands twice in one object; accepted: each field once.")
        return fields

    # Numbers have been read already and are not looked at; as text they may have any number of digits.
    json.loads(body, object_pairs_hook=once, parse_int=str, parse_float=str)


def read_request[Request: Struct](body: bytes, kind: type[Request], accepted: str, who: str) -> Request:
    """The body as that type, in which a person decides: `who`, a verified identity, wins over its field `by`."""
    value = read_json_body(body, accepted)
    request: Request = fit({**value, "by": who} if who and isinstance(value, dict) else value, kind)
    return request


def fit(value: Any, kind: Any) -> Any:
    """The body as that type; BadInput names the first field that does not fit, and what it accepts."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise BadInput(_misfit(value, kind, "The body")) from error


def misfit(name: str, value: Any, accepted: str, when: str = "") -> str:
    """The sentence that refuses a field's value."""
    return f"The field {name} is {repr(value)[:40]}; accepted{when}: {accepted}."


def _misfit(value: Any, kind: Any, what: str) -> str:
    """Why the value is no such object, or none of these, which have the same fields."""
    shapes = _structs(kind)
    tag, fields = shapes[0].__struct_config__.tag_field, shapes[0].__struct_encode_fields__
    names = [tag, *fields] if tag else fields
    accepted = f"accepted: an object with {', '.join(names)} alone"
    if not isinstance(value, dict):
        return f"{what} is no object; {accepted}."
    if unknown := sorted(set(value) - set(names)):
        return f"{what} has unknown members {', '.join(map(repr, unknown))[:80]}; {accepted}."
    if tag is None:
        return _misfit_of_field(value, shapes[0])
    tags = {str(shape.__struct_config__.tag): shape for shape in shapes}
    kind = value.get(tag)
    if not isinstance(kind, str) or kind not in tags:
        return misfit(tag, kind, ", ".join(tags))
    return _misfit_of_field(value, tags[kind], f" with {kind}")


def _misfit_of_field(value: Mapping[str, Any], shape: type[Struct], when: str = "") -> str:
    """Of the first that does not fit; what it accepts is its description in the API's document."""
    field = next(one for one in structs.fields(shape) if not _fits(value, one))
    name = field.encode_name
    if name in value and _structs(field.type):
        return _misfit(value[name], field.type, f"The field {name}")
    return misfit(name, value.get(name), msgspec.json.schema(field.type)["description"], when)


def _fits(value: Mapping[str, Any], field: structs.FieldInfo) -> bool:
    if field.encode_name not in value:
        return not field.required
    try:
        msgspec.convert(value[field.encode_name], field.type)
    except msgspec.ValidationError:
        return False
    return True


def _structs(kind: Any) -> list[type[Struct]]:
    """The objects that a type may be: itself, or the members of a union of objects."""
    if isinstance(kind, type) and issubclass(kind, Struct):
        return [kind]
    return [shape for part in get_args(kind) for shape in _structs(part)]
