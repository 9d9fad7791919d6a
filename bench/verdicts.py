"""Drift verdicts on real data, ours beside Evidently's and whylogs': false alarms without drift, power with.

python bench/verdicts.py measure TOOL DATA [--size N] [--resamples N] [--power N]   TOOL: ours, evidently, whylogs
python bench/verdicts.py table                                            all that was measured, as Markdown

A resample draws rows with replacement from the real rows, which are the reference: nothing has changed in it. A planted
drift changes one column of a resample; it is found when that column is named. Equal seeds draw equal rows for every
tool. The peers run in an environment of their own (bench/requirements-verdicts.txt).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data"
RESULTS = ROOT / "build" / "verdicts"
SIZES = (1_000, 10_000, 30_000)
FILES = {
    "bank_marketing": ("bank_marketing/bankmarketing_train.csv", ("y",)),
    "iiot_quality": ("iiot_quality/simulateddata.csv", ("BatchNumber",)),
    "predictive_maintenance": ("predictive_maintenance/PdM_telemetry.csv", ("datetime", "machineID")),
    "newsgroups": ("newsgroups/newsgroups4_train.csv", ("id", "target", "category")),
}
# Given a table, the columns in which a tool sees drift or defects.
Judge = Callable[[pa.Table], set[str]]
Plant = Callable[[pa.Table, str, np.random.Generator], pa.Table]


def read(name: str, folder: Path) -> pa.Table:
    """The real rows without what names a row or a moment, and without the answer."""
    file, left_out = FILES[name]
    table = csv.read_csv(folder / file, parse_options=csv.ParseOptions(newlines_in_values=True))
    kept = [column for column in table.column_names if column and column not in left_out]
    return table.select(kept).combine_chunks()


def shift(table: pa.Table, name: str, random: np.random.Generator) -> pa.Table:  # noqa: ARG001 -- every plant takes a source of chance
    """Half a standard deviation is added."""
    values = table[name].to_numpy()
    return _with(table, name, values + np.nanstd(values) / 2)


def scale(table: pa.Table, name: str, random: np.random.Generator) -> pa.Table:  # noqa: ARG001 -- every plant takes a source of chance
    """The spread around the mean is doubled."""
    values = table[name].to_numpy()
    return _with(table, name, np.nanmean(values) + 2 * (values - np.nanmean(values)))


def new_category(table: pa.Table, name: str, random: np.random.Generator) -> pa.Table:
    """One row of ten gets a value that was never there."""
    values = table[name].to_numpy(zero_copy_only=False).astype(object)
    values[random.random(len(values)) < 0.1] = "never seen before"
    return _with(table, name, values)


def null_surge(table: pa.Table, name: str, random: np.random.Generator) -> pa.Table:
    """One cell of ten is missing."""
    kept = pa.array(random.random(table.num_rows) >= 0.1)
    column = pc.if_else(kept, table[name], pa.scalar(None, table[name].type))
    return table.set_column(table.column_names.index(name), name, column)


PLANTS: Mapping[str, tuple[Plant, str]] = {
    "shift": (shift, "number"),
    "scale": (scale, "number"),
    "new category": (new_category, "text"),
    "null surge": (null_surge, "any"),
}


def _with(table: pa.Table, name: str, values: np.ndarray) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, pa.array(values))


def _columns(table: pa.Table, kind: str) -> Iterator[str]:
    """Columns a plant can change: numbers that vary, texts that repeat."""
    for name in table.column_names:
        text = pa.types.is_string(table[name].type)
        distinct = pc.count_distinct(table[name]).as_py()
        if (
            kind == "any"
            or (kind == "text" and text and distinct < 200)
            or (kind == "number" and not text and distinct > 9)
        ):
            yield name


def draw(whole: pa.Table, size: int, random: np.random.Generator) -> pa.Table:
    """Rows with replacement."""
    return whole.take(random.integers(0, whole.num_rows, size))


def ours(whole: pa.Table) -> Judge:
    """What the monitor says of a window: drift by distances beyond chance, and defects by their cause."""
    from shared.adapters.profiling import ArrowProfiles
    from shared.core.policies import Monitoring
    from shared.monitoring import triage
    from shared.monitoring.drift.column_comparison import compare_columns, match_columns
    from shared.monitoring.measures import Reference

    profiles, policy = ArrowProfiles(), Monitoring()
    before = profiles.describe(whole).profile

    def judge(table: pa.Table) -> set[str]:
        described = profiles.describe(table, before)
        columns = list(match_columns("t", table.column_names, described, before))
        made = compare_columns(columns, Reference.TRAINING, "", policy, 0.05)
        found = ((one.column, triage.judge_column(one.column, one.drift, (None, None), policy)) for one in made)
        return {column.name for column, issue in found if issue is not None}

    return judge


def evidently(whole: pa.Table) -> Judge:
    """Its drift preset as it comes, and its test that no more values are missing than in the reference."""
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset

    definition = DataDefinition(
        numerical_columns=list(_kinds(whole, text=False)), categorical_columns=list(_kinds(whole, text=True))
    )
    reference = Dataset.from_pandas(whole.to_pandas(), data_definition=definition)

    def judge(table: pa.Table) -> set[str]:
        current = Dataset.from_pandas(table.to_pandas(), data_definition=definition)
        metrics = Report([DataDriftPreset()]).run(current, reference).dict()["metrics"]
        return {one["config"]["column"] for one in metrics if "column" in one["config"] and _beyond(one)}

    return judge


def _beyond(metric: Mapping[str, Any]) -> bool:
    """Distances drift above their threshold, p-values below."""
    value, threshold = float(metric["value"]), float(metric["config"].get("threshold") or 0.1)
    return value < threshold if "p_value" in str(metric["config"]["method"]) else value >= threshold


def whylogs(whole: pa.Table) -> Judge:
    """Its drift scores with its own thresholds: `DRIFT`, not `POSSIBLE_DRIFT`."""
    import whylogs as why
    from whylogs.viz.drift.column_drift_algorithms import calculate_drift_scores

    reference = why.log(whole.to_pandas()).view()

    def judge(table: pa.Table) -> set[str]:
        view = why.log(table.to_pandas()).view()
        scores = calculate_drift_scores(view, reference, with_thresholds=True)
        return {name for name, one in scores.items() if one is not None and one["drift_category"] == "DRIFT"}

    return judge


def _kinds(table: pa.Table, *, text: bool) -> Iterator[str]:
    for name in table.column_names:
        if pa.types.is_string(table[name].type) == text:
            yield name


TOOLS: Mapping[str, Callable[[pa.Table], Judge]] = {"ours": ours, "evidently": evidently, "whylogs": whylogs}


def measure(
    tool: str, name: str, whole: pa.Table, *, sizes: Sequence[int], resamples: int, planted: int
) -> Iterator[dict[str, Any]]:
    """False alarms and power at each size."""
    judge = TOOLS[tool](whole)
    for size in sizes:
        random, began = np.random.default_rng(size), time.perf_counter()
        alarms = [judge(draw(whole, size, random)) for _ in range(resamples)]
        seconds = (time.perf_counter() - began) / max(resamples, 1)
        power = {plant: found(judge, whole, size, plant, planted) for plant in PLANTS}
        yield {
            "tool": tool,
            "data": name,
            "size": size,
            "resamples": resamples,
            "false_alarms": sum(bool(one) for one in alarms) / max(resamples, 1),
            "planted": planted,
            "power": {plant: value for plant, value in power.items() if value is not None},
            "seconds": seconds,
        }


def found(judge: Judge, whole: pa.Table, size: int, plant: str, times: int) -> float | None:
    """The share of planted drifts that were found in their column, over columns in turn; None where none fits."""
    change, kind = PLANTS[plant]
    columns, random = list(_columns(whole, kind)), np.random.default_rng(size + 1)
    if not columns or not times:
        return None
    names = [columns[place % len(columns)] for place in range(times)]
    return sum(name in judge(change(draw(whole, size, random), name, random)) for name in names) / times


def table() -> Iterator[str]:
    """Everything that was measured, as rows of Markdown."""
    yield "| data | tool | rows | false alarms (resamples) | shift | scale | new category | null surge | s / window |"
    yield "|---|---|---|---|---|---|---|---|---|"
    measured = [json.loads(file.read_text()) for file in RESULTS.glob("*.json")]
    order = {name: place for place, name in enumerate((*FILES, *TOOLS))}
    for cell in sorted(measured, key=lambda each: (order[each["data"]], order[each["tool"]], each["size"])):
        power = " | ".join(_percent(cell["power"].get(plant)) for plant in PLANTS)
        alarms = f"{cell['false_alarms']:.1%} ({cell['resamples']})"
        yield f"| {cell['data']} | {cell['tool']} | {cell['size']:,} | {alarms} | {power} | {cell['seconds']:.2f} |"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"


def main() -> None:
    """Measure one tool on one table, or print the whole table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("table")
    measuring = verbs.add_parser("measure")
    measuring.add_argument("tool", choices=TOOLS)
    measuring.add_argument("data", choices=FILES)
    measuring.add_argument("--folder", type=Path, default=DATA)
    measuring.add_argument("--size", type=int, action="append", help="one size; all by default")
    measuring.add_argument("--resamples", type=int, default=200)
    measuring.add_argument("--power", type=int, default=40)
    options = parser.parse_args()
    if options.verb == "table":
        print("\n".join(table()))
        return
    whole = read(options.data, options.folder)
    RESULTS.mkdir(parents=True, exist_ok=True)
    counts = {"resamples": options.resamples, "planted": options.power}
    for cell in measure(options.tool, options.data, whole, sizes=options.size or SIZES, **counts):
        print(json.dumps(cell), flush=True)
        (RESULTS / f"{options.data}-{options.tool}-{cell['size']}.json").write_text(json.dumps(cell, indent=1))


if __name__ == "__main__":
    main()
