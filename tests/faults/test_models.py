"""Models that are broken, poisoned or out of reach: what served before goes on."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from ports_with import ports_with
from releases import drop
from served_model import score_rows
from world import COLORS, World, logistic, points_csv

from shared.adapters.onnx.rehearsal import Limits, rehearse
from shared.core.errors import Corrupt, Refused, Transient
from shared.release.rollback.execution import roll_back
from shared.serving.model_router import ModelRouter
from shared.training.input_contract import Feature, InputContract

ROW = [{"x": 2.0, "color": "red"}]
FEATURES = (Feature("x", "number"), Feature("color", "category", COLORS))
CONTRACT = InputContract(FEATURES, ("no", "yes")).to_json()


@pytest.fixture
def two(world: World) -> World:
    """Two generations, the second one better."""
    drop(world, "d1", weight=0.02)
    assert drop(world, "d2", seed=5, weight=3.0).outcome == "deployed"
    return world


@pytest.mark.fault(65)
def test_a_model_file_that_is_another_never_answers(two: World) -> None:
    """Absent, cut, a pickle or another good model under its name: the generation before answers instead."""
    file = two.home / "lake" / "models" / "points" / "2" / "model.onnx"
    whole = file.read_bytes()
    for broken in (None, b"", whole[:-7], pickle.dumps({"a": 1}), logistic(9.0)):
        file.unlink()
        if broken is not None:
            file.write_bytes(broken)
        assert ModelRouter(two.ports).current("points").model.version == 1
        file.unlink(missing_ok=True)
        file.write_bytes(whole)
    assert ModelRouter(two.ports).current("points").model.version == 2


@pytest.mark.fault(65)
def test_a_version_that_a_rollback_took_out_does_not_answer_for_another(two: World) -> None:
    """The file of version 1 breaks after the rollback to it: that is said, and version 2 stays out."""
    roll_back(two.ports, "points", by="ada", reason="complaints")
    (two.home / "lake" / "models" / "points" / "1" / "model.onnx").write_bytes(b"")
    with pytest.raises(Corrupt, match="points/1/model"):
        ModelRouter(two.ports).current("points")


class Away:
    """A store that does not answer."""

    def __getattr__(self, name: str) -> Any:
        """Every method fails as a database that is away does."""

        def away(*_: Any, **__: Any) -> Any:
            raise Transient(f"The store does not answer ({name}).")

        return away


@pytest.mark.fault(68)
def test_what_is_loaded_goes_on_while_registry_and_lake_are_away(two: World) -> None:
    """The last model that was known answers; a process that starts now says that it cannot."""
    router = ModelRouter(two.ports, pointer_seconds=0.0)
    before = score_rows(router.current("points"), ROW).answers
    away = ports_with(two.ports, serving__deployments=Away(), training__registry=Away(), core__lake=Away())
    router._ports = away
    assert score_rows(router.current("points"), ROW).answers == pytest.approx(before)
    with pytest.raises(Transient):
        ModelRouter(away).current("points")


def crash_a_rehearsal(over: Callable[[], bool]) -> None:
    """Send a segmentation fault to the rehearsal's child once it runs."""
    pause = Event()
    while not over():
        children = Path(f"/proc/{os.getpid()}/task").glob("*/children")
        for child in (int(number) for file in children for number in file.read_text().split()):
            if b"rehearsal_child" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(child, signal.SIGSEGV)
                return
        pause.wait(0.01)


@pytest.mark.fault(69)
def test_native_code_that_crashes_takes_its_own_process_only() -> None:
    """The rehearsal's child dies of a segmentation fault; that is the refusal, and this process lives."""
    contract = {"contract": CONTRACT, "golden": {"rows": ROW}}
    with ThreadPoolExecutor(1) as pool:
        rehearsal = pool.submit(rehearse, logistic(3.0), contract, Limits(repeats=10_000_000))
        crash_a_rehearsal(rehearsal.done)
        with pytest.raises(Refused, match="rehearsal ended with -11"):
            rehearsal.result(timeout=600)


@pytest.mark.fault(64)
def test_a_model_of_flipped_labels_never_serves(world: World) -> None:
    """A fifth of the rows say the contrary; what was learned from them is refused, and the champion stays."""
    assert drop(world, "d1").outcome == "deployed"
    flipped = (
        points_csv(100, seed=7, first=10_000).replace(b",yes", b",?").replace(b",no", b",yes").replace(b",?", b",no")
    )
    world.trainer.weight = -3.0
    world.handle(world.land("incoming/points/d2/points.csv", flipped))
    current = world.ports.release.deployments.current("points")
    assert current is not None
    assert current.version == 1
