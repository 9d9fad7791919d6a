"""Many passes, each a little worse than the one before, do not add up."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from world import COLORS, POINTS, SCENARIOS, InlineTrainer, World, logistic, points_csv

from shared.adapters.onnx.scoring import OnnxScoring
from shared.core.scenario import Gate
from shared.release.gate.chain import compare_with_best
from shared.release.gate.champion import Contest, compare
from shared.release.gate.contestants import Contestant, fresh_part
from shared.release.gate.judging_rows import JudgingRows
from shared.release.verdict import Check
from shared.training.fingerprints import fingerprints
from shared.training.input_contract import Feature, InputContract
from shared.training.learned_rows import LearnedRows
from shared.training.metrics import score
from shared.training.model import Model
from shared.training.stored_models import find_model

MARGIN, PASSES = 0.01, 12
NOTHING = LearnedRows(np.array([], dtype=np.uint64))


@pytest.fixture(scope="module")
def rows() -> JudgingRows:
    """So many points that a difference of a fifth of the margin shows."""
    draw = np.random.default_rng(5)
    x = draw.normal(size=20_000)
    table = pa.table({"id": np.arange(len(x)), "x": x, "color": draw.choice(COLORS, size=len(x))})
    prints = fingerprints(POINTS, table)
    keys = pa.table({name: getattr(prints, name) for name in ("identity", "inputs", "cluster")})
    return JudgingRows(table, (x > 0).astype(np.int64), keys)


def contestant(weight: float, version: int, learned: LearnedRows = NOTHING) -> Contestant:
    """A model that looks at x so much: the more, the better it ranks."""
    graph = logistic(weight)
    contract = InputContract((Feature("x", "number"), Feature("color", "category", COLORS)), POINTS.labels)
    manifest = {"sha256": hashlib.sha256(graph).hexdigest(), "contract": contract.to_json(), "task": "binary"}
    model = Model("points", version, manifest["sha256"], "r", "d", {}, "", datetime(2026, 1, 1, tzinfo=UTC))
    return Contestant(POINTS, model, OnnxScoring().load(graph, manifest), manifest, learned)


def auc(one: Contestant, rows: JudgingRows) -> float:
    """Its AUC on the rows."""
    return score("binary", "auc", rows.actual, one.answers(rows))


@pytest.fixture(scope="module")
def of_auc(rows: JudgingRows) -> Callable[[float, int], Contestant]:
    """Makes the version with that AUC on the rows."""
    weights = np.geomspace(0.02, 0.5, 60)
    values = [auc(contestant(weight, 0), rows) for weight in weights]
    return lambda wanted, version: contestant(float(np.interp(wanted, values, weights)), version)


def against(challenger: Contestant, champion: Contestant, rows: JudgingRows) -> Check:
    """What the gate says of the challenger beside its champion alone."""
    return next(compare(Contest(challenger, champion, rows, *fresh_part(challenger, champion, rows)), 1))


@pytest.mark.parametrize(("chained", "fallen"), [(False, (9, 9.7)), (True, (0.7, 1.5))])
@pytest.mark.fault(64)
def test_many_passes_a_little_worse_each(
    rows: JudgingRows, of_auc: Callable[[float, int], Contestant], *, chained: bool, fallen: tuple[float, float]
) -> None:
    """Every challenger is 0.8 margins below its champion and surely not inferior; without the bound that adds up."""
    champion = of_auc(0.99, 1)
    served, first = [champion], auc(champion, rows)
    for version in range(2, PASSES + 2):
        challenger = of_auc(auc(champion, rows) - 0.8 * MARGIN, version)
        assert against(challenger, champion, rows).verdict == "pass"
        if not chained or compare_with_best(challenger, served, rows).verdict == "pass":
            champion = challenger
            served.append(champion)
    assert fallen[0] <= (first - auc(champion, rows)) / MARGIN <= fallen[1]
    assert compare_with_best(of_auc(first - 0.2 * MARGIN, 99), served, rows).verdict == "pass"


@pytest.mark.parametrize(
    ("behind", "number", "told"),
    [
        (
            0.0,
            20_000,
            ("pass", "Close enough to the best model that ever served (at most 1.5 margins (0.015)"),
        ),
        (1.2, 20_000, ("pass", "Close enough")),
        (3.0, 20_000, ("trade_off", "Too far below the best model that ever served")),
        (1.45, 20_000, ("undecided", "Not shown to be close enough")),
        (1.2, 300, ("undecided", "Not shown to be close enough")),
        (0.0, 150, ("undecided", "Too little to tell: no model that served shares enough rows")),
    ],
)
def test_the_interval_against_the_best_decides(
    rows: JudgingRows, of_auc: Callable[[float, int], Contestant], behind: float, number: int, told: tuple[str, str]
) -> None:
    """The best by its measured value is the one that counts, wherever it stands among those that served."""
    served = [of_auc(value, version) for version, value in enumerate((0.90, 0.95, 0.93), 1)]
    check = compare_with_best(of_auc(0.95 - behind * MARGIN, 9), served, rows.take(np.arange(number)))
    assert check.verdict == told[0]
    assert told[1] in check.reason
    assert "points:2" in check.reason or number < 200


def test_a_model_that_knows_the_rows_is_no_measure(rows: JudgingRows) -> None:
    """Rows that the best one learned from do not count for it."""
    assert rows.keys is not None
    knows = LearnedRows(np.unique(rows.keys["identity"].to_numpy()))
    assert compare_with_best(contestant(0.3, 3), [contestant(0.4, 1, knows)], rows).verdict == "undecided"


def test_the_gate_holds_a_challenger_against_all_that_served(tmp_path: Path) -> None:
    """The third is surely as good as the second within the margin, but not shown to be close enough to the first."""
    points = replace(SCENARIOS["points"], gate=Gate(margin=0.04))
    world = World(tmp_path, trainer=InlineTrainer(0.3), scenarios={"points": points})
    for number, weight in enumerate((0.3, 0.14, 0.1), 1):
        world.trainer.weight = weight
        world.handle(world.land(f"incoming/points/d{number}/points.csv", points_csv(2_000, seed=number)))
    verdict = world.ports.release.deployments.verdict(find_model(world.ports, "points", 3))
    assert verdict is not None
    found = {check.name: check for check in verdict.checks}
    assert (found["champion"].verdict, found["chain"].verdict) == ("pass", "undecided")
    assert "of points:1" in found["chain"].reason
    assert "Look 1 of 10 at challengers of generation 2." in found["chain"].reason
    assert [one.version for one in world.ports.release.deployments.list("points")] == [1, 2]
