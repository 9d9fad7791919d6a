"""The request decoder and the full parse agree."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import examples
from served_model import MIXED, serve
from world import POINTS, logistic

from shared.core.errors import BadInput
from shared.serving.answers import answer, answer_parsed, labels_of
from shared.serving.encoded_rows import EncodedRows
from shared.serving.prediction_rows import to_predictions
from shared.serving.request_decoding import NeedsFullParse, ParsedRequest, RequestDecoder
from shared.serving.request_parsing import MAX_ROWS, parse_strict

SERVING = serve(POINTS, logistic(3.0), MIXED)
DECODER = RequestDecoder(POINTS, SERVING.loaded.learned, MAX_ROWS)
CELLS = st.one_of(
    st.none(),
    st.integers(-3, 3),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["red", "blue", "", " red ", "red\u00a0", "  "]),
)
ROWS = st.lists(st.dictionaries(st.sampled_from(["x", "color", "id", "y"]), CELLS), max_size=3)
BODIES = st.one_of(
    st.fixed_dictionaries({"data": ROWS}),
    st.fixed_dictionaries(
        {"Inputs": st.fixed_dictionaries({"data": ROWS})},
        optional={"GlobalParameters": st.sampled_from([{"method": "predict_proba"}, {"method": "predict"}, {}, None])},
    ),
)


def outcome(read: Any, body: bytes) -> Any:
    """What reading gives, or the sentence of the refusal."""
    try:
        return read(body)
    except BadInput as fault:
        return fault.reason


@pytest.mark.parametrize("color", [" red", "red   ", "\tred\n", "red\u00a0"])
def test_white_space_makes_no_other_category(color: str) -> None:
    """A padded text gets the probability of the text itself, not that of an unknown category."""

    def ask(value: str) -> Any:
        row = {"x": 0.1, "color": value, "id": 1}
        body = {"Inputs": {"data": [row]}, "GlobalParameters": {"method": "predict_proba"}}
        return answer(POINTS, SERVING, json.dumps(body).encode()).response

    assert ask(color) == ask("red") != ask("nothing known")


@settings(max_examples=examples(150), deadline=None)
@given(BODIES)
def test_the_decoder_and_the_full_parse_give_the_same_answer(body: Any) -> None:
    """Answers and refusals: what the decoder does not take gets the full parse."""
    content = json.dumps(body).encode()

    def quick(body: bytes) -> Any:
        return answer(POINTS, SERVING, body).response

    def full(body: bytes) -> Any:
        return answer_parsed(POINTS, SERVING, parse_strict(POINTS, SERVING.loaded.contract, body)).response

    assert outcome(quick, content) == outcome(full, content)


@pytest.mark.parametrize(
    "body",
    [
        {"data": [{"x": 1.5, "color": "red"}]},
        {"data": [{"x": None, "color": None, "id": 7}]},
        {"Inputs": {"data": [{"color": "blue", "x": -2}] * 3}, "GlobalParameters": {"method": "predict_proba"}},
    ],
)
def test_usual_requests_are_taken_by_the_decoder(body: Any) -> None:
    """Otherwise it would not be worth having."""
    request = DECODER.decode(json.dumps(body).encode())
    assert isinstance(request, ParsedRequest)
    rows = (body.get("Inputs") or body)["data"]
    assert len(request.rows) == len(rows)
    assert request.rows[0] == {name: rows[0][name] for name in ("x", "color")}
    assert isinstance(request.rows, EncodedRows)
    np.testing.assert_array_equal(
        request.rows.matrix[:, 1], [{"blue": 0.0, "red": 1.0, None: -1.0}[row["color"]] for row in rows]
    )


def test_a_row_that_does_not_fit_is_found_without_reading_the_others() -> None:
    """Row 3 is named, although the full parse names row 4, which is not an object."""
    body = b'{"data": [{"x": 1, "color": "red"}, {"x": 1, "color": "red"}, {"x": "no", "color": "red"}, 4]}'
    assert DECODER.decode(body) == NeedsFullParse(2)
    with pytest.raises(BadInput, match="Row 3, field 'x'"):
        answer(POINTS, SERVING, body)
    with pytest.raises(BadInput, match="Row 4 is not"):
        parse_strict(POINTS, SERVING.loaded.contract, body)


def test_a_row_that_is_not_an_object_gets_the_full_parse() -> None:
    """It may be a list of numbers, which the full parse accepts."""
    assert DECODER.decode(b'{"data": [[1.0, 2.0]]}') == NeedsFullParse()


@pytest.mark.parametrize("share", [0.0, 0.25, 0.4999999, 0.5, 0.5000001, 1.0, float("nan")])
def test_two_labels_are_decided_as_everywhere_else(share: float) -> None:
    """The shortcut for a single number agrees with what a batch decides."""
    answers = np.array([[1 - share, share]], dtype=np.float32)
    (label,) = labels_of(POINTS, SERVING, answers)
    (code,) = to_predictions("binary", SERVING.loaded.thresholds, answers)
    assert label == POINTS.labels[code]


@pytest.mark.parametrize(
    "body",
    [
        '{"data": [{"x": 1, "x": 2, "color": "red"}]}',
        '{"data": [{"x": 1, "color": "red", "color": "blue"}]}',
        '{"data": [{"x" : 1, "x": 2, "color": "red"}]}',
        '{"data": [{"x": 1, "\\u0078": 2, "color": "red"}]}',
        '{"data": [], "data": [{"x": 1, "color": "red"}]}',
        '{"Inputs": {"data": [{"x": 1, "color": "red"}]}, "GlobalParameters": {"method": 1, "method": 2}}',
        '{"data": [{"x": 1, "color": "a:b", "color": "\\": 3"}]}',
    ],
)
def test_a_field_that_stands_twice_is_refused(body: str) -> None:
    """JSON does not say which of the two values counts."""
    with pytest.raises(BadInput, match="stands twice"):
        answer(POINTS, SERVING, body.encode())


def test_an_answer_that_is_no_number_is_null() -> None:
    """A graph that knows no missing values answers one with NaN, which JSON does not have."""
    body = {"Inputs": {"data": [{"x": None, "color": "red"}]}, "GlobalParameters": {"method": "predict_proba"}}
    assert answer(POINTS, SERVING, json.dumps(body).encode()).response == {"Results": [[None, None]]}


def test_colons_in_texts_are_no_fields() -> None:
    """A category may look like JSON."""
    body = {"data": [{"x": 1, "color": 'a": b:c'}]}
    assert answer(POINTS, SERVING, json.dumps(body).encode()).response == '{"result": ["yes"]}'


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"data": ' + "[" * 9 + "]" * 9 + "}", "nested deeper than 8"),
        ('{"data": [{"x": 1' + "0" * 400 + ', "color": "red"}]}', "Row 1, field 'x'|not JSON"),
        ('{"data": [{"x": 1e39, "color": "red"}]}', "finite number within the range"),
        ('{"data": [{"x": Infinity, "color": "red"}]}', "not JSON"),
        ('{"data": [{"x": 1e999, "color": "red"}]}', "not JSON|Row 1, field 'x'"),
        ('{"data": [{"x": 1, "color": "\\ud800"}]}', "not JSON"),
    ],
)
@pytest.mark.fault(70)
def test_what_json_leaves_open_is_refused_in_words(body: str, words: str) -> None:
    """Deep nesting, too many digits, and numbers that are not finite."""
    with pytest.raises(BadInput, match=words):
        answer(POINTS, SERVING, body.encode())
