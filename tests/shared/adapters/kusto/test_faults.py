"""A cluster that fails: an answer is whole or an error, what may work later is tried again, and for a bounded time."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from azure_parts import FakeCredential
from kusto_double import (
    DATABASE,
    Cluster,
    Fault,
    bad_request,
    cancelled,
    fails_at_the_end,
    frames,
    without_end,
    without_fragment,
)
from kusto_parts import queries_of, telemetry_of

from shared.adapters.azure.retry_policy import RetryPolicy
from shared.adapters.files.folder_lake import FolderLake
from shared.adapters.kusto.client import KustoQueries
from shared.adapters.kusto.faults import TooLarge
from shared.adapters.kusto.frames import read_answer
from shared.adapters.kusto.query_texts import count_text
from shared.core.addresses import cluster_address
from shared.core.errors import Misconfigured, Permanent, Transient
from shared.core.scenario import Batch, Column, Scenario, Table
from shared.prediction.telemetry_span import EPOCH, Span

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PARAMETERS = {
    "from_time": "datetime(2026-03-01T00:00:00.000000Z)",
    "to_time": "datetime(2026-03-02T00:00:00.000000Z)",
}
COUNT = count_text("machine_raw")
SCENARIO = Scenario(
    name="machine",
    title="",
    tables=(Table("sensors", (Column("n", "int"), Column("s", "float", nulls=True), Column("y", "int"))),),
    label_table="sensors",
    target="y",
    numeric=("s",),
    batch=Batch("telemetry", "sensors", "0 * * * * *", stream="machine_raw"),
)
FORBIDDEN = bad_request("Forbidden (403-Forbidden)")
LATER = {
    "429": Fault(429, {"Retry-After": "0"}, bad_request("throttled")),
    "503": Fault(503, {}, bad_request("busy")),
    "500": Fault(500, {}, "no JSON object"),
    "reset": Fault(reset=True),
    "broken JSON": Fault(keep=0.7),
    "nothing": Fault(keep=0),
    "partial failure in the last frame": Fault(spoil=fails_at_the_end),
    "no last frame": Fault(spoil=without_end),
    "cancelled": Fault(spoil=cancelled),
    "another protocol": Fault(spoil=lambda _: {"Tables": []}),  # type: ignore[arg-type, return-value]
}


@pytest.fixture
def rows(cluster: Cluster) -> Cluster:
    """A cluster with ten messages."""
    cluster.ingest("machine_raw", [{"n": n, "s": n / 4} for n in range(10)], NOON)
    cluster.now = NOON + timedelta(hours=1)
    return cluster


def counted(cluster: Cluster) -> int:
    """The question of the tests."""
    return int(queries_of(cluster).ask(COUNT, PARAMETERS).single()["row_count"])


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("kind", LATER)
@pytest.mark.fault(26)
def test_what_passes_is_asked_again(rows: Cluster, kind: str, *, progressive: bool) -> None:
    """The second answer is the one that counts, whatever frames it comes in."""
    rows.progressive = progressive
    rows.faults = [LATER[kind]]
    assert counted(rows) == 10
    assert len(rows.asked) == 2


@pytest.mark.parametrize("kind", LATER)
def test_what_does_not_pass_ends_after_a_bounded_number_of_attempts(rows: Cluster, kind: str) -> None:
    """As an error that a retry may help, never as a short answer."""
    rows.faults = [LATER[kind]] * 20
    with pytest.raises(Transient):
        counted(rows)
    assert len(rows.asked) == 5


def test_a_lost_fragment_is_seen(rows: Cluster) -> None:
    """By the row count that ends the table."""
    rows.progressive = True
    rows.faults = [Fault(spoil=without_fragment)] * 20
    with pytest.raises(Transient, match=r"announced \d+ and sent 0 rows"):
        counted(rows)


def test_the_pause_is_the_one_that_is_asked_for(rows: Cluster) -> None:
    """Up to the longest pause of the policy; a service that asks for more is not asked again by this call."""
    rows.faults = [Fault(429, {"Retry-After": "1"}, bad_request("throttled"))]
    began = time.monotonic()
    policy = RetryPolicy(connect=2, read=1, first_pause=0.01, growth=0.1, longest_pause=1.0)
    queries_of(rows, policy).ask(COUNT, PARAMETERS)
    assert 1.0 <= time.monotonic() - began < 600
    rows.faults = [Fault(429, {"Retry-After": "3600"}, bad_request("throttled"))]
    asked = len(rows.asked)
    with pytest.raises(Transient, match="429"):
        queries_of(rows, policy).ask(COUNT, PARAMETERS)
    assert len(rows.asked) == asked + 1


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault(403, {}, FORBIDDEN), r"lacks the role Viewer of database telemetry \(\.add database"),
        (Fault(401, {}, FORBIDDEN), "did not accept our token: the identity that AZURE_CREDENTIAL names"),
        (Fault(400, {}, bad_request("Semantic error: SEM0100")), "refused the query .* SEM0100"),
        (Fault(404, {}, bad_request("gone")), "refused the query"),
        (Fault(302, {"Location": "https://127.0.0.1/"}, {}), "refused the query"),
    ],
)
def test_what_cannot_pass_is_told_at_once(rows: Cluster, fault: Fault, told: str) -> None:
    """In one sentence, which says what is missing."""
    rows.faults = [fault]
    with pytest.raises(Permanent, match=told):
        counted(rows)
    assert len(rows.asked) == 1


def test_an_answer_over_the_limit_is_no_short_answer(rows: Cluster) -> None:
    """The service stops in the middle of the rows and says so where the next row would be."""
    answer: list[dict[str, Any]] = frames([("n", "long")], [[1], [2], [3]], most=2)
    for whole in (answer, frames([("n", "long")], [[1], [2], [3]], most=2, progressive=True)):
        with pytest.raises(TooLarge, match="E_QUERY_RESULT_SET_TOO_LARGE"):
            read_answer(whole, "The cluster")


@pytest.mark.parametrize("kind", ["progressive", "plain"])
def test_both_forms_of_an_answer_give_the_same(kind: str) -> None:
    """Fragments are appended and replaced as they say."""
    rows = [[number] for number in range(7)]
    answer = read_answer(frames([("n", "long")], rows, progressive=kind == "progressive"), "The cluster")
    assert (answer.columns, list(answer.rows)) == (("n",), rows)


def test_an_error_in_the_information_about_the_query_is_one(rows: Cluster) -> None:
    """Some failures are told there alone."""

    def spoilt(answer: list[dict[str, Any]]) -> list[dict[str, Any]]:
        failed = {**answer[-2], "Rows": [["1", 2, -2133196797, '{"Text":"Query failed"}']]}
        return [*answer[:-2], failed, answer[-1]]

    rows.faults = [Fault(spoil=spoilt)] * 20
    with pytest.raises(Transient, match="Query failed"):
        counted(rows)


def test_rows_that_one_answer_does_not_hold_are_read_in_parts(rows: Cluster, tmp_path: Path) -> None:
    """Although their number promised otherwise: a limit of the service on bytes shows only when it is reached."""
    for minute in range(1, 4):
        rows.ingest(
            "machine_raw", [{"n": 10 * minute + n, "s": 0.5} for n in range(10)], NOON + timedelta(minutes=minute)
        )
    rows.most_rows = 15
    lake = FolderLake(tmp_path)
    extract = telemetry_of(rows, lake).extract(SCENARIO, Span(EPOCH, NOON + timedelta(hours=1)))
    assert (extract.rows, len(extract.inputs)) == (40, 4)
    whole = telemetry_of(rows, lake).extract(SCENARIO, Span(EPOCH, NOON + timedelta(hours=1)))
    assert whole == extract


def test_a_share_that_is_too_large_is_halved(rows: Cluster, tmp_path: Path) -> None:
    """All rows came at one instant, and the service takes far fewer than were asked for."""
    rows.most_rows = 2
    extract = telemetry_of(rows, FolderLake(tmp_path)).extract(SCENARIO, Span(EPOCH, NOON + timedelta(hours=1)))
    assert extract.rows == 10
    assert len(extract.inputs) >= 5


def test_a_message_that_is_too_large_alone_is_told(rows: Cluster, tmp_path: Path) -> None:
    """Instead of ever smaller shares."""
    rows.most_rows = 0
    with pytest.raises(TooLarge, match="exceeds a limit of the service"):
        telemetry_of(rows, FolderLake(tmp_path)).extract(SCENARIO, Span(EPOCH, NOON + timedelta(hours=1)))
    assert len(rows.asked) < 30


def test_a_foreign_host_gets_no_token(rows: Cluster) -> None:
    """Not before it is known as a cluster's; the setting is named."""
    from azure.kusto.data._cloud_settings import CloudSettings

    CloudSettings.add_to_cache("https://adx.example.com", CloudSettings.DEFAULT_CLOUD)
    credential = FakeCredential()
    place = cluster_address("TELEMETRY_URL", "kusto:https://adx.example.com/telemetry")
    with pytest.raises(Misconfigured, match=r"TELEMETRY_URL names https://adx\.example\.com, which gets no token"):
        KustoQueries(place, lambda: credential).ask(COUNT, PARAMETERS)
    assert credential.scopes == []


def test_tokens_are_for_the_service(rows: Cluster) -> None:
    """For the resource that the cluster itself names, once a client."""
    credential = FakeCredential()
    place = cluster_address("TELEMETRY_URL", f"kusto:{rows.url}/{DATABASE}")
    KustoQueries(place, lambda: credential).ask(COUNT, PARAMETERS)
    assert set(credential.scopes) == {"https://kusto.kusto.windows.net/.default"}


def test_a_cluster_that_is_not_there_is_told_in_one_sentence(rows: Cluster) -> None:
    """With the address that the setting names."""
    place = cluster_address("TELEMETRY_URL", f"kusto:https://127.0.0.1:1/{DATABASE}")
    policy = RetryPolicy(connect=1, read=1, first_pause=0.01, growth=0.01, retries=1)
    with pytest.raises(Transient, match=r"https://127\.0\.0\.1:1, database telemetry, could not be reached"):
        KustoQueries(place, FakeCredential, policy).ask(COUNT, PARAMETERS)


class _NoIdentity:
    """A credential that has none."""

    def get_token(self, *_: str, **__: Any) -> Any:
        """Refuse, as azure-identity does."""
        from azure.core.exceptions import ClientAuthenticationError

        raise ClientAuthenticationError("DefaultAzureCredential failed to retrieve a token.\nlong list")


def test_without_a_token_the_setting_is_named(rows: Cluster) -> None:
    """And the first line of the reason."""
    place = cluster_address("TELEMETRY_URL", f"kusto:{rows.url}/{DATABASE}")
    policy = RetryPolicy(retries=0)
    with pytest.raises(Transient, match=r"AZURE_CREDENTIAL.*failed to retrieve a token\.$"):
        KustoQueries(place, _NoIdentity, policy).ask(COUNT, PARAMETERS)  # type: ignore[arg-type]
