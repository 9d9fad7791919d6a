"""A mistake in a declaration is one sentence where it is made, with the nearest name that would do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from world import MARKS, POINTS, PRICES

from model_training.scenarios.outside import load_scenarios, outside_folder
from shared.core.declaration.check import METRICS
from shared.core.errors import Misconfigured, Misdeclared
from shared.core.scenario import Bar, Column, Scenario, Split
from shared.training.metrics import LARGER_IS_BETTER, REGRESSION
from shared.training.metrics import METRICS as OF_CLASSES

TABLE = POINTS.tables[0]


def _with_column(column: Column) -> Scenario:
    return replace(POINTS, tables=(replace(TABLE, columns=(*TABLE.columns, column)),))


def _scheduled(schedule: str) -> Scenario:
    return replace(POINTS, batch=replace(POINTS.batch, schedule=schedule))


MISTAKES: dict[str, Callable[[], Scenario]] = {
    "a name with a space": lambda: replace(POINTS, name="my points"),
    "a name with a quote": lambda: replace(POINTS, name="ana's"),
    "a missing comma": lambda: replace(POINTS, entity=("id")),
    "a missing comma in a key": lambda: replace(POINTS, tables=(replace(TABLE, key=("id")),)),  # type: ignore[arg-type]
    "a list": lambda: replace(POINTS, numeric=["x"]),  # type: ignore[arg-type]
    "a kind": lambda: _with_column(Column("z", "string")),  # type: ignore[arg-type]
    "a column twice": lambda: _with_column(Column("x", "float")),
    "a range": lambda: _with_column(Column("z", "float", minimum=5, maximum=1)),
    "a column": lambda: replace(POINTS, categorical=("colour",)),
    "a text as a number": lambda: replace(POINTS, numeric=("x", "color"), categorical=()),
    "a key": lambda: replace(POINTS, tables=(replace(TABLE, key=("Id",)),)),
    "a table of the system": lambda: replace(
        POINTS,
        tables=(replace(TABLE, name="predictions"),),
        label_table="predictions",
        batch=replace(POINTS.batch, table="predictions"),
    ),
    "a table": lambda: replace(POINTS, label_table="point"),
    "the batch's table": lambda: replace(POINTS, batch=replace(POINTS.batch, table="poins")),
    "the batch's schedule": lambda: _scheduled("*/5 * * * *"),
    "a report": lambda: replace(POINTS, batch=replace(POINTS.batch, report=("clor",))),
    "a target": lambda: replace(POINTS, target="Y"),
    "labels": lambda: replace(POINTS, labels=("0", "1")),
    "three labels": lambda: replace(POINTS, labels=("a", "b", "c")),
    "labels of a number": lambda: replace(PRICES, labels=("0", "1")),
    "the target as an input": lambda: replace(PRICES, numeric=("x", "y")),
    "the target as a category": lambda: replace(POINTS, categorical=("color", "y")),
    "the target as the text": lambda: replace(POINTS, text="y"),
    "a label as an input of feature code": lambda: replace(MARKS, numeric=("x", "down")),
    "a target of several labels": lambda: replace(MARKS, target="up"),
    "a task": lambda: replace(POINTS, task="classification"),  # type: ignore[arg-type]
    "a metric": lambda: replace(POINTS, metric="rocauc"),
    "a metric of another task": lambda: replace(PRICES, metric="auc"),
    "a bar": lambda: replace(POINTS, bar=Bar("acuracy", 0.6)),
    "a bar of words": lambda: replace(PRICES, bar=Bar("r2", "hi")),  # type: ignore[arg-type]
    "a bar in percent": lambda: replace(POINTS, bar=Bar("auc", 75)),
    "a bar that is no number": lambda: replace(POINTS, bar=Bar("auc", float("nan"))),
    "a bar of an error": lambda: replace(PRICES, bar=Bar("rmse", -5)),
    "a bar of the log loss": lambda: replace(POINTS, bar=Bar("log_loss", 0)),
    "a bar above r2": lambda: replace(PRICES, bar=Bar("r2", 1.5)),
    "a split": lambda: replace(POINTS, split=Split("temporal")),  # type: ignore[arg-type]
    "shares": lambda: replace(POINTS, split=Split("random", 0.6, 0.5)),
    "a share of words": lambda: replace(POINTS, split=Split("random", "a third")),  # type: ignore[arg-type]
    "a gap of words": lambda: replace(POINTS, split=Split("time", gap="x")),  # type: ignore[arg-type]
    "a gap below zero": lambda: replace(POINTS, split=Split("time", gap=-50)),
    "a gap of hours below zero": lambda: replace(POINTS, split=Split("time", gap_hours=-1)),
    "no candidates": lambda: replace(POINTS, candidates=()),
    "a second that no minute has": lambda: _scheduled("99 */5 * * * *"),
    "a step of a schedule": lambda: _scheduled("0 */0 * * * *"),
    "a schedule that never fires": lambda: _scheduled("0 0 0 31 2 *"),
    "a time column": lambda: replace(POINTS, time="when"),
    "a field of requests": lambda: replace(POINTS, request_fields=("id", "colour")),
    "a field of requests of feature code": lambda: replace(MARKS, request_fields=("x", "z", "palce")),
    "nothing to learn from": lambda: replace(POINTS, leakage=("x", "color")),
}


def told(name: str) -> str:
    """The sentence for the mistake."""
    with pytest.raises(Misdeclared) as caught:
        MISTAKES[name]()
    return caught.value.reason


def test_each_mistake_has_the_sentence_of_the_golden_file() -> None:
    """Scenario, what, the nearest name, what would be accepted."""
    golden = (Path(__file__).parent / "declared.txt").read_text()
    assert "".join(f"{name}: {told(name)}\n" for name in MISTAKES) == golden


def test_an_answer_among_the_inputs_may_be_declared_as_leakage() -> None:
    """It is then left out of the model."""
    assert replace(PRICES, numeric=("x", "y"), leakage=("y",)).features == ("x",)


@pytest.mark.parametrize(
    "scenario",
    [
        lambda: replace(POINTS, bar=Bar("auc", 0)),
        lambda: replace(POINTS, bar=Bar("accuracy", 1)),
        lambda: replace(POINTS, bar=Bar("log_loss", 1.7)),
        lambda: replace(PRICES, bar=Bar("rmse", 2_000)),
        lambda: replace(PRICES, bar=Bar("r2", -0.5)),
        lambda: replace(POINTS, split=Split("time", gap=50, gap_hours=0.5)),
        lambda: _scheduled(""),
        lambda: _scheduled("30 0 6-18/2 * JAN-MAR Mon,Fri"),
        lambda: replace(PRICES, numeric=("x",), categorical=("z",)),
        lambda: replace(MARKS, numeric=("x", "derived"), request_fields=("id", "place", "z", "derived")),
    ],
)
def test_what_can_be_met_is_accepted(scenario: Callable[[], Scenario]) -> None:
    """The ends of each range, a batch without a schedule, a number as a category, and requests with raw columns."""
    assert scenario()


def test_the_metrics_are_those_that_there_are() -> None:
    """A metric that is added or taken away is also one that may be declared, or not."""
    assert {task: set(names) for task, names in METRICS.items()} == {
        "binary": set(OF_CLASSES),
        "multiclass": set(OF_CLASSES),
        "multilabel": set(OF_CLASSES),
        "regression": set(REGRESSION),
    }
    assert {name for names in METRICS.values() for name in names} == set(LARGER_IS_BETTER)


OUTSIDE = """
from dataclasses import replace
from model_training.scenarios.bank_marketing import SCENARIO as BANK
SCENARIO = replace(BANK, name="{name}")
"""


def test_a_folder_of_users_brings_its_scenarios(tmp_path: Path) -> None:
    """Each module one; a name that begins with an underscore is a helper."""
    (tmp_path / "churn.py").write_text(OUTSIDE.format(name="churn"))
    (tmp_path / "_helper.py").write_text("1 / 0")
    assert list(load_scenarios(tmp_path, {})) == ["churn"]
    assert load_scenarios(None, {}) == {}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("SCENARIO = 1", r"churn\.py declares no SCENARIO; accepted: modules"),
        ("x = 1\ny = {}['a']\n", r"churn\.py cannot be imported \(line 2: KeyError: 'a'\)"),
        ("x = 1\nx = (\n", r"churn\.py cannot be imported \(line 2: SyntaxError: "),
        ("import no_such_package\n", r"churn\.py cannot be imported \(line 1: ModuleNotFoundError: "),
        (OUTSIDE.format(name="points"), r"churn\.py: there is a scenario 'points' already"),
        (OUTSIDE.format(name="Points"), r"churn\.py: there is a scenario 'points' already"),
        (OUTSIDE.format(name="a b"), r"churn\.py: Scenario 'a b' has a name"),
    ],
)
def test_a_module_that_cannot_be_is_named_with_its_line(tmp_path: Path, text: str, named: str) -> None:
    """Never a stack trace."""
    (tmp_path / "churn.py").write_text(text)
    with pytest.raises(Misdeclared, match=named):
        load_scenarios(tmp_path, {"points": POINTS})


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A setting that names no folder; without a setting there need be none."""
    with pytest.raises(Misconfigured, match=r"SCENARIOS_PATH is '.*gone', which is no folder"):
        outside_folder(str(tmp_path / "gone"))
    assert outside_folder(str(tmp_path)) == tmp_path
