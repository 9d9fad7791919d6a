"""False alarms and power of the drift verdicts, over resamples of a real or generated table.

python bench/drift.py [--file CSV] [--resamples N]

Per sample size: how many datasets without any drift raised an alarm (by distances; by any warning), and how often
planted drifts were found (in the column they were planted in).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from model_training.scenarios.bank_marketing import SCENARIO
from shared.adapters.profiling import ArrowProfiles
from shared.core.scenario import GeneratorOptions
from shared.profiles.profile import Baseline, DatasetProfile
from shared.profiles.validation import validation

SIZES = (100, 1_000, 10_000, 30_000)
TABLE = SCENARIO.tables[0].name
Plant = Callable[[pa.Table, str, np.random.Generator], pa.Table]


def nudged(table: pa.Table, name: str, random: np.random.Generator) -> pa.Table:  # noqa: ARG001 - every plant takes a source of chance
    """The column's values plus a fifth of their standard deviation."""
    values = table[name].to_numpy()
    return _with(table, name, values + values.std() / 5)


def shifted(table: pa.Table, name: str, random: np.random.Generator) -> pa.Table:  # noqa: ARG001 - every plant takes a source of chance
    """The column's values plus half their standard deviation."""
    values = table[name].to_numpy()
    step = values.std() / 2
    # A whole number can only move by whole steps.
    return _with(table, name, values + (step if values.dtype.kind == "f" else max(round(step), 1)))


def scaled(table: pa.Table, name: str, random: np.random.Generator) -> pa.Table:  # noqa: ARG001 - every plant takes a source of chance
    """The column spread twice as wide around its mean."""
    values = table[name].to_numpy()
    wider = values.mean() + 2 * (values - values.mean())
    return _with(table, name, wider.round().astype(np.int64) if values.dtype.kind == "i" else wider)


def new_category(table: pa.Table, name: str, random: np.random.Generator) -> pa.Table:
    """A value that was never there, in one row of twenty."""
    values = table[name].to_numpy(zero_copy_only=False).astype(object)
    values[random.random(len(values)) < 0.05] = "never seen before"
    return _with(table, name, values)


def null_surge(table: pa.Table, name: str, random: np.random.Generator) -> pa.Table:
    """One cell of ten missing."""
    kept = pa.array(random.random(table.num_rows) >= 0.1)
    column = pc.if_else(kept, table[name], pa.scalar(None, table[name].type))
    return table.set_column(table.column_names.index(name), name, column)


def swapped(table: pa.Table, name: str, random: np.random.Generator) -> pa.Table:
    """One row of five takes the rarest value."""
    values = table[name].to_numpy(zero_copy_only=False).astype(object)
    names, counts = np.unique(values.astype(str), return_counts=True)
    values[random.random(len(values)) < 0.2] = names[counts.argmin()]
    return _with(table, name, values)


PLANTS: dict[str, tuple[Plant, str, tuple[str, ...]]] = {
    "mean + 0.2 std": (nudged, "float", ("drift",)),
    "mean + 0.5 std": (shifted, "number", ("drift",)),
    "spread x 2": (scaled, "number", ("drift",)),
    "new category 5 %": (new_category, "text", ("new_category",)),
    "rarest value + 20 %": (swapped, "text", ("drift",)),
    "missing 10 %": (null_surge, "any", ("null_share",)),
}


def _with(table: pa.Table, name: str, values: np.ndarray) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, pa.array(values))


def alarms(whole: pa.Table, size: int, resamples: int, seed: int) -> tuple[float, float]:
    """Shares of datasets drawn from `whole` that raised an alarm: by distances, by any warning."""
    judge, random = _judge(whole), np.random.default_rng(seed)
    codes = [{code for code, _ in judge(_draw(whole, size, random))} for _ in range(resamples)]
    return sum("drift" in one for one in codes) / resamples, sum(bool(one) for one in codes) / resamples


def power(whole: pa.Table, size: int, plant: str, resamples: int, seed: int) -> float:
    """The share of planted drifts that were found, over columns in turn."""
    change, kind, wanted = PLANTS[plant]
    judge, random, found = _judge(whole), np.random.default_rng(seed), 0
    columns = list(_columns(whole, kind))
    for place in range(resamples):
        name = columns[place % len(columns)]
        warnings = judge(change(_draw(whole, size, random), name, random))
        found += any(code in wanted and column == name for code, column in warnings)
    return found / resamples


def _judge(whole: pa.Table) -> Callable[[pa.Table], set[tuple[str, str]]]:
    profiles = ArrowProfiles()
    before = profiles.describe(whole).profile
    baseline = Baseline(SCENARIO.name, 1, "all rows", "", "", "", DatasetProfile({TABLE: before}, {}))

    def judge(table: pa.Table) -> set[tuple[str, str]]:
        told = validation(SCENARIO, {TABLE: profiles.describe(table, before)}, {}, baseline)
        return {(warning["code"], warning["column"]) for warning in told["warnings"]}

    return judge


def _draw(whole: pa.Table, size: int, random: np.random.Generator) -> pa.Table:
    return whole.take(random.integers(0, whole.num_rows, size))


def _columns(table: pa.Table, kind: str) -> Iterator[str]:
    for name in table.column_names:
        type_ = table[name].type
        kinds = {"text": pa.types.is_string(type_), "float": pa.types.is_floating(type_), "any": True}
        if kinds.get(kind, not kinds["text"]):
            yield name


def main() -> None:
    """Print both tables."""
    options = _options()
    whole = csv.read_csv(options.file) if options.file else SCENARIO.generate(30_000, 1, GeneratorOptions())[TABLE]
    print(f"{whole.num_rows:,} rows are the baseline; {options.resamples} resamples a cell")
    print(f"\n{'rows':>8}{'false alarms by distance':>28}{'by any warning':>18}")
    for size in SIZES:
        drifted, warned = alarms(whole, size, options.resamples, seed=size)
        print(f"{size:>8,}{drifted:>28.1%}{warned:>18.1%}")
    print(f"\n{'found':<24}" + "".join(f"{size:>10,}" for size in SIZES))
    for plant in PLANTS:
        shares = (power(whole, size, plant, options.resamples // 4, seed=size) for size in SIZES)
        print(f"{plant:<24}" + "".join(f"{share:>10.0%}" for share in shares))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, help="a CSV file of bank_marketing; generated rows without it")
    parser.add_argument("--resamples", type=int, default=200)
    return parser.parse_args()


if __name__ == "__main__":
    main()
