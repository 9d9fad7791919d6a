"""Addresses in Azure, each read from one setting; nothing but a setting names a host."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from shared.core.errors import Misconfigured

EMULATOR_ACCOUNT = "devstoreaccount1"
# Published by Microsoft for the emulator; it opens nothing else.
EMULATOR_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
CREDENTIALS = ("environment", "workload", "managed", "cli")
_ACCEPTED = "https://<account>.blob.core.windows.net/<container>"
_WORKSPACE_PARTS = 3
_WORKSPACE_NAME = re.compile(r"[A-Za-z0-9_().-]{1,90}")
# The Python that has PySpark; never the one of the function app.
SPARK_PYTHON = "MLOPS_SPARK_PYTHON"
# A workspace: its jobs, or its Spark jobs.
AZUREML, AZUREML_SPARK = "azureml:", "azureml-spark:"
_MASTER = re.compile(r"local\[(\d+|\*)(,\d+)?\]|local-cluster\[\d+,\d+,\d+\]|spark://[\w.:,-]+|yarn|k8s://[\w.:/-]+")
_KEY_NAME = re.compile(r"[0-9A-Za-z-]{1,127}")
_KEY_VERSION = re.compile(r"[0-9a-f]{32}")
_CONTAINER = re.compile(r"(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class BlobAddress:
    """A container of a storage account. `emulated` is true for Azurite over plain HTTP, which takes no identity."""

    endpoint: str
    container: str
    emulated: bool

    @property
    def url(self) -> str:
        """The URL of the container, as in the setting."""
        return f"{self.endpoint}/{self.container}"


def blob_address(key: str, url: str) -> BlobAddress:
    """The container that setting `key` names; Misconfigured says what is wrong with it."""
    try:
        parts = urlsplit(url)
        local = is_loopback(parts.hostname or "")
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:
        raise Misconfigured(key, f"is no URL ({error})", _ACCEPTED) from error
    _check(key, parts, local=local)
    segments = parts.path.strip("/").split("/")
    account = segments[:-1]
    if account != ([EMULATOR_ACCOUNT] if local else []):
        path = f"http://127.0.0.1:10000/{EMULATOR_ACCOUNT}/<container>" if local else _ACCEPTED
        raise Misconfigured(key, f"has the path {parts.path!r}, which is not one container's", path)
    container = segments[-1]
    if not _CONTAINER.fullmatch(container):
        raise Misconfigured(key, f"names container {container!r}", "3 to 63 lower-case letters, digits, single hyphens")
    host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
    return BlobAddress("/".join([f"{parts.scheme}://{host}{port}", *account]), container, parts.scheme == "http")


def _check(key: str, parts: SplitResult, *, local: bool) -> None:
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Misconfigured(key, "is no URL of a container", _ACCEPTED)
    if parts.scheme == "http" and not local:
        raise Misconfigured(key, "uses http to another machine", f"{_ACCEPTED}, or http to Azurite on this machine")
    if parts.query or parts.fragment or parts.username or parts.password:
        # The value could be a secret: it is not repeated.
        raise Misconfigured(key, "carries more than an address (a SAS token, a user or a fragment)", _ACCEPTED)


def is_loopback(host: str) -> bool:
    """Whether the host is this machine, whatever it is called."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def check_master(key: str, master: str) -> None:
    """Misconfigured when it names no cluster that Spark knows."""
    if not _MASTER.fullmatch(master):
        accepted = "spark:local[<cores>], spark:local-cluster[<executors>,<cores>,<MB>], spark:spark://<host>:<port>"
        raise Misconfigured(key, f"names the cluster {master[:60]!r}", accepted)


def check_credential(choice: str) -> tuple[str, str]:
    """The kind of identity that AZURE_CREDENTIAL names and its client id, if any; Misconfigured otherwise."""
    kind, colon, client_id = choice.partition(":")
    known = kind in CREDENTIALS or choice == "default"
    if not known or (colon and (kind != "managed" or not client_id)):
        accepted = f"default, {', '.join(CREDENTIALS)}, or managed:<client id>"
        raise Misconfigured("AZURE_CREDENTIAL", f"is {choice!r}", accepted)
    return kind, client_id


def check_topic(key: str, url: str) -> None:
    """Misconfigured unless the setting is `local:` or the endpoint of an Event Grid topic."""
    if url == "local:":
        return
    accepted = "local: or https://<topic>.<region>.eventgrid.azure.net/api/events"
    parts = urlsplit(url)
    if parts.query or parts.fragment or parts.username or parts.password:
        # The value could be a secret: it is not repeated.
        raise Misconfigured(key, "carries more than an address (a key, a user or a fragment)", accepted)
    if parts.scheme != "https" or not parts.hostname or parts.path != "/api/events":
        raise Misconfigured(key, "is no endpoint of an Event Grid topic", accepted)


@dataclass(frozen=True, slots=True)
class WorkspaceAddress:
    """An Azure ML workspace."""

    subscription: str
    group: str
    workspace: str


def workspace_address(key: str, url: str) -> WorkspaceAddress:
    """The workspace that a setting `azureml:<subscription>/<resource group>/<workspace>` names; else Misconfigured."""
    scheme, _, place = url.rpartition(":")
    parts = place.split("/")
    if len(parts) != _WORKSPACE_PARTS or not all(_WORKSPACE_NAME.fullmatch(part) for part in parts):
        accepted = f"{scheme or 'azureml'}:<subscription>/<resource group>/<workspace>"
        raise Misconfigured(key, f"is {url!r}", accepted)
    return WorkspaceAddress(*parts)


@dataclass(frozen=True, slots=True)
class ClusterAddress:
    """A database of an Azure Data Explorer cluster."""

    cluster: str
    database: str

    @property
    def emulated(self) -> bool:
        """Whether it is a stand-in on this machine, which gets no token."""
        return self.cluster.startswith("http:")


_CLUSTER = "kusto:https://<cluster>.<region>.kusto.windows.net/<database>"
_DATABASE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_. -]{0,258}[A-Za-z0-9_-])?")


def cluster_address(key: str, url: str) -> ClusterAddress:
    """The database that a setting `kusto:https://<cluster>/<database>` names; else Misconfigured.

    Without TLS only the stand-in on this machine's loopback is accepted.
    """
    try:
        parts = urlsplit(url.removeprefix("kusto:"))
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:
        raise Misconfigured(key, f"is no URL ({error})", _CLUSTER) from error
    if parts.query or parts.fragment or parts.username or parts.password:
        # The value could be a secret: it is not repeated.
        raise Misconfigured(key, "carries more than an address (a key, a user or a fragment)", _CLUSTER)
    here = parts.scheme == "http" and bool(port) and is_loopback(parts.hostname or "")
    if not here and (parts.scheme != "https" or not parts.hostname):
        raise Misconfigured(key, "is no https URL of a cluster", _CLUSTER)
    database = parts.path.removeprefix("/")
    if not _DATABASE.fullmatch(database):
        raise Misconfigured(key, f"has the path {parts.path!r}, which is not one database's", _CLUSTER)
    name = parts.hostname or ""
    host = f"[{name}]" if ":" in name else name
    return ClusterAddress(f"{parts.scheme}://{host}{port}", database)


@dataclass(frozen=True, slots=True)
class KeyAddress:
    """A key in Azure Key Vault; without a version the newest one signs."""

    vault: str
    name: str
    version: str = ""

    @property
    def url(self) -> str:
        """The key's own URL, without a version."""
        return f"{self.vault}/keys/{self.name}"


_KEY = "https://<vault>.vault.azure.net/keys/<key>, with or without /<version>"


def key_address(setting: str, url: str) -> KeyAddress:
    """The key that a setting names; Misconfigured says what is wrong with it."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:
        raise Misconfigured(setting, f"is no URL ({error})", _KEY) from error
    if parts.query or parts.fragment or parts.username or parts.password:
        # The value could be a secret: it is not repeated.
        raise Misconfigured(setting, "carries more than an address (a user, a query or a fragment)", _KEY)
    kind, _, path = parts.path.strip("/").partition("/")
    name, _, version = path.partition("/")
    if parts.scheme != "https" or not parts.hostname or kind != "keys" or not _KEY_NAME.fullmatch(name):
        raise Misconfigured(setting, "is no URL of a key in a vault", _KEY)
    if version and not _KEY_VERSION.fullmatch(version):
        raise Misconfigured(setting, f"has the version {version[:40]!r}", "32 hexadecimal digits, or none")
    return KeyAddress(f"https://{parts.hostname}{port}", name, version)
