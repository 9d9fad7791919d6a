"""Step: what the training and test rows look like, column by column, and whether like the baseline; needs no model."""

from __future__ import annotations

import numpy as np

from model_training.data.rows import Prepared
from model_training.runtime.json_files import write_json
from model_training.steps import define_dataset, prepare
from model_training.steps.command import start
from model_training.steps.context import StepContext
from shared.adapters.profiling import ArrowProfiles
from shared.core.wording import counted
from shared.datasets.rows import ChosenRows, MaskedRows
from shared.profiles.part_verdicts import PARTS, part_verdict
from shared.profiles.profile import Baseline, Described

NAME = "profile"
NEEDS = ("define_dataset", "prepare")
VERDICTS = "verdicts.json"


def run_step(context: StepContext) -> None:
    """Write `profile.json`, the profiles of train and test, and `verdicts.json`, those and their halves compared."""
    prepared = prepare.load(context.inputs["prepare"], context.spec.scenario)
    baseline = define_dataset.load_baseline(context.inputs["define_dataset"])
    described = describe(prepared, baseline)
    verdicts = [part_verdict(prepared.scenario, part, described[part], baseline).to_json() for part in PARTS]
    write_json(context.out / "profile.json", {part: described[part].profile.to_json() for part in ("train", "test")})
    write_json(context.out / VERDICTS, verdicts)
    context.report(f"profiled {counted(len(prepared.columns), 'column')}", 1.0)


def describe(prepared: Prepared, baseline: Baseline | None) -> dict[str, Described]:
    """Each part's profile, and its rows counted in the bins of the baseline."""
    columns, adapter = ChosenRows(prepared.raw.rows, tuple(prepared.columns)), ArrowProfiles()
    parts = {"train": prepared.parts.train, "test": prepared.parts.test}
    parts |= {f"{name}_half": rows for name, rows in prepared.halves.items()}
    rows_of_baseline = None if baseline is None else baseline.rows
    all_rows = np.arange(len(prepared.y))
    masks = {name: np.isin(all_rows, rows) for name, rows in parts.items()}
    return {name: adapter.describe(MaskedRows(columns, mask), rows_of_baseline) for name, mask in masks.items()}


if __name__ == "__main__":
    start(NAME, NEEDS, run_step)
