"""Several labels at once, numbers and text through the scoring adapter: loading, deciding, and prediction rows."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import onnx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from onnx import TensorProto, helper
from texts import TEXT, TEXTS, text_graph

from shared.adapters.onnx.model import _bounded
from shared.adapters.onnx.scoring import OnnxScoring
from shared.core.errors import BadInput, Corrupt, Quarantined, Refused
from shared.core.scenario import Bar, Scenario
from shared.core.wording import counted
from shared.serving.ports import BatchJob, LoadedModel
from shared.serving.prediction_rows import join_labels, to_predictions
from shared.training.encoding import encode, encode_rows
from shared.training.input_contract import Feature, InputContract

NUMBERS = (Feature("age", "number"), Feature("job", "category", ("admin", "nurse")))


def _load(graph: bytes, contract: InputContract, **changes: Any) -> LoadedModel:
    digest = hashlib.sha256(graph).hexdigest()
    return OnnxScoring().load(graph, {"sha256": digest, "contract": contract.to_json(), **changes})


def _written(model: LoadedModel, job: BatchJob, **how: int) -> tuple[bytes, list[dict[str, Any]]]:
    out = io.BytesIO()
    OnnxScoring(**how).batch(model, job, out)
    return out.getvalue(), pq.read_table(io.BytesIO(out.getvalue())).to_pylist()


@pytest.mark.parametrize(
    ("labels", "task"),
    [(("a",), "binary"), (("a", "b"), "regression"), (("a",), "multiclass"), (("a", "b"), "ranking")],
)
def test_labels_must_be_the_answers_of_the_task(
    graph: Callable[..., onnx.ModelProto], labels: tuple[str, ...], task: str
) -> None:
    """The sentence says the task and how many labels there are."""
    content = graph(labels=len(labels)).SerializeToString()
    with pytest.raises(Corrupt, match=f"task is '{task}' with {counted(len(labels), 'label')};"):
        _load(content, InputContract(NUMBERS, labels), task=task)


def test_a_task_that_is_not_named_follows_from_the_labels(graph: Callable[..., onnx.ModelProto]) -> None:
    """Two are binary, more are multiclass; older manifests name none."""
    for labels, task in ((("a", "b"), "binary"), (("a", "b", "c"), "multiclass")):
        content = graph(labels=len(labels)).SerializeToString()
        assert _load(content, InputContract(NUMBERS, labels)).task == task


def test_every_label_has_a_threshold_of_its_own(graph: Callable[..., onnx.ModelProto]) -> None:
    """As many as labels, a half each where the manifest says nothing; another number is refused."""
    content, contract = graph().SerializeToString(), InputContract(NUMBERS, ("up", "down"))
    assert _load(content, contract, task="multilabel").thresholds == (0.5, 0.5)
    assert _load(content, contract, task="multilabel", thresholds=[0.25, 0.75]).thresholds == (0.25, 0.75)
    with pytest.raises(Corrupt, match="3 thresholds; its contract has 2 labels"):
        _load(content, contract, task="multilabel", thresholds=[0.1, 0.2, 0.3])


def test_what_answers_say_depends_on_the_task() -> None:
    """From the threshold on, the likeliest, each for itself, or the number."""
    answers = np.array([[0.4, 0.6], [0.7, 0.3]], dtype=np.float32)
    assert to_predictions("binary", (0.6,), np.array([[0.4, 0.6]], dtype=np.float32)).tolist() == [1]
    assert to_predictions("binary", (0.7,), answers).tolist() == [0, 0]
    assert to_predictions("multiclass", (0.7,), answers).tolist() == [1, 0]
    assert to_predictions("multilabel", (0.4, 0.5), answers).tolist() == [[True, True], [True, False]]
    assert to_predictions("regression", (0.5,), answers[:, :1]).tolist() == pytest.approx([0.4, 0.7])
    assert [join_labels(("a", "b"), row) for row in ((True, True), (False, True), (False, False))] == [
        "a+b",
        "b",
        "none",
    ]


def test_rows_of_several_labels(graph: Any, job: Callable[..., BatchJob], rows: Any, scenario: Scenario) -> None:
    """The labels as one text, the largest probability, one for each label; bytes do not show the blocks."""
    several = replace(scenario, task="multilabel", labels=("up", "down", "y.1"), target="")
    contract = InputContract(NUMBERS, several.labels)
    content = graph(labels=3).SerializeToString()
    model = _load(content, contract, task="multilabel", thresholds=[0.3, 0.35, 0.3])
    table = rows(300)
    data, written = _written(model, job(table, scenario=several), block_rows=64)
    answers = model.score_matrix(model.encode(table)).astype(np.float64)
    limits = np.array(model.thresholds)
    for row, answer in zip(written, answers, strict=True):
        labels = [label for label, is_on in zip(several.labels, answer >= limits, strict=True) if is_on]
        assert row["prediction"] == ("+".join(labels) or "none")
        assert row["probability"] == answer.max()
        assert [row["probability_up"], row["probability_down"], row["probability_y_1"]] == answer.tolist()
    assert len({row["prediction"] for row in written}) > 2
    assert _written(model, job(table, scenario=several), block_rows=7)[0] == data


def test_rows_of_numbers(graph: Any, job: Callable[..., BatchJob], rows: Any, scenario: Scenario) -> None:
    """The prediction is the number, and there is no probability."""
    number = replace(scenario, task="regression", target="y", labels=("y",), metric="rmse", bar=Bar("r2", 0.5))
    model = _load(graph(labels=1).SerializeToString(), InputContract(NUMBERS, ("y",)), task="regression")
    table = rows(50)
    data, written = _written(model, job(table, scenario=number), block_rows=16)
    assert [row["prediction"] for row in written] == model.score_matrix(model.encode(table))[:, 0].tolist()
    assert {row["probability"] for row in written} == {None}
    assert pq.read_schema(io.BytesIO(data)).field("prediction").type == pa.float64()


def test_texts_are_cleaned_and_answered() -> None:
    """A table and a request go the same way; a missing text has no words."""
    model = _load(text_graph(), TEXT, task="multiclass")
    texts = ["The ROCKET, of the moon!", "river", None]
    table = pa.table({"text": pa.array(texts)})
    matrix = encode(table, TEXT)
    assert (matrix.dtype, matrix[:, 0].tolist()) == (np.dtype(object), ["rocket moon", "river", ""])
    assert encode_rows([{"text": text} for text in texts], TEXT).tolist() == matrix.tolist()
    answers = model.score_matrix(matrix)
    assert answers.dtype == np.float32
    assert answers.argmax(axis=1)[:2].tolist() == [0, 1]
    np.testing.assert_array_equal(model.score_rows([{"text": text} for text in texts]), answers)
    assert model.score_matrix(matrix[:0]).shape == (0, 2)


def test_what_is_no_text_is_refused() -> None:
    """In a table, in a request, and when the column is absent."""
    with pytest.raises(Quarantined, match="'text' holds int64; the model takes a text there"):
        encode(pa.table({"text": [1]}), TEXT)
    with pytest.raises(Quarantined, match="'text' is missing"):
        encode(pa.table({"body": ["a"]}), TEXT)
    with pytest.raises(BadInput, match="Row 1, field 'text': 5 is not accepted; accepted: text or null"):
        encode_rows([{"text": 5}], TEXT)


def test_one_long_text_does_not_make_all_others_long() -> None:
    """A graph pads texts to the longest beside them: many rows and one of a million words stay small."""
    model = _load(text_graph(), TEXT, task="multiclass")
    texts = ["river"] * 2_000 + ["moon " * 1_000_000] + ["river"] * 2_000
    made = np.empty((len(texts), 1), dtype=object)
    made[:, 0] = [text.strip() for text in texts]
    assert np.flatnonzero(model.score_matrix(made).argmax(axis=1) == 0).tolist() == [2_000]
    parts = list(_bounded(made))
    assert np.concatenate(parts).tolist() == made.tolist()
    assert max(len(part) * max(text.count(" ") + 1 for text in part[:, 0]) for part in parts) <= 1_000_000
    assert max(map(len, parts)) <= 256


def test_rows_of_text(job: Callable[..., BatchJob]) -> None:
    """A window of texts becomes labels; the bytes do not show the files."""
    model = _load(text_graph(), TEXT, task="multiclass")
    table = pa.table({"id": range(700), "text": ["moon", "river of the rocket river"] * 350})
    data, written = _written(model, job(table, scenario=TEXTS))
    assert [row["prediction"] for row in written] == ["space", "water"] * 350
    assert _written(model, job(table.slice(0, 99), table.slice(99), scenario=TEXTS))[0] == data


def test_a_text_stands_alone() -> None:
    """A contract with a text beside other inputs is not read."""
    mixed = InputContract((*NUMBERS, *TEXT.features), ("a", "b"))
    with pytest.raises(ValueError, match="a text stands beside other inputs"):
        InputContract.from_json(mixed.to_json())


def test_strings_belong_to_models_of_text() -> None:
    """The operators of text pass for a text, and are refused where the contract says numbers."""
    OnnxScoring().inspect(text_graph(), TEXT)
    number = InputContract((Feature("age", "number"),), TEXT.labels)
    with pytest.raises(Refused, match="StringSplit, which is not on the list"):
        OnnxScoring().inspect(text_graph(), number)
    with pytest.raises(Refused, match=r"one string matrix \[rows, 1\]"):
        OnnxScoring().inspect(text_graph(kind=TensorProto.FLOAT), TEXT)
    pattern = helper.make_node("RegexFullMatch", ["texts"], ["found"], pattern="(a+)+")
    with pytest.raises(Refused, match="RegexFullMatch"):
        OnnxScoring().inspect(text_graph(pattern), TEXT)
    with pytest.raises(Corrupt, match=r"its contract says one tensor\(float\)"):
        _load(text_graph(), number)
