"""Lineage as a graph, from files to predictions: what a row, window, model, dataset or blob came from and led to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.datasets.version import DatasetVersion
from shared.operations.lineage import Impact, Trace
from shared.operations.lineage_nodes import MOST, Graph, Node, NodeKind
from shared.operations.tracing import impact, is_prediction_id, trace
from shared.prediction.revision import ScoredWindow
from shared.serving.deployment import Deployment
from shared.training.model import Model, ModelRef
from shared.training.stored_models import model_by_id

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts
    from shared.training.run import Run


def lineage_graph(ports: OperationsPorts, scenario: Scenario, target: str) -> Graph:
    """The graph around a prediction id, window id, model:version, dataset id or blob; Missing when it is unknown."""
    graph = Graph()
    if is_prediction_id(target):
        _of_trace(ports, graph, trace(ports, int(target), scenario.name))
        return graph
    commit = ports.prediction.predictions.find_commit(scenario.name, target)
    window = ports.operations.lineage.window(scenario, commit.ordinal) if commit else None
    if window is not None:
        _window(ports, graph, window, target=True)
    else:
        _of_impact(ports, graph, impact(ports, target, MOST))
    return graph


def _of_trace(ports: OperationsPorts, graph: Graph, traced: Trace) -> None:
    row = traced.prediction
    number = str(row["prediction_id"])
    chance = "" if row["probability"] is None else f", probability {row['probability']:.3f}"
    detail = f"{row['entity_key']}: {row['prediction']}{chance}"
    window = _window(ports, graph, traced.window)
    graph.add(
        Node(f"prediction/{number}", "prediction", number, detail, of=number, scenario=traced.scenario, target=True),
        window,
    )


def _window(ports: OperationsPorts, graph: Graph, window: ScoredWindow, *, target: bool = False) -> str:
    """The window with its files and the chain of its model."""
    commit, inputs = window.commit, window.revision.inputs
    files = _files(graph, inputs, "input", f"inputs/{commit.window}")
    model = model_by_id(ports, commit.model)
    served = _chain(ports, graph, model) if model else graph.add(Node(commit.model, "model", commit.model))
    deployment = _deployment(ports, commit.scenario, window.revision.generation)
    by = _release(graph, deployment, served) if deployment else served
    return graph.add(_window_node(window, target=target), by, *files)


def _window_node(window: ScoredWindow, *, target: bool = False) -> Node:
    commit = window.commit
    version = f", version {window.revision.number}" if window.revision.number > 1 else ""
    detail = f"{counted(commit.rows, 'row')}{version}"
    state = "superseded" if window.superseded_at else ""
    return Node(
        f"window/{commit.scenario}/{commit.window}", "window", commit.window, detail, state, commit.window,
        commit.scenario, target,
    )  # fmt: skip


def _chain(ports: OperationsPorts, graph: Graph, model: Model, *, target: bool = False) -> str:
    """The model, its run, the run's dataset and the files of that."""
    dataset = ports.datasets.versions.find(model.name, model.dataset)
    before = [_dataset(graph, dataset)] if dataset else []
    run = ports.training.runs.find(model.run)
    if run is not None:
        before = [_run(graph, run, *before)]
    return _model(ports, graph, model, *before, target=target)


def _model(ports: OperationsPorts, graph: Graph, model: Model, *before: str, target: bool = False) -> str:
    verdict = ports.release.deployments.verdict(model)
    gate = "not judged by its gate" if verdict is None else f"gate: {verdict.state.replace('_', ' ')}"
    return graph.add(Node(model.id, "model", model.id, gate, model.state, model.id, model.name, target), *before)


def _run(graph: Graph, run: Run, *before: str) -> str:
    return graph.add(Node(run.id, "run", run.id, run.reason, run.state, scenario=run.scenario), *before)


def _dataset(graph: Graph, dataset: DatasetVersion, *, target: bool = False) -> str:
    name = f"dataset/{dataset.scenario}/{dataset.id}"
    files = _files(graph, dataset.sources, "file", f"files/{dataset.id}")
    rows = counted(dataset.rows, "row")
    return graph.add(Node(name, "dataset", dataset.id, rows, "", dataset.id, dataset.scenario, target), *files)


def _files(graph: Graph, keys: Sequence[str], kind: NodeKind, rest: str) -> list[str]:
    shown = [graph.add(_file(key, kind)) for key in keys[:MOST]]
    if len(keys) > MOST:
        shown.append(graph.add(Node(rest, kind, f"and {counted(len(keys) - MOST, 'more file')}")))
    return shown


def _file(key: str, kind: NodeKind, *, target: bool = False) -> Node:
    path, _, version = key.rpartition("@")
    return Node(key, kind, path or key, f"version {version[:12]}" if path else "", of=path or key, target=target)


def _deployment(ports: OperationsPorts, scenario: str, generation: int) -> Deployment | None:
    return next((one for one in ports.release.deployments.list(scenario) if one.generation == generation), None)


def _release(graph: Graph, deployment: Deployment, model: str) -> str:
    number = f"generation {deployment.generation}"
    return graph.add(
        Node(
            f"release/{deployment.scenario}/{deployment.generation}", "release", number,
            f"in {deployment.environment} by {deployment.by}", scenario=deployment.scenario,
        ),
        model,
    )  # fmt: skip


def _of_impact(ports: OperationsPorts, graph: Graph, effects: Impact) -> None:
    """What came of the target; of a model what led to it, too."""
    for dataset in effects.datasets:
        _dataset(graph, dataset, target=effects.kind == "dataset")
    for run in effects.runs:
        dataset_id = f"dataset/{run.scenario}/{run.dataset}"
        _run(graph, run, *([dataset_id] if dataset_id in graph.nodes else []))
    for model in effects.models[:MOST]:
        _chain(ports, graph, model, target=effects.kind == "model")
    for window in effects.windows:
        _scored(ports, graph, window, effects)
    if effects.window_count > len(effects.windows):
        rest = counted(effects.window_count - len(effects.windows), "more window")
        scenario = effects.windows[0].commit.scenario if effects.windows else ""
        graph.add(Node("more/windows", "window", f"and {rest}", scenario=scenario), *_models(graph, effects))
    if effects.kind == "blob":
        _mark(graph, effects)


def _models(graph: Graph, effects: Impact) -> Iterator[str]:
    """Their releases where they are drawn, else the models themselves."""
    for model in effects.models:
        releases = [later for earlier, later in graph.edges if earlier == model.id and later.startswith("release/")]
        yield from releases or ([model.id] if model.id in graph.nodes else [])


def _scored(ports: OperationsPorts, graph: Graph, window: ScoredWindow, effects: Impact) -> None:
    """The window after the release that scored it; with the named file where it was made of that."""
    if effects.kind == "blob" and effects.target.partition("@")[0] in _paths(window.revision.inputs):
        _window(ports, graph, window)
        return
    known = window.commit.model in graph.nodes
    deployment = _deployment(ports, window.commit.scenario, window.revision.generation)
    before = [window.commit.model] if known else []
    if (
        deployment
        and known
        and ModelRef.parse(window.commit.model) == ModelRef(deployment.scenario, deployment.version)
    ):
        before = [_release(graph, deployment, window.commit.model)]
    graph.add(_window_node(window), *before)


def _paths(keys: Iterable[str]) -> set[str]:
    return {key.rpartition("@")[0] or key for key in keys}


def _mark(graph: Graph, effects: Impact) -> None:
    """Mark the named blob; one that led to nothing stands alone with what the ledger says."""
    path = effects.target.partition("@")[0]
    found = [node for node in graph.nodes.values() if node.kind in ("file", "input") and node.name == path]
    for node in found:
        graph.add(_file(node.id, node.kind, target=True))
    if not found:
        last = effects.events[-1] if effects.events else None
        detail, state = (last.reason, last.state) if last else ("", "")
        graph.add(Node(effects.target, "file", path, detail, state, path, target=True))
