"""Equal rows have equal fingerprints wherever they come from; the answer is no part of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import numpy as np
import pyarrow as pa
from world import POINTS

from shared.core.scenario import Column, Scenario
from shared.training.fingerprints import fingerprint, fingerprints

FIXED = 12315180899047513412


def test_what_a_cell_means_counts_and_not_how_it_is_written() -> None:
    """Whole numbers and floats, spaces around a text, and both kinds of missing numbers."""
    one = pa.table({"x": [1, 2, None], "color": ["red", "blue ", None]})
    other = pa.table({"color": pa.array([" red", "blue", None]).dictionary_encode(), "x": [1.0, 2.0, float("nan")]})
    assert fingerprint(one, ["x", "color"]).tolist() == fingerprint(other, ["color", "x"]).tolist()


def test_other_values_or_columns_give_other_numbers() -> None:
    """10 000 rows that differ have 10 000 fingerprints; the name of a column counts."""
    rows = pa.table({"x": np.arange(10_000) / 7, "y": np.arange(10_000) / 7})
    assert len(set(fingerprint(rows, ["x"]).tolist())) == 10_000
    assert fingerprint(rows, ["x"])[1] != fingerprint(rows, ["y"])[1]


def test_the_number_of_a_row_is_fixed() -> None:
    """Another number would give every row that was judged another role."""
    rows = pa.table({"x": [0.5], "color": ["red"]})
    assert fingerprint(rows, ["x", "color"]).tolist() == [FIXED]


def _with(name: str, kind: Literal["int", "time"]) -> Scenario:
    """The scenario with one more column."""
    (table,) = POINTS.tables
    return replace(POINTS, tables=(replace(table, columns=(*table.columns, Column(name, kind))),))


def test_identity_is_the_entity_then_the_key_then_the_inputs() -> None:
    """Never the answer: rows that differ in it alone are one."""
    rows = pa.table({"id": [1, 1, 2], "x": [0.1, 0.2, 0.1], "color": ["red"] * 3, "y": ["no", "yes", "yes"]})
    by_entity = fingerprints(POINTS, rows).identity
    by_key = fingerprints(replace(POINTS, entity=()), rows).identity
    assert by_entity.tolist() == by_key.tolist()
    assert by_entity[0] == by_entity[1] != by_entity[2]
    by_inputs = fingerprints(replace(_with("other", "int"), entity=("other",)), rows.drop_columns("id")).identity
    assert by_inputs[0] == by_inputs[2] != by_inputs[1]


def test_an_entity_with_a_time_hangs_together_by_the_day() -> None:
    """Rows of one machine and one day are a cluster; another day or machine is another one."""
    at = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=12 * step) for step in range(4)]
    rows = pa.table({"id": [1, 1, 1, 2], "at": at, "x": [0.1, 0.2, 0.3, 0.4], "color": ["red"] * 4})
    cluster = fingerprints(replace(_with("at", "time"), entity=("id", "at"), time="at"), rows).cluster
    assert cluster[0] == cluster[1] != cluster[2] != cluster[3]
