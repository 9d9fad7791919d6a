"""What generated columns are like: distributions for each group of rows, where rows with one answer are a group.

A scenario that is written from a file keeps these in its module. They hold no row of the file.
"""

from __future__ import annotations

from dataclasses import dataclass

type PerGroup = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers by their quantiles in each group, evenly spaced; `missing` is the share of missing cells."""

    name: str
    quantiles: tuple[tuple[float, ...], ...]
    whole: bool = False
    missing: PerGroup = ()


@dataclass(frozen=True, slots=True)
class Categories:
    """Texts by their shares in each group."""

    name: str
    values: tuple[str, ...]
    shares: tuple[tuple[float, ...], ...]
    missing: PerGroup = ()


@dataclass(frozen=True, slots=True)
class Names:
    """Names that are made up: a number of `different` ones, each row its own where it is 0; as text with a prefix."""

    name: str
    prefix: str = ""
    suffix: str = ""
    different: int = 0
    missing: PerGroup = ()


@dataclass(frozen=True, slots=True)
class Times:
    """Times that rise from `begin` by `seconds` a row, ISO 8601."""

    name: str
    begin: str
    seconds: float
    missing: PerGroup = ()


@dataclass(frozen=True, slots=True)
class Words:
    """Texts of so many words, drawn from those that are frequent in each group."""

    name: str
    words: tuple[tuple[str, ...], ...]
    length: int
    missing: PerGroup = ()


@dataclass(frozen=True, slots=True)
class Nothing:
    """A column without any value, of a kind that Arrow knows."""

    name: str
    missing: PerGroup = ()


type Shape = Numbers | Categories | Names | Times | Words | Nothing


@dataclass(frozen=True, slots=True)
class Shapes:
    """A table: the share of rows of each group, and its columns in order."""

    groups: tuple[float, ...]
    columns: tuple[Shape, ...]
