"""Step: what the training and test rows look like, column by column; needs no model."""

from __future__ import annotations

import pyarrow as pa

from model_training.steps import prepare
from model_training.steps.command import start
from model_training.steps.work import Work, write_json
from shared.adapters.profiling import ArrowProfiles

NAME = "profile"
NEEDS = ("prepare",)


def work(job: Work) -> None:
    """Write `profile.json`: the profile of the inputs and answers of the train and the test part."""
    prepared = prepare.load(job.inputs["prepare"], job.order.scenario)
    columns = prepared.frame.select(list(dict.fromkeys((*prepared.contract.names, *prepared.scenario.targets))))
    parts = {"train": prepared.parts.train, "test": prepared.parts.test}
    profiles = ArrowProfiles()
    found = {name: profiles.describe(columns.take(pa.array(rows))).profile.to_json() for name, rows in parts.items()}
    write_json(job.out / "profile.json", found)
    job.report(f"profiled {columns.num_columns} columns", 1.0)


if __name__ == "__main__":
    start(NAME, NEEDS, work)
