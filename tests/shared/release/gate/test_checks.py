"""The checks of the gate on one version: each says no to what it is there for, and a no of any of them refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from releases import drop
from world import World

from shared.core.errors import Corrupt
from shared.release.gate.checks import parity_check
from shared.release.gate.gate import judge
from shared.training.stored_models import read_model

SAME = {"rows": 100, "label_flips": 0, "max_difference": 1e-6}


def no_parity(manifest: dict[str, Any]) -> None:
    """One label differs from the framework's."""
    manifest["parity"] = {**SAME, "label_flips": 1}


def other_golden_rows(manifest: dict[str, Any]) -> None:
    """Training wrote down another answer."""
    manifest["golden"]["probabilities"][0][0] += 0.01


@pytest.fixture
def registered(world: World) -> World:
    """A version that passed every check."""
    assert drop(world, "d1").outcome == "deployed"
    return world


@pytest.mark.fault(66)
@pytest.mark.parametrize(("change", "check"), [(no_parity, "parity"), (other_golden_rows, "golden rows")])
def test_what_training_wrote_down_must_come_out_again(
    registered: World, change: Callable[[dict[str, Any]], None], check: str
) -> None:
    """The gate refuses a graph that does not answer like the framework, or unlike its golden rows."""
    (model,) = registered.ports.training.registry.list()
    file = registered.home / "lake" / model.manifest_path
    manifest = json.loads(file.read_text())
    change(manifest)
    file.write_text(json.dumps(manifest))
    verdict = judge(registered.ports, registered.ports.core.scenarios["points"], model)
    assert {one.name: one.verdict for one in verdict.checks}[check] == "fail"
    assert verdict.state == "refused"


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [({}, "pass"), ({"label_flips": 1}, "fail"), ({"max_difference": 0.01}, "fail")],
)
def test_a_graph_answers_like_its_framework(facts: dict[str, Any], verdict: str) -> None:
    """No label differs, and answers by no more than rounding."""
    assert parity_check({"parity": SAME | facts}).verdict == verdict


@pytest.mark.fault(65)
def test_bytes_that_were_not_registered_are_not_read(registered: World) -> None:
    """Whatever the manifest beside them says: the registry's sha256 counts."""
    (model,) = registered.ports.training.registry.list()
    file = registered.home / "lake" / model.onnx_path
    file.write_bytes(file.read_bytes() + b"\0")
    with pytest.raises(Corrupt, match="was registered as"):
        read_model(registered.ports, model)
