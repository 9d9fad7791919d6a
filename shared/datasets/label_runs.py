"""To which run of a counter labels belong, where the counter starts again and labels lie in a table of their own.

A run is what lies between two restarts. Labels stand in the order of their rows and may lack some. They belong to the
rows that came with them or, where they do not fit these, to earlier rows without a label. Nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shared.core.errors import Quarantined
from shared.core.wording import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

# The column that says, for each label, how many restarts lie before it since the first row that came with the labels.
RESTART = "restart"
# The run of a label that belongs to none of the rows.
NO_RUN = -1


@dataclass(frozen=True, slots=True)
class Counts:
    """The counter in each row of a part (rows,), and the restarts before each row where the part says them."""

    drop: str
    position: int
    numbers: Ints
    given: Ints | None = None


@dataclass(frozen=True, slots=True)
class _Batches:
    """The batches in the order of their rows, their runs, and by part the position, first and last batch."""

    numbers: Ints
    runs: Ints
    parts: Sequence[tuple[int, int, int]]

    def until(self, position: int) -> int:
        """How many batches the parts up to the position have."""
        return max((last + 1 for at, _, last in self.parts if at <= position), default=0)

    def first_after(self, position: int, until: int) -> int:
        """The first batch of the parts after the position; `until` when there is none."""
        return min((first for at, first, _ in self.parts if at > position), default=until)

    def newest(self, position: int) -> int:
        """The first batch of the newest part up to the position."""
        return max(first for at, first, _ in self.parts if at <= position)


def label_runs(rows: Sequence[Counts], labels: Sequence[Counts], table: str) -> list[Ints]:
    """For each part of the label table the run of each label; parts in order of position.

    Quarantined where several runs are possible, or a label has no place in the order of the rows.
    """
    batches, found = _batches_of(rows), []
    free = np.ones(len(batches.numbers), dtype=bool)
    after, waiting = -1, list[Counts]()
    for part in labels:
        waiting.append(part)
        until = batches.until(part.position)
        if not until or not len(part.numbers):
            continue
        together = _together(waiting)
        places = _places(batches, together, free, (batches.first_after(after, until), until), table)
        free[places[places >= 0]] = False
        runs = np.where(places >= 0, batches.runs[places], NO_RUN)
        found.extend(np.split(runs, np.cumsum([len(one.numbers) for one in waiting])[:-1]))
        after, waiting = part.position, []
    return [*found, *(np.full(len(part.numbers), NO_RUN) for part in waiting)]


def runs_of(numbers: Ints) -> Ints:
    """For each row, how often the counter has fallen up to it."""
    return np.concatenate(([0], np.cumsum(np.diff(numbers) < 0))) if len(numbers) else np.empty(0, np.int64)


def _batches_of(parts: Iterable[Counts]) -> _Batches:
    """Rows that follow each other with one number are one batch, across parts too."""
    filled = [part for part in parts if len(part.numbers)]
    if not filled:
        return _Batches(np.empty(0, np.int64), np.empty(0, np.int64), ())
    numbers = np.concatenate([part.numbers for part in filled])
    begins = np.concatenate(([True], np.diff(numbers) != 0))
    batch = np.cumsum(begins) - 1
    ends = np.cumsum([len(part.numbers) for part in filled])
    spans = [
        (part.position, int(batch[end - len(part.numbers)]), int(batch[end - 1]))
        for part, end in zip(filled, ends, strict=True)
    ]
    return _Batches(numbers[begins], runs_of(numbers)[begins], spans)


def _together(parts: Sequence[Counts]) -> Counts:
    """Labels that came before any of their rows stand before those that came with them."""
    numbers = np.concatenate([part.numbers for part in parts])
    given = [part.given for part in parts if part.given is not None]
    return Counts(parts[-1].drop, parts[-1].position, numbers, given[0] if len(given) == len(parts) == 1 else None)


def _places(batches: _Batches, labels: Counts, free: NDArray[np.bool_], own: tuple[int, int], table: str) -> Ints:
    """The batch of each label (labels,), NO_RUN where there is none of that number."""
    first, until = own
    if labels.given is not None:
        begin = first if first < until else batches.newest(labels.position)
        return _named(batches, labels.numbers, batches.runs[begin] + labels.given)
    beside, earlier = np.arange(first, until), np.flatnonzero(free[:until])
    known = np.isin(labels.numbers, batches.numbers[:until])
    places = np.full(len(known), NO_RUN)
    for choice in (beside, earlier):
        fitting = _fit(batches, labels.numbers[known], choice)
        if fitting is not None:
            places[known] = fitting
            return places
    raise _undetermined(batches, labels, own, table)


def _named(batches: _Batches, numbers: Ints, runs: Ints) -> Ints:
    """The batch of that number in that run."""
    known = {key: at for at, key in enumerate(zip(batches.runs.tolist(), batches.numbers.tolist(), strict=True))}
    return np.array([known.get(key, NO_RUN) for key in zip(runs.tolist(), numbers.tolist(), strict=True)], np.int64)


def _fit(batches: _Batches, numbers: Ints, choice: Ints) -> Ints | None:
    """The only places of these numbers, in their order, among the chosen batches; None without any or with several."""
    if not len(numbers):
        return np.empty(0, np.int64)
    if not len(choice):
        return None
    chosen = batches.numbers[choice]
    first = _leftmost(numbers.tolist(), chosen.tolist())
    if first is None:
        return None
    last = _leftmost(numbers[::-1].tolist(), chosen[::-1].tolist())
    if last == [len(chosen) - 1 - place for place in first[::-1]] or _shows_restarts(batches, numbers, choice):
        return choice[first]
    return None


def _shows_restarts(batches: _Batches, numbers: Ints, choice: Ints) -> bool:
    """Whether the numbers start again as often as those of the batches: then every restart is one of both."""
    return bool(runs_of(numbers)[-1] == batches.runs[choice[-1]] - batches.runs[choice[0]])


def _leftmost(numbers: Sequence[int], batches: Sequence[int]) -> list[int] | None:
    """The earliest place of each number in the order of the batches; None when they do not all lie in that order."""
    places, at = [], -1
    for number in numbers:
        try:
            at = batches.index(number, at + 1)
        except ValueError:
            return None
        places.append(at)
    return places


def _undetermined(batches: _Batches, labels: Counts, own: tuple[int, int], table: str) -> Quarantined:
    first, until = own
    restarts = int(batches.runs[until - 1] - batches.runs[first]) if first < until else 0
    own_restarts = counted(int(runs_of(labels.numbers)[-1]), "time")
    sentence = (
        f"Table {table!r} of drop {labels.drop}: the numbers start again {own_restarts}, those of the rows that came "
        f"with them {counted(restarts, 'time')}, so nobody can say which label belongs to which run; accepted: "
        f"a label for rows of every run, in the order of the rows, or a column {RESTART!r} with the number of "
        "restarts before each label, from 0 at the first row that came with the labels."
    )
    return Quarantined("ambiguous_key", sentence, table=table)
