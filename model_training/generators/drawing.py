"""Rows drawn from shapes: seeded, with the signal that answers have in each column on its own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from model_training.generators.shapes import Categories, Names, Nothing, Numbers, Shape, Shapes, Times, Words
from shared.core.scenario import GeneratorOptions


def draw(shapes: Shapes, rows: int, seed: int, options: GeneratorOptions) -> pa.Table:
    """So many rows; `options.drift` moves every number by so many of its interquartile ranges."""
    random = np.random.default_rng(seed)
    shares = np.array(shapes.groups) / sum(shapes.groups)
    groups = random.choice(len(shares), rows, p=shares)
    # Each answer comes, however few rows there are.
    groups[: min(rows, len(shares))] = np.arange(len(shares))[:rows]
    columns = ((shape, _drawn(shape, groups, random, options)) for shape in shapes.columns)
    return pa.table({shape.name: _with_missing(values, shape, groups, random) for shape, values in columns})


def _drawn(shape: Shape, groups: np.ndarray, random: np.random.Generator, options: GeneratorOptions) -> Any:
    match shape:
        case Numbers():
            return _numbers(shape, groups, random, options.drift)
        case Categories():
            return _categories(shape, groups, random)
        case Names():
            return _names(shape, len(groups), random)
        case Times():
            return _times(shape, len(groups))
        case Words():
            return [" ".join(random.choice(shape.words[group], shape.length)) for group in groups]
        case Nothing():
            return pa.nulls(len(groups), pa.string())


def _numbers(shape: Numbers, groups: np.ndarray, random: np.random.Generator, drift: float) -> np.ndarray:
    points = np.array(shape.quantiles, float)
    places = random.random(len(groups)) * (points.shape[1] - 1)
    left = np.minimum(places.astype(int), max(points.shape[1] - 2, 0))
    right = np.minimum(left + 1, points.shape[1] - 1)
    values = points[groups, left] + (places - left) * (points[groups, right] - points[groups, left])
    quarter = points.shape[1] // 4
    values = values + drift * (points[:, -1 - quarter] - points[:, quarter]).mean()
    return np.asarray(np.rint(values).astype(np.int64) if shape.whole else values)


def _categories(shape: Categories, groups: np.ndarray, random: np.random.Generator) -> pa.Array:
    ends = np.cumsum(np.array(shape.shares, float), axis=1)
    # Rounded shares may miss one by a little.
    ends[:, -1] = np.inf
    at = (random.random(len(groups))[:, None] >= ends[groups]).sum(axis=1)
    return pa.array(shape.values, pa.string()).take(pa.array(at))


def _names(shape: Names, rows: int, random: np.random.Generator) -> Any:
    numbers = random.integers(1, shape.different + 1, rows) if shape.different else np.arange(1, rows + 1)
    if not shape.prefix and not shape.suffix:
        return numbers.astype(np.int64)
    return [f"{shape.prefix}{number:06d}{shape.suffix}" for number in numbers]


def _times(shape: Times, rows: int) -> pa.Array:
    begin = datetime.fromisoformat(shape.begin)
    return pa.array([begin + timedelta(seconds=shape.seconds * row) for row in range(rows)], pa.timestamp("us", "UTC"))


def _with_missing(values: Any, shape: Shape, groups: np.ndarray, random: np.random.Generator) -> pa.Array:
    array = values if isinstance(values, pa.Array) else pa.array(values)
    if not shape.missing:
        return array
    missing = random.random(len(groups)) < np.array(shape.missing)[groups]
    return pa.array([None if gone else one for one, gone in zip(array.to_pylist(), missing, strict=True)], array.type)
