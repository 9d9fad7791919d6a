"""Why a category is not known, when it is a known one in another spelling or in other words."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping

# The values of a yes/no column in other systems' words.
_ANSWERS = frozenset(
    {"yes", "no", "y", "n", "true", "false", "t", "f", "1", "0", "1.0", "0.0", "ja", "nein", "oui", "non", "si", "sí"}
)
_MONTHS = frozenset({"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"})
_DAYS = frozenset({"mon", "tue", "wed", "thu", "fri", "sat", "sun"})
# Months and days as German, French, Spanish, Italian, Dutch and Portuguese shorten them.
_FOREIGN_MONTHS = (
    " mär mrz mai okt dez janv févr mars avr juin juil août sept déc ene abr ago dic gen mag giu lug set ott "
    "maa mrt mei fev out "
)
_FOREIGN_DAYS = (
    " mo di mi do fr sa so lun mar mer jeu ven sam dim mié jue vie sáb dom gio sab ma wo vr za zo seg ter qua qui sex "
)
_INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


def cause(value: str, known: Collection[str]) -> str:
    """What tells the value from those that are known; empty when nothing explains it."""
    visible = _visible(value)
    if visible != value and visible in {_visible(one) for one in known}:
        return _hidden(value)
    if _folded(value) in {_folded(one) for one in known}:
        return "capital letters" if value.casefold() in {one.casefold() for one in known} else "other punctuation"
    return _other_words(value.strip().casefold().rstrip("."), {one.casefold() for one in known})


def causes(values: Collection[str], known: Collection[str]) -> Mapping[str, str]:
    """The cause of each value that has one."""
    found = {value: cause(value, known) for value in values}
    return {value: words for value, words in found.items() if words}


def _visible(text: str) -> str:
    """Without spaces and what does not show: in the middle they are as invisible as at the ends."""
    return "".join(char for char in text if unicodedata.category(char) not in _INVISIBLE)


def _hidden(value: str) -> str:
    odd = [char for char in value if char != " " and unicodedata.category(char) in _INVISIBLE]
    return f"an invisible character U+{ord(odd[0]):04X}" if odd else "spaces"


def _folded(text: str) -> str:
    """Letters and digits alone, without capitals and accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in plain if char.isalnum())


def _other_words(value: str, known: Collection[str]) -> str:
    if value in _ANSWERS and len(_ANSWERS.intersection(known)) > 1:
        return "another word for yes or no"
    months, days = _MONTHS.intersection(known), _DAYS.intersection(known)
    if (months and f" {value} " in _FOREIGN_MONTHS) or (days and f" {value} " in _FOREIGN_DAYS):
        return "another language"
    if (value[:3] in months or value[:3] in days) and value.isalpha():
        return "another form of the date"
    return ""
