"""What a run is asked to learn from and when its search ends, beside its dataset version and its training profile."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from shared.core.errors import BadInput
from shared.core.scenario import Scenario
from shared.core.wording import did_you_mean
from shared.training.metrics import LARGER_IS_BETTER

MOST_MINUTES, MOST_TRIALS, MOST_CONCURRENT = 1440, 1000, 64
ACCEPTED: Mapping[str, str] = {
    "minutes": f"a number of minutes above 0, up to {MOST_MINUTES}",
    "trials": f"a whole number from 1 to {MOST_TRIALS}",
    "patience": f"a whole number from 1 to {MOST_TRIALS}",
    "metric_reached": "a number, at most 1 for a metric of which larger is better",
    "concurrency": f"a whole number from 1 to {MOST_CONCURRENT}",
}
_MOST = {"minutes": MOST_MINUTES, "trials": MOST_TRIALS, "patience": MOST_TRIALS, "concurrency": MOST_CONCURRENT}


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Parameters of a run; what is empty or None is as the settings and the training profile say.

    `inputs`: only these inputs are learned from. The search of parameters ends after `minutes`, after so many `trials`
    of all candidates together, after `patience` trials of a candidate without a better score, or when the metric has
    reached `metric_reached`. It tries `concurrency` trials at a time.
    """

    inputs: tuple[str, ...] = ()
    minutes: float | None = None
    trials: int | None = None
    patience: int | None = None
    metric_reached: float | None = None
    concurrency: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Only what is given."""
        limits = {name: value for name in LIMITS if (value := getattr(self, name)) is not None}
        return ({"inputs": list(self.inputs)} if self.inputs else {}) | limits

    @classmethod
    def from_json(cls, stored: Mapping[str, Any] | None) -> RunOptions:
        """The options that `to_json` wrote; none for None."""
        values = dict(stored or {})
        return cls(tuple(values.pop("inputs", ())), **values)

    def packed(self) -> str:
        """The options as letters, digits, '-' and '_', which no shell reads anything into."""
        return base64.urlsafe_b64encode(json.dumps(self.to_json()).encode()).decode().rstrip("=")

    @classmethod
    def unpacked(cls, text: str) -> RunOptions:
        """The options that `packed` wrote; none of an empty text."""
        padded = text + "=" * (-len(text) % 4)
        return cls.from_json(json.loads(base64.urlsafe_b64decode(padded) or "{}"))

    def over(self, defaults: RunOptions) -> RunOptions:
        """These options, and the defaults where they say nothing."""
        return RunOptions.from_json(defaults.to_json() | self.to_json())

    def checked(self, scenario: Scenario) -> RunOptions:
        """The options with their inputs in the declared order; BadInput says what does not fit the scenario."""
        for name in LIMITS:
            check_limit(name, getattr(self, name))
        _check_reachable(scenario, self.metric_reached)
        return replace(self, inputs=_chosen(scenario, self.inputs))


LIMITS = tuple(field.name for field in fields(RunOptions) if field.name != "inputs")
WHOLE = ("trials", "patience", "concurrency")
NOTHING = RunOptions()


def split_names(text: str) -> tuple[str, ...]:
    """The names in a list with commas; BadInput for a list of no name, which is not the same as no list."""
    names = tuple(name for part in text.split(",") if (name := part.strip()))
    if text and not names:
        raise BadInput(f"The list {text[:40]!r} names nothing; accepted: names with commas between them.")
    return names


def read_limits(text: str) -> RunOptions:
    """The limits in `name:number,…`; BadInput names the part that is none."""
    given: dict[str, Any] = {}
    for part in split_names(text):
        name, _, number = (each.strip() for each in part.partition(":"))
        if name not in LIMITS:
            raise BadInput(
                f"There is no limit {name[:40]!r}{did_you_mean(name, LIMITS)}; accepted: {', '.join(LIMITS)}."
            )
        given[name] = _number(name, number)
        check_limit(name, given[name])
    return RunOptions(**given)


def check_limit(name: str, value: float | None) -> None:
    """BadInput when the value is none that the limit may have."""
    if value is None:
        return
    most = _MOST.get(name)
    if most is not None and not 0 < value <= most:
        raise BadInput(f"{name} is {value:g}; accepted: {ACCEPTED[name]}.")


def _number(name: str, text: str) -> float | int:
    try:
        return int(text) if name in WHOLE else float(text)
    except ValueError:
        raise BadInput(f"{name} is {text[:40]!r}; accepted: {ACCEPTED[name]}.") from None


def _check_reachable(scenario: Scenario, wanted: float | None) -> None:
    larger = LARGER_IS_BETTER[scenario.metric]
    if wanted is None or (wanted <= 1 if larger else wanted >= 0):
        return
    accepted = "at most 1" if larger else "at least 0"
    raise BadInput(
        f"metric_reached is {wanted:g}, which the {scenario.metric} of {scenario.name} never reaches; "
        f"accepted: {accepted}."
    )


def _chosen(scenario: Scenario, inputs: tuple[str, ...]) -> tuple[str, ...]:
    for name in inputs:
        if name not in scenario.features:
            raise BadInput(
                f"{scenario.name} declares no input {name[:80]!r}{did_you_mean(name, scenario.features)}; "
                f"accepted: some of {', '.join(scenario.features)}."
            )
    return tuple(name for name in scenario.features if name in inputs)
