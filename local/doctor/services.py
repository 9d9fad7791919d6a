"""Azure Machine Learning and Azure Data Explorer, each checked with one harmless request."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx

from local.doctor.finding import Finding, Subject, first_line
from local.doctor.http_probe import ask
from local.doctor.identity import ARM, principal
from local.roles import roles_on
from shared.core.addresses import AZUREML, AZUREML_SPARK, WorkspaceAddress, workspace_address

VERSION = "2024-10-01"
_OK, _NOT_FOUND = 200, 404
_DENIED = frozenset({401, 403})


def workspace(subject: Subject) -> list[Finding]:
    """List the registry's models, the jobs of the trainer and of the scorer, and the online endpoints."""
    parts = (
        ("registry", "REGISTRY_URL", subject.settings.registry_url, "models"),
        ("trainer", "TRAINER_URL", subject.settings.trainer_url, "jobs"),
        ("serving", "SERVING_URL", subject.settings.serving_url, "onlineEndpoints"),
        ("scorer", "SCORER_URL", subject.settings.scorer_url, "jobs"),
    )
    findings = []
    for name, key, url, kind in parts:
        if url.startswith((AZUREML, AZUREML_SPARK)):
            findings.append(_read(subject, name, workspace_address(key, url), kind))
        else:
            findings.append(Finding(name, "ok", f"{url} needs no service"))
    return findings


def root(place: WorkspaceAddress) -> str:
    """The workspace's path in the management API."""
    group = f"/subscriptions/{place.subscription}/resourceGroups/{place.group}"
    return f"{group}/providers/Microsoft.MachineLearningServices/workspaces/{place.workspace}"


def _read(subject: Subject, name: str, place: WorkspaceAddress, kind: str) -> Finding:
    url = f"{subject.management}{root(place)}/{kind}?api-version={VERSION}"
    show = f"az ml workspace show --resource-group {place.group} --name {place.workspace}"
    try:
        answer = ask(subject, "GET", url, scope=ARM)
    except httpx.HTTPError as error:
        return Finding(name, "fail", f"{subject.management} did not answer: {first_line(error)}", show)
    if answer.status_code == _OK:
        return Finding(name, "ok", f"workspace {place.workspace} lists its {kind}")
    if answer.status_code in _DENIED:
        return Finding(name, "fail", f"the identity may not list {kind} of {place.workspace}", _grant(subject, place))
    if answer.status_code == _NOT_FOUND:
        return Finding(name, "fail", f"there is no workspace {place.workspace} in {place.group}", show)
    return Finding(name, "fail", f"listing {kind} of {place.workspace} ended in status {answer.status_code}", show)


def _grant(subject: Subject, place: WorkspaceAddress) -> str:
    roles = roles_on("workspace")
    others = f"   # ingest, deploy, score: {', '.join(roles)}"
    who = principal(subject)
    return f'az role assignment create --assignee-object-id {who} --role "{roles[0]}" --scope {root(place)}{others}'


def telemetry(subject: Subject) -> list[Finding]:
    """Send one empty query when windows come from Azure Data Explorer."""
    if not subject.settings.telemetry_url.startswith("kusto:"):
        return []
    parts = urlsplit(subject.settings.telemetry_url.removeprefix("kusto:"))
    cluster, name = f"{parts.scheme}://{parts.netloc}", parts.path.strip("/")
    body = {"db": name, "csl": "print doctor=1"}
    fix = (
        f"az kusto database-principal-assignment create --resource-group <group> --cluster-name "
        f"{parts.netloc.partition('.')[0]} --database-name {name} --principal-assignment-name mlops "
        f"--principal-type App --role {roles_on('data explorer database')[0]} --principal-id "
    )
    try:
        scope = f"{cluster}/.default" if parts.scheme == "https" else ""
        answer = ask(subject, "POST", f"{cluster}/v2/rest/query", scope=scope, json=body)
    except httpx.HTTPError as error:
        return [Finding("telemetry", "fail", f"{cluster} did not answer: {first_line(error)}", f"curl -sSI {cluster}")]
    if answer.status_code in _DENIED:
        fact = f"{cluster} refuses the identity on database {name}"
        return [Finding("telemetry", "fail", fact, fix + principal(subject, f"{cluster}/.default"))]
    if answer.status_code != _OK:
        fact = f"a query of {cluster}/{name} ended in status {answer.status_code}"
        return [Finding("telemetry", "fail", fact, "export TELEMETRY_URL=kusto:https://<cluster>/<database>")]
    return [Finding("telemetry", "ok", f"{cluster} answers on database {name}")]
