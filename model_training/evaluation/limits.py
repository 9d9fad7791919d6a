"""The known limits of a model, in sentences that follow from its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.core.wording import counted
from shared.training.metrics import LARGER_IS_BETTER, better

# With a larger expected calibration error, a probability should not be read as a share.
_OFF = 0.05
_FEW = 300
_SHOWN = 6

Facts = Mapping[str, Any]


def known_limits(facts: Facts) -> list[str]:
    """The known limits of a model from the `facts` of its evaluation, the most serious first."""
    known = (_against_baseline, _splits, _leakage, _slices) if facts["metric"] in facts["metrics"] else ()
    kinds = (*known, _calibration, _simple, _absent, _small, _time)
    return [sentence for kind in kinds for sentence in kind(facts)]


def _against_baseline(facts: Facts) -> Iterator[str]:
    line = facts["metrics"][facts["metric"]]
    worst = line["interval"][0 if LARGER_IS_BETTER[facts["metric"]] else 1]
    if not better(facts["metric"], worst, line["baseline"]):
        yield (
            f"It is not clearly better than a constant answer: {facts['metric']} "
            f"{_interval(line)} against {line['baseline']:.3f}."
        )


def _splits(facts: Facts) -> Iterator[str]:
    own, metric = facts["metrics"][facts["metric"]], facts["metric"]
    for kind, value in facts["splits"].items():
        low, high = own["interval"]
        if not low <= value <= high:
            side = "better" if better(metric, value, own["value"]) else "worse"
            yield (
                f"On a {kind} split the same candidate scores {value:.3f}, clearly {side} than "
                f"{own['value']:.3f} on the declared one: the score depends on the choice of test rows."
            )


def _leakage(facts: Facts) -> Iterator[str]:
    value, own = facts["with_leakage"], facts["metrics"][facts["metric"]]["value"]
    if value is not None:
        names = " and ".join(facts["leakage"])
        yield f"With {names}, known only afterwards and left out here, it would score {value:.3f} instead of {own:.3f}."


def _slices(facts: Facts) -> Iterator[str]:
    own = facts["metrics"][facts["metric"]]["value"]
    end = 1 if LARGER_IS_BETTER[facts["metric"]] else 0
    for part in facts["slices"]:
        # A mean over fewer labels is not comparable.
        if "score" in part and "note" not in part and better(facts["metric"], own, part["interval"][end]):
            where = f"{part['column']} = {part['value']}"
            yield (
                f"It is clearly worse where {where}: {part['score']:.3f} in "
                f"{counted(part['rows'], 'row')}, {own:.3f} overall."
            )
    yield from (part["reason"] for part in facts["slices"] if not part["rows"])
    unjudged = [f"{part['column']} = {part['value']}" for part in facts["slices"] if "reason" in part and part["rows"]]
    if unjudged:
        yield f"Nothing is known about {_listed(unjudged)}: too few rows, or rows with the same true value."


def _calibration(facts: Facts) -> Iterator[str]:
    labels = facts["calibration"].get("labels", {})
    off = {label: line["error"] for label, line in labels.items() if line["error"] > _OFF}
    if off:
        yield (
            f"The probability of {_listed(list(map(repr, off)))} is off by {max(off.values()):.1%} on average"
            f"{' at most' if len(off) > 1 else ''}: it ranks rows, but is not a reliable share."
        )


def _simple(facts: Facts) -> Iterator[str]:
    for pair in facts["comparisons"]:
        if not pair["clearly_better"]:
            yield f"{pair['best']} is not clearly better than the much simpler {pair['other']} on these rows."


def _absent(facts: Facts) -> Iterator[str]:
    yield from sorted(set(facts["absent"].values()))


def _small(facts: Facts) -> Iterator[str]:
    if facts["rows"]["test"] < _FEW:
        yield f"It was judged on only {counted(facts['rows']['test'], 'row')}: every number here has a wide interval."


def _time(facts: Facts) -> Iterator[str]:
    if facts["split"] == "time":
        yield "Intervals treat rows as independent; rows close in time are similar, so the true intervals are wider."


def _listed(names: Sequence[str]) -> str:
    shown = [*names[:_SHOWN], *([f"{len(names) - _SHOWN} more"] if len(names) > _SHOWN else [])]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _interval(line: Facts) -> str:
    low, high = line["interval"]
    return f"{line['value']:.3f} (95 %: {low:.3f} to {high:.3f})"
