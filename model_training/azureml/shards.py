"""The parallel job for the shards of a large window, from the component that `publish` registers with this code."""

import os
from pathlib import Path
from typing import Any

from model_training.azureml import components
from model_training.azureml.platform import read_platform
from model_training.azureml.scoring import NAME as SCORE
from shared.prediction.shard import ShardWork

NAME = "score_shards"
FILE = components.FOLDER / "parallel" / f"{NAME}.yml"
# The cluster's most nodes; a job takes no more than it has shards.
NODES = 4


def component(code: Path | None = None) -> Any:
    """The parallel component; `code` replaces the whole checkout."""
    from azure.ai.ml import load_component

    return load_component(FILE, params_override=[{"task.code": str(code)}] if code else [])


def shards_job(registered: Any, work: ShardWork, tasks: str, lake: str) -> Any:
    """The pipeline job of the attempt: one parallel node, whose input is a folder with a file for each shard."""
    from azure.ai.ml import Input, dsl

    platform = read_platform(os.environ, (*components.NAMES, SCORE))

    @dsl.pipeline(
        None,
        name=f"mlops_score_{work.scenario}",
        description=f"Window {work.window} of {work.scenario}",
        tags={"scenario": work.scenario, "window": work.window, "attempt": str(work.attempt)},
        default_compute=platform.compute,
    )
    def score(shards: Input(type="uri_folder")) -> Any:  # type: ignore[valid-type]  # the SDK reads the type off the annotation
        node = registered(tasks=shards, lake=lake, work=work.path)
        node.compute = platform.compute_of(SCORE)
        node.resources.instance_count = min(NODES, len(work.shards))
        return {"scored": node.outputs.scored}

    job = score(shards=Input(type="uri_folder", path=tasks, mode="ro_mount"))
    job.display_name = f"score {work.window} of {work.scenario}"
    job.experiment_name = f"{platform.experiment}-{work.scenario}"
    return job
