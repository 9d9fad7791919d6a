"""`scenario check` finds what only running the declaration's code can show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from drafted import TABLES

from local.authoring.checks import check_scenario
from model_training.scenarios import SCENARIOS
from shared.core.scenario import Batch, Column, Scenario, Table

BANK = SCENARIOS["bank_marketing"]


def _broken(*_: object) -> Mapping[str, Any]:
    raise ZeroDivisionError("division by zero")


def _generated(rows: int, *_: object) -> Mapping[str, Any]:
    numbers = [float(number % 90) for number in range(rows)]
    return {"points": pa.table({"x": numbers, "y": ["no" if x < 60 else "yes" for x in numbers]})}


POINTS = Scenario(
    name="points",
    title="Is it far?",
    tables=(Table("points", (Column("x", "float", minimum=0), Column("y", "text", values=("no", "yes")))),),
    label_table="points",
    target="y",
    numeric=("x",),
    labels=("no", "yes"),
    batch=Batch("drops", "points", "0 */5 * * * *"),
    generate=_generated,
)


def problems(scenario: Scenario) -> dict[str, str]:
    """What is found."""
    return {name: told for name, told in check_scenario(scenario, TABLES).items() if told}


def test_what_stands_has_no_problem() -> None:
    """A small scenario, and one with everything."""
    assert problems(POINTS) == problems(BANK) == {}


@pytest.mark.parametrize(
    ("scenario", "what", "told"),
    [
        (replace(POINTS, candidates=("xgboost",)), "candidates", "'xgboost'"),
        (replace(POINTS, generate=None), "generator", "none is declared"),
        (replace(POINTS, generate=_broken), "generated rows fit the contract", "ZeroDivisionError"),
        (
            replace(POINTS, tables=(Table("points", (Column("x", "float", maximum=9), POINTS.tables[0].columns[1])),)),
            "generated rows fit the contract",
            "outside what the contract allows",
        ),
        (replace(POINTS, assemble=lambda tables: tables["points"][["y"]]), "features", "no 'x'"),
        (replace(POINTS, slices=("colour",)), "slices", "no 'colour'"),
        (
            replace(
                POINTS,
                labels=("no", "yes", "maybe"),
                task="multiclass",
                tables=(
                    Table("points", (POINTS.tables[0].columns[0], Column("y", "text", values=("no", "yes", "maybe")))),
                ),
            ),
            "every answer is generated",
            "'maybe'",
        ),
    ],
    ids=("a candidate", "no generator", "a generator that fails", "a range", "a feature", "a slice", "an answer"),
)
def test_what_does_not_fit_is_found(scenario: Scenario, what: str, told: str) -> None:
    """Each by its check, in words."""
    assert told in problems(scenario)[what]
