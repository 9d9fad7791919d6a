"""A small world in which much has happened: what the dashboard has to show, on real adapters, within seconds."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from world import PLACES, World, marks_csv, points_csv, prices_csv

from shared.core.breach import Breach
from shared.monitoring.measures import DriftMeasure, DriftVerdict, QualityMeasure, Scorecard, WindowFacts
from shared.monitoring.retrain_decision import RetrainDecision
from shared.prediction.window import Commit
from shared.profiles.baseline import accept_baseline
from shared.release.approval import Approval
from shared.serving.health import Health
from shared.serving.rollout import Rollout
from shared.training import schedule_requests as schedules
from shared.training.model import Model
from shared.training.runs import request_training

_HOSTILE = "<img src=x onerror=document.title=1>"


def lived_world(home: Path) -> World:
    """Models deployed, refused and evaluated; files quarantined; windows predicted, watched and labelled; requests."""
    world = World(home)
    world.trainer.weight = 0.02
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    world.trainer.weight = 3.0
    for name, content in (("prices", prices_csv()), ("marks", marks_csv())):
        world.handle(world.land(f"incoming/{name}/d1/{name}.csv", content))
    world.handle(world.land("incoming/marks/d1/places.csv", PLACES))
    first = world.ports.datasets.versions.list("points")[0]
    accept_baseline(world.ports, "points", first.id, by="ana", reason="Looked at.")
    for number in (2, 3):
        world.clock.advance(hours=1)
        world.handle(world.land(f"incoming/points/d{number}/points.csv", points_csv(400 + 20 * number, seed=number)))
    world.handle(world.land("incoming/points/bad/points.csv", f"id,x,color,y\n1,{_HOSTILE},red,yes\n".encode()))
    world.handle(world.land("incoming/pairs/half/left.csv", b"id,x,color\n1,1.0,red\n2,2.0,red\n"))
    for number in range(1, 5):
        world.clock.advance(hours=1)
        world.handle(world.land(f"scoring/points/s{number}/points.csv", points_csv(70, seed=number, labelled=False)))
    world.handle(world.land("scoring/prices/s1/prices.csv", prices_csv(30, labelled=False)))
    world.handle(world.land("scoring/marks/s1/marks.csv", marks_csv(30, labelled=False)))
    world.handle(world.land("scoring/marks/s1/places.csv", PLACES))
    world.sweep()
    weekly = {"Name": "weekly", "Recurrence": {"Frequency": "Week", "Interval": 1, "StartTime": "2099-01-05T06:00:00Z"}}
    schedules.add(world.ports, world.ports.core.scenarios["points"], schedules.read_schedule_request(weekly))
    _evaluate(world)
    _watch(world)
    _release(world)
    _train(world)
    return world


def _train(world: World) -> None:
    """A run that works at this moment, and what its worker has told."""
    world.trainer.silent = True
    run = request_training(world.ports, world.ports.datasets.versions.list("points")[-1], force="again")
    world.ports.training.runs.move(run.id, "requested", "running", "The training worker has started.")
    folder = world.home / "runs" / run.id
    folder.mkdir(parents=True)
    told = {"step": f"tuning {_HOSTILE}", "done": 0.42, "candidate": 3, "of": 8, "best": 0.8125, "seconds_left": 95.0}
    (folder / "progress.json").write_text(json.dumps(told))
    (folder / "log.txt").write_text("".join(f" {part}% step {part}\n" for part in range(43)) + f"{_HOSTILE}\n")


def _evaluate(world: World) -> None:
    """What the training steps would have left beside each model."""
    for model in world.ports.training.registry.list():
        path = f"{model.folder}evaluation.json"
        world.ports.core.lake.put(path, json.dumps(_evaluation(world, model)).encode(), if_absent=False)
        world.ports.core.lake.put(f"{model.folder}card.html", b"<!doctype html><title>Card</title><p>A card.</p>")


def _evaluation(world: World, model: Model) -> dict[str, object]:
    scenario = world.ports.core.scenarios[model.name]
    curve = {"false": [0, 0.1, 0.4, 1], "true": [0, 0.7, 0.9, 1]}
    bins = [
        {"rows": 20, "probability": each / 10, "share": each / 10, "interval": [each / 12, min(1, each / 8)]}
        for each in (1, 4, 8)
    ]
    told: dict[str, object] = {
        "task": scenario.task, "metric": scenario.metric, "labels": scenario.labels, "split": scenario.split.kind,
        "rows": {"train": 40, "validation": 10, "test": 10},
        "metrics": {scenario.metric: {"value": 0.9, "baseline": 0.5, "interval": [0.8, 0.95]}},
        "importance": [
            {"input": "x", "loss": 0.3, "from": 0.2, "to": 0.4},
            {"input": "z", "loss": -0.01, "from": -0.02, "to": 0},
        ],
        "slices": [
            {"column": "color", "value": "red", "rows": 30, "score": 0.6, "interval": [0.5, 0.7]},
            {"column": "color", "value": "blue", "rows": 3, "score": None, "interval": None},
        ],
        "limits": [f"It has never seen {_HOSTILE}."],
    }  # fmt: skip
    if scenario.task == "regression":
        return {**told, "residuals": {"mean": 0.01, "points": [[1.0, 1.1], [0.5, 0.4], [2.0, 2.2]]}}
    marks = {"precision": 0.8, "recall": 0.7, "f1": 0.75, "named": 0.4}
    return {
        **told,
        "roc": dict.fromkeys(scenario.labels, curve),
        "calibration": {"labels": {scenario.labels[-1]: {"bins": bins, "error": 0.02}}},
        "thresholds": {
            scenario.labels[-1]: {
                "served": {"threshold": 0.4, "test": marks},
                "half": {"threshold": 0.5, "test": marks},
                "rule": "the largest F1",
            }
        },
        **({"confusion": [[4, 1], [2, 3]]} if scenario.task == "binary" else {}),
    }


def _watch(world: World) -> None:
    """What the monitor would have measured and decided."""
    stores, now = world.ports.monitoring, world.clock()
    commits = world.ports.prediction.predictions.commits("points")
    for commit in commits:
        facts = WindowFacts(
            "points", commit.window, "batch", commit.ordinal, 70, 0, commit.model, commit.dataset, "", now
        )
        stores.measurements.replace(facts, [_measure(world, commit, name) for name in ("x", "color", "prediction")])
        stores.qualities.record(_quality(world, commit))
    last = commits[-1].window
    breach = Breach(
        "points", "b1", "population_drift", "points", "x", "open", "retrain", "x moved.", last, last, 2, now, now
    )
    stores.breaches.observe(breach)
    sentence = "Not retrained: the cooldown ends in 3 h."
    stores.decisions.add(RetrainDecision("points", "drift/b1", "drift", "the monitor", "not", sentence, "", "", now))
    stores.scorecards.put(Scorecard("points", 1, "points:1", "auc", now, 0.02, None, 0, 3, now, 0.5, {"train": 12.0}))
    stores.scorecards.record_heartbeat("monitor", now, late=False)
    labels = ["yes" if number % 3 else "no" for number in range(50)]
    _label(world, labels)


def _label(world: World, labels: list[str]) -> None:
    import pyarrow as pa

    keys = [str(number) for number in range(len(labels))]
    table = pa.table({"entity_key": keys, "epoch": [0] * len(labels), "actual": labels})
    world.ports.monitoring.actuals.merge(world.ports.core.scenarios["points"], table, "labels.csv", world.clock())


def _measure(world: World, commit: Commit, feature: str) -> DriftMeasure:
    value = 0.05 * commit.ordinal if feature == "x" else 0.01
    verdict: DriftVerdict = "persistent" if value > 0.1 else "stable"
    return DriftMeasure(
        "points", commit.window, "batch", commit.ordinal, feature, "psi", "training", commit.dataset, value, 0.1, 0.05,
        verdict, 70, commit.model, "", world.clock(),
    )  # fmt: skip


def _quality(world: World, commit: Commit) -> QualityMeasure:
    known = 50 if commit.ordinal > 1 else 10
    return QualityMeasure(
        "points", commit.window, "batch", commit.ordinal, "auc", 1, 0.85, 0.9, "provisional", "unknown", 70, known,
        known / 70, 5.0, commit.model, "Labels are still coming.", world.clock(),
    )  # fmt: skip


def _release(world: World) -> None:
    """A request for approval, a candidate that answers a share, and what was seen of it."""
    ports, now = world.ports, world.clock()
    model = ports.training.registry.list("points")[-1]
    current, verdict = ports.release.deployments.current("points"), ports.release.deployments.verdict(model)
    assert current is not None
    assert verdict is not None
    request = Approval(
        "points",
        model.version,
        model.sha256,
        "prod",
        verdict.digest,
        "nonce",
        datetime(2099, 1, 1, tzinfo=UTC),
        "gate",
        now,
        "It passed its gate.",
    )
    ports.release.approvals.request(request.with_id())
    why, base = "The shadow was well.", current.generation
    ports.release.rollouts.write(
        Rollout("points", "prod", 1, model.version, model.sha256, base, "canary", 1, 10, now, "gate", why)
    )
    minute, empty = now.replace(second=0, microsecond=0), (0,) * 8
    seen = Health("points", "prod", base, current.version, "champion", minute, "a", 40, 40, 0, empty, empty)
    ports.serving.health.keep([seen])
