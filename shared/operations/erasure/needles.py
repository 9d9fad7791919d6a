"""Values that tell of one person only, and their removal from sentences, reports and statistics."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from shared.operations.erasure.subject import LEAST_TEXT

ERASED = "(erased)"
# Shorter texts and rounder numbers stand for much else: they go with their rows only.
LEAST_DIGITS = 5
_DIGITS = 2


@dataclass(frozen=True)
class Needles:
    """Texts, and numbers with many digits, that no row of anybody else has."""

    texts: frozenset[str] = frozenset()
    numbers: frozenset[float] = frozenset()
    _made: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """The texts where they stand alone, longest first."""
        if not self.texts:
            return None
        written = {form for text in self.texts for form in (text, json.dumps(text)[1:-1])}
        ordered = sorted(written, key=lambda text: (-len(text), text))
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, ordered))})(?!\w)")

    def in_text(self, text: str) -> str:
        """The text without the values."""
        return text if self.pattern is None else self.pattern.sub(ERASED, text)

    def in_json(self, value: Any) -> Any:
        """The JSON value without the texts, also in names, and with the numbers made coarse."""
        if isinstance(value, str):
            return self.in_text(value)
        if isinstance(value, Mapping):
            return {self.in_text(str(name)): self.in_json(one) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.in_json(one) for one in value]
        return self.in_number(value)

    def in_number(self, value: Any) -> Any:
        """The number with two digits where it is one of the person's."""
        if isinstance(value, int | float) and not isinstance(value, bool) and float(value) in self.numbers:
            return type(value)(float(f"{value:.{_DIGITS}g}"))
        return value


def telling(values: Iterable[Any]) -> Needles:
    """The needles among the values of a person's rows, before it is known who else has them."""
    texts, numbers = set(), set()
    for value in values:
        number = _number(value)
        if number is not None:
            numbers |= {number} if _digits(number) >= LEAST_DIGITS else set()
        elif isinstance(value, str) and len(value.strip()) >= LEAST_TEXT:
            texts.add(value.strip())
    return Needles(frozenset(texts), frozenset(numbers))


def without_common(needles: Needles, others: Iterable[Any]) -> Needles:
    """The needles that nobody else's values are."""
    texts, numbers = set(needles.texts), set(needles.numbers)
    for value in others:
        number = _number(value)
        if number is not None:
            numbers.discard(number)
        elif isinstance(value, str):
            texts.discard(value.strip())
    return Needles(frozenset(texts), frozenset(numbers))


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _digits(number: float) -> int:
    mantissa = f"{abs(number):.15g}".partition("e")[0]
    return len(mantissa.replace(".", "").strip("0"))
