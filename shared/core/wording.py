"""Words of sentences that depend on a number or a name, and texts of strangers as a terminal or a log may show them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

# Control and format characters, half pairs, and other line ends: what moves a cursor, hides or reorders text.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def counted(number: int, noun: str) -> str:
    """The number with its noun: `1 row`, `2 rows`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def did_you_mean(name: str, known: Iterable[str], like: float = 0.6) -> str:
    """` (did you mean 'churn'?)`: the known name that looks most like this one; empty when none does."""
    # Only who is mistaken pays for it.
    from difflib import get_close_matches

    folded = {one.casefold(): one for one in known}
    near = get_close_matches(name.casefold(), folded, 1, like)
    return f" (did you mean {folded[near[0]]!r}?)" if near else ""


def visible(text: str, keep: str = "") -> str:
    """The text with every character that is not seen written as an escape (`u001b`); those in `keep` stay."""
    if text.isprintable():
        return text
    return "".join(one if one in keep or unicodedata.category(one) not in _UNSEEN else _escaped(one) for one in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
