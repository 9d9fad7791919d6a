"""Where delta-rs finds the lake, and with which rights."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.core.addresses import EMULATOR_ACCOUNT, EMULATOR_KEY, BlobAddress

_EMULATOR = "AZURITE_BLOB_STORAGE_URL"
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
    options = _emulated if place.emulated else _signed_in
    return Place(f"az://{place.container}/", lambda: {**_LIMITS, **options(place, token)})


def _emulated(place: BlobAddress, _token: Callable[[], str]) -> Mapping[str, str]:
    # The library takes the emulator's address from nowhere else, and only of an emulator it lists what that can.
    os.environ[_EMULATOR] = place.endpoint.removesuffix(f"/{EMULATOR_ACCOUNT}")
    return {
        "azure_storage_use_emulator": "true",
        "azure_storage_account_name": EMULATOR_ACCOUNT,
        "azure_storage_account_key": EMULATOR_KEY,
    }


def _signed_in(place: BlobAddress, token: Callable[[], str]) -> Mapping[str, str]:
    account = place.endpoint.partition("//")[2].partition(".")[0]
    return {
        "azure_storage_endpoint": place.endpoint,
        "azure_storage_account_name": account,
        "azure_storage_token": token(),
    }
