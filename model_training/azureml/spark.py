"""The Spark job for the shards of a large window: its driver is that of every other Spark cluster."""

import os
from typing import Any

from model_training.azureml import components
from model_training.azureml.platform import read_platform
from model_training.azureml.scoring import NAME as SCORE
from shared.prediction.shard import ShardWork

ENTRY = "model_training/engines/spark_job.py"
# The smallest machine that the service offers has 4 cores and 32 GB.
MACHINE, CORES, MEMORY = "standard_e4s_v3", 4, "20g"
# The most executors; a job takes no more than its shards keep busy.
EXECUTORS = 4


def spark_job(work: ShardWork, lake: str, code: str, environment: str) -> Any:
    """The job of the attempt, on serverless Spark, with the code and the environment that were published."""
    from azure.ai.ml import spark

    platform = read_platform(os.environ, (*components.NAMES, SCORE))
    return spark(
        display_name=f"score {work.window} of {work.scenario}",
        experiment_name=f"{platform.experiment}-{work.scenario}",
        tags={"scenario": work.scenario, "window": work.window, "attempt": str(work.attempt)},
        code=code,
        entry={"file": ENTRY},
        args=f"--lake {lake} --work {work.path}",
        environment=environment,
        identity={"type": "managed_identity"},
        resources={"instance_type": MACHINE, "runtime_version": platform.spark},
        driver_cores=CORES,
        driver_memory=MEMORY,
        executor_cores=CORES,
        executor_memory=MEMORY,
        executor_instances=max(1, min(EXECUTORS, -(-len(work.shards) // CORES))),
    )
