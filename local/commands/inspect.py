"""Read-only verbs: history, status, and lists of datasets, models and deployments."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, Any

import typer

from local.console.options import Json
from local.console.output import as_json, out, show
from local.console.session import Session
from local.console.time_steps import clock_facts, clock_sentence, moved_clock
from local.console.timestamps import parse_timestamp
from shared.core.errors import BadInput, Missing
from shared.core.ledger import EntryFilter, Kind, State
from shared.core.wording import counted, did_you_mean, visible
from shared.operations.following import followed
from shared.operations.status import status as read_status
from shared.ports import Ports
from shared.profiles.baseline import offer
from shared.training.model import ModelRef

Scenario = Annotated[str | None, typer.Argument(help="Only this scenario.")]


def history(
    why: Annotated[
        str | None,
        typer.Option(
            help="Only entries about this: a file, drop, dataset, model or window, or a kind such as retrain or breach."
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            min=1, max=1_000_000, show_default="50, with --why all", help="The most entries; the newest are shown."
        ),
    ] = None,
    scenario: Annotated[str | None, typer.Option(help="Only entries of this scenario.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only entries of this kind, such as drop, model or window.")] = None,
    state: Annotated[str | None, typer.Option(help="Only entries in this state, such as failed or refused.")] = None,
    since: Annotated[str | None, typer.Option(help="Only entries from this day or time on, in UTC.")] = None,
    before: Annotated[str | None, typer.Option(help="Only entries before this day or time, in UTC.")] = None,
    json: Json = False,
) -> None:
    """Show what happened, and why something did or did not happen; --why follows a thing to all that came out of it."""
    session = Session()
    where = EntryFilter(
        session.named(scenario) or "",
        _one_of("--kind", kind, Kind),
        _one_of("--state", state, State),
        parse_timestamp(since, "--since") if since else None,
        parse_timestamp(before, "--before") if before else None,
    )
    if why and where != EntryFilter():
        raise BadInput("--why follows one thing and takes no filter; accepted: --why alone, or filters without it.")
    ports = session.ports
    entries = (
        list(followed(ports, why))[-(limit or 0) :] if why else list(ports.core.history.entries(limit or 50, where))
    )
    value = [
        {"at": entry.at, "kind": entry.kind, "key": entry.key, "state": entry.state, "reason": entry.reason,
         "repeats": entry.repeats}
        for entry in entries
    ]  # fmt: skip
    if why and not entries:
        raise Missing(f"Nothing matches {why[:200]!r}: no event, file, drop, dataset, run, model or window.")
    if json:
        as_json(value)
        return
    if not entries:
        out.print("No entry." if where == EntryFilter() else "No entry fits these filters.")
    for entry in entries:
        if why or where.state or entry.state != State.IN_PROGRESS:
            head = f"{entry.at:%Y-%m-%d %H:%M:%SZ}  {entry.state:<11} {entry.kind:<10} {visible(entry.key)}"
            out.print(f"{head}\n{'':<22}{visible(_reason(entry))}", markup=False, soft_wrap=True)


def _one_of(option: str, value: str | None, known: type[StrEnum]) -> str:
    """The value; BadInput that names what would be accepted."""
    if value and value not in set(known):
        near = get_close_matches(value, set(known), 1)
        hint = f"; did you mean {str(near[0])!r}? Accepted" if near else "; accepted"
        raise BadInput(f"{option} is {value[:40]!r}{hint}: {', '.join(sorted(known))}.")
    return value or ""


def _reason(entry: Any) -> str:
    one = "1 later copy was dismissed as a duplicate"
    copies = one if entry.repeats == 1 else f"{entry.repeats} later copies were dismissed as duplicates"
    return f"{entry.reason} ({copies})" if entry.repeats else str(entry.reason)


def status(json: Json = False) -> None:
    """Show per scenario what serves since when and how well, the newest dataset and run, what is open, predictions."""
    session = Session()
    ports = session.ports
    value, now = read_status(ports), ports.core.clock()
    columns = ("scenario", "model", "age", "metric", "dataset", "run", "newest row", "challenger", "alerts",
               "approvals", "open windows", "predictions")  # fmt: skip
    rows = [
        (name, _served(row), _age(row["deployed_at"], now), _metric(row["metric"]), row["dataset"],
         row["run"] and row["run"]["state"], row["newest_row"], (row["challenger"] or {}).get("told"),
         row["breaches"] or None, ", ".join(row["approvals"]) or None, row["open_windows"], row["predictions"])
        for name, row in value["scenarios"].items()
    ]  # fmt: skip
    moved = moved_clock(session.settings)
    if moved:
        value = {**value, "clock": clock_facts(moved)}
    show(json_output=json, value=value, title="Status", columns=columns, rows=rows)
    if moved and not json:
        out.print(f"{clock_sentence(moved)} (mlops clock reset).", soft_wrap=True)
    for name, row in [] if json else value["scenarios"].items():
        for told in (row["overdue"], row["trial"]):
            if told:
                out.print(f"{name}: {told}", markup=False, soft_wrap=True)
        if row["offered_baseline"]:
            sentence = f"{name}: there is no baseline; {offer(name, row['offered_baseline'])}"
            out.print(sentence, markup=False, soft_wrap=True)


def _age(since: str | None, now: datetime) -> str | None:
    """For how long it has served, in the largest unit of which it is one at least."""
    if since is None:
        return None
    passed = now - datetime.fromisoformat(since)
    for seconds, unit in ((86_400, "day"), (3_600, "hour")):
        if passed.total_seconds() >= seconds:
            return counted(int(passed.total_seconds() // seconds), unit)
    return counted(int(passed.total_seconds() // 60), "minute")


def _metric(metric: Mapping[str, Any] | None) -> str | None:
    return f"{metric['name']} {metric['value']:.3f}" if metric else None


def _served(row: Mapping[str, Any]) -> str | None:
    return f"{row['model']} (override)" if row["override"] else row["model"]


def list_datasets(scenario: Scenario = None, json: Json = False) -> None:
    """List dataset versions, oldest first."""
    session = Session()
    versions = session.ports.datasets.versions.list(session.named(scenario))
    rows = [(version.scenario, version.id, version.rows, ", ".join(version.sources)) for version in versions]
    show(json_output=json, value=versions, title="Datasets", columns=("scenario", "id", "rows", "sources"), rows=rows)


def list_models(scenario: Scenario = None, json: Json = False) -> None:
    """List model versions, oldest first."""
    session = Session()
    models = session.ports.training.registry.list(session.named(scenario))
    rows = [(model.id, model.state, _metrics(model.metrics), model.dataset, model.run) for model in models]
    columns = ("model", "state", "metrics", "dataset", "run")
    show(json_output=json, value=models, title="Models", columns=columns, rows=rows)


def _metrics(metrics: Any) -> str:
    chosen = [name for name in ("auc", "auc_random", "auc_time", "auc_with_leakage", "accuracy") if name in metrics]
    return ", ".join(f"{name} {metrics[name]:.3f}" for name in chosen)


def model_ref(model: str) -> ModelRef:
    """Parse `name:version`; BadInput for any other text."""
    ref = ModelRef.parse(model)
    if ref is None:
        raise BadInput(f"{model!r} is not a model version; accepted: name:version, such as {_example(model)}.")
    return ref


def _example(model: str) -> str:
    """A version of what was named, where it is the name of a model."""
    return f"{model}:1" if re.fullmatch(r"[a-z][a-z0-9_]*", model) else "bank_marketing:1"


def _check_environment(ports: Ports, scenario: str | None, environment: str) -> None:
    """BadInput for an environment that no policy names; what was deployed to one that no policy names now is listed."""
    scenarios = (scenario,) if scenario else ports.core.scenarios
    known = list(dict.fromkeys(one for name in scenarios for one in ports.release.policies.of(name).environments))
    if environment not in known:
        meant = did_you_mean(environment, known)
        raise BadInput(f"There is no environment {environment[:80]!r}{meant}; accepted: {', '.join(known)}, or '*'.")


def list_deployments(
    scenario: Scenario = None,
    environment: Annotated[
        str | None, typer.Option(help="An environment, or '*' for all; by default the last.")
    ] = None,
    json: Json = False,
) -> None:
    """List deployment generations, oldest first."""
    session = Session()
    name = session.named(scenario)
    deployments = session.ports.release.deployments.list(name, environment)
    if not deployments and environment not in (None, "*"):
        _check_environment(session.ports, name, str(environment))
    rows = [
        (
            deployment.scenario,
            deployment.environment,
            deployment.generation,
            deployment.model_id,
            deployment.by,
            deployment.reason,
            deployment.at,
        )
        for deployment in deployments
    ]
    columns = ("scenario", "environment", "generation", "model", "by", "reason", "at")
    show(json_output=json, value=deployments, title="Deployments", columns=columns, rows=rows)
