"""A scenario as it is guessed from files: what a person looks at."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pyarrow as pa

from local.authoring.answers import Answer
from local.authoring.columns import Described, Named
from shared.core.wording import counted

# The bar lies so far on the way from chance to what the baseline reaches.
BAR_SHARE = 0.75
_HARDLY = 0.02
_FEW_ROWS = 100


@dataclass(frozen=True, slots=True)
class Draft:
    """What a scenario would declare: its columns with their uses, what is predicted, and how good a model must be."""

    name: str
    table: str
    columns: tuple[Described, ...]
    rows: pa.Table
    answer: Answer
    named: Named
    entity: tuple[str, ...]
    nameless: tuple[int, ...] = ()
    leaks: tuple[tuple[str, float], ...] = ()
    score: float | None = None
    chance: float = 0.5
    metric: str = "auc"

    def used(self, *uses: str) -> tuple[str, ...]:
        """The columns with one of these uses, in order."""
        return tuple(one.name for one in self.columns if one.use in uses)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns that a model learns from."""
        leaks = dict(self.leaks)
        return tuple(name for name in self.used("number", "category", "text") if name not in leaks)

    @property
    def personal(self) -> tuple[str, ...]:
        """The columns about people."""
        return tuple(one.name for one in self.columns if one.personal)

    @property
    def knows(self) -> bool:
        """Whether the baseline is better than chance."""
        return self.score is not None and self.score > self.chance + _HARDLY

    @property
    def bar(self) -> float:
        """The least score that a model needs to serve."""
        if self.score is None or not self.knows:
            return self.chance
        return math.floor((self.chance + BAR_SHARE * (self.score - self.chance)) * 100) / 100

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should look at, one sentence each."""
        found = [f"column {place} has no name in the header: it is not read" for place in self.nameless]
        found += [one.warning for one in self.columns if one.warning]
        found += [f"{self.named.targets[0]} {alike}" for alike in self.answer.alike]
        found += [_leak(name, score, self.metric) for name, score in self.leaks]
        if self.personal:
            found.append(f"personal: {', '.join(self.personal)}; kept answers leave these columns out")
        if not self.knows:
            found.append(f"a quick model is no better than chance ({self.metric} {_told(self.score)})")
        if self.rows.num_rows < _FEW_ROWS:
            found.append(f"{counted(self.rows.num_rows, 'row')} can hardly judge a model; a few hundred can")
        return tuple(found)


def _leak(name: str, score: float, metric: str) -> str:
    return (
        f"{name} tells the answer alone ({metric} {score:.3f}): it is declared as leakage and left out; "
        "keep it if it is known before the answer"
    )


def _told(score: float | None) -> str:
    return "cannot be measured" if score is None else f"{score:.3f}"
