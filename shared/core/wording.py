"""Words of sentences that depend on a number, and texts of strangers as a terminal or a log may show them."""

from __future__ import annotations

import unicodedata

# Control and format characters, half pairs, and other line ends: what moves a cursor, hides or reorders text.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def counted(number: int, noun: str) -> str:
    """The number with its noun: `1 row`, `2 rows`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def visible(text: str, keep: str = "") -> str:
    """The text with every character that is not seen written as an escape (`u001b`); those in `keep` stay."""
    if text.isprintable():
        return text
    return "".join(one if one in keep or unicodedata.category(one) not in _UNSEEN else _escaped(one) for one in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
