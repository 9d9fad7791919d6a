"""Bodies of requests: read strictly, held against a type, refused in words that the API's description has as well."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta, Struct

from shared.core.errors import BadInput
from shared.core.strict_json import fit
from shared.release.decision import Decision
from shared.release.rollback.request import RollbackRequest
from shared.training.schemas import ScheduleBody, SubmissionBody

BODIES = (Decision, RollbackRequest, ScheduleBody, SubmissionBody)


class Cat(Struct, tag_field="kind", tag="cat", forbid_unknown_fields=True):
    """One of two."""

    lives: Annotated[int, Meta(ge=0, le=9, description="0 to 9")]


class Dog(Struct, tag_field="kind", tag="dog", forbid_unknown_fields=True):
    """The other."""

    lives: Annotated[int, Meta(ge=0, le=1, description="0 or 1")]


class Home(Struct, forbid_unknown_fields=True, rename="pascal"):
    """What is read."""

    pet: Annotated[Cat | Dog, Meta(description="a cat or a dog")]
    door: Annotated[Literal["open", "shut"], Meta(description="open or shut")] = "open"


GOOD = {"Pet": {"kind": "dog", "lives": 1}}
BAD = [
    (3, "The body is no object; accepted: an object with Pet, Door alone."),
    ({**GOOD, "Roof": 1}, "The body has unknown members 'Roof'; accepted: an object with Pet, Door alone."),
    ({}, "The field Pet is None; accepted: a cat or a dog."),
    ({**GOOD, "Door": "ajar"}, "The field Door is 'ajar'; accepted: open or shut."),
    ({"Pet": "cat"}, "The field Pet is no object; accepted: an object with kind, lives alone."),
    ({"Pet": {"kind": ["cat"]}}, "The field kind is ['cat']; accepted: cat, dog."),
    ({"Pet": {"kind": "dog", "lives": 2}}, "The field lives is 2; accepted with dog: 0 or 1."),
    ({"Pet": {"kind": "cat"}}, "The field lives is None; accepted with cat: 0 to 9."),
    (
        {"Pet": {"kind": "cat", "toys": 1}},
        "The field Pet has unknown members 'toys'; accepted: an object with kind, lives",
    ),
]


@pytest.mark.parametrize(("value", "sentence"), BAD, ids=[json.dumps(value) for value, _ in BAD])
def test_a_body_that_does_not_fit_is_refused_in_words(value: Any, sentence: str) -> None:
    """Which field, what it is, and what it accepts: nothing of the library's own messages."""
    with pytest.raises(BadInput) as told:
        fit(value, Home)
    assert told.value.reason.startswith(sentence)


def test_a_body_that_fits_is_read() -> None:
    """With defaults for what may be absent."""
    assert fit(GOOD, Home) == Home(Dog(1))


def test_a_long_value_is_cut() -> None:
    """A refusal is a sentence, whatever was sent."""
    with pytest.raises(BadInput) as told:
        fit({**GOOD, "Door": "x" * 10_000}, Home)
    assert len(told.value.reason) < 100


def leaves(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every field that is neither an object of its own nor the word that says which object it is."""
    for name, field in schema["properties"].items():
        if "$ref" not in field and name != "Frequency":
            yield name, field


@pytest.mark.parametrize("body", BODIES)
def test_every_field_says_what_it_accepts(body: type[Struct]) -> None:
    """The sentence that refuses its value ends with it, and the API's description has it."""
    _, components = msgspec.json.schema_components([body])
    assert [
        (title, name) for title, schema in components.items() for name, field in leaves(schema)
        if "description" not in field
    ] == []  # fmt: skip
