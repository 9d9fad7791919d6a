"""Batch scoring as a pipeline job of one parallel node: mini-batches of files, spread over machines and processes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from model_training import batch_entry
from model_training.azureml import environments
from model_training.azureml.platform import Platform
from model_training.azureml.repository import REPOSITORY
from shared.core.errors import BadInput
from shared.core.scenario import Scenario

NAME = "score"
UNLIMITED = -1


@dataclass(frozen=True, slots=True)
class BatchOrder:
    """A batch to score: `data` is the address of a folder of files of the scenario's scoring table.

    `contract` is the address of the scenario's accepted contract, `contracts/<scenario>/<number>.json`, empty without.
    `sha256` names the graph of the model that serves, the judged fit when empty.
    `error_threshold`: files that may fail before the job is ended; -1, the service's own default, hides every failure
    and is refused unless `unlimited_because` gives a reason. `tolerated_rows` may fail in each file. `timeout` is the
    seconds of a mini-batch.
    """

    scenario: Scenario
    data: str
    model: str
    model_id: str
    scored_at: datetime
    mini_batch_files: int = 1
    error_threshold: int = 0
    unlimited_because: str = ""
    instances: int = 2
    processes: int = 2
    retries: int = 3
    timeout: int = 600
    sha256: str = ""
    contract: str = ""

    def __post_init__(self) -> None:
        batch_entry.check_single_file(self.scenario.name, {self.scenario.name: self.scenario})
        if self.error_threshold == UNLIMITED and not self.unlimited_because.strip():
            raise BadInput("An error threshold of -1 tolerates every failure; accepted: 0 or more, or a reason for -1.")
        if self.error_threshold < UNLIMITED:
            raise BadInput(f"The error threshold is {self.error_threshold}; accepted: 0 or more.")
        for name in ("mini_batch_files", "instances", "processes", "timeout"):
            if getattr(self, name) < 1:
                raise BadInput(f"{name} is {getattr(self, name)}; accepted: 1 or more.")

    @property
    def tags(self) -> Mapping[str, str]:
        """The tags of the job; they hold the reason for an unlimited threshold."""
        tags = {"scenario": self.scenario.name, "model": self.model_id}
        return tags | ({"unlimited_because": self.unlimited_because} if self.error_threshold == UNLIMITED else {})


def scoring_job(order: BatchOrder, platform: Platform) -> Any:
    """The pipeline job; its output `predictions` is one file to which all mini-batches append their lines."""
    from azure.ai.ml import Input, dsl

    @dsl.pipeline(
        None,
        name=f"mlops_score_{order.scenario.name}",
        description=f"Batch scoring: {order.scenario.title}",
        tags=dict(order.tags),
        default_compute=platform.compute,
    )
    def score_scenario(data: Input(type="uri_folder"), model: Input(type="uri_folder")) -> Any:  # type: ignore[valid-type]  # the SDK reads the type off the annotation
        node = _parallel(order, platform)(data=data, model=model, **_contract(order))
        node.compute = platform.compute_of(NAME)
        return {"predictions": node.outputs.predictions}

    data, model = (Input(type="uri_folder", path=path, mode="ro_mount") for path in (order.data, order.model))
    job = score_scenario(data=data, model=model)
    job.display_name = f"score {order.scenario.name} with {order.model_id}"
    job.experiment_name = f"{platform.experiment}-{order.scenario.name}"
    return job


def _contract(order: BatchOrder) -> dict[str, Any]:
    """The input with what was accepted, if something was."""
    from azure.ai.ml import Input

    return {"contract": Input(type="uri_file", path=order.contract, mode="ro_mount")} if order.contract else {}


def _parallel(order: BatchOrder, platform: Platform) -> Any:
    from azure.ai.ml import Input, Output
    from azure.ai.ml.parallel import RunFunction, parallel_run_function

    inputs = {name: Input(type="uri_folder") for name in ("data", "model")}
    inputs |= {name: Input(type="uri_file") for name in _contract(order)}
    retry = {"max_retries": order.retries, "timeout": order.timeout}
    task = RunFunction(
        code=str(REPOSITORY),
        entry_script="model_training/batch_entry.py",
        environment=platform.environments.get(NAME) or environments.environment(NAME, platform.image),
        program_arguments=_arguments(order),
        append_row_to="${{outputs.predictions}}",
    )
    return parallel_run_function(
        name=NAME,
        display_name=NAME,
        inputs=inputs,
        outputs={"predictions": Output(type="uri_file", mode="rw_mount")},
        input_data="${{inputs.data}}",
        mini_batch_size=str(order.mini_batch_files),
        error_threshold=order.error_threshold,
        # The service's default is -1 here too.
        mini_batch_error_threshold=order.error_threshold,
        instance_count=order.instances,
        max_concurrency_per_instance=order.processes,
        retry_settings=retry,  # type: ignore[arg-type]  # the SDK refuses the class that its own annotation names
        # The entry script lies in a package; the uploaded folder holds both packages.
        environment_variables={"PYTHONPATH": "."},
        logging_level="INFO",
        task=task,
        is_deterministic=True,
    )


def _arguments(order: BatchOrder) -> str:
    graph = f" --model_sha256 {order.sha256}" if order.sha256 else ""
    contract = " --contract ${{inputs.contract}}" if order.contract else ""
    return (
        f"--scenario {order.scenario.name} --model ${{{{inputs.model}}}} --model_id {order.model_id} "
        f"--scored_at {order.scored_at.isoformat()} --tolerated_rows {order.scenario.batch.error_threshold}"
        f"{graph}{contract}"
    )
