"""How well training chooses a candidate and a decision: replaces that section of docs/results.md.

    python bench/choosing.py [--data ../shared/data] [--machines 100] [--days 365]

Texts: five seeded splits of the newsgroups; the registered recipe against every single classifier, all fitted on
every row that may be learned from. Machines: generated telemetry; what the served thresholds reach on the test rows
against the best thresholds there, which nobody can know beforehand.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from model_training.estimators.candidates import FitPlan, Recipe  # noqa: E402 - the path is set first
from model_training.estimators.families import fit_candidates, fit_recipe  # noqa: E402 - like above
from model_training.export.graph import run  # noqa: E402 - like above
from model_training.runs.training import fit  # noqa: E402 - like above
from model_training.scenarios import SCENARIOS  # noqa: E402 - like above
from model_training.steps.prepare import prepare_rows  # noqa: E402 - like above
from model_training.text.tables import divide  # noqa: E402 - like above
from shared.core.scenario import GeneratorOptions  # noqa: E402 - like above
from shared.training.decisions.thresholds import at_threshold, choose_threshold  # noqa: E402 - like above
from shared.training.encoding import encode  # noqa: E402 - like above
from shared.training.input_contract import InputContract  # noqa: E402 - like above

PAGE = ROOT / "docs" / "results.md"
HEADING = "## Choosing and deciding"
# Written by hand from the output of bench/automl.py.
NEXT = "## Beside other tools"
TEXTS, MACHINES = SCENARIOS["text_classification"], SCENARIOS["predictive_maintenance"]
SPLITS = 5


def main() -> None:
    """Measure, and replace the section."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="the folder of real data")
    parser.add_argument("--machines", type=int, default=100, help="how many machines are generated")
    parser.add_argument("--days", type=int, default=365, help="how many days of each")
    options = parser.parse_args()
    texts = list(_texts(options.data / "newsgroups" / "newsgroups4_train.csv"))
    machines = list(_machines(options.machines, options.days))
    before, _, after = PAGE.read_text().partition(HEADING)
    others = after[after.index(NEXT) :] if NEXT in after else ""
    PAGE.write_text("\n".join([before.rstrip(), "", HEADING, "", *texts, *machines, others]))
    print(f"wrote {PAGE.relative_to(ROOT)}")


def _texts(path: Path) -> Iterator[str]:
    table = pacsv.read_csv(path, parse_options=pacsv.ParseOptions(newlines_in_values=True))
    chosen, single = list[tuple[str, float]](), list[dict[str, float]]()
    for seed in range(SPLITS):
        name, reached, others = _one_split(table, seed)
        chosen.append((name, reached))
        single.append(others)
        print(f"texts, split {seed}: {name} {reached:.4f}, best single {max(others.values()):.4f}", flush=True)
    means = {name: float(np.mean([scores[name] for scores in single])) for name in single[0]}
    best = max(means, key=lambda name: means[name])
    mean = float(np.mean([reached for _, reached in chosen]))
    yield (
        f"Texts: over {SPLITS} seeded splits (80 % to learn from) the registered recipe has a mean accuracy of "
        f"{mean:.4f}. The best single classifier, known only afterwards, is `{best}` with {means[best]:.4f} "
        f"({mean - means[best]:+.4f}). All are fitted on every row that may be learned from.\n"
    )
    yield "| split | registered | accuracy | `" + best + "` |\n|---|---|---|---|"
    for seed, (name, reached) in enumerate(chosen):
        yield f"| {seed} | {name} | {reached:.4f} | {single[seed][best]:.4f} |"
    yield ""


def _one_split(table: pa.Table, seed: int) -> tuple[str, float, dict[str, float]]:
    """The registered recipe with its accuracy on the held fifth, and that of every single classifier."""
    tables, plan = divide(table, 0.2, seed), FitPlan("default", seed, _quiet)
    manifest = fit(tables, TEXTS, "default", seed, _quiet).manifest
    prepared = prepare_rows(tables, TEXTS, seed)
    learnable = prepared.rows.take(np.sort(np.concatenate([prepared.parts.train, prepared.parts.validation])))
    test = prepared.rows.take(prepared.parts.test)

    def accuracy(candidate: Any) -> float:
        return float((candidate.predict(test.X).argmax(axis=1) == test.y).mean())

    recipe = Recipe(manifest["algorithm"], tuple(manifest["members"]), manifest["parameters"])
    fitted = fit_candidates([name for name in TEXTS.candidates if name != "deep"], learnable, plan)
    told = f"{recipe.name} of {', '.join(recipe.members)}" if recipe.members else recipe.name
    return told, accuracy(fit_recipe(recipe, learnable, plan)), {each.name: accuracy(each) for each in fitted}


def _machines(machines: int, days: int) -> Iterator[str]:
    assert MACHINES.generate is not None  # noqa: S101 - the scenario has a generator
    scenario = replace(MACHINES, candidates=("lightgbm", "logistic"))
    tables, started = MACHINES.generate(machines * days * 24, 1, GeneratorOptions()), time.perf_counter()
    package = fit(tables, scenario, "demo", 1, lambda text, *_done, **_facts: print(f"machines: {text}", flush=True))
    seconds = time.perf_counter() - started
    manifest = package.manifest
    holdout = pq.read_table(io.BytesIO(package.files["holdout.parquet"]))
    answers = run(package.onnx, encode(holdout, InputContract.from_json(manifest["contract"])))
    yield (
        f"Machines: {machines} generated machines over {days} days, `{manifest['algorithm']}` of the `demo` profile, "
        f"trained in {seconds:.0f} s on busy cores. The objective of the declared decision is F1.\n"
    )
    yield "| label | failures in test | threshold | served F1 | best F1 | share |\n|---|---|---|---|---|---|"
    for at, label in enumerate(MACHINES.labels):
        truth = holdout[label].to_numpy() == 1
        served = manifest["decisions"][label]["served"]
        best = at_threshold(truth, answers[:, at], choose_threshold(MACHINES.decision, truth, answers[:, at]))["f1"]
        reached = served["test"]["f1"]
        count = _failures(tables["failures"], label, holdout.num_rows / (machines * days * 8), days)
        yield f"| {label} | {count} | {served['threshold']:.3f} | {reached:.3f} | {best:.3f} | {reached / best:.1%} |"
    yield ""


def _failures(table: pa.Table, label: str, share: float, days: int) -> int:
    """How many failures of the component the last `share` of the days has."""
    component = f"comp{label.removeprefix('y_')}"
    times = table.filter(pc.equal(table["failure"], component))["datetime"].cast(pa.int64()).to_numpy()
    last = table["datetime"].cast(pa.int64()).to_numpy().max()
    return int((times > last - share * days * 24 * 3_600_000_000).sum())


def _quiet(*_told: object, **_facts: object) -> None:
    """Nobody watches."""


if __name__ == "__main__":
    main()
