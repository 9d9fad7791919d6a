"""A small model and a scenario around it, built by hand so that every answer can be recomputed."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import onnx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from onnx import TensorProto, helper, numpy_helper

from shared.adapters.onnx.scoring import OnnxScoring
from shared.core.scenario import Batch, Column, Scenario, Table
from shared.serving.ports import BatchJob, LoadedModel, Provenance
from shared.training.input_contract import Feature, InputContract

WEIGHTS = np.array([[0.5, -0.5, 0.1], [-0.25, 0.25, 0.3]], dtype=np.float32)
TABLE = Table(
    "clients",
    (
        Column("id", "int"),
        Column("site", "text"),
        Column("age", "float"),
        Column("job", "text", nulls=True),
        Column("seen.at", "time", nulls=True),
        Column("y", "int"),
    ),
    key=("id",),
)


@pytest.fixture
def contract() -> InputContract:
    """One number, one category, two labels."""
    return InputContract((Feature("age", "number"), Feature("job", "category", ("admin", "nurse"))), ("0", "1"))


@pytest.fixture
def graph() -> Callable[..., onnx.ModelProto]:
    """Builds softmax(impute(input) @ weights) of any width and number of labels, with extra nodes when asked."""

    def build(width: int = 2, labels: int = 2, nodes: tuple[Any, ...] = (), rows: int | None = None) -> onnx.ModelProto:
        weights = numpy_helper.from_array(np.resize(WEIGHTS[:, :labels], (width, labels)), "weights")
        steps = [
            helper.make_node(
                "Imputer",
                ["input"],
                ["filled"],
                domain="ai.onnx.ml",
                imputed_value_floats=[0.0] * width,
                replaced_value_float=float("nan"),
            ),
            helper.make_node("MatMul", ["filled", "weights"], ["scores"]),
            helper.make_node("Softmax", ["scores"], ["probabilities"], axis=1),
        ]
        takes = helper.make_tensor_value_info("input", TensorProto.FLOAT, [rows, width])
        gives = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [rows, labels])
        made = helper.make_graph([*steps, *nodes], "small", [takes], [gives], [weights])
        opsets = [helper.make_opsetid("", 18), helper.make_opsetid("ai.onnx.ml", 3)]
        return helper.make_model(made, opset_imports=opsets, ir_version=9)

    return build


@pytest.fixture
def load(contract: InputContract) -> Callable[..., LoadedModel]:
    """Loads bytes with a manifest that fits them."""

    def loaded(model: bytes, **changes: Any) -> LoadedModel:
        digest = hashlib.sha256(model).hexdigest()
        return OnnxScoring().load(model, {"sha256": digest, "contract": contract.to_json(), **changes})

    return loaded


@pytest.fixture
def model(graph: Callable[..., onnx.ModelProto], load: Callable[..., LoadedModel]) -> LoadedModel:
    """The small model, loaded."""
    return load(graph().SerializeToString())


@pytest.fixture
def scenario() -> Scenario:
    """Clients by site and id; a time in the report."""
    return Scenario(
        "small",
        "A small one",
        (TABLE,),
        "clients",
        "y",
        numeric=("age",),
        categorical=("job",),
        entity=("site", "id"),
        batch=Batch("drops", "clients", "", report=("age", "job", "seen.at")),
    )


@pytest.fixture
def rows() -> Callable[[int], pa.Table]:
    """Builds unlabelled rows: every third job is null, every fourth unknown to the model."""

    def build(count: int) -> pa.Table:
        numbers = np.arange(count)
        jobs = [None if n % 3 == 0 else ("nurse", "pilot", "admin", "admin")[n % 4] for n in range(count)]
        seen = pa.array(numbers * 1_000_001, pa.timestamp("us"))
        columns = {
            "id": numbers,
            "site": [f"s{n % 5}" for n in range(count)],
            "age": np.random.default_rng(5).normal(40, 20, count),
            "job": jobs,
            "seen.at": seen,
        }
        return pa.table(columns)

    return build


@pytest.fixture
def job(scenario: Scenario) -> Callable[..., BatchJob]:
    """A job over tables, each written as one Parquet file with the given row groups."""

    def build(*tables: pa.Table, group: int = 1000, **changes: Any) -> BatchJob:
        sources = []
        for number, table in enumerate(tables):
            file = io.BytesIO()
            pq.write_table(table, file, row_group_size=group, write_page_checksum=True)
            sources.append((f"clients-{number}.parquet", file))
        at = datetime(2026, 11, 20, 13, 50, tzinfo=UTC)
        origin = Provenance("run-7", "small:3", "a" * 64, "20261119T080000-beef", at)
        return BatchJob(
            **{
                "scenario": scenario,
                "window": "drop-1",
                "first_id": 7 << 32,
                "provenance": origin,
                "sources": sources,
                **changes,
            }
        )

    return build
