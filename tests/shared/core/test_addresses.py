"""Only a setting names a host, and only a setting that can be nothing else than a container's place."""

from __future__ import annotations

import pytest

from shared.core.addresses import BlobAddress, ClusterAddress, blob_address, check_credential, cluster_address
from shared.core.errors import Misconfigured


@pytest.mark.parametrize(
    ("url", "place"),
    [
        (
            "https://lake1.blob.core.windows.net/mlops",
            BlobAddress("https://lake1.blob.core.windows.net", "mlops", emulated=False),
        ),
        ("https://data.example.com:8443/a-b/", BlobAddress("https://data.example.com:8443", "a-b", emulated=False)),
        (
            "http://127.0.0.1:10000/devstoreaccount1/mlops",
            BlobAddress("http://127.0.0.1:10000/devstoreaccount1", "mlops", emulated=True),
        ),
        (
            "https://localhost:10000/devstoreaccount1/mlops",
            BlobAddress("https://localhost:10000/devstoreaccount1", "mlops", emulated=False),
        ),
        (
            "http://[::1]:1/devstoreaccount1/mlops",
            BlobAddress("http://[::1]:1/devstoreaccount1", "mlops", emulated=True),
        ),
    ],
)
def test_a_container_has_a_place(url: str, place: BlobAddress) -> None:
    """Any https host that the owner names, and Azurite on this machine."""
    assert blob_address("LAKE_URL", url) == place


@pytest.mark.parametrize(
    "url",
    [
        "https://",
        "ftp://x/mlops",
        "http://lake1.blob.core.windows.net/mlops",
        "http://127.0.0.1.example.com/devstoreaccount1/mlops",
        "http://10.0.0.1/devstoreaccount1/mlops",
        "https://lake1.blob.core.windows.net",
        "https://lake1.blob.core.windows.net/mlops/folder",
        "https://lake1.blob.core.windows.net/Mlops",
        "https://lake1.blob.core.windows.net/ab",
        "https://lake1.blob.core.windows.net/" + "a" * 64,
        "https://lake1.blob.core.windows.net/a--b",
        "https://lake1.blob.core.windows.net/mlops?sv=2024&sig=CANARY",
        "https://user:CANARY@lake1.blob.core.windows.net/mlops",
        "https://lake1.blob.core.windows.net/mlops#CANARY",
        "http://127.0.0.1:10000/mlops",
        "http://127.0.0.1:10000/otheraccount/mlops",
        "https://x:99999/mlops",
        "https://[::1/mlops",
    ],
)
def test_anything_else_is_refused_in_one_sentence(url: str) -> None:
    """The sentence names the setting and what would do, and repeats nothing that could be a secret."""
    with pytest.raises(Misconfigured, match=r"Setting LAKE_URL .*accepted: ") as told:
        blob_address("LAKE_URL", url)
    assert "CANARY" not in str(told.value)


@pytest.mark.parametrize(
    ("choice", "meant"),
    [("default", ("default", "")), ("cli", ("cli", "")), ("managed:1-2", ("managed", "1-2"))],
)
def test_an_identity_is_named(choice: str, meant: tuple[str, str]) -> None:
    """By kind, and a managed one by its client id."""
    assert check_credential(choice) == meant


@pytest.mark.parametrize("choice", ["", "key", "cli:1", "managed:", "default:", "Managed"])
def test_an_unknown_identity_is_refused(choice: str) -> None:
    """The sentence lists the known ones."""
    with pytest.raises(Misconfigured, match=r"AZURE_CREDENTIAL .*default, environment, .*managed:<client id>"):
        check_credential(choice)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        (
            "kusto:https://adx1.westeurope.kusto.windows.net/telemetry",
            ClusterAddress("https://adx1.westeurope.kusto.windows.net", "telemetry"),
        ),
        ("kusto:https://127.0.0.1:8443/a-b", ClusterAddress("https://127.0.0.1:8443", "a-b")),
        ("kusto:http://127.0.0.1:7082/telemetry", ClusterAddress("http://127.0.0.1:7082", "telemetry")),
        ("kusto:https://[::1]:1/My_Db 2.x", ClusterAddress("https://[::1]:1", "My_Db 2.x")),
    ],
)
def test_a_database_of_a_cluster_has_a_place(url: str, place: ClusterAddress) -> None:
    """A cluster's address and one database's name."""
    assert cluster_address("TELEMETRY_URL", url) == place


@pytest.mark.parametrize(
    "url",
    [
        "kusto:",
        "kusto:telemetry",
        "kusto:http://adx1.kusto.windows.net/telemetry",
        "kusto:http://127.0.0.1/telemetry",
        "kusto:https:///telemetry",
        "kusto:https://adx1.kusto.windows.net",
        "kusto:https://adx1.kusto.windows.net/",
        "kusto:https://adx1.kusto.windows.net/telemetry/opcua_raw",
        "kusto:https://adx1.kusto.windows.net/telemetry/",
        "kusto:https://adx1.kusto.windows.net/a'b",
        "kusto:https://adx1.kusto.windows.net/a%27b",
        "kusto:https://adx1.kusto.windows.net/telemetry?key=CANARY",
        "kusto:https://user:CANARY@adx1.kusto.windows.net/telemetry",
        "kusto:https://adx1.kusto.windows.net/telemetry#CANARY",
        "kusto:https://x:99999/telemetry",
        "kusto:https://[::1/telemetry",
    ],
)
def test_what_is_no_database_is_refused_in_one_sentence(url: str) -> None:
    """The sentence names the setting and what would do, and repeats nothing that could be a secret."""
    with pytest.raises(Misconfigured, match=r"Setting TELEMETRY_URL .*accepted: kusto:https://<cluster>") as told:
        cluster_address("TELEMETRY_URL", url)
    assert "CANARY" not in told.value.reason
