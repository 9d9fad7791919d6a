"""Event Grid: the topic for the system's events, and the subscriptions with their dead letters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from local.doctor.finding import Finding, Subject, first_line
from local.doctor.http_probe import ask, unreachable
from local.doctor.identity import ARM
from local.host.events.blob_event import blob_created
from local.host.events.subscriptions import SUBSCRIPTIONS
from local.roles import roles_on
from shared.core.events import ACTED_ON
from shared.core.paths import AREAS

VERSION = "2025-02-15"
# What `azd env get-values` prints; the names of topics and subscriptions are those of infra/events.bicep.
NEEDED = ("AZURE_SUBSCRIPTION_ID", "AZURE_RESOURCE_GROUP", "AZURE_ENV_NAME")
TOPICS = {"data_event": ("evgst-data-{}", "data-event"), "model_event": ("evgst-model-{}", "model-event")}
FIX = "sh infra/events.sh"
_NOT_FOUND, _OK = 404, 200


def subscriptions(subject: Subject) -> list[Finding]:
    """Check Azure's subscriptions when the settings name them, else the local ones."""
    place = subject.settings.lake_address
    if place is None or place.emulated:
        return [_local_subscriptions(subject)]
    absent = [name for name in NEEDED if not subject.environ.get(name)]
    if absent:
        fact = f"{', '.join(absent)} not set, so the subscriptions cannot be found"
        look = (
            'eval "$(azd env get-values | sed s/^/export\\ /)" && mlops doctor   # or: az eventgrid system-topic '
            "event-subscription list --resource-group <group> --system-topic-name evgst-data-<environment>"
        )
        return [Finding("subscriptions", "not checked", fact, look)]
    return [_azure_subscription(subject, function) for function in TOPICS]


def _local_subscriptions(subject: Subject) -> Finding:
    """Whether a blob in each watched area of this container reaches data_event."""
    container = subject.settings.container
    events = {area: blob_created(f"{area}/x/y/z.csv", "e", 1, 1, 0.0, container=container) for area in AREAS}
    missed = [area for area, event in events.items() if not SUBSCRIPTIONS["data_event"].takes(event)]
    if missed:
        fact = f"the local Event Grid passes on no blobs of container {container!r}: {', '.join(missed)}"
        return Finding("subscriptions", "fail", fact, "export LAKE_URL=…/mlops   # the container with subscriptions")
    return Finding(
        "subscriptions", "ok", f"local Event Grid: {', '.join(SUBSCRIPTIONS)}; dead letters in eventgrid/deadletter"
    )


def _azure_subscription(subject: Subject, function: str) -> Finding:
    topic, name = (text.format(subject.environ["AZURE_ENV_NAME"]) for text in TOPICS[function])
    group = (
        f"/subscriptions/{subject.environ['AZURE_SUBSCRIPTION_ID']}"
        f"/resourceGroups/{subject.environ['AZURE_RESOURCE_GROUP']}"
    )
    path = f"{group}/providers/Microsoft.EventGrid/systemTopics/{topic}/eventSubscriptions/{name}"
    label = f"subscription {name}"
    try:
        answer = ask(subject, "GET", f"{subject.management}{path}?api-version={VERSION}", scope=ARM)
    except httpx.HTTPError as error:
        return Finding(label, "fail", f"{subject.management} did not answer: {first_line(error)}", "az account show")
    if answer.status_code == _NOT_FOUND:
        return Finding(label, "fail", f"{topic} has no such subscription: no event reaches {function}", FIX)
    if answer.status_code != _OK:
        fact = f"it cannot be read (status {answer.status_code})"
        who = "$(az ad signed-in-user show --query id --output tsv)"
        look = f'az role assignment create --assignee-object-id "{who}" --role Reader --scope {group}'
        return Finding(label, "not checked", fact, look)
    problems = list(_problems(subject, function, answer.json().get("properties") or {}))
    if problems:
        return Finding(label, "fail", "; ".join(problems), FIX)
    return Finding(label, "ok", f"filters as in the code, dead letters kept, delivered to {function}")


def _problems(subject: Subject, function: str, properties: Mapping[str, Any]) -> Iterator[str]:
    state = properties.get("provisioningState")
    if state not in (None, "Succeeded"):
        yield f"its state is {state}"
    filters = properties.get("filter") or {}
    yield from _types(function, filters)
    if function == "data_event":
        yield from _subjects(subject.settings.container, filters)
    target = str(((properties.get("destination") or {}).get("properties") or {}).get("resourceId", ""))
    if not target.endswith(f"/functions/{function}"):
        yield f"it delivers to {target.rpartition('/')[2] or 'nothing'} instead of {function}"
    if not (properties.get("deadLetterDestination") or properties.get("deadLetterWithResourceIdentity")):
        yield "it keeps no dead letters"
    if properties.get("eventDeliverySchema") not in ("CloudEventSchemaV1_0", "EventGridSchema"):
        yield f"its delivery schema is {properties.get('eventDeliverySchema')}"


def _types(function: str, filters: Mapping[str, Any]) -> Iterator[str]:
    wanted = {kind for kind in ACTED_ON if kind.startswith(SUBSCRIPTIONS[function].included_types)}
    types = set(filters.get("includedEventTypes") or ())
    if types and wanted - types:
        yield f"it leaves out {', '.join(sorted(wanted - types))}"


def _subjects(container: str, filters: Mapping[str, Any]) -> Iterator[str]:
    below = f"/blobServices/default/containers/{container}/blobs/"
    begins = str(filters.get("subjectBeginsWith") or "")
    if not below.startswith(begins):
        yield f"it takes subjects below {begins} only"
    advanced = [clause for clause in filters.get("advancedFilters") or () if clause.get("key", "").lower() == "subject"]
    values = {value for clause in advanced for value in clause.get("values") or ()}
    missed = [area for area in AREAS if values and not f"{below}{area}/".startswith(tuple(values))]
    if missed:
        yield f"its filter leaves out {', '.join(f'{area}/' for area in missed)}"


def topic(subject: Subject) -> list[Finding]:
    """Reach the topic without publishing: a probe would be an event for every subscriber."""
    url = subject.settings.events_url
    if url == "local:":
        return [Finding("events", "ok", "the local Event Grid")]
    name = (urlsplit(url).hostname or "").partition(".")[0]
    if cause := unreachable(url):
        return [Finding("events", "fail", cause, f"az eventgrid topic show --resource-group <group> --name {name}")]
    (role,) = roles_on("events topic")
    fact = f"{name} can be reached; publishing, which needs the role {role}, is not tried"
    scope = f"$(az eventgrid topic show --resource-group <group> --name {name} --query id --output tsv)"
    look = f'az role assignment list --role "{role}" --scope "{scope}"'
    return [Finding("events", "not checked", fact, look)]
