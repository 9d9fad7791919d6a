"""Columns about people, by their names and by what their values look like."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
# What names a person or finds one: nothing to learn from.
_NAMING = frozenset(
    """
    name firstname lastname surname forename fullname username email mail phone telephone mobile fax address
    street birth birthday birthdate dob ssn iban passport
    """.split()  # noqa: SIM905 -- a list of quotes reads worse
)
# What tells about a person and may well be learned from.
_TELLING = frozenset({"age", "sex", "gender", "religion", "ethnicity", "race", "nationality", "disability"})
# Names of things: product_name, file_name.
_THINGS = frozenset(
    """
    product file column item brand model shop store company city country region category class type plan event machine
    sensor device host domain ip mac
    """.split()  # noqa: SIM905 -- a list of quotes reads worse
)
_MAIL = r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$"
_MOSTLY = 0.5


def words_of(name: str) -> list[str]:
    """The words of a column's name: `customerID` and `customer_id` are customer, id."""
    return [word.casefold() for word in _WORD.findall(name)]


def names_a_person(name: str, values: pa.ChunkedArray) -> bool:
    """Whether the column names a person or says where to find one."""
    words = words_of(name)
    naming = _NAMING.intersection(words) and not _THINGS.intersection(words)
    return bool(naming) or looks_like_mail(values)


def tells_of_a_person(name: str) -> bool:
    """Whether the column tells what a person is like."""
    return not _TELLING.isdisjoint(words_of(name))


def looks_like_mail(values: pa.ChunkedArray) -> bool:
    """Whether most values are e-mail addresses."""
    if not pa.types.is_string(values.type) or values.null_count == len(values):
        return False
    return bool((pc.mean(pc.match_substring_regex(values, _MAIL)).as_py() or 0.0) > _MOSTLY)
