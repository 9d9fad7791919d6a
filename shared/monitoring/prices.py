"""Prices of compute, to estimate the cost of a model. They are settings, because prices change and regions differ."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from shared.core.errors import Misconfigured

NAMES = ("PRICE_FUNCTION_HOUR", "PRICE_TRAINING_HOUR")
_TRAINING = frozenset({"train"})


@dataclass(frozen=True, slots=True)
class Prices:
    """The price of an hour of a function instance and of a training node, in any currency."""

    function_hour: float = 0.19
    training_hour: float = 0.23

    def cost(self, stage: str, seconds: float) -> float:
        """The cost of so many seconds of that stage."""
        return seconds / 3600 * (self.training_hour if stage in _TRAINING else self.function_hour)


def read_prices(environ: Mapping[str, str]) -> Prices:
    """The prices from the settings; Misconfigured when one is not an amount."""
    known = Prices()
    function_hour = _amount(environ, "PRICE_FUNCTION_HOUR", known.function_hour)
    return Prices(function_hour, _amount(environ, "PRICE_TRAINING_HOUR", known.training_hour))


def _amount(environ: Mapping[str, str], key: str, default: float) -> float:
    text = environ.get(key) or str(default)
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise Misconfigured(key, f"is {text!r}", "a price per hour, 0 or more")
    return value
