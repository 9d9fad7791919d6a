"""Step: the bytes that were validated at intake become the tables of this run."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from model_training.data.path_rows import PathRows, write_rows
from model_training.estimators.families import check_candidates
from model_training.estimators.profiles import PROFILES
from model_training.runtime.json_files import write_json
from model_training.scenarios import SCENARIOS
from model_training.steps.command import ended, make_empty
from model_training.steps.context import RunSpec
from model_training.steps.step_cache import marked_complete
from shared.core.errors import Missing
from shared.core.paths import parts_folder
from shared.core.scenario import Scenario
from shared.datasets.accepted_contracts import accepted_changes
from shared.datasets.contract_change import widened
from shared.datasets.feature_frame import columns_to_learn
from shared.datasets.rows import ChosenRows, Rows, as_rows
from shared.datasets.version import tables_of_manifest
from shared.datasets.version_rows import rows_to_learn
from shared.profiles.profile import Baseline
from shared.profiles.version_report import BASELINE
from shared.training.learn_only import learn_only_identities
from shared.training.options.run_options import RunOptions

NAME = "define_dataset"
NEEDS: tuple[str, ...] = ()
# What the manifest says about where a model comes from, beside its profile.
ORIGIN = ("run", "dataset", "dataset_digest", "created_at")
_LEARN_ONLY = "learn_only.npz"
_NOBODY = np.empty(0, dtype=np.uint64)


def write_tables(
    tables: Mapping[str, Rows | pa.Table], spec: RunSpec, out: Path, learn_only: np.ndarray = _NOBODY
) -> None:
    """Write `<table>.parquet` for each table, `dataset.json` and who only learns; of columns those to learn from.

    Refused when the scenario cannot be trained.
    """
    check_candidates(spec.scenario)
    for name, table in tables.items():
        rows = as_rows(table)
        wanted = columns_to_learn(spec.scenario, name, rows.schema.names)
        write_rows(ChosenRows(rows, tuple(wanted)), out / f"{name}.parquet")
    np.savez(out / _LEARN_ONLY, identities=learn_only)
    counts = {name: table.num_rows for name, table in tables.items()}
    write_json(out / "dataset.json", {"rows": counts, **spec.to_json()})


def write_baseline(content: bytes, out: Path) -> None:
    """Write `baseline.json`, which train and test are compared with; nothing when there is none."""
    if content:
        (out / BASELINE).write_bytes(content)


def load_baseline(folder: Path) -> Baseline | None:
    """The baseline that `write_baseline` wrote, or None."""
    file = folder / BASELINE
    return Baseline.from_json(json.loads(file.read_text())) if file.exists() else None


def load(folder: Path) -> dict[str, Rows]:
    """The rows of the tables by name; Missing when there are none."""
    files = sorted(folder.glob("*.parquet"))
    if not files:
        raise Missing(f"{folder} holds no tables; accepted: one <table>.parquet for each table of the scenario.")
    return {file.stem: PathRows.of(file) for file in files}


def load_learn_only(folder: Path) -> np.ndarray:
    """The fingerprints of those whose rows only learn; none in a folder of the format before."""
    file = folder / _LEARN_ONLY
    if not file.exists():
        return _NOBODY
    with np.load(file, allow_pickle=False) as stored:
        found: np.ndarray = stored["identities"]
    return found


def load_version(folder: Path, parts: Path | None, scenario: Scenario) -> tuple[dict[str, Rows], np.ndarray]:
    """The rows of the tables that the folder's manifest names, and who only learns; without a manifest as `load` does.

    Parts lie in `parts` or, in the format before, beside the manifest.

    Corrupt when a part is not what was validated.
    """
    manifest = folder / "manifest.json"
    if not manifest.exists():
        return load(folder), _NOBODY

    def opened(path: str) -> BinaryIO:
        within = path.removeprefix(parts_folder(scenario.name))
        file = folder / Path(path).name if within == path or parts is None else parts / within
        if not file.exists():
            raise Missing(f"{file} is not there; the manifest of the dataset names {path}.")
        return file.open("rb")

    tables = tables_of_manifest(json.loads(manifest.read_text()))
    return rows_to_learn(opened, scenario, tables), learn_only_identities(opened, scenario, tables)


def main(arguments: list[str] | None = None) -> int:
    """Run the step on its own, from a folder of Parquet tables; exit codes as every step's."""
    options = _parser().parse_args(arguments)
    return ended(lambda: _define(options))


def _define(options: argparse.Namespace) -> None:
    origin = {name: getattr(options, name) for name in ORIGIN if getattr(options, name)}
    if origin:
        origin["profile"] = options.profile
    asked = RunOptions.unpacked(options.options)
    contract = accepted_changes(options.contract)
    scenario = widened(SCENARIOS[options.scenario], contract)
    spec = RunSpec(scenario, options.profile, options.seed, origin, asked, contract)
    make_empty(options.out)
    with marked_complete(NAME, "", spec, options.out):
        tables, learn_only = load_version(options.tables, options.parts, spec.scenario)
        write_tables(tables, spec, options.out, learn_only)
        beside = options.tables / BASELINE
        write_baseline(beside.read_bytes() if beside.exists() else b"", options.out)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m model_training.steps.{NAME}", description=__doc__)
    parser.add_argument("--scenario", required=True, choices=sorted(SCENARIOS))
    parser.add_argument(
        "--tables",
        required=True,
        type=Path,
        metavar="FOLDER",
        help="a dataset's manifest.json, or <table>.parquet files",
    )
    parser.add_argument("--parts", type=Path, metavar="FOLDER", help="where the parts lie that the manifest names")
    parser.add_argument("--contract", type=Path, metavar="FILE", help="what was accepted beyond the declared contract")
    parser.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="where to write; new or empty")
    parser.add_argument("--profile", default="default", choices=sorted(PROFILES))
    parser.add_argument("--seed", default=0, type=int)
    parser.add_argument("--options", default="", metavar="TEXT", help="of the run, as RunOptions.packed() writes them")
    for name in ORIGIN:
        parser.add_argument(f"--{name}", default="", metavar="TEXT", help="stands in the model's manifest")
    return parser


if __name__ == "__main__":
    import sys

    sys.exit(main())
