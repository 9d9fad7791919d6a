"""Every accepted form of a request, and its response."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from served_model import MIXED, serve
from texts import TEXT, TEXTS, text_graph
from world import MARKS, POINTS, PRICES, both_ways, logistic, weighted

from shared.core.errors import BadInput
from shared.core.scenario import Bar, Scenario
from shared.serving.answers import answer
from shared.serving.deployed_model import DeployedModel
from shared.serving.request_parsing import MAX_ROWS

SIGNS = replace(PRICES, name="signs", task="binary", labels=("0", "1"), target="id", metric="auc", bar=Bar("auc", 0.6))


def ask(scenario: Scenario, serving: DeployedModel, value: Any) -> Any:
    """The answer to a JSON body."""
    return answer(scenario, serving, json.dumps(value).encode()).response


def test_lists_of_numbers_are_answered_with_whole_labels() -> None:
    """One value a row, in the order of the contract; an object, not a string."""
    serving = serve(SIGNS, logistic(3.0))
    assert ask(SIGNS, serving, {"data": [[1.5, 0], [-1.5, 0.25]]}) == {"result": [1, 0]}


def test_numbers_of_several_labels_tell_whether_any_is_predicted() -> None:
    """1 where a label is predicted, with the names of the labels beside it."""
    serving = serve(MARKS, both_ways(3.0))
    found = ask(MARKS, serving, {"data": [[2, -9], [-2, 0], [0.1, -40]]})
    assert found == {"result": [1, 1, 0], "labels": [["up"], ["down"], []]}
    inputs = {"Inputs": {"data": [{"x": 2, "z": -9}]}}
    assert ask(MARKS, serving, inputs) == {"Results": [["up"]]}
    proba = ask(MARKS, serving, {**inputs, "GlobalParameters": {"method": "predict_proba"}})
    assert [len(row) for row in proba["Results"]] == [2]


def test_a_number_is_answered_as_a_number() -> None:
    """The shortest number that equals the float32; the method predict_proba is refused."""
    serving = serve(PRICES, weighted(3.0))
    assert ask(PRICES, serving, {"data": [[0.5, 1]]}) == {"result": [1.6]}
    assert ask(PRICES, serving, {"Inputs": {"data": [{"x": 0.5, "z": 1}]}}) == {"Results": [1.6]}
    with pytest.raises(BadInput, match="'predict_proba'; accepted: predict"):
        ask(PRICES, serving, {"Inputs": {"data": [{"x": 1, "z": 1}]}, "GlobalParameters": {"method": "predict_proba"}})


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ([[1]], "Row 1 has 1 number; accepted: 2, in the order x, z"),
        ([[1, 2], [1, 2, 3]], "Row 2 has 3 numbers"),
        ([[]], "Row 1 has 0 numbers"),
        ([[1, None]], r"Row 1, number 2 \(z\) is 'None'; accepted: a number"),
        ([[1, "2"]], "Row 1, number 2"),
        ([[True, 1]], "Row 1, number 1"),
        ([[1, 1e300]], "Row 1, field 'z'"),
        ([[10**400, 1]], "Row 1, field 'x'|not JSON"),
        ([[1, 2], {"x": 1, "z": 2}], "Row 2 is not a list of numbers like row 1"),
        ([{"x": 1, "z": 2}, [1, 2]], "Row 2 is not a JSON object"),
        ([5], "Row 1 is not a JSON object"),
        ([], "data is not a list with at least one row"),
        ([[1, 2]] * (MAX_ROWS + 1), f"at most {MAX_ROWS}"),
    ],
)
def test_a_list_that_does_not_fit_is_refused_in_words(data: Any, sentence: str) -> None:
    """The refusal names row, position, and what is accepted."""
    with pytest.raises(BadInput, match=sentence):
        ask(SIGNS, serve(SIGNS, logistic(3.0)), {"data": data})


def test_lists_are_for_scenarios_of_numbers_only() -> None:
    """A category has no number of its own that a caller could know."""
    serving = serve(POINTS, logistic(3.0), MIXED)
    with pytest.raises(BadInput, match="Row 1 is not a JSON object"):
        ask(POINTS, serving, {"data": [[1, 0]]})
    assert ask(POINTS, serving, {"data": [{"x": 1, "color": "red"}]}) == '{"result": ["yes"]}'


def test_a_number_that_is_none_in_json_is_refused() -> None:
    """NaN and Infinity are not JSON."""
    for body in (b'{"data": [[NaN, 1]]}', b'{"data": [[1e999, 1]]}'):
        with pytest.raises(BadInput):
            answer(SIGNS, serve(SIGNS, logistic(3.0)), body)


def test_a_text_is_answered_with_its_label_and_the_time_it_took() -> None:
    """One text in, one label out; rows of texts are answered like other rows."""
    serving = serve(TEXTS, text_graph(), TEXT.features)
    found = ask(TEXTS, serving, {"text": "Subject: Re: the Moon, by rocket ..."})
    assert found == {"result": "space", "time_in_sec": found["time_in_sec"]}
    assert 0 <= found["time_in_sec"] < 5
    assert ask(TEXTS, serving, {"Inputs": {"data": [{"text": "river"}]}}) == {"Results": ["water"]}


@pytest.mark.parametrize("body", [{}, {"text": None}, {"text": 5}, {"text": "  "}, {"text": ["a"]}, {"txt": "a"}])
def test_what_is_no_text_is_refused(body: Any) -> None:
    """The sentence shows the accepted bodies."""
    with pytest.raises(BadInput, match=r'text is not a text with at least one word; accepted: \{"text"'):
        ask(TEXTS, serve(TEXTS, text_graph(), TEXT.features), body)
