"""Event Grid's subscriptions: which events reach the functions, and where what cannot be delivered is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from local.doctor.finding import Finding, Subject, first_line
from local.doctor.http_probe import ask
from local.doctor.identity import ARM
from local.host.events.lake_watch import blob_created
from local.host.events.subscriptions import SUBSCRIPTIONS
from shared.core.events import ACTED_ON
from shared.core.paths import AREAS

VERSION = "2025-02-15"
# What `azd env get-values` prints; the names of topics and subscriptions are those of infra/events.bicep.
NEEDED = ("AZURE_SUBSCRIPTION_ID", "AZURE_RESOURCE_GROUP", "AZURE_ENV_NAME")
TOPICS = {"data_event": ("evgst-data-{}", "data-event"), "model_event": ("evgst-model-{}", "model-event")}
MEND = "sh infra/events.sh"
_NOT_FOUND, _OK = 404, 200


def subscriptions(subject: Subject) -> list[Finding]:
    """Those of Azure when the settings say where; else those of the local twin, or the command to look."""
    place = subject.settings.lake_place
    if place is None or place.emulated:
        return [_twin(subject)]
    absent = [name for name in NEEDED if not subject.environ.get(name)]
    if absent:
        fact = f"{', '.join(absent)} not set, so nobody knows where to look"
        look = (
            'eval "$(azd env get-values | sed s/^/export\\ /)" && mlops doctor   # or: az eventgrid system-topic '
            "event-subscription list --resource-group <group> --system-topic-name evgst-data-<environment>"
        )
        return [Finding("subscriptions", "not checked", fact, look)]
    return [_look(subject, function) for function in TOPICS]


def _twin(subject: Subject) -> Finding:
    """Whether a blob in each watched area of this container would be told to data_event."""
    container = subject.settings.container
    events = {area: blob_created(f"{area}/x/y/z.csv", "e", 1, 1, 0.0, container=container) for area in AREAS}
    deaf = [area for area, event in events.items() if not SUBSCRIPTIONS["data_event"].takes(event)]
    if deaf:
        fact = f"the local Event Grid does not tell of blobs of container {container!r}: {', '.join(deaf)}"
        return Finding("subscriptions", "fail", fact, "export LAKE_URL=…/mlops   # the container that is subscribed")
    return Finding(
        "subscriptions", "ok", f"local twin: {', '.join(SUBSCRIPTIONS)}; dead letters in eventgrid/deadletter"
    )


def _look(subject: Subject, function: str) -> Finding:
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
        return Finding(label, "fail", f"there is none on {topic}: no event reaches {function}", MEND)
    if answer.status_code != _OK:
        fact = f"it cannot be read (status {answer.status_code})"
        who = "$(az ad signed-in-user show --query id --output tsv)"
        look = f'az role assignment create --assignee-object-id "{who}" --role Reader --scope {group}'
        return Finding(label, "not checked", fact, look)
    problems = list(_problems(subject, function, answer.json().get("properties") or {}))
    if problems:
        return Finding(label, "fail", "; ".join(problems), MEND)
    return Finding(label, "ok", f"filters as in the code, dead letters kept, delivered to {function}")


def _problems(subject: Subject, function: str, found: Mapping[str, Any]) -> Iterator[str]:
    state = found.get("provisioningState")
    if state not in (None, "Succeeded"):
        yield f"its state is {state}"
    filters = found.get("filter") or {}
    yield from _types(function, filters)
    if function == "data_event":
        yield from _subjects(subject.settings.container, filters)
    target = str(((found.get("destination") or {}).get("properties") or {}).get("resourceId", ""))
    if not target.endswith(f"/functions/{function}"):
        yield f"it delivers to {target.rpartition('/')[2] or 'nothing'} instead of {function}"
    if not (found.get("deadLetterDestination") or found.get("deadLetterWithResourceIdentity")):
        yield "it keeps no dead letters"
    if found.get("eventDeliverySchema") not in ("CloudEventSchemaV1_0", "EventGridSchema"):
        yield f"its schema is {found.get('eventDeliverySchema')}"


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
    advanced = [one for one in filters.get("advancedFilters") or () if one.get("key", "").lower() == "subject"]
    values = {value for one in advanced for value in one.get("values") or ()}
    deaf = [area for area in AREAS if values and not f"{below}{area}/".startswith(tuple(values))]
    if deaf:
        yield f"its filter leaves out {', '.join(f'{area}/' for area in deaf)}"
