"""Words of sentences that depend on a number or a name, and texts of strangers as a terminal or a log may show them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

# Control and format characters, half pairs, and other line ends: what moves a cursor, hides or reorders text.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def counted(number: float, noun: str, many: str = "") -> str:
    """The number with its noun: `1 row`, `2 rows`, `0.5 days`; `many` is the plural that is not the noun with an s."""
    shown = f"{number:g}" if isinstance(number, float) else str(number)
    return f"{shown} {noun}" if number == 1 else f"{shown} {many or f'{noun}s'}"


def all_of(number: int, noun: str, many: str = "") -> str:
    """All of them in words: `the one row`, `all 2 rows`."""
    return f"the one {noun}" if number == 1 else f"all {counted(number, noun, many)}"


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
