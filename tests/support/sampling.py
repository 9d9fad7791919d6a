"""What `make test` draws a sample of or leaves out, and `make test-all` runs whole; the end of a run says all of it.

`sample` draws within a test. Of the cases of a test marked `sampled(count)` so many are drawn, and one marked
`whole_only` is skipped. All draw with one seed; in a whole run Hypothesis draws anew each time. Whoever names a test
(`file.py::test`) gets all its cases.
"""

from __future__ import annotations

import os
import random
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pytest

SEED = 20260301
FULL = "MLOPS_FULL_SWEEP"
WHOLE = bool(os.environ.get(FULL))
PROPERTY = "sampled"


class Sample:
    """Draws for one test and leaves in its report what was drawn."""

    def __init__(self, item: Any) -> None:
        self._item = item

    def __call__[T](self, every: Sequence[T], count: int, what: str) -> list[T]:
        """So many of them in their order, or all of them in a whole run."""
        if WHOLE or len(every) <= count:
            return list(every)
        self.note(f"{count} of {len(every)} {what}")
        return drawn(every, count, self._item.name)

    def note(self, said: str) -> None:
        """Say at the end of the run what this test leaves to the whole run."""
        self._item.user_properties.append((PROPERTY, said))


def examples(count: int) -> int:
    """How many inputs a property is tried on: a third of them, or all in a whole run."""
    return count if WHOLE else count // 3


def drawn[T](every: Sequence[T], count: int, name: str) -> list[T]:
    """So many of them, in their order, the same ones for the same name."""
    numbers = random.Random(f"{SEED} {name}").sample(range(len(every)), count)
    return [every[number] for number in sorted(numbers)]


def thin_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the cases that were not drawn and skip what only a whole run runs."""
    if WHOLE or any("::" in name for name in config.args):
        return
    cases: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item.get_closest_marker("whole_only"):
            item.add_marker(pytest.mark.skip(reason="only make test-all runs it"))
            Sample(item).note("left out")
        if item.get_closest_marker("sampled"):
            cases[item.nodeid.partition("[")[0]].append(item)
    left = {item for name, those in cases.items() for item in _not_drawn(name, those)}
    if left:
        config.hook.pytest_deselected(items=sorted(left, key=lambda item: item.nodeid))
        items[:] = [item for item in items if item not in left]


def _not_drawn(name: str, cases: Sequence[pytest.Item]) -> list[pytest.Item]:
    mark = cases[0].get_closest_marker("sampled")
    assert mark is not None
    (count,) = mark.args
    if len(cases) <= count:
        return []
    kept = drawn(cases, count, name)
    for item in kept:
        Sample(item).note(f"{count} of {len(cases)} cases")
    return [item for item in cases if item not in kept]


def summary(reporter: Any) -> None:
    """A line for each test of which this run ran a sample or nothing."""
    said = {
        (report.nodeid.partition("[")[0], note)
        for reports in reporter.stats.values()
        for report in reports
        for name, note in getattr(report, "user_properties", ())
        if name == PROPERTY
    }
    if said:
        reporter.section(f"samples, drawn with seed {SEED}; make test-all runs everything")
        for test, note in sorted(said):
            reporter.write_line(f"{note:<24} {test}")
        reporter.write_line(f"{'a third of the inputs':<24} of every property")
