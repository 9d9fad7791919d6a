"""Looking: what happened and why, and what there is."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from local.console.options import Json, ScenarioName
from local.console.output import as_json, out, plain, show
from local.console.session import Session
from shared.core.errors import BadInput, Missing
from shared.core.lake_reading import read_json
from shared.operations.status import status as read_status
from shared.release.deploy import find_model

Scenario = Annotated[str | None, typer.Argument(help="Only this scenario.")]


def history(
    why: Annotated[
        str | None,
        typer.Option(
            help="Only what concerns this: a file, drop, dataset, model, window, or all of a kind: retrain, breach."
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many lines, newest first.")] = 50,
    json: Json = False,
) -> None:
    """What happened, and why something did or did not."""
    read = Session().ports.core.history
    entries = list(read.why(why)) if why else list(read.entries(limit))
    value = [
        {"at": entry.at, "kind": entry.kind, "key": entry.key, "state": entry.state, "reason": entry.reason,
         "repeats": entry.repeats}
        for entry in entries
    ]  # fmt: skip
    if why and not entries:
        raise Missing(f"Nothing is known about {why!r}: no event, file, drop, dataset, run, model or window has it.")
    if json:
        as_json(value)
        return
    for entry in entries:
        if why or entry.state != "in_progress":
            head = f"{entry.at:%Y-%m-%d %H:%M:%S}  {entry.state:<11} {entry.kind:<10} {entry.key}"
            out.print(f"{head}\n{'':<21}{_told(entry)}", markup=False, soft_wrap=True)


def _told(entry: Any) -> str:
    again = f" ({entry.repeats} later copies were dismissed as duplicates)" if entry.repeats else ""
    return f"{entry.reason}{again}"


def status(json: Json = False) -> None:
    """Per scenario: newest dataset and run, what serves, open windows, predictions."""
    value = read_status(Session().ports)
    columns = ("scenario", "dataset", "run", "model", "generation", "open windows", "predictions")
    rows = [
        (name, one["dataset"], one["run"] and one["run"]["state"], one["model"], one["generation"], one["open_windows"],
         one["predictions"])
        for name, one in value["scenarios"].items()
    ]  # fmt: skip
    show(json_output=json, value=value, title="Status", columns=columns, rows=rows)


def list_datasets(scenario: Scenario = None, json: Json = False) -> None:
    """Dataset versions, oldest first."""
    session = Session()
    versions = session.ports.datasets.versions.list(session.named(scenario))
    rows = [(one.scenario, one.id, one.rows, ", ".join(one.sources)) for one in versions]
    show(json_output=json, value=versions, title="Datasets", columns=("scenario", "id", "rows", "sources"), rows=rows)


def show_dataset(
    scenario: ScenarioName,
    dataset: Annotated[str, typer.Argument(help="The dataset version's id.")],
    json: Json = True,  # noqa: ARG001 -- this verb prints nothing else
) -> None:
    """One dataset version: its tables, sources and profile, as JSON."""
    session = Session()
    session.scenario(scenario)
    ports = session.ports
    found = ports.datasets.versions.find(scenario, dataset)
    if found is None:
        known = ", ".join(one.id for one in ports.datasets.versions.list(scenario)) or "none"
        raise Missing(f"{scenario} has no dataset {dataset}; registered: {known}.")
    profile = read_json(ports, f"datasets/{scenario}/{dataset}/profile.json")
    as_json({**plain(found), "profile": profile})


def list_models(scenario: Scenario = None, json: Json = False) -> None:
    """Model versions, oldest first."""
    session = Session()
    models = session.ports.training.registry.list(session.named(scenario))
    rows = [(one.id, one.state, _metrics(one.metrics), one.dataset, one.run) for one in models]
    columns = ("model", "state", "metrics", "dataset", "run")
    show(json_output=json, value=models, title="Models", columns=columns, rows=rows)


def _metrics(metrics: Any) -> str:
    chosen = [name for name in ("auc", "auc_random", "auc_time", "auc_with_leakage", "accuracy") if name in metrics]
    return ", ".join(f"{name} {metrics[name]:.3f}" for name in chosen)


def show_model(
    model: Annotated[str, typer.Argument(help="name:version")],
    json: Json = True,  # noqa: ARG001 -- this verb prints nothing else
) -> None:
    """One model version: where its card lies, its manifest and the gate's verdict, as JSON."""
    name, version = name_version(model)
    session = Session()
    session.scenario(name)
    ports = session.ports
    found = find_model(ports, name, version)
    manifest = read_json(ports, f"{found.folder}manifest.json")
    card = f"{found.folder}card.html"
    told = {"card": card if ports.core.lake.stat(card) else None, "manifest": manifest}
    as_json({**plain(found), **told, "gate": plain(ports.release.deployments.verdict(found))})


def name_version(model: str) -> tuple[str, int]:
    """The two parts of `name:version`; BadInput when it is something else."""
    name, _, version = model.partition(":")
    if not name or not version.isdigit():
        raise BadInput(f"{model!r} is no model version; accepted: name:version, such as bank_marketing:1.")
    return name, int(version)


def list_deployments(
    scenario: Scenario = None,
    environment: Annotated[str | None, typer.Option(help="An environment, or '*' for all; else the last one.")] = None,
    json: Json = False,
) -> None:
    """Generations, oldest first."""
    session = Session()
    deployments = session.ports.release.deployments.list(session.named(scenario), environment)
    rows = [
        (one.scenario, one.environment, one.generation, f"{one.model}:{one.version}", one.by, one.reason, one.at)
        for one in deployments
    ]
    columns = ("scenario", "environment", "generation", "model", "by", "reason", "at")
    show(json_output=json, value=deployments, title="Deployments", columns=columns, rows=rows)


def show_deployment(
    scenario: ScenarioName,
    json: Json = True,  # noqa: ARG001 -- this verb prints nothing else
) -> None:
    """What serves a scenario now, as JSON."""
    session = Session()
    session.scenario(scenario)
    found = session.ports.release.deployments.current(scenario)
    if found is None:
        raise Missing(
            f"Nothing is deployed for {scenario}; drop labelled data first: mlops drop {scenario} FILE --wait."
        )
    as_json(found)
