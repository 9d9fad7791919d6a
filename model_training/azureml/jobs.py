"""The training of a scenario as one Azure ML pipeline job: the step modules of a local run, with sweeps for tuning."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from model_training.azureml import collect, environments, trial
from model_training.azureml.components import component
from model_training.azureml.platform import IMAGE_DEFAULT, Platform
from model_training.azureml.spaces import Sweep, algorithm, search_space
from model_training.runs.runner import STEPS
from model_training.search.spaces import SPACES
from model_training.steps import define_dataset, tune
from model_training.text.names import DEEP
from shared.core.scenario import Scenario
from shared.training.metrics import LARGER_IS_BETTER
from shared.training.options.run_options import NOTHING, RunOptions

# The steps of a text scenario that fit or judge a network.
_FITTING = ("explore", "tune", "train", "evaluate", "refit", trial.NAME)


@dataclass(frozen=True, slots=True)
class TrainingOrder:
    """A training to submit: `tables` is the address of a folder of `<table>.parquet`, `dataset` is `name:version`.

    With `parts`, the address of a folder, `tables` holds a manifest that names what lies there.
    `contract` is the address of a file with what was accepted beyond the declared contract, empty without.
    Without a sweep the step `tune` searches on one machine. `origin` are define_dataset's texts for the manifest.
    """

    scenario: Scenario
    dataset: str
    tables: str
    profile: str = "default"
    seed: int = 0
    origin: Mapping[str, str] = field(default_factory=dict)
    sweep: Sweep | None = field(default_factory=Sweep)
    parts: str = ""
    contract: str = ""
    options: RunOptions = NOTHING

    @property
    def tuned(self) -> tuple[str, ...]:
        """The candidates that get a sweep: of texts the network, of tables the first ones with a search space."""
        if self.sweep is None:
            return ()
        names = [name for name in self.scenario.candidates if name in SPACES]
        return (DEEP,) if DEEP in names else tuple(names[: tune.TUNED])


def training_job(order: TrainingOrder, platform: Platform, find: Callable[[str], Any] = component) -> Any:
    """The pipeline job, not validated yet; its output `model` is a folder for the registry.

    `find` returns the component of a step: from the files of this repository, or from a workspace.
    """
    from azure.ai.ml import Input, dsl

    # Outside of the function below: the SDK traces each call that is made in there, which takes several times as long.
    builder = _Builder(order, platform, {step: _command(step, order, platform, find) for step in _components(order)})

    @dsl.pipeline(
        None,
        name=f"mlops_train_{order.scenario.name}",
        description=order.scenario.title,
        tags={"scenario": order.scenario.name, "dataset": order.dataset, "profile": order.profile},
        default_compute=platform.compute,
    )
    def train_scenario(tables: Input(type="uri_folder"), seed: int = order.seed) -> Any:  # type: ignore[valid-type]  # the SDK reads the type off the annotation
        return {"model": _nodes(builder, tables, seed)["register"].outputs.out}

    job = train_scenario(tables=Input(type="uri_folder", path=order.tables, mode="ro_mount"), seed=order.seed)
    job.display_name = f"train {order.scenario.name} on {order.dataset}"
    job.experiment_name = f"{platform.experiment}-{order.scenario.name}"
    return job


def _components(order: TrainingOrder) -> list[str]:
    """The names of the components that the job starts."""
    steps = [define_dataset.NAME, *(step.NAME for step in STEPS)]
    return [*(name for name in steps if name != tune.NAME), trial.NAME, collect.NAME] if order.tuned else steps


def _command(step: str, order: TrainingOrder, platform: Platform, find: Callable[[str], Any]) -> Any:
    """The step's component, in the environment that takes the place of its own."""
    command = find(step)
    environment = _environment(step, order, platform)
    if environment is not None:
        # On the component: a sweep reads the environment of its trial there.
        command.environment = environment
    return command


def _environment(step: str, order: TrainingOrder, platform: Platform) -> Any:
    """The environment in place of the component's own: registered, with PyTorch, or on another image; else None."""
    if step in platform.environments:
        return platform.environments[step]
    network = DEEP in order.scenario.candidates and step in _FITTING
    if not network and platform.image == IMAGE_DEFAULT:
        return None
    return environments.environment(environments.DEEP if network else step, platform.image)


@dataclass(frozen=True, slots=True)
class _Builder:
    """Builds the nodes of the pipeline on the platform's compute; `commands` are the components by the step's name."""

    order: TrainingOrder
    platform: Platform
    commands: Mapping[str, Any]

    def node(self, name: str, step: str, **inputs: Any) -> Any:
        """The step as a node of the pipeline."""
        node = self.commands[step](**inputs)
        node.name = name
        node.compute = self.platform.compute_of(step)
        return node

    def sweep(self, position: int, candidate: str, prepared: Any) -> Any:
        """The sweep of the candidate's search space."""
        from azure.ai.ml.sweep import MedianStoppingPolicy

        assert self.order.sweep is not None  # noqa: S101 - only orders with a sweep have candidates for it
        budget, metric = self.order.sweep.within(self.order.options), self.order.scenario.metric
        space = search_space(candidate)
        trial_node = self.node(f"trial_{candidate}", trial.NAME, prepare=prepared, candidate=candidate, **space)
        sweep = trial_node.sweep(
            primary_metric=metric,
            goal="maximize" if LARGER_IS_BETTER[metric] else "minimize",
            sampling_algorithm=algorithm(budget, self.order.seed + position),
            early_termination_policy=MedianStoppingPolicy(delay_evaluation=budget.grace, evaluation_interval=1),
        )
        sweep.set_limits(
            max_total_trials=budget.trials,
            max_concurrent_trials=budget.concurrent,
            timeout=60 * budget.minutes,
            trial_timeout=60 * budget.trial_minutes,
        )
        sweep.name = f"sweep_{candidate}"
        return sweep


def _nodes(builder: _Builder, tables: Any, seed: Any) -> dict[str, Any]:
    """Every node, by the name of its step."""
    from azure.ai.ml import Input

    order = builder.order
    inputs = {"scenario": order.scenario.name, "tables": tables, "profile": order.profile, "seed": seed}
    inputs |= {"dataset": order.dataset, **order.origin}
    if order.options != NOTHING:
        inputs["options"] = order.options.packed()
    if order.parts:
        inputs["parts"] = Input(type="uri_folder", path=order.parts, mode="ro_mount")
    if order.contract:
        inputs["contract"] = Input(type="uri_file", path=order.contract, mode="ro_mount")
    nodes = {define_dataset.NAME: builder.node(define_dataset.NAME, define_dataset.NAME, **inputs)}
    for step in STEPS:
        needed = {need: nodes[need].outputs.out for need in step.NEEDS}
        if step.NAME == tune.NAME and order.tuned:
            nodes[tune.NAME] = _sweeps(builder, needed)
        else:
            nodes[step.NAME] = builder.node(step.NAME, step.NAME, **needed)
    return nodes


def _sweeps(builder: _Builder, needed: Mapping[str, Any]) -> Any:
    """The sweeps, and the node that turns their best trials into the files of `tune`."""
    sweeps = [
        builder.sweep(position, candidate, needed["prepare"]) for position, candidate in enumerate(builder.order.tuned)
    ]
    best = {name: sweep.outputs.out for name, sweep in zip(collect.SWEEPS, sweeps, strict=False)}
    return builder.node(tune.NAME, collect.NAME, **needed, **best)
