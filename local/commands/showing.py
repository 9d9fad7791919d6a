"""One dataset version, model version or deployment on one screen; everything about it as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer

from local.commands.datasets import find_version
from local.commands.inspect import model_ref
from local.console.options import Json, ScenarioName
from local.console.output import as_facts, as_json, plain
from local.console.session import Session
from shared.core.errors import Missing
from shared.core.lake_reading import read_json
from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.datasets.assets import read_assets
from shared.release.verdict import Verdict
from shared.training.stored_models import find_model

_MOST_METRICS = 6


def show_dataset(
    scenario: ScenarioName,
    dataset: Annotated[str, typer.Argument(help="The dataset version's id.")],
    json: Json = False,
) -> None:
    """Show a dataset version: rows, drops, tables and files; with --json also its parts and its whole profile."""
    session = Session()
    session.scenario(scenario)
    version = find_version(session.ports, scenario, dataset)
    folder = f"datasets/{scenario}/{dataset}/"
    if json:
        profile = read_json(session.ports, f"{folder}profile.json")
        facts = {"rows": version.rows, "drops": version.drops, "assets": read_assets(session.ports, version)}
        as_json({**plain(version), **facts, "profile": profile})
        return
    tables = [f"{one.name}: {counted(one.rows, 'row')} in {counted(len(one.parts), 'part')}" for one in version.tables]
    as_facts(
        f"{scenario} {dataset}",
        {
            "rows": version.rows,
            "drops": ", ".join(str(drop) for drop in version.drops),
            "tables": tables,
            "files": version.sources,
            "digest": version.digest,
            "report": f"{folder}report.html",
            "next": [f"mlops datasets show {scenario} {dataset} --json", f"mlops history --why {dataset}"],
        },
    )


def show_model(model: Annotated[str, typer.Argument(help="name:version")], json: Json = False) -> None:
    """Show a model version: its data, metrics, decision, card and the gate's verdict; --json adds its manifest."""
    ref = model_ref(model)
    session = Session()
    scenario, ports = session.scenario(ref.name), session.ports
    registered = find_model(ports, ref.name, ref.version)
    manifest = read_json(ports, f"{registered.folder}manifest.json")
    card = f"{registered.folder}card.html"
    there = card if ports.core.lake.stat(card) else None
    verdict = ports.release.deployments.verdict(registered)
    if json:
        files = {"card": there, "manifest": without_personal(manifest, scenario)}
        as_json({**plain(registered), **files, "gate": plain(verdict)})
        return
    as_facts(
        registered.id,
        {
            "state": registered.state,
            "algorithm": manifest.get("algorithm"),
            "dataset": registered.dataset,
            "run": registered.run,
            "metrics": _metrics(registered.metrics, manifest.get("interval", {}), scenario.metric),
            "decides at": manifest.get("threshold", manifest.get("thresholds")),
            "gate": _verdict(verdict),
            "card": there or "none",
            "next": [f"mlops models show {registered.id} --json", f"mlops history --why {registered.id}"],
        },
    )


def show_deployment(
    scenario: ScenarioName,
    json: Json = False,
) -> None:
    """Show what serves a scenario: the model, who decided and why."""
    session = Session()
    session.scenario(scenario)
    deployment = session.ports.release.deployments.current(scenario)
    if deployment is None:
        raise Missing(
            f"Nothing is deployed for {scenario}; drop labelled data first: mlops drop {scenario} FILE --wait."
        )
    if json:
        as_json(deployment)
        return
    as_facts(
        f"{scenario}, generation {deployment.generation} in {deployment.environment}",
        {
            "model": deployment.model_id,
            "sha256": deployment.sha256,
            "at": deployment.at,
            "by": deployment.by,
            "reason": deployment.reason,
            "gate": "overridden" if deployment.override else None,
            "brings back": f"generation {deployment.restores}" if deployment.restores else None,
            "next": [f"mlops gate show {deployment.model_id}", f"mlops deployments list {scenario}"],
        },
    )


def without_personal(manifest: Mapping[str, Any], scenario: Scenario) -> Mapping[str, Any]:
    """The manifest; its golden rows lack the columns that are declared personal."""
    golden = manifest.get("golden")
    if not golden:
        return manifest
    rows = [{name: value for name, value in row.items() if name not in scenario.personal} for row in golden["rows"]]
    return {**manifest, "golden": {**golden, "rows": rows}}


def _metrics(metrics: Mapping[str, float], intervals: Mapping[str, Sequence[float]], first: str) -> list[str]:
    """The scenario's metric and its kin, each with its 95 % interval."""
    names = sorted(metrics, key=lambda name: (not name.startswith(first), name))[:_MOST_METRICS]
    return [f"{name} {metrics[name]:.3f}{_between(intervals.get(name))}" for name in names]


def _between(interval: Sequence[float] | None) -> str:
    return f" (95 %: {interval[0]:.3f} to {interval[1]:.3f})" if interval else ""


def _verdict(verdict: Verdict | None) -> Iterable[str]:
    """The gate's state, then what did not pass."""
    if verdict is None:
        return ["not judged yet"]
    return [verdict.state, *(f"{one.name}: {one.reason}" for one in verdict.checks if one.verdict != "pass")]
