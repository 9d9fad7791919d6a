"""Train, test and their halves are compared with the baseline's rows; the report tells the four verdicts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from world import POINTS, World, points_csv

from model_training.runs.training import train_artefact
from model_training.steps import define_dataset
from shared.adapters.profiling import ArrowProfiles
from shared.core.lake_reading import read_json
from shared.operations.status import status
from shared.profiles.baseline import accept_baseline, find_baseline, read_baseline
from shared.profiles.part_verdicts import part_verdict
from shared.training.registration import register
from shared.training.runs import request_training

BANKED = replace(POINTS, candidates=("logistic",))


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Nothing trains by itself."""
    world = World(tmp_path, scenarios={"points": BANKED})
    world.trainer.silent = True
    return world


def _drop(world: World, name: str, content: bytes) -> str:
    world.handle(world.land(f"incoming/points/{name}/points.csv", content))
    return world.ports.datasets.versions.list("points")[-1].id


def _train(world: World, dataset: str, folder: Path) -> list[dict[str, str]]:
    version = world.ports.datasets.versions.find("points", dataset)
    assert version is not None
    run = request_training(world.ports, version, force=folder.name, profile="demo")
    artefact = train_artefact(world.ports, run.id, lambda *_, **__: None, folder)
    register(world.ports, artefact)
    verdicts: list[dict[str, str]] = read_json(world.ports, f"datasets/points/{dataset}/verdicts.json")["verdicts"]
    assert artefact.manifest["verdicts"] == verdicts
    return verdicts


def _moved(content: bytes) -> bytes:
    """The same points, two further right."""
    head, *lines = content.decode().splitlines()
    cells = [line.split(",") for line in lines]
    moved = [f"{i},{float(x) + 2:.6f},{color},{y}" for i, x, color, y in cells]
    return "\n".join([head, *moved, ""]).encode()


def _report(world: World, dataset: str) -> str:
    with world.ports.core.lake.open(f"datasets/points/{dataset}/report.html") as source:
        return source.read().decode()


def test_the_report_of_a_version_tells_four_verdicts(world: World, tmp_path: Path) -> None:
    """Without a baseline the first dataset is offered; then a version like it is, and one that moved differs."""
    first = _drop(world, "d1", points_csv(600))
    assert status(world.ports)["scenarios"]["points"]["offered_baseline"] == first
    assert "Known when a model has been trained" in _report(world, first)
    assert {one["verdict"] for one in _train(world, first, tmp_path / "a")} == {"not_compared"}
    accept_baseline(world.ports, "points", first, by="ada", reason="A good month.")
    assert status(world.ports)["scenarios"]["points"]["offered_baseline"] is None
    alike = _train(world, first, tmp_path / "b")
    assert [(one["part"], one["verdict"]) for one in alike] == [
        (part, "as_baseline") for part in ("train", "test", "train_half", "test_half")
    ]
    assert "As baseline 1 in 3 columns." in _report(world, first)
    second = _drop(world, "d2", _moved(points_csv(3000, 7, first=600)))
    told = _train(world, second, tmp_path / "c")
    assert {one["verdict"] for one in told} == {"differs"}
    assert all("Differs from baseline 1" in one["reason"] and "x" in one["reason"] for one in told)
    assert _report(world, second).count("Differs from baseline 1") == 4


def test_a_baseline_of_an_earlier_version_is_accepted_again(world: World) -> None:
    """It lacks the rows that models see; what it says stays readable, and accepting its dataset adds them."""
    first = _drop(world, "d1", points_csv(600))
    accepted = accept_baseline(world.ports, "points", first, by="ada", reason="A good month.")
    older = {name: value for name, value in accepted.to_json().items() if name != "rows"}
    for file in ("1.json", "baseline.json"):
        world.ports.core.lake.put(f"baselines/points/{file}", json.dumps(older).encode(), if_absent=False)
    found = read_baseline(world.ports, "points")
    described = ArrowProfiles().describe(pa.table({"x": np.arange(50.0)}))
    verdict = part_verdict(BANKED, "train", described, found)
    assert (verdict.verdict, "accept its dataset again" in verdict.reason) == ("not_compared", True)
    accept_baseline(world.ports, "points", first, by="ada", reason="Again.")
    again = find_baseline(world.ports, "points", 2)
    assert again is not None
    assert again.rows is not None
    assert set(again.rows.columns) == {"x", "color", "y"}


def test_a_job_finds_the_baseline_beside_the_version(world: World, tmp_path: Path) -> None:
    """Put there when the run is requested; a folder without one trains as well."""
    first = _drop(world, "d1", points_csv(600))
    accept_baseline(world.ports, "points", first, by="ada", reason="A good month.")
    version = world.ports.datasets.versions.find("points", first)
    assert version is not None
    request_training(world.ports, version, force="again")
    assert read_json(world.ports, f"datasets/points/{first}/baseline.json")["number"] == 1
    assert define_dataset.load_baseline(tmp_path) is None
