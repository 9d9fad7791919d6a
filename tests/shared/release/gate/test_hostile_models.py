"""Hostile and broken models: refused before they are loaded in this process, while the champion goes on serving."""

from __future__ import annotations

import hashlib
import io
import os
import pickle
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from releases import drop
from world import World, _graph, artefact, logistic, points_csv

from shared.adapters.onnx.rehearsal import Limits, rehearse
from shared.core.errors import Refused
from shared.release.gate.certificate import certify
from shared.release.verdict import Verdict
from shared.serving.model_router import ModelRouter
from shared.training.run import Run

ROW = [{"x": 0.4, "color": "red"}]


def _changed(change: Callable[[onnx.ModelProto], None]) -> bytes:
    model = onnx.ModelProto.FromString(logistic(3.0))
    change(model)
    content: bytes = model.SerializeToString()
    return content


def endless_loop() -> bytes:
    """A Loop whose condition stays true, between input and answer."""
    condition = helper.make_tensor_value_info("go", TensorProto.BOOL, [])
    number = helper.make_tensor_value_info("i", TensorProto.INT64, [])
    carried = helper.make_tensor_value_info("v", TensorProto.FLOAT, None)
    nodes = [helper.make_node("Identity", ["go"], ["go_on"]), helper.make_node("Identity", ["v"], ["w"])]
    still = helper.make_tensor_value_info("go_on", TensorProto.BOOL, [])
    outs = [still, helper.make_tensor_value_info("w", TensorProto.FLOAT, None)]
    body = helper.make_graph(nodes, "body", [number, condition, carried], outs)
    yes = numpy_helper.from_array(np.array([1], dtype=bool).reshape(()), "yes")
    loop = helper.make_node("Loop", ["", "yes", "X"], ["probabilities"], body=body)
    return _graph_unchecked([loop], [yes])


def _graph_unchecked(nodes: list[onnx.NodeProto], constants: list[onnx.TensorProto]) -> bytes:
    inputs = [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, 2])]
    outputs = [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 2])]
    graph = helper.make_graph(nodes, "bad", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    content: bytes = model.SerializeToString()
    return content


def huge_constant() -> bytes:
    """64 GB made out of a shape of one number."""
    shape = numpy_helper.from_array(np.array([1 << 34], dtype=np.int64), "shape")
    nodes = [
        helper.make_node("ConstantOfShape", ["shape"], ["much"]),
        helper.make_node("ReduceMax", ["much"], ["one"], keepdims=0),
        helper.make_node("Add", ["X", "one"], ["probabilities"]),
    ]
    return _graph_unchecked(nodes, [shape])


def huge_expand() -> bytes:
    """The same by an operator whose size only shows when it runs."""
    shape = numpy_helper.from_array(np.array([1 << 34, 1], dtype=np.int64), "shape")
    one = numpy_helper.from_array(np.array([[1.0]], dtype=np.float32), "one")
    nodes = [
        helper.make_node("Mul", ["shape", "k"], ["sizes"]),
        helper.make_node("Expand", ["one", "sizes"], ["much"]),
        helper.make_node("ReduceMax", ["much"], ["top"], keepdims=0),
        helper.make_node("Add", ["X", "top"], ["probabilities"]),
    ]
    return _graph_unchecked(nodes, [shape, one, numpy_helper.from_array(np.array([1, 1], dtype=np.int64), "k")])


def sized_by_a_value(operator: str) -> bytes:
    """A single cell of a request says how much memory its row takes, by way of some harmless operators."""
    whole = {"from": [1], "to": [2], "axis": [1], "flat": [-1]}
    constants = [numpy_helper.from_array(np.array(value, dtype=np.int64), name) for name, value in whole.items()]
    constants.append(numpy_helper.from_array(np.array([[1.0]], dtype=np.float32), "one"))
    constants.append(numpy_helper.from_array(np.array([0, 1], dtype=np.float32), "off_on"))
    made = {
        "ConstantOfShape": ["size"],
        "Expand": ["one", "sizes"],
        "Tile": ["one", "sizes"],
        "OneHot": ["sizes", "size", "off_on"],
    }
    nodes = [
        # Not in their order: the runtime sorts them itself.
        helper.make_node(operator, made[operator], ["much"]),
        helper.make_node("Slice", ["X", "from", "to", "axis"], ["cell"]),
        helper.make_node("Abs", ["cell"], ["positive"]),
        helper.make_node("Cast", ["positive"], ["whole"], to=TensorProto.INT64),
        helper.make_node("Reshape", ["whole", "flat"], ["size"]),
        helper.make_node("Concat", ["size", "size"], ["sizes"], axis=0),
        helper.make_node("Cast", ["much"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMax", ["numbers"], ["top"], keepdims=0),
        helper.make_node("Add", ["X", "top"], ["probabilities"]),
    ]
    return _graph_unchecked(nodes, constants)


def custom_operator() -> bytes:
    """An operator of somebody's own domain."""

    def change(model: onnx.ModelProto) -> None:
        model.graph.node.append(helper.make_node("Backdoor", ["X"], ["y"], domain="evil.example"))
        model.opset_import.append(helper.make_opsetid("evil.example", 1))

    return _changed(change)


def external_data() -> bytes:
    """Weights that lie in a file of the machine."""

    def change(model: onnx.ModelProto) -> None:
        tensor = model.graph.initializer[0]
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="../../../../etc/passwd")

    return _changed(change)


def new_operator_set() -> bytes:
    """An operator set that nothing here knows."""

    def change(model: onnx.ModelProto) -> None:
        model.opset_import[0].version = 999

    return _changed(change)


class _Harm:
    def __reduce__(self) -> Any:
        return os.mkdir, ("harmed",)


def never_a_number() -> bytes:
    """Zero divided by zero."""
    zero = numpy_helper.from_array(np.array([0.0], dtype=np.float32), "zero")
    nodes = [helper.make_node("Mul", ["X", "zero"], ["z"]), helper.make_node("Div", ["z", "zero"], ["probabilities"])]
    return _graph(nodes, [zero], 2)


def always_the_same() -> bytes:
    """A half for everything."""
    given = {"zero": 0.0, "half": 0.5}
    numbers = [numpy_helper.from_array(np.array([value], dtype=np.float32), name) for name, value in given.items()]
    nodes = [helper.make_node("Mul", ["X", "zero"], ["z"]), helper.make_node("Add", ["z", "half"], ["probabilities"])]
    return _graph(nodes, numbers, 2)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "an endless loop": (endless_loop, "Loop"),
    "a huge constant": (huge_constant, "a constant of 17179869184 elements"),
    "a huge result": (huge_expand, "rehearsal"),
    **{
        f"{operator} by a value": (
            partial(sized_by_a_value, operator),
            f"operator {operator} makes depends on the values",
        )
        for operator in ("ConstantOfShape", "Expand", "Tile", "OneHot")
    },
    "a custom operator": (custom_operator, "evil.example"),
    "external data": (external_data, "in another file"),
    "an unknown operator set": (new_operator_set, "operator set"),
    "a pickle": (lambda: pickle.dumps(_Harm()), "pickle"),
    "a truncated file": (lambda: logistic(3.0)[:100], "truncated"),
    "no numbers": (never_a_number, "not finite numbers"),
    "one answer for all": (always_the_same, "the same answer"),
}


@pytest.fixture(scope="module")
def serving_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world with a model that serves, beside which others are registered."""
    world = World(tmp_path_factory.mktemp("hostile"))
    assert drop(world, "d1").outcome == "deployed"
    return world


def registered(world: World, name: str, onnx_bytes: bytes) -> Verdict:
    """The bytes registered as if training had made them, and the gate's verdict."""
    table = world.ports.datasets.tables.read(
        io.BytesIO(points_csv()), "points.csv", world.ports.core.scenarios["points"].tables[0]
    )
    now = world.clock()
    run = Run(f"run-{name}", "points", world.ports.datasets.versions.list()[0].id, name, "completed", 1, "", now, now)
    made = artefact(world.ports.core.scenarios["points"], run, {"points": table}, 3.0)
    digest = hashlib.sha256(onnx_bytes).hexdigest()
    model = world.ports.training.registry.register(
        replace(made, onnx=onnx_bytes, manifest={**made.manifest, "sha256": digest})
    )
    return certify(world.ports, model)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.fault(67)
def test_a_hostile_model_is_refused_and_nobody_is_harmed(
    serving_world: World, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Before it was loaded in this process; the champion answers as before, and nothing ran."""
    monkeypatch.chdir(tmp_path)
    make, words = HOSTILE[name]
    router = ModelRouter(serving_world.ports, pointer_seconds=0)
    before = router.current("points").loaded.score_rows(ROW)
    verdict = registered(serving_world, name, make())
    assert not verdict.passed
    assert words in verdict.reason
    assert not any(check.name == "loads" and check.verdict == "pass" for check in verdict.checks)
    np.testing.assert_array_equal(router.current("points").loaded.score_rows(ROW), before)
    assert list(tmp_path.iterdir()) == []


def manifest() -> dict[str, Any]:
    """What a rehearsal needs to know."""
    features = [{"name": "x", "kind": "number", "values": []}, {"name": "z", "kind": "number", "values": []}]
    contract = {"schema": 1, "features": features, "labels": ["no", "yes"]}
    return {"contract": contract, "golden": {"rows": [{"x": 1.0, "z": 0.0}, {"x": -1.0, "z": None}]}}


def test_what_the_inspection_would_miss_is_stopped_by_time() -> None:
    """An endless loop that got as far as running uses up its seconds, in a process of its own."""
    with pytest.raises(Refused, match="stopped"):
        rehearse(endless_loop(), manifest(), Limits(cpu_seconds=1))


@pytest.mark.fault(67)
def test_what_the_inspection_would_miss_is_stopped_by_memory() -> None:
    """64 GB are not to be had there."""
    with pytest.raises(Refused, match="rehearsal"):
        rehearse(huge_constant(), manifest(), Limits())


def test_what_the_inspection_would_miss_is_found_by_extreme_values() -> None:
    """The golden rows hold 0 where a request may hold a thousand million."""
    with pytest.raises(Refused, match="rehearsal"):
        rehearse(sorted_nodes(sized_by_a_value("ConstantOfShape")), manifest(), Limits())


def test_an_extreme_row_that_takes_long_is_refused() -> None:
    """Within the memory and the seconds of the whole rehearsal, and still too much for one row."""
    with pytest.raises(Refused, match=r"one row of extreme values took .* accepted: 0 s"):
        rehearse(logistic(3.0), manifest(), Limits(extreme_seconds=0))


def sorted_nodes(content: bytes) -> bytes:
    """The same graph with its first node where it is used."""
    model = onnx.ModelProto.FromString(content)
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend([*nodes[1:6], nodes[0], *nodes[6:]])
    return bytes(model.SerializeToString())


def test_a_rehearsal_knows_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """And answers like the model does here."""
    monkeypatch.setenv("DATABASE_URL", "a secret")
    done = rehearse(logistic(3.0), manifest(), Limits())
    assert len(done.answers) == 2
    assert done.answers[0][1] == pytest.approx(1 / (1 + np.exp(-3)), abs=1e-6)
