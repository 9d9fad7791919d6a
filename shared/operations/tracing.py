"""Lineage both ways, from the state alone: from a prediction to its bytes, and from a blob to its predictions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.core.errors import BadInput, Missing
from shared.core.ledger import Entry
from shared.core.scenario import Scenario, find_scenario
from shared.datasets.version import DatasetVersion
from shared.operations.lineage import Impact, Trace
from shared.prediction.revision import ScoredWindow
from shared.prediction.window import Commit
from shared.serving.deployment import Deployment
from shared.serving.prediction_rows import ID_SHIFT
from shared.training.model import Model
from shared.training.stored_models import model_by_id

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


_MODEL = re.compile(r"(?P<name>[A-Za-z0-9_]+):(?P<version>\d{1,9})")
_LARGEST = (1 << 63) - 1
_DIGEST = 12


def trace(ports: OperationsPorts, prediction_id: int, scenario: str | None = None) -> Trace:
    """The prediction and all that led to it; Missing when there is none, BadInput when several scenarios have it."""
    if not 0 < prediction_id <= _LARGEST:
        raise BadInput(f"{prediction_id} is no prediction id; accepted: a whole number from 1 to {_LARGEST}.")
    found = [
        (declared, row)
        for declared in _asked(ports, scenario)
        if (row := ports.operations.lineage.prediction(declared, prediction_id)) is not None
    ]
    if not found:
        raise Missing(f"There is no prediction {prediction_id}{f' of {scenario}' if scenario else ''}.")
    if len(found) > 1:
        names = ", ".join(declared.name for declared, _ in found)
        raise BadInput(f"Several scenarios have a prediction {prediction_id} ({names}); name one with --scenario.")
    return _traced(ports, *found[0])


def _asked(ports: OperationsPorts, scenario: str | None) -> list[Scenario]:
    if scenario is None:
        return list(ports.core.scenarios.values())
    return [find_scenario(ports.core.scenarios, scenario)]


def _traced(ports: OperationsPorts, scenario: Scenario, row: Mapping[str, Any]) -> Trace:
    window = ports.operations.lineage.window(scenario, int(row["prediction_id"]) >> ID_SHIFT)
    if window is None:
        raise Missing(f"Prediction {row['prediction_id']} of {scenario.name} belongs to no committed window.")
    commit = window.commit
    model = model_by_id(ports, commit.model)
    dataset = ports.datasets.versions.find(scenario.name, commit.dataset)
    deployment = _generation(ports, scenario.name, window.revision.generation)
    keys = [*_of_window(window), *_of_model(scenario.name, commit, deployment), *_of_dataset(dataset)]
    return Trace(
        scenario=scenario.name,
        prediction=row,
        window=window,
        deployment=deployment,
        model=model,
        gate=None if model is None else ports.release.deployments.verdict(model),
        run=ports.training.runs.find(commit.run),
        dataset=dataset,
        events=_events(ports, keys),
    )


def _generation(ports: OperationsPorts, scenario: str, number: int) -> Deployment | None:
    return next((one for one in ports.release.deployments.list(scenario) if one.generation == number), None)


def _of_window(window: ScoredWindow) -> list[tuple[str, str]]:
    return [
        *(("blob", key) for key in window.revision.inputs),
        ("window", f"{window.commit.scenario}/{window.commit.window}"),
    ]


def _of_model(scenario: str, commit: Commit, deployment: Deployment | None) -> list[tuple[str, str]]:
    serving = [] if deployment is None else [("deployment", f"{scenario}/{deployment.generation}")]
    return [("train", commit.run), ("model", commit.model), *serving]


def _of_dataset(dataset: DatasetVersion | None) -> list[tuple[str, str]]:
    if dataset is None:
        return []
    key = f"{dataset.scenario}/{dataset.digest[:_DIGEST]}"
    return [*(("blob", source) for source in dataset.sources), ("dataset", key)]


def _events(ports: OperationsPorts, keys: Iterable[tuple[str, str]]) -> tuple[Entry, ...]:
    found = ports.operations.lineage.entries(list(dict.fromkeys(keys)))
    return tuple(sorted(found, key=lambda entry: entry.at))


def told_event(entry: Entry) -> Mapping[str, Any]:
    """The ledger entry as facts, with id, type and subject of the event that asked for the work, where one did."""
    try:
        event = json.loads(entry.message) if entry.message else {}
    except ValueError:
        event = {}
    if not isinstance(event, dict):
        event = {}
    return {
        "kind": entry.kind,
        "key": entry.key,
        "state": entry.state,
        "reason": entry.reason,
        "at": entry.at,
        "event_id": event.get("id"),
        "event_type": event.get("type") or event.get("eventType"),
    }


def impact(ports: OperationsPorts, target: str) -> Impact:
    """What a blob path (`path` or `path@etag`), dataset id or `model:version` touched; Missing when it is unknown."""
    matched = _MODEL.fullmatch(target)
    if matched and matched["name"] in ports.core.scenarios:
        return _of_a_model(ports, matched["name"], int(matched["version"]))
    datasets = [one for one in ports.datasets.versions.list() if target in (one.id, f"{one.scenario}/{one.id}")]
    if datasets:
        keys = [key for one in datasets for key in _of_dataset(one)]
        return _downstream(ports, ("dataset", target), datasets, {}, keys)
    return _of_a_blob(ports, target)


def _of_a_model(ports: OperationsPorts, name: str, version: int) -> Impact:
    model = ports.training.registry.find(name, version)
    if model is None:
        known = ", ".join(one.id for one in ports.training.registry.list(name)) or "none"
        raise Missing(f"There is no model {name}:{version}; registered: {known}.")
    windows = ports.operations.lineage.scored(ports.core.scenarios[name], models=[model.id])
    run = ports.training.runs.find(model.run)
    serving = [one for one in ports.release.deployments.list(name) if one.version == version]
    keys = [("model", model.id), *(("deployment", f"{name}/{one.generation}") for one in serving)]
    return Impact("model", model.id, _events(ports, keys), (), (run,) if run else (), (model,), tuple(windows))


def _of_a_blob(ports: OperationsPorts, target: str) -> Impact:
    path, etag = _versioned(target)
    datasets = [one for one in ports.datasets.versions.list() if any(_is(source, path, etag) for source in one.sources)]
    direct = {
        name: found
        for name, scenario in ports.core.scenarios.items()
        if (found := ports.operations.lineage.scored(scenario, path=path, etag=etag))
    }
    made_of = [source for one in datasets for source in one.sources]
    made_of += [key for found in direct.values() for one in found for key in one.revision.inputs]
    # What became of a file that went nowhere (quarantined, waiting) stands in the ledger only.
    known = made_of or [entry.key for entry in ports.core.history.why(path) if entry.kind == "blob"]
    keys = [("blob", key) for key in sorted(set(known)) if _is(key, path, etag)]
    if not keys:
        raise Missing(f"Nothing was made of {target[:200]!r}: no blob, dataset or model of that name is known.")
    return _downstream(ports, ("blob", target), datasets, direct, keys)


def _versioned(target: str) -> tuple[str, str]:
    """Path and ETag (may be empty); a file's ending is no ETag, so a path may hold an @ itself."""
    path, separator, etag = target.rpartition("@")
    return (path, etag.strip('"')) if separator and "." not in etag and "/" not in etag else (target, "")


def _is(key: str, path: str, etag: str) -> bool:
    found, _, version = key.rpartition("@")
    return found == path and etag in ("", version.strip('"'))


def _downstream(
    ports: OperationsPorts,
    named: tuple[str, str],
    datasets: Sequence[DatasetVersion],
    direct: Mapping[str, Sequence[ScoredWindow]],
    keys: Sequence[tuple[str, str]],
) -> Impact:
    """Datasets to their runs, models and windows, together with windows that were made of the blob itself."""
    wanted = {(one.scenario, one.id) for one in datasets}
    names = list(dict.fromkeys([*(one.scenario for one in datasets), *direct]))
    runs = [run for name in names for run in ports.training.runs.list(name) if (run.scenario, run.dataset) in wanted]
    models = [one for name in names for one in ports.training.registry.list(name) if (name, one.dataset) in wanted]
    windows = [
        one for name in names for one in _windows(ports, ports.core.scenarios[name], models, direct.get(name, ()))
    ]
    return Impact(*named, _events(ports, keys), tuple(datasets), tuple(runs), tuple(models), tuple(windows))


def _windows(
    ports: OperationsPorts, scenario: Scenario, models: Sequence[Model], direct: Sequence[ScoredWindow]
) -> list[ScoredWindow]:
    ids = [model.id for model in models if model.name == scenario.name]
    scored = ports.operations.lineage.scored(scenario, models=ids) if ids else []
    by_number = {one.commit.ordinal: one for one in (*scored, *direct)}
    return [by_number[number] for number in sorted(by_number)]
