"""The header of a file against its contract: delimiter, duplicates, missing and unknown columns."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.adapters.tables.limits import Limits
from shared.adapters.tables.origin import Origin, listing, shown
from shared.core.scenario import Table

DELIMITERS = {",": "comma", ";": "semicolon"}
_FOREIGN = {"\t": "tab", "|": "vertical bar"}
# What pandas writes for a row index that nobody named, also of one that was written twice.
_COMMENTS = ("#", "//", "--", "%")
_NUMBER = re.compile(r"\s*[+-]?\d+([.,]\d+)?\s*")
_INDEX = re.compile(r"|Unnamed: 0(\.\d+)*|__index_level_\d+__")


@dataclass(frozen=True, slots=True)
class Header:
    """The column names of a CSV file, its delimiter, and where the data begins."""

    names: tuple[str, ...]
    delimiter: str
    length: int


def read_header(text: bytes, table: Table, limits: Limits, origin: Origin) -> Header:
    """The header; Quarantined when it is too long, cannot be parsed or is separated by something else."""
    end = text.find(b"\n", 0, limits.header_bytes)
    if end < 0 and len(text) > limits.header_bytes:
        raise origin.refusal("header_too_long", "the header is too long", f"at most {limits.header_bytes:,} bytes")
    line = text[: end if end >= 0 else len(text)].decode("utf-8").removesuffix("\r")
    if "\r" in line:
        raise origin.refusal("line_end", "lines end with a lone CR", "LF after every line, or CR LF after every line")
    delimiter = _delimiter(line, {column.name for column in table.columns}, origin)
    names = _split(line, delimiter)
    if not names:
        raise origin.refusal("quote", "the header's quotation marks are not closed", "names quoted as a whole", line=1)
    return Header(names, delimiter, end + 1 if end >= 0 else len(text))


def split_header(line: str) -> tuple[str, ...]:
    """The names in a header line, by whichever known delimiter makes the most of it."""
    return max((_split(line, delimiter) for delimiter in (*DELIMITERS, *_FOREIGN)), key=len)


def _delimiter(line: str, known: set[str], origin: Origin) -> str:
    found = {each: len(known.intersection(_split(line, each))) for each in (*DELIMITERS, *_FOREIGN)}
    best = max(found, key=lambda each: found[each])
    if best in _FOREIGN and found[best]:
        accepted = " or ".join(f"{name} {mark!r}" for mark, name in DELIMITERS.items())
        raise origin.refusal("delimiter", f"cells are separated by {_FOREIGN[best]} {best!r}", accepted)
    return best


def _split(line: str, delimiter: str) -> tuple[str, ...]:
    try:
        return tuple(next(csv.reader([line], delimiter=delimiter, strict=True), ()))
    except csv.Error:
        return ()


def check_header(names: Sequence[str], table: Table, limits: Limits, origin: Origin) -> None:
    """Quarantined unless every column of the contract is there once, and no other but an unnamed row index."""
    if len(names) > limits.columns:
        problem = f"the file has {len(names):,} columns"
        raise origin.refusal("too_many_columns", problem, f"at most {limits.columns:,} columns")
    wanted = [column.name for column in table.columns]
    _refuse_no_header(names, wanted, origin)
    _refuse_duplicates(names, origin)
    extra = extra_columns(names, table)
    _refuse_missing(names, extra, table, origin)
    if extra and table.extra == "refuse":
        similar = _lookalike(extra[0], wanted)
        hint = f" (did you mean {shown(similar)}?)" if similar else ""
        problem = f"the contract has no {listing(extra)}{hint}"
        raise origin.refusal("extra_column", problem, listing(wanted, 50), column=extra[0])


def extra_columns(names: Iterable[str], table: Table) -> list[str]:
    """The columns that are not declared, without row indexes and what is ignored by name."""
    declared = {column.name for column in table.columns}.union(table.ignored)
    return [name for name in names if name not in declared and not _INDEX.fullmatch(name)]


def _refuse_no_header(names: Sequence[str], wanted: Sequence[str], origin: Origin) -> None:
    """Refuse a first line that names no column and holds numbers or a comment; its cells are not shown."""
    if not set(names).isdisjoint(wanted):
        return
    if any(_NUMBER.fullmatch(name) for name in names):
        problem = "the file has no header: the first line holds data and names no column"
    elif names[0].lstrip().startswith(_COMMENTS):
        problem = "the first line is a comment and no header"
    else:
        return
    raise origin.refusal("no_header", problem, f"a header with {listing(wanted, 50)}", line=1, row=0)


def _refuse_duplicates(names: Sequence[str], origin: Origin) -> None:
    seen: set[str] = set()
    for position, name in enumerate(names, 1):
        if name in seen and name:
            problem = f"the header names it again at position {position}"
            raise origin.refusal("duplicate_column", problem, "every column once", column=name)
        seen.add(name)


def _refuse_missing(names: Sequence[str], extra: Sequence[str], table: Table, origin: Origin) -> None:
    absent = [column for column in table.columns if column.name not in names]
    missing = [column.name for column in absent if not column.optional]
    if not missing and len(absent) == len(table.columns):
        # Every column may be absent, but not all of them.
        missing = [column.name for column in absent]
    if not missing:
        return
    twins = [(name, _lookalike(name, extra)) for name in missing]
    hints = [f"{shown(twin)}: did you mean {shown(name)}?" for name, twin in twins if twin]
    found = f"found {listing(names)}" + (f"; {' '.join(hints)}" if hints else "")
    problem = f"{'columns are' if len(missing) > 1 else 'the column is'} missing: {listing(missing)} ({found})"
    needed, perhaps = ([one.name for one in table.columns if one.optional == optional] for optional in (False, True))
    accepted = f"a header with {listing(needed or perhaps, 50)}"
    if needed and perhaps:
        accepted += f", and where known {listing(perhaps, 50)}"
    raise origin.refusal("missing_column", problem, accepted, column=missing[0])


def _lookalike(name: str, others: Sequence[str]) -> str:
    return next((other for other in others if _plain(other) == _plain(name)), "")


def _plain(name: str) -> str:
    return "".join(name.casefold().split()).replace("_", "").replace("-", "")
