"""The doctor's findings on storage, identity and services, each made to fail on purpose."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError, ResourceExistsError
from azure.storage.queue import QueueServiceClient
from azure_parts import FakeCredential, fresh_place
from azureml_double import URL, azure_ml
from infra.bicep import FOLDER, read
from local_doctor import CLOSED, OID, MakeSubject, Service, the

from functions.names import QUEUES
from local.azurite.process import Azurite
from local.doctor import eventgrid, identity, machine, services, storage
from local.host.queues.queue_store import open_queues
from local.roles import roles_on
from shared.core.addresses import EMULATOR_KEY
from shared.core.events import ACTED_ON

AZURE = {"LAKE_URL": "https://account.blob.core.windows.net/mlops"}
WHERE = {"AZURE_SUBSCRIPTION_ID": "s", "AZURE_RESOURCE_GROUP": "g", "AZURE_ENV_NAME": "e"}
_BELOW = "/blobServices/default/containers/mlops/blobs/"


class NoCredential:
    """Nobody is logged in."""

    def get_token(self, *_: str, **__: Any) -> Any:
        """As azure-identity says it."""
        raise ClientAuthenticationError("Please run 'az login' to set up an account")


def test_the_lake_is_written_read_and_listed(azurite: Azurite, subject: MakeSubject) -> None:
    """On Azurite; one probe blob stays below doctor/."""
    place = fresh_place(azurite.blob_endpoint)
    assert the(storage.lake(subject({"LAKE_URL": place.url})), "lake").verdict == "ok"


def test_a_container_that_is_not_there_is_named_with_its_command(azurite: Azurite, subject: MakeSubject) -> None:
    """The finding names the setting and the command that creates the container."""
    found = the(storage.lake(subject({"LAKE_URL": f"{azurite.blob_endpoint}/nobody-made-it"})), "lake")
    assert (found.verdict, found.fix.split("#")[0].strip()) == ("fail", "mlops azurite")
    assert "nobody-made-it" in found.fact


def test_a_lake_that_does_not_answer_fails_at_once(subject: MakeSubject) -> None:
    """A closed port: within the time of one connection."""
    began = time.monotonic()
    found = the(storage.lake(subject({"LAKE_URL": f"http://{CLOSED}/devstoreaccount1/mlops"})), "lake")
    assert (found.verdict, found.fix) == ("fail", "mlops azurite")
    assert "cannot be reached" in found.fact
    assert time.monotonic() - began < 600


def test_a_token_that_storage_refuses_names_the_role(trusted: str, subject: MakeSubject) -> None:
    """The fix grants the role of local/roles.py to our own object id on the container."""
    place = fresh_place(trusted, FakeCredential())
    refused = FakeCredential(aud="https://vault.azure.net", oid=OID)
    found = the(storage.lake(subject({"LAKE_URL": place.url}, refused)), "lake")
    assert found.verdict == "fail"
    assert f'--assignee-object-id {OID} --role "{roles_on("lake")[0]}"' in found.fix
    assert found.fix.endswith(f'/blobServices/default/containers/{place.container}"')


def test_a_folder_that_cannot_be_written_is_named(subject: MakeSubject, tmp_path: Path) -> None:
    """A file stands where the lake should be."""
    (tmp_path / "file").touch()
    found = the(storage.lake(subject({"LAKE_URL": f"file:{tmp_path / 'file'}"})), "lake")
    assert (found.verdict, found.fix) == ("fail", f"chmod u+rwX {tmp_path / 'file'}")


def test_queues_of_azurite_are_listed_and_poison_is_reported(azurite: Azurite, subject: MakeSubject) -> None:
    """Poison messages are a warning that names their queue; other tests use the same account."""
    service = QueueServiceClient.from_connection_string(azurite.connection_string)
    with service:
        queue = service.get_queue_client(f"{QUEUES[0]}-poison")
        with suppress(ResourceExistsError):
            queue.create_queue()
        queue.clear_messages()
        queue.send_message("x")
        found = storage.host_queues(subject({"AzureWebJobsStorage": azurite.connection_string}))
        queue.clear_messages()
    assert the(found, "host queues").verdict == "ok"
    assert f"1 in {QUEUES[0]}-poison" in the(found, "poison messages").fact
    assert EMULATOR_KEY not in str(found)


def test_queues_in_a_file_show_poison_messages(subject: MakeSubject) -> None:
    """Before the first use, with a waiting message, and with a poison message."""
    asked = subject()
    assert "created on first use" in the(storage.host_queues(asked), "host queues").fact
    queues, database = open_queues(asked.settings.home, time.time)
    queues.put(QUEUES[0], "waits")
    queues.put(f"{QUEUES[0]}-poison", "given up")
    database.close()
    found = storage.host_queues(asked)
    assert "with 1 message" in the(found, "host queues").fact
    assert the(found, "poison messages").verdict == "warn"


def test_missing_queues_of_an_account_are_named(trusted: str, secure_queues: str, subject: MakeSubject) -> None:
    """In a storage account the infrastructure creates them; the fix creates each missing one."""
    found = the(storage.host_queues(subject({"AzureWebJobsStorage__queueServiceUri": secure_queues})), "host queues")
    assert found.verdict == "fail"
    assert all(f"--name {name}" in found.fix for name in QUEUES)


def test_queues_that_refuse_us_name_the_role(trusted: str, secure_queues: str, subject: MakeSubject) -> None:
    """The role that reads all queues."""
    environ = {"AzureWebJobsStorage__queueServiceUri": secure_queues}
    refused = FakeCredential(aud="https://vault.azure.net", oid=OID)
    found = the(storage.host_queues(subject(environ, refused)), "host queues")
    assert found.verdict == "fail"
    assert 'Storage Queue Data Reader"' in found.fix


def test_an_account_without_a_name_to_look_up_cannot_be_reached(subject: MakeSubject) -> None:
    """A closed port is a failure with a command to check it."""
    environ = {"AzureWebJobsStorage__queueServiceUri": f"https://{CLOSED}/devstoreaccount1"}
    assert "cannot be reached" in the(storage.host_queues(subject(environ)), "host queues").fact


@pytest.mark.parametrize(("minutes", "verdict"), [(0, "ok"), (6, "warn"), (-6, "warn"), (20, "fail"), (-20, "fail")])
@pytest.mark.fault(37)
def test_a_clock_that_is_off_is_reported(service: Service, subject: MakeSubject, minutes: int, verdict: str) -> None:
    """More than 5 minutes warn, more than 15 fail: tokens are refused then."""
    service.headers["date"] = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
    found = the(machine.clock(subject({"LAKE_URL": f"{service.url}/devstoreaccount1/mlops"})), "clock")
    assert found.verdict == verdict


def test_a_clock_without_a_reference_is_not_checked(service: Service, subject: MakeSubject) -> None:
    """Without a service, an answer or a Date the check does not pass."""
    for environ in ({}, {"LAKE_URL": f"http://{CLOSED}/devstoreaccount1/mlops"}):
        assert the(machine.clock(subject(environ)), "clock").verdict == "not checked"
    assert the(machine.clock(subject({"LAKE_URL": f"{service.url}/devstoreaccount1/c-c"})), "clock").fix


def test_the_identity_says_who_it_is_and_gets_each_token(subject: MakeSubject) -> None:
    """Storage, database, workspace and topic: as many tokens as services."""
    environ = {
        **AZURE,
        "DATABASE_URL": "mssql+pyodbc://@host/db",
        "REGISTRY_URL": URL,
        "EVENTS_URL": "https://topic.westeurope-1.eventgrid.azure.net/api/events",
    }
    found = identity.identity(subject(environ))
    assert f"app (object {OID}, tenant t)" in the(found, "identity").fact
    assert [one.verdict for one in found] == ["ok"] * 5
    assert ".eyJ" not in str(found)


def test_a_missing_login_is_one_finding(subject: MakeSubject) -> None:
    """The first missing token ends the check, with the command to log in."""
    found = identity.identity(subject({**AZURE, "REGISTRY_URL": URL}, NoCredential()))
    assert [(one.name, one.verdict, one.fix) for one in found] == [("token for storage", "fail", "az login")]


def test_a_laptop_needs_no_identity(subject: MakeSubject) -> None:
    """No setting names a service."""
    assert the(identity.identity(subject({}, NoCredential())), "identity").verdict == "ok"


def test_the_workspace_is_read(
    tmp_path: Path, subject: MakeSubject, self_signed_files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against the stand-in of the management API: listed, refused, gone, closed."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(self_signed_files[0]))
    with azure_ml(self_signed_files) as workspace:
        asked = subject({**AZURE, "REGISTRY_URL": URL, "TRAINER_URL": URL}, management=workspace.url)
        assert [one.verdict for one in services.workspace(asked)] == ["ok"] * 4
        workspace.refuse("GET", "/models", 403)
        denied = the(services.workspace(asked), "registry")
        assert f'--role "{roles_on("workspace")[0]}"' in denied.fix
        workspace.refuse("GET", "/jobs", 404)
        assert "there is no workspace" in the(services.workspace(asked), "trainer").fact
        workspace.refuse("GET", "/jobs", 500)
        assert "status 500" in the(services.workspace(asked), "trainer").fact
    gone = services.workspace(replace(asked, management=f"https://{CLOSED}"))
    assert [one.verdict for one in gone] == ["fail", "fail", "ok", "ok"]


@pytest.mark.parametrize(("status", "verdict"), [(200, "ok"), (403, "fail"), (400, "fail")])
def test_data_explorer_gets_an_empty_query(service: Service, subject: MakeSubject, status: int, verdict: str) -> None:
    """A refusal names the role Viewer."""
    service.answers["/v2/rest/query"] = (status, [])
    asked = subject()
    asked = replace(asked, settings=replace(asked.settings, telemetry_url=f"kusto:{service.url}/telemetry"))
    found = the(services.telemetry(asked), "telemetry")
    assert found.verdict == verdict
    assert ("--role Viewer" in found.fix) == (status == 403)
    gone = replace(asked, settings=replace(asked.settings, telemetry_url=f"kusto:http://{CLOSED}/telemetry"))
    assert "did not answer" in the(services.telemetry(gone), "telemetry").fact


def test_the_topic_is_never_written_to(subject: MakeSubject) -> None:
    """An unreachable topic fails; a reachable one is not checked, and the role is named."""
    closed = subject({"EVENTS_URL": f"https://{CLOSED}/api/events"})
    assert the(eventgrid.topic(closed), "events").verdict == "fail"


def test_a_topic_that_is_reached_is_not_checked(service: Service, subject: MakeSubject) -> None:
    """No request is sent to it at all."""
    asked = subject({"EVENTS_URL": service.url.replace("http:", "https:") + "/api/events"})
    found = the(eventgrid.topic(asked), "events")
    assert found.verdict == "not checked"
    assert roles_on("events topic")[0] in found.fact
    assert service.asked == []


def subscription(function: str, **changed: Any) -> dict[str, Any]:
    """A subscription as infra/events.bicep makes it."""
    kinds = "Microsoft.Storage." if function == "data_event" else "Microsoft.MachineLearningServices."
    values = [f"{_BELOW}{area}/" for area in ("incoming", "scoring", "actuals")]
    return {
        "properties": {
            "provisioningState": "Succeeded",
            "eventDeliverySchema": "CloudEventSchemaV1_0",
            "destination": {"properties": {"resourceId": f"/x/functions/{function}"}},
            "filter": {
                "includedEventTypes": [kind for kind in ACTED_ON if kind.startswith(kinds)],
                "subjectBeginsWith": _BELOW if function == "data_event" else "",
                "advancedFilters": [{"key": "subject", "values": values}] if function == "data_event" else [],
            },
            "deadLetterWithResourceIdentity": {"identity": {}},
            **changed,
        }
    }


@pytest.fixture
def subscribed(service: Service) -> Service:
    """Both subscriptions as the templates declare them."""
    for function, (_, name) in eventgrid.TOPICS.items():
        service.answers[name] = (200, subscription(function))
    return service


def look(subject: MakeSubject, service: Service) -> list[Any]:
    """The doctor's findings on the subscriptions that this service returns."""
    return eventgrid.subscriptions(subject({**AZURE, **WHERE}, management=service.url))


def test_subscriptions_as_deployed_are_right(subscribed: Service, subject: MakeSubject) -> None:
    """Both, asked at the topics that infra/events.bicep names."""
    assert [one.verdict for one in look(subject, subscribed)] == ["ok", "ok"]
    assert any("/systemTopics/evgst-model-e/eventSubscriptions/model-event" in path for _, path in subscribed.asked)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"deadLetterWithResourceIdentity": None}, "keeps no dead letters"),
        ({"filter": {"includedEventTypes": ["Microsoft.Storage.BlobDeleted"]}}, "leaves out Microsoft.Storage.Blob"),
        (
            {"filter": {"subjectBeginsWith": "/blobServices/default/containers/other/"}},
            "below /blobServices/default/con",
        ),
        (
            {"filter": {"advancedFilters": [{"key": "subject", "values": [f"{_BELOW}incoming/"]}]}},
            "leaves out scoring/, actuals/",
        ),
        (
            {"destination": {"properties": {"resourceId": "/functions/other"}}},
            "delivers to other instead of data_event",
        ),
        ({"provisioningState": "Failed"}, "its state is Failed"),
        ({"eventDeliverySchema": "CustomInputSchema"}, "its delivery schema is CustomInputSchema"),
    ],
)
def test_a_subscription_that_differs_is_reported(
    subscribed: Service, subject: MakeSubject, changed: dict[str, Any], told: str
) -> None:
    """The finding names the difference and the script that fixes it."""
    subscribed.answers["data-event"] = (200, subscription("data_event", **changed))
    found = the(look(subject, subscribed), "subscription data-event")
    assert (found.verdict, found.fix) == ("fail", eventgrid.FIX)
    assert told in found.fact


def test_a_subscription_that_is_absent_or_hidden(subscribed: Service, subject: MakeSubject) -> None:
    """A missing subscription fails; without the right to read it is not checked; without an answer it fails."""
    subscribed.answers["data-event"] = (404, {})
    subscribed.answers["model-event"] = (403, {})
    data, model = look(subject, subscribed)
    assert (data.verdict, model.verdict) == ("fail", "not checked")
    assert "--role Reader" in model.fix
    assert look(subject, Service(url=f"http://{CLOSED}"))[0].verdict == "fail"


def test_the_doctor_looks_where_the_templates_put_them() -> None:
    """Names of topics and subscriptions are those of infra/events.bicep, and the variables those of azd."""
    bodies = {one.symbol: one.body for one in read(FOLDER / "events.bicep").resources}
    default = "param dataTopicName string = 'evgst-data-${environmentName}'"
    assert default in (FOLDER / "events.bicep").read_text()
    names = {"dataTopicName": "evgst-data-${environmentName}"}
    topics = {one: bodies[bodies[one]["parent"]]["name"] for one in ("dataEvents", "modelEvents")}
    there = {
        (names.get(topic, topic).replace("${environmentName}", "{}"), bodies[one]["name"])
        for one, topic in topics.items()
    }
    assert set(eventgrid.TOPICS.values()) == there


def test_without_a_resource_group_nothing_is_claimed(subject: MakeSubject) -> None:
    """The check is skipped, with the command to list subscriptions."""
    found = the(eventgrid.subscriptions(subject(AZURE)), "subscriptions")
    assert found.verdict == "not checked"
    assert "event-subscription list" in found.fix


def test_the_local_event_grid_has_subscriptions_for_one_container(subject: MakeSubject) -> None:
    """Blobs of another container on Azurite raise no events, which is a failure."""
    assert the(eventgrid.subscriptions(subject()), "subscriptions").verdict == "ok"
    other = subject({"LAKE_URL": "http://127.0.0.1:10000/devstoreaccount1/other"})
    assert "passes on no blobs of container 'other'" in the(eventgrid.subscriptions(other), "subscriptions").fact
