"""Columns that tell the answer alone, and what a quick model reaches without them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from local.authoring.columns import Described
from local.authoring.draft import Draft
from local.authoring.scores import Examples, alone, baseline, examples, of_words

# A column that tells so much alone was hardly known before the answer.
LEAK = 0.98


def scored(first: Draft) -> Draft:
    """The draft with its leaks and with what a quick model reaches without them."""
    tabular, groups = first.used("number", "category"), first.entity[0] if first.entity and not first.named.key else ""
    prose = tuple(one.name for one in first.columns if one.prose)
    data = examples(first.rows, (*tabular, *prose), first.named, first.answer, groups)
    first = replace(first, chance=data.chance, metric=data.metric)
    if not tabular:
        return replace(first, score=of_words(data, first.used("text")[0]))
    leaks = _leaks(data, tabular)
    if len(leaks) == len(tabular):
        return _all_leak(first, data, leaks)
    inputs = [name for name in tabular if name not in dict(leaks)]
    columns = tuple(_unknown(one) if one.name in dict(leaks) else one for one in first.columns)
    return replace(first, columns=columns, leaks=leaks, score=baseline(data, inputs))


def _all_leak(first: Draft, data: Examples, leaks: Sequence[tuple[str, float]]) -> Draft:
    """The draft when every column tells the answer alone: free text is learned from instead, where there is some."""
    scores = dict(leaks)
    prose = next((one.name for one in first.columns if one.prose and first.answer.has_classes), "")
    columns = tuple(_swapped(one, prose, scores, data.metric) for one in first.columns)
    if prose:
        return replace(first, columns=columns, score=of_words(data, prose))
    return replace(first, columns=columns, score=baseline(data, list(scores)))


def _swapped(one: Described, prose: str, scores: Mapping[str, float], metric: str) -> Described:
    if one.name == prose:
        return replace(one, use="text", warning="")
    if one.name not in scores:
        return one
    warning = f"{one.name} tells the answer alone ({metric} {scores[one.name]:.3f}): is it known before the answer?"
    return replace(_unknown(one), use="aside", warning=warning) if prose else replace(one, warning=warning)


def _unknown(one: Described) -> Described:
    """The column of rows to predict that may lack it, because it is known with the answer."""
    return replace(one, guess=replace(one.guess, column=replace(one.guess.column, optional=True)))


def _leaks(data: Examples, names: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """The columns that tell the answer alone, with their scores."""
    scores = [(name, alone(data, name)) for name in names]
    return tuple((name, score) for name, score in scores if score is not None and score >= LEAK)
