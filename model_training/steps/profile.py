"""Step: what the training and test rows look like, column by column; needs no model."""

from __future__ import annotations

import pyarrow as pa

from model_training.runtime.json_files import write_json
from model_training.steps import prepare
from model_training.steps.command import start
from model_training.steps.context import StepContext
from shared.adapters.profiling import ArrowProfiles

NAME = "profile"
NEEDS = ("prepare",)


def run_step(context: StepContext) -> None:
    """Write `profile.json`: the profile of the inputs and answers of the train and the test part."""
    prepared = prepare.load(context.inputs["prepare"], context.spec.scenario)
    columns = prepared.frame.select(list(dict.fromkeys((*prepared.contract.names, *prepared.scenario.targets))))
    parts = {"train": prepared.parts.train, "test": prepared.parts.test}
    adapter = ArrowProfiles()
    profiles = {name: adapter.describe(columns.take(pa.array(rows))).profile.to_json() for name, rows in parts.items()}
    write_json(context.out / "profile.json", profiles)
    context.report(f"profiled {columns.num_columns} columns", 1.0)


if __name__ == "__main__":
    start(NAME, NEEDS, run_step)
