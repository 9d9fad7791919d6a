"""One way to describe a Parquet file, in its own process: `python profile_ways.py NAME FILE BASELINE`.

Says `ready`, runs once per line of input, answers with seconds, and with the peak memory in MB at the end.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# In place of this folder, whose profile.py would hide the one of the standard library.
sys.path[0] = str(Path(__file__).parent.parent)


def scan(file: Path, baseline: Path) -> Callable[[], Any]:  # noqa: ARG001 - all ways are called alike
    """The limit: every column is read, texts as dictionaries."""
    return lambda: read(file)


def read(file: Path) -> Any:
    """The table, texts as dictionaries."""
    import pyarrow.parquet as pq

    texts = [field.name for field in pq.read_schema(file) if str(field.type) == "string"]
    return pq.read_table(file, read_dictionary=texts)


def ours(file: Path, baseline: Path) -> Callable[[], Any]:
    """Profile and drift of every column against a stored baseline, reading included."""
    from shared.adapters.profiling.tables import describe
    from shared.profiles.drift import alpha_for, compare
    from shared.profiles.profile import TableProfile

    if not baseline.exists():
        baseline.write_text(json.dumps(describe(read(file)).profile.to_json()))
    known = TableProfile.from_json(json.loads(baseline.read_text()))

    def run() -> Any:
        told, alpha = describe(read(file), known), alpha_for(len(known.columns))
        now, then = told.profile.columns, known.columns
        return {name: compare(now[name], then[name], told.baseline_counts.get(name), alpha) for name in now}

    return run


def polars_scan(file: Path, baseline: Path) -> Callable[[], Any]:  # noqa: ARG001 - all ways are called alike
    """The limit as polars has it: every column is read."""
    import polars as pl

    return lambda: pl.read_parquet(file)


def polars(file: Path, baseline: Path) -> Callable[[], Any]:  # noqa: ARG001 - all ways are called alike
    """describe(), without drift."""
    import polars as pl

    return lambda: pl.read_parquet(file).describe()


def pandas(file: Path, baseline: Path) -> Callable[[], Any]:  # noqa: ARG001 - all ways are called alike
    """describe() and value_counts(), without drift."""
    import pandas as pd

    def run() -> Any:
        frame = pd.read_parquet(file)
        return frame.describe(include="all"), [
            frame[name].value_counts() for name in frame.select_dtypes(exclude="number")
        ]

    return run


def pandas_scipy(file: Path, baseline: Path) -> Callable[[], Any]:  # noqa: ARG001 - all ways are called alike
    """describe() and value_counts() with scipy's tests against the same rows."""
    import pandas as pd
    from scipy import stats

    before = pd.read_parquet(file)

    def drift(now: pd.Series, then: pd.Series) -> Any:
        if now.dtype.kind in "if":
            return stats.ks_2samp(now, then), stats.wasserstein_distance(now, then)
        counts = pd.DataFrame({"now": now.value_counts(), "then": then.value_counts()}).fillna(0)
        return stats.chi2_contingency(counts.to_numpy())

    def run() -> Any:
        frame = pd.read_parquet(file)
        return frame.describe(include="all"), [drift(frame[name], before[name]) for name in frame]

    return run


def whylogs(file: Path, baseline: Path) -> Callable[[], Any]:  # noqa: ARG001 - all ways are called alike
    """A whylogs profile, without drift."""
    import pandas as pd
    import whylogs as why

    return lambda: why.log(pd.read_parquet(file)).view().to_pandas()


def evidently(file: Path, baseline: Path) -> Callable[[], Any]:  # noqa: ARG001 - all ways are called alike
    """Evidently's drift preset against the same rows."""
    import pandas as pd
    from evidently import Report
    from evidently.presets import DataDriftPreset

    before = pd.read_parquet(file)
    return lambda: Report([DataDriftPreset()]).run(pd.read_parquet(file), before)


WAYS = {
    "scan": scan,
    "polars scan": polars_scan,
    "ours": ours,
    "polars": polars,
    "pandas": pandas,
    "pandas+scipy": pandas_scipy,
    "whylogs": whylogs,
    "evidently": evidently,
}


def main() -> None:
    """Answer until the input ends."""
    run = WAYS[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
    run()
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        run()
        print(time.perf_counter() - start, flush=True)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, flush=True)


if __name__ == "__main__":
    main()
