"""Do we and our peers say of the same columns that they drifted? Every third column of a table is changed.

python bench/profile_verdicts.py [--rows N] [--peer-python PATH]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
# In place of this folder, whose profile.py would hide the one of the standard library.
sys.path[0] = str(HERE.parent)

Verdicts = dict[str, bool]
# From here on a distance matters, as Evidently has it.
THRESHOLD = 0.1


def ours(before: Path, now: Path) -> Verdicts:
    """What validation would say."""
    from pyarrow import parquet as pq

    from shared.adapters.profiling.tables import describe
    from shared.profiles.drift import alpha_for, compare

    then = describe(pq.read_table(before)).profile.columns
    told, alpha = describe(pq.read_table(now), {"columns": then}), alpha_for(len(then))
    found = {name: compare(told.profile.columns[name], then[name], told.baseline_counts[name], alpha) for name in then}
    return {name: one.drifted for name, one in found.items()}


def evidently(before: Path, now: Path) -> Verdicts:
    """What Evidently's drift preset says: normed Wasserstein or Jensen-Shannon distances beyond its threshold."""
    import pandas as pd
    from evidently import Report
    from evidently.presets import DataDriftPreset

    told = Report([DataDriftPreset()]).run(pd.read_parquet(now), pd.read_parquet(before)).dict()["metrics"]
    drifts = [one for one in told if "column" in one["config"]]
    return {one["config"]["column"]: bool(one["value"] > one["config"]["threshold"]) for one in drifts}


def scipy(before: Path, now: Path) -> Verdicts:
    """What scipy's distances say beyond the same threshold."""
    import pandas as pd

    then, new = pd.read_parquet(before), pd.read_parquet(now)
    return {name: _distance(new[name], then[name]) > THRESHOLD for name in then}


def _distance(now: Any, then: Any) -> float:
    import pandas as pd
    from scipy.spatial.distance import jensenshannon
    from scipy.stats import wasserstein_distance

    if now.dtype.kind in "if":
        return float(wasserstein_distance(now, then) / then.std())
    shares = pd.DataFrame({"now": now.value_counts(normalize=True), "then": then.value_counts(normalize=True)})
    return float(jensenshannon(*shares.fillna(0).to_numpy().T))


PEERS: Mapping[str, Callable[[Path, Path], Verdicts]] = {"evidently": evidently, "scipy": scipy}


def changed(file: Path, target: Path) -> list[str]:
    """Write the table with every third column changed: numbers moved by half their spread, a quarter of texts new."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet as pq

    table, random = pq.read_table(file), np.random.default_rng(3)
    names = table.column_names[::3]
    for name in names:
        values = table[name].to_numpy()
        if values.dtype.kind == "O":
            values = np.where(random.random(len(values)) < 1 / 4, "new", values)
        else:
            values = values + (max(round(values.std() / 2), 1) if values.dtype.kind == "i" else values.std() / 2)
        table = table.set_column(table.column_names.index(name), name, pa.array(values))
    pq.write_table(table, target)
    return names


def main() -> None:
    """Print how often each agrees with what was done to the columns, and with us."""
    options = _options()
    if options.peers:
        before, now = options.peers
        print(json.dumps({name: peer(before, now) for name, peer in PEERS.items()}))
        return
    sys.path.append(str(HERE))
    from profile_table import write_table

    with tempfile.TemporaryDirectory() as place:
        for kind in ("mixed", "continuous"):
            first, same, moved = (Path(place) / f"{kind}-{one}.parquet" for one in ("first", "same", "moved"))
            write_table(first, options.rows, kind)
            write_table(same, options.rows, kind, seed=8)
            names = changed(same, moved)
            _show(kind, names, {"ours": ours(first, moved), **_of_peers(options.peer_python, first, moved)})


def _of_peers(python: str, before: Path, now: Path) -> dict[str, Verdicts]:
    line = [python, "-W", "ignore", __file__, "--peers", str(before), str(now)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"The peers could not be asked: {done.stderr.strip().splitlines()[-1]}")
    found: dict[str, Verdicts] = json.loads(done.stdout.splitlines()[-1])
    return found


def _show(kind: str, names: list[str], verdicts: dict[str, Verdicts]) -> None:
    mine = verdicts["ours"]
    print(f"{kind}: {len(names)} of {len(mine)} columns were changed")
    for who, found in verdicts.items():
        right = sum(found[name] == (name in names) for name in mine)
        other = [name for name in mine if found[name] != mine[name]]
        print(f"  {who:<10} right {right} of {len(mine)}; other than ours: {', '.join(other) or 'none'}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--peer-python", default=sys.executable, help="an interpreter with the peers")
    parser.add_argument("--peers", nargs=2, type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
