"""What a model did not learn from is counted and told; a column of which nothing is known is refused with the cause."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from served_model import MIXED, serve
from world import POINTS, World, logistic, points_csv

from shared.core.errors import BadInput, Quarantined
from shared.core.ledger import ENDED
from shared.core.paths import commit_path
from shared.core.scenario import Column, Table
from shared.core.strict_json import read_json_body
from shared.prediction.commits import read_commit
from shared.prediction.window import Commit
from shared.serving.answers import answer
from shared.serving.deployed_model import DeployedModel
from shared.serving.inference.open_inference import infer
from shared.serving.strange_values import NOTHING, refuse_unknown_column, strange_headers, strange_of_table, told
from shared.training.input_contract import Feature, InputContract
from shared.training.unlearned.learned_ranges import LearnedRanges, ranges_of
from shared.training.unlearned.spelling import cause

CONTRACT = InputContract((Feature("x", "number"), Feature("color", "category", ("blue", "red"))), ("no", "yes"))
LEARNED = LearnedRanges(CONTRACT, {"x": (4963.0, 5228.0)})
STRICT = replace(
    POINTS,
    name="strict_points",
    tables=(
        Table(
            "points",
            (
                Column("id", "int"),
                Column("x", "int", minimum=0, maximum=120),
                Column("color", "text"),
                Column("y", "text", values=("no", "yes")),
            ),
            key=("id",),
        ),
    ),
)


@pytest.fixture(scope="module")
def serving() -> DeployedModel:
    """A model of a number and a color."""
    return serve(POINTS, logistic(3.0), MIXED)


@pytest.mark.parametrize(
    ("value", "known", "words"),
    [
        ("Blue", ("blue", "red"), "capital letters"),
        ("blue\u00a0sky", ("blue sky",), "an invisible character U+00A0"),
        ("blue\u200b", ("blue",), "an invisible character U+200B"),
        ("blue  sky", ("blue sky",), "spaces"),
        ("blue collar", ("blue-collar",), "other punctuation"),
        ("blue_collar", ("blue-collar",), "other punctuation"),
        ("True", ("no", "yes"), "another word for yes or no"),
        ("mai", ("apr", "may"), "another language"),
        ("okt", ("oct", "nov"), "another language"),
        ("do", ("thu", "fri"), "another language"),
        ("October", ("oct", "nov"), "another form of the date"),
        ("astronaut", ("nurse", "pilot"), ""),
    ],
)
def test_the_cause_of_an_unknown_category_is_named(value: str, known: tuple[str, ...], words: str) -> None:
    """A category that is really new has none."""
    assert cause(value, known) == words


def _table(xs: list[float | None], colors: list[str | None]) -> pa.Table:
    return pa.table({"x": pa.array(xs, pa.float64()), "color": pa.array(colors, pa.string())})


def _encoded(table: pa.Table) -> np.ndarray:
    from shared.training.encoding import encode

    return encode(table, CONTRACT)


@pytest.mark.fault(59)
def test_unknown_and_far_values_of_a_table_are_counted() -> None:
    """A missing cell is neither; the far value is one whole width of the range away."""
    table = _table([5000.0, 5.191, None, 5400.0, 5500.0], ["red", "green", None, "blue", "pink"])
    strange = strange_of_table(table, _encoded(table), LEARNED)
    assert (strange.unknown_text, strange.far_text) == ("color=2", "x=2")
    assert told(strange.unknown_text, strange.far_text) == (
        "Values that the model does not know: color=2. Values far outside what the model learned from: x=2."
    )
    both = strange.and_also(strange)
    assert (both.unknown_text, both.far_text) == ("color=4", "x=4")


def test_a_misread_thousands_mark_is_told() -> None:
    """Every far value is one of the range times or by a thousand."""
    table = _table([5.191, 5.228, 5000.0], ["red"] * 3)
    assert strange_of_table(table, _encoded(table), LEARNED).far_text == "x=2 (thousands mark?)"


def test_ranges_are_those_of_the_finite_numbers() -> None:
    """A category has none, nor has a number that is always missing."""
    matrix = np.array([[1.0, 0], [np.nan, 1], [3.0, 0]], dtype=np.float32)
    assert ranges_of(matrix, CONTRACT) == {"x": [1.0, 3.0]}
    assert LearnedRanges(CONTRACT, {}).far(matrix) == {}


def test_a_column_of_which_nothing_is_known_is_refused_at_any_size() -> None:
    """With an example and the cause; of a person's column neither example nor what is known."""
    table = _table([5000.0], ["Red"])
    strange = strange_of_table(table, _encoded(table), LEARNED)
    with pytest.raises(Quarantined, match=r"no value of column 'color', such as 'Red' in 'color' \(capital letters\)"):
        refuse_unknown_column(POINTS, strange, CONTRACT, "Window w")
    with pytest.raises(Quarantined, match="capital letters") as caught:
        refuse_unknown_column(replace(POINTS, personal=("color",)), strange, CONTRACT, "Window w")
    assert "Red" not in caught.value.reason
    assert "blue" not in caught.value.reason


def test_some_unknown_values_are_no_reason_to_refuse() -> None:
    """Nor are missing ones, and values that the scenario declares."""
    for colors in (["red", "green"], [None, None]):
        table = _table([5000.0, 5000.0], colors)
        refuse_unknown_column(POINTS, strange_of_table(table, _encoded(table), LEARNED), CONTRACT, "Window w")
    columns = tuple(
        replace(one, values=("red", "green")) if one.name == "color" else one for one in POINTS.tables[0].columns
    )
    declared = replace(POINTS, tables=(replace(POINTS.tables[0], columns=columns),))
    table = _table([5000.0], ["green"])
    refuse_unknown_column(declared, strange_of_table(table, _encoded(table), LEARNED), CONTRACT, "Window w")


def _ask(serving: DeployedModel, *rows: dict[str, Any], scenario: Any = POINTS) -> Any:
    return answer(scenario, serving, json.dumps({"data": list(rows)}).encode())


def test_a_request_is_told_of_a_new_category(serving: DeployedModel) -> None:
    """It is answered; the header names column and number, and is absent otherwise."""
    scored = _ask(serving, {"x": 1, "color": "green"}, {"x": 1, "color": "red"})
    assert strange_headers(scored.strange) == {"x-mlops-unknown-values": "color=1"}
    assert _ask(serving, {"x": 1, "color": None}, {"x": 1, "color": " red "}).strange is NOTHING


def test_a_request_in_another_spelling_is_refused(serving: DeployedModel) -> None:
    """What the caller means is clear, and the answer would be another one."""
    with pytest.raises(BadInput, match=r"no value of column 'color', such as 'RED' in 'color' \(capital letters\)"):
        _ask(serving, {"x": 1, "color": "RED"})


def test_the_open_protocol_says_the_same(serving: DeployedModel) -> None:
    """Both doors encode the same way."""

    def body(color: str) -> bytes:
        number = {"name": "x", "shape": [1, 1], "datatype": "FP64", "data": [1.0]}
        text = {"name": "color", "shape": [1, 1], "datatype": "BYTES", "data": [color]}
        return json.dumps({"inputs": [number, text]}).encode()

    assert infer(POINTS, serving, body("green")).strange.unknown_text == "color=1"
    with pytest.raises(BadInput, match="capital letters"):
        infer(POINTS, serving, body("Blue"))


@pytest.mark.parametrize(
    ("x", "accepted"), [(480, "of at most 120"), (-1, "of at least 0"), (1.5, "a whole number"), (12.0, ""), (None, "")]
)
def test_numbers_of_a_request_keep_the_declared_contract(serving: DeployedModel, x: Any, accepted: str) -> None:
    """As those of a file do; null is a missing value."""
    rows = [{"x": 1, "color": "red"}, {"x": x, "color": "red"}]
    if not accepted:
        assert _ask(serving, *rows, scenario=STRICT).answers is not None
        return
    with pytest.raises(BadInput, match=f"Row 2, field 'x': {x} is not accepted; accepted: .*{accepted}"):
        _ask(serving, *rows, scenario=STRICT)


@pytest.mark.parametrize("rows", ["1,1.0,green\n2,0.5,red\n", "1,1.0,green\n2,0.5,Blue\n"])
def test_a_window_tells_in_history_and_sql(world: World, rows: str) -> None:
    """The commit in the lake, its row in SQL and the journal say the same; without a known color it is refused."""
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    world.handle(world.land("scoring/points/s1/points.csv", f"id,x,color\n{rows}".encode()))
    (window,) = world.ports.prediction.windows.list("points")
    (entry,) = [one for one in world.ports.core.history.why(window.id) if one.kind == "window" and one.state in ENDED]
    commits = world.ports.prediction.predictions.commits("points")
    if "Blue" in rows:
        assert (window.state, commits) == ("quarantined", [])
        assert "the model knows no value of column 'color', such as 'green'" in entry.reason
        assert "(capital letters)" in entry.reason
        return
    assert [(commit.unknown_values, commit.far_values) for commit in commits] == [("color=1", "")]
    assert read_commit(world.ports, commit_path("points", window.id)) == commits[0]
    assert entry.reason.endswith("0 failed. Values that the model does not know: color=1.")


def test_commits_of_an_earlier_version_stay_readable() -> None:
    """They say nothing about such values."""
    facts = {"schema": 1, "scored_at": "2026-03-01T00:00:00+00:00"}
    names = ("scenario", "window", "path", "sha256", "plan_sha256", "model", "model_sha256", "run", "dataset")
    numbers = {"ordinal": 1, "rows": 2, "failed_rows": 0}
    commit = Commit.from_json({**dict.fromkeys(names, "a"), **numbers, **facts}, "_COMMIT.json")
    assert (commit.unknown_values, commit.far_values) == ("", "")


def test_a_body_may_begin_with_a_byte_order_mark(serving: DeployedModel) -> None:
    """Some editors write one; JSON readers may ignore it."""
    body = json.dumps({"data": [{"x": 1, "color": "red"}]}).encode()
    assert answer(POINTS, serving, b"\xef\xbb\xbf" + body).response == answer(POINTS, serving, body).response


def test_nan_in_a_body_is_named() -> None:
    """And what to send instead."""
    with pytest.raises(BadInput, match="NaN is not JSON, send null for a missing value"):
        read_json_body(b'{"data": [{"x": NaN}]}', "an object")
