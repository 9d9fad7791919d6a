"""What a text becomes before a model sees it; training and scoring both clean here."""

from __future__ import annotations

import re
import unicodedata

# One letter alone says nothing: the s of a possessive, the initials of a name.
_WORDS = re.compile(r"[^\W\d_]{2,}")


def clean(text: str, stop_words: frozenset[str]) -> str:
    """The words of the text in lower case, without stop words, joined by one space; empty when none is left.

    A word is a run of at least two letters of any script: punctuation, digits and special characters divide words,
    only an apostrophe is left out of its word ("don't" is "dont").
    """
    lowered = (text if text.isascii() else _plain(text)).lower()
    words = _WORDS.findall(lowered.replace("'", ""))
    return " ".join([word for word in words if word not in stop_words])


def has_word(text: str, stop_words: frozenset[str]) -> bool:
    """Whether `clean` leaves a word of the text; it is read up to its first one."""
    lowered = (text if text.isascii() else _plain(text)).lower().replace("'", "")
    return any(word[0] not in stop_words for word in _WORDS.finditer(lowered))


def _plain(text: str) -> str:
    """Letters in their common form, curly apostrophes straight, everything else a space.

    Compatibility forms go first: the superscript of m² would count as a letter otherwise.
    """
    common = unicodedata.normalize("NFKC", text).lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return "".join([mark if mark.isalpha() or mark == "'" else " " for mark in common])
