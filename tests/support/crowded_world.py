"""A scenario with long names, 50 columns and 200 windows, scored and watched, and one whose files are damaged."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
from many_windows import repeat_last_window
from world import PRICES, SCENARIOS, World, prices_csv

from shared.core.breach import Breach
from shared.core.scenario import Bar, Batch, Column, Scenario, Table
from shared.monitoring.measures import DriftMeasure, DriftVerdict, QualityMeasure, WindowFacts

NAME = "crowded_line_with_a_long_name"
LABELS = ("it_stays_within_its_tolerance_all_the_time", "no")
COLUMNS = tuple(f"vibration_of_the_main_spindle_bearing_{number:02d}" for number in range(50))
WINDOWS, SCORED = 200, 3
DROP = "the_drop_of_the_night_shift_of_a_week_in_which_much_went_wrong"
CROWDED = Scenario(
    name=NAME,
    title="Does the part that this long line makes stay within its tolerance, whoever works there at night?",
    tables=(
        Table(
            NAME,
            (
                Column("id", "int"),
                *(Column(name, "float") for name in COLUMNS),
                Column("tolerance", "text", values=LABELS),
            ),
        ),
    ),
    label_table=NAME,
    target="tolerance",
    numeric=COLUMNS[:2],
    labels=LABELS,
    entity=("id",),
    metric="auc",
    bar=Bar("auc", 0.5),
    batch=Batch("drops", NAME, "0 */5 * * * *", report=COLUMNS),
)
BROKEN = replace(
    PRICES, name="broken", tables=(replace(PRICES.tables[0], name="broken"),), label_table="broken",
    batch=Batch("drops", "broken", "0 */5 * * * *", report=("x",)),
)  # fmt: skip
ALL = {**SCENARIOS, NAME: CROWDED, BROKEN.name: BROKEN}


def crowd(world: World) -> None:
    """Fill the crowded scenario, and damage the broken one."""
    world.trainer.weight = 3.0
    for number in (1, 2):
        world.handle(world.land(f"incoming/{NAME}/{DROP}_{number}/{NAME}.csv", rows(120, number)))
    for number in range(SCORED):
        world.clock.advance(minutes=10)
        path = f"scoring/{NAME}/{DROP}_{number}/{NAME}.csv"
        world.handle(world.land(path, rows(4, number, labelled=False)))
    repeat_last_window(world, NAME, lambda number: f"{DROP}_{number}-{number:08x}", WINDOWS - SCORED)
    _watch(world)
    evaluate(world)
    world.handle(world.land("incoming/broken/d1/broken.csv", prices_csv()))
    (model,) = world.ports.training.registry.list("broken")
    for name in ("manifest.json", "evaluation.json"):
        world.ports.core.lake.put(f"{model.folder}{name}", b'{"half": ', if_absent=False)
    world.ports.core.lake.put("baselines/broken/baseline.json", b"[]", if_absent=False)


def rows(count: int, seed: int, *, labelled: bool = True) -> bytes:
    """Numbers around 0; the label follows the first column."""
    values = np.random.default_rng(seed).normal(size=(count, len(COLUMNS)))
    lines = [",".join(("id", *COLUMNS, *(("tolerance",) if labelled else ())))]
    for number, row in enumerate(values):
        answer = [LABELS[int(row[0] > 0)]] if labelled else []
        lines.append(",".join((str(number), *(f"{value:.4f}" for value in row), *answer)))
    return ("\n".join(lines) + "\n").encode()


def _watch(world: World) -> None:
    """Measures of every window, as the monitor leaves them; of the newest the dashboard shows some."""
    stores = world.ports.monitoring
    for commit in world.ports.prediction.predictions.commits(NAME):
        at, window, number = commit.scored_at, commit.window, commit.ordinal - 1
        facts = WindowFacts(NAME, window, "batch", commit.ordinal, 4, 0, commit.model, commit.dataset, "", at)
        names = COLUMNS if number >= WINDOWS - 30 else COLUMNS[:1]
        measures = [_drift(window, commit.ordinal, name, commit.dataset, facts) for name in names]
        stores.measurements.replace(facts, measures)
        stores.qualities.record(
            QualityMeasure(
                NAME, window, "batch", commit.ordinal, "auc", 1, 0.6 + 0.001 * number, 0.9, "final", "kept", 4, 4, 1.0,
                5.0, commit.model, "Every label is known, and the quality is within what the model promised. " * 2, at,
            )
        )  # fmt: skip
        if number % 25 == 0:
            sentence = f"Column '{COLUMNS[number % 50]}' of table '{NAME}' has drifted: psi is 3.9, beyond 0.1. " * 2
            breach = ("population_drift", NAME, COLUMNS[number % 50], "open", "retrain", sentence, window, window)
            stores.breaches.observe(Breach(NAME, f"b{number}", *breach, 1, at, at))  # type: ignore[arg-type]


def _drift(window: str, ordinal: int, feature: str, dataset: str, facts: WindowFacts) -> DriftMeasure:
    value = ((ordinal * 7 + len(feature) + int(feature[-2:])) % 20) / 100
    verdict: DriftVerdict = "once" if value > 0.1 else "stable"
    return DriftMeasure(
        NAME, window, "batch", ordinal, feature, "psi", "training", dataset, value, 0.1, 0.05, verdict, 4,
        facts.model, "", facts.measured_at,
    )  # fmt: skip


def evaluate(world: World) -> None:
    """An evaluation that names every column and many slices."""
    for model in world.ports.training.registry.list(NAME):
        told = {
            "task": "binary", "metric": "auc", "labels": LABELS, "split": "random",
            "rows": {"train": 240, "validation": 30, "test": 30},
            "metrics": {"auc": {"value": 0.9, "baseline": 0.5, "interval": [0.8, 0.95]}},
            "importance": [{"input": name, "loss": 0.3, "from": 0.2, "to": 0.4} for name in COLUMNS],
            "slices": [
                {"column": name, "value": f"between -0.25 and {number}.125", "rows": 30, "score": 0.6,
                 "interval": [0.5, 0.7]} for number, name in enumerate(COLUMNS)
            ],
            "roc": {label: {"false": [0, 0.1, 1], "true": [0, 0.7, 1]} for label in LABELS},
            "confusion": [[4, 1], [2, 3]],
            "limits": [f"Rows in which {name} is missing were never seen." for name in COLUMNS[:9]],
        }  # fmt: skip
        world.ports.core.lake.put(f"{model.folder}evaluation.json", json.dumps(told).encode(), if_absent=False)
