"""Lineage in both directions, from the state alone: a prediction to its bytes, and a blob to its predictions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.core.errors import BadInput, Missing
from shared.core.lake_reading import read_json
from shared.core.ledger import Entry, Kind
from shared.core.paths import erasures_folder
from shared.core.scenario import Scenario, find_scenario
from shared.datasets.version import DatasetVersion
from shared.operations.erasure_record import ErasureRecord
from shared.operations.lineage import Impact, Trace
from shared.prediction.commits import is_erased
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
_NUMBER = re.compile(rf"[0-9]{{1,{len(str(_LARGEST))}}}")
_DIGEST = 12


def is_prediction_id(text: str) -> bool:
    """Whether this may be the id of a prediction: a whole number that is no longer than ids can be."""
    return _NUMBER.fullmatch(text) is not None


def trace(ports: OperationsPorts, prediction_id: int, scenario: str | None = None) -> Trace:
    """The prediction and what led to it; Missing when there is none, BadInput when several scenarios have it."""
    if not 0 < prediction_id <= _LARGEST:
        raise BadInput(f"{prediction_id} is no prediction id; accepted: a whole number from 1 to {_LARGEST}.")
    rows = [
        (declared, row)
        for declared in _candidates(ports, scenario)
        if (row := ports.operations.lineage.prediction(declared, prediction_id)) is not None
    ]
    if not rows:
        _check_erased(ports, prediction_id, scenario)
        raise Missing(f"There is no prediction {prediction_id}{f' of {scenario}' if scenario else ''}.")
    if len(rows) > 1:
        names = ", ".join(declared.name for declared, _ in rows)
        raise BadInput(f"Several scenarios have a prediction {prediction_id} ({names}); name one with --scenario.")
    return _trace(ports, *rows[0])


def _candidates(ports: OperationsPorts, scenario: str | None) -> list[Scenario]:
    if scenario is None:
        return list(ports.core.scenarios.values())
    return [find_scenario(ports.core.scenarios, scenario)]


def _trace(ports: OperationsPorts, scenario: Scenario, row: Mapping[str, Any]) -> Trace:
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
        erased=tuple(_erased(ports, window, dataset)),
    )


def erasures(ports: OperationsPorts, scenario: str) -> list[ErasureRecord]:
    """Everything that was replaced by any erasure of the scenario."""
    found = []
    for blob in ports.core.lake.list(f"{erasures_folder(scenario)}records/"):
        value = read_json(ports, blob.path)
        found.append(ErasureRecord(**{name: fact for name, fact in value.items() if name != "schema"}))
    return found


def _erased(ports: OperationsPorts, window: ScoredWindow, dataset: DatasetVersion | None) -> Iterator[ErasureRecord]:
    """The records of the window, of its files, and of the parts of its dataset."""
    shas = {sha for table in dataset.tables for sha in table.shas} if dataset else set()
    inputs = {key.replace('"', "") for key in window.revision.inputs}
    inputs |= {source.replace('"', "") for source in dataset.sources} if dataset else set()
    for record in erasures(ports, window.commit.scenario):
        of_window = record.kind == "window" and record.place == window.commit.window
        if of_window or (record.kind == "part" and record.new in shas) or record.old in inputs:
            yield record


def _check_erased(ports: OperationsPorts, prediction_id: int, scenario: str | None) -> None:
    """Missing with the reason, when rows of the window were erased."""
    for declared in _candidates(ports, scenario):
        window = ports.operations.lineage.window(declared, prediction_id >> ID_SHIFT)
        if window is not None and is_erased(ports, declared.name, window.commit.window):
            raise Missing(
                f"There is no prediction {prediction_id} of {declared.name} (any more): rows of window "
                f"{window.commit.window} were erased on request ({window.commit.rejected_rows})."
            )


def _generation(ports: OperationsPorts, scenario: str, number: int) -> Deployment | None:
    generations = ports.release.deployments.list(scenario)
    return next((deployment for deployment in generations if deployment.generation == number), None)


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
    entries = ports.operations.lineage.entries(list(dict.fromkeys(keys)))
    return tuple(sorted(entries, key=lambda entry: entry.at))


def event_facts(entry: Entry) -> Mapping[str, Any]:
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


def impact(ports: OperationsPorts, target: str, most: int | None = None) -> Impact:
    """The impact of a blob (`path` or `path@etag`), dataset id or `model:version`; Missing when it is unknown.

    Windows that its models scored are counted; with `most` only the first of them are read.
    """
    matched = _MODEL.fullmatch(target)
    if matched and matched["name"] in ports.core.scenarios:
        return _of_a_model(ports, matched["name"], int(matched["version"]), most)
    datasets = [
        dataset
        for dataset in ports.datasets.versions.list()
        if target in (dataset.id, f"{dataset.scenario}/{dataset.id}")
    ]
    if datasets:
        keys = [key for dataset in datasets for key in _of_dataset(dataset)]
        return _downstream(ports, ("dataset", target), datasets, {}, keys, most)
    return _of_a_blob(ports, target, most)


def _of_a_model(ports: OperationsPorts, name: str, version: int, most: int | None) -> Impact:
    model = ports.training.registry.find(name, version)
    if model is None:
        known = ", ".join(model.id for model in ports.training.registry.list(name)) or "none"
        raise Missing(f"There is no model {name}:{version}; registered: {known}.")
    windows = _windows(ports, ports.core.scenarios[name], [model], (), most)
    run = ports.training.runs.find(model.run)
    deployments = [one for one in ports.release.deployments.list(name) if one.version == version]
    keys = [("model", model.id), *(("deployment", f"{name}/{deployment.generation}") for deployment in deployments)]
    return Impact("model", model.id, _events(ports, keys), (), (run,) if run else (), (model,), *windows)


def _of_a_blob(ports: OperationsPorts, target: str, most: int | None) -> Impact:
    path, etag = _versioned(target)
    datasets = [
        dataset
        for dataset in ports.datasets.versions.list()
        if any(_is(source, path, etag) for source in dataset.sources)
    ]
    direct = {
        name: windows
        for name, scenario in ports.core.scenarios.items()
        if (windows := ports.operations.lineage.scored(scenario, path=path, etag=etag))
    }
    keys_used = [source for dataset in datasets for source in dataset.sources]
    keys_used += [key for windows in direct.values() for window in windows for key in window.revision.inputs]
    # A file that became nothing (quarantined, waiting) is in the ledger only.
    known = keys_used or [entry.key for entry in ports.core.history.why(path) if entry.kind == Kind.BLOB]
    keys = [("blob", key) for key in sorted(set(known)) if _is(key, path, etag)]
    if not keys:
        raise Missing(
            f"Nothing was made of {target[:200]!r}: no blob, dataset or model of that name is known; accepted: a blob "
            "as mlops history shows it, such as incoming/SCENARIO/DROP/FILE.csv, the id of a dataset, or MODEL:VERSION."
        )
    return _downstream(ports, ("blob", target), datasets, direct, keys, most)


def _versioned(target: str) -> tuple[str, str]:
    """Path and ETag (may be empty). A file's suffix is no ETag, so a path may contain an @ itself."""
    path, separator, etag = target.rpartition("@")
    return (path, etag.strip('"')) if separator and "." not in etag and "/" not in etag else (target, "")


def _is(key: str, path: str, etag: str) -> bool:
    key_path, _, version = key.rpartition("@")
    return key_path == path and etag in ("", version.strip('"'))


def _downstream(  # noqa: PLR0917 -- what it leads to is one question
    ports: OperationsPorts,
    named: tuple[str, str],
    datasets: Sequence[DatasetVersion],
    direct: Mapping[str, Sequence[ScoredWindow]],
    keys: Sequence[tuple[str, str]],
    most: int | None,
) -> Impact:
    """Datasets to their runs, models and windows, together with windows that were made of the blob itself."""
    ids = {(dataset.scenario, dataset.id) for dataset in datasets}
    names = list(dict.fromkeys([*(dataset.scenario for dataset in datasets), *direct]))
    runs = [run for name in names for run in ports.training.runs.list(name) if (run.scenario, run.dataset) in ids]
    models = [model for name in names for model in ports.training.registry.list(name) if (name, model.dataset) in ids]
    found = [_windows(ports, ports.core.scenarios[name], models, direct.get(name, ()), most) for name in names]
    windows = tuple(window for some, _, _ in found for window in some)[:most]
    totals = sum(number for _, number, _ in found), sum(rows for _, _, rows in found)
    return Impact(*named, _events(ports, keys), tuple(datasets), tuple(runs), tuple(models), windows, *totals)


def _windows(
    ports: OperationsPorts,
    scenario: Scenario,
    models: Sequence[Model],
    direct: Sequence[ScoredWindow],
    most: int | None,
) -> tuple[tuple[ScoredWindow, ...], int, int]:
    """Windows that the models scored or that are named directly, by number; how many there are, and their rows."""
    ids = [model.id for model in models if model.name == scenario.name]
    lineage = ports.operations.lineage
    scored = lineage.scored(scenario, models=ids, most=most) if ids else []
    number, rows = lineage.scored_totals(scenario, ids)
    others = [window for window in direct if window.commit.model not in ids]
    by_number = {window.commit.ordinal: window for window in (*scored, *direct)}
    first = tuple(by_number[number] for number in sorted(by_number))[:most]
    return first, number + len(others), rows + sum(window.commit.rows for window in others)
