"""The identity that Azure sees, and whether it gets a token for each service that a setting names."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from local.doctor.finding import Finding, Subject, first_line
from shared.core.addresses import check_credential

STORAGE = "https://storage.azure.com/.default"
ARM = "https://management.azure.com/.default"
TOPIC = "https://eventgrid.azure.net/.default"
_FIXES = {
    "default": "az login",
    "cli": "az login",
    "managed": "az identity list --resource-group <group> --output table   # then AZURE_CREDENTIAL=managed:<client id>",
    "environment": "export AZURE_TENANT_ID=… AZURE_CLIENT_ID=… AZURE_CLIENT_CERTIFICATE_PATH=…",
    "workload": "export AZURE_TENANT_ID=… AZURE_CLIENT_ID=… AZURE_FEDERATED_TOKEN_FILE=…",
}


def identity(subject: Subject) -> list[Finding]:
    """Show the identity, and one finding for each token."""
    wanted = dict(scopes(subject))
    if not wanted:
        return [Finding("identity", "ok", "no setting names an Azure service, so no identity is needed")]
    kind, _ = check_credential(subject.settings.azure_credential)
    findings: list[Finding] = []
    for service, scope in wanted.items():
        try:
            token = subject.token(scope)
        except Exception as error:  # noqa: BLE001 -- each credential raises its own
            fact = f"AZURE_CREDENTIAL={subject.settings.azure_credential} gives no token: {first_line(error)}"
            return [*findings, Finding(f"token for {service}", "fail", fact, _FIXES[kind])]
        if not findings:
            findings.append(Finding("identity", "ok", _who(subject, token)))
        findings.append(Finding(f"token for {service}", "ok", _until(token)))
    return findings


def scopes(subject: Subject) -> Iterator[tuple[str, str]]:
    """Each service that needs a token, and the token's scope."""
    settings, environ = subject.settings, subject.environ
    place = settings.lake_address
    if (place and not place.emulated) or any(name.startswith("AzureWebJobsStorage__") for name in environ):
        yield "storage", STORAGE
    if database := _database_scope(settings.database_url):
        yield "the database", database
    if any(url.startswith("azureml:") for url in (settings.registry_url, settings.trainer_url, settings.serving_url)):
        yield "Azure Machine Learning", ARM
    if settings.events_url != "local:":
        yield "Event Grid", TOPIC
    if settings.telemetry_url.startswith("kusto:https:"):
        yield (
            "Azure Data Explorer",
            f"https://{urlsplit(settings.telemetry_url.removeprefix('kusto:')).netloc}/.default",
        )


def _database_scope(url: str) -> str:
    from shared.adapters.sql.connection.arguments import AZURE_POSTGRES, POSTGRES_SCOPE, SQLSERVER_SCOPE

    parts = urlsplit(url)
    if url.startswith("mssql") and not parts.username:
        return SQLSERVER_SCOPE
    azure = (parts.hostname or "").endswith(AZURE_POSTGRES)
    return POSTGRES_SCOPE if azure and not parts.password else ""


def principal(subject: Subject, scope: str = ARM) -> str:
    """The identity's object id, for a command that grants it a role; a placeholder when it is unknown."""
    try:
        return str(claims_of(subject.token(scope)).get("oid") or "<object id>")
    except Exception:  # noqa: BLE001 -- the finding on the token says it
        return "<object id>"


def _who(subject: Subject, token: str) -> str:
    claims = claims_of(token)
    # A chain of credentials records which of them answered.
    used = vars(subject.credential()).get("_successful_credential")
    name = claims.get("upn") or claims.get("unique_name") or claims.get("appid") or claims.get("azp") or "unnamed"
    principal = f"{name} (object {claims.get('oid', 'unknown')}, tenant {claims.get('tid', 'unknown')})"
    return f"{principal} through {type(used).__name__}" if used else principal


def _until(token: str) -> str:
    expires = claims_of(token).get("exp")
    if not isinstance(expires, int | float):
        return "received"
    return f"received, valid until {datetime.fromtimestamp(expires, UTC):%H:%M} UTC"


def claims_of(token: str) -> Mapping[str, Any]:
    """The claims of a token, empty when they cannot be read; the signature is not checked."""
    try:
        middle = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}
