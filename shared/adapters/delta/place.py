"""Where delta-rs finds the lake, and with which rights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.core.addresses import EMULATOR_ACCOUNT, EMULATOR_KEY, BlobAddress

# A call that hangs must end well before the function that waits for it.
_LIMITS = {"timeout": "30s", "connect_timeout": "10s", "max_retries": "3", "retry_timeout": "60s"}


@dataclass(frozen=True, slots=True)
class Place:
    """The address that all tables begin with, and the options of each opening: a token lives for an hour."""

    root: str
    options: Callable[[], Mapping[str, str]]


def folder_place(folder: str) -> Place:
    """A lake in a folder."""
    return Place(f"{folder}/", dict)


def container_place(place: BlobAddress, token: Callable[[], str]) -> Place:
    """A lake in Blob Storage: the emulator gets its published key, all others a token for storage."""
    account = place.endpoint.partition("//")[2].partition(".")[0]
    common = {**_LIMITS, "azure_storage_endpoint": place.endpoint}

    def emulated() -> Mapping[str, str]:
        key = {"azure_storage_account_name": EMULATOR_ACCOUNT, "azure_storage_account_key": EMULATOR_KEY}
        return {**common, **key, "allow_http": "true"}

    def signed_in() -> Mapping[str, str]:
        return {**common, "azure_storage_account_name": account, "azure_storage_token": token()}

    return Place(f"az://{place.container}/", emulated if place.emulated else signed_in)
