"""Clients of Azure: one way to sign in, one retry policy, one place per setting.

Nothing of azure.* is imported before the first client is made. A client talks only to the host that a setting names,
never to a URL from an event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.adapters.azure.retry_policy import RETRY_POLICY, RetryPolicy
from shared.core.addresses import EMULATOR_ACCOUNT, EMULATOR_KEY, BlobAddress, check_credential

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.storage.blob import ContainerClient

_KINDS = {
    "environment": "exclude_environment_credential",
    "workload": "exclude_workload_identity_credential",
    "managed": "exclude_managed_identity_credential",
    "cli": "exclude_cli_credential",
}
_NEVER_ALONE = (
    "exclude_shared_token_cache_credential",
    "exclude_visual_studio_code_credential",
    "exclude_powershell_credential",
    "exclude_developer_cli_credential",
    "exclude_interactive_browser_credential",
    "exclude_broker_credential",
)
RANGE_BYTES = 4 << 20
STORAGE_SCOPE = "https://storage.azure.com/.default"


def make_credential(choice: str) -> TokenCredential:
    """Return DefaultAzureCredential, narrowed to what AZURE_CREDENTIAL names; Misconfigured for an unknown name."""
    kind, client_id = check_credential(choice)
    from azure.identity import DefaultAzureCredential

    options: dict[str, Any] = {"managed_identity_client_id": client_id} if client_id else {}
    if kind != "default":
        options |= {flag: name != kind for name, flag in _KINDS.items()} | dict.fromkeys(_NEVER_ALONE, True)
    return DefaultAzureCredential(**options)


def container_client(
    place: BlobAddress,
    credential: TokenCredential | None,
    policy: RetryPolicy = RETRY_POLICY,
    range_bytes: int = RANGE_BYTES,
) -> ContainerClient:
    """Return a client of the container; the emulator over plain HTTP gets its published key, all others the credential.

    It follows no redirect: the token goes to the host of the setting and nowhere else.
    """
    from azure.storage.blob import ContainerClient

    from shared.adapters.azure.retries import Retries

    key: Any = {"account_name": EMULATOR_ACCOUNT, "account_key": EMULATOR_KEY} if place.emulated else credential
    return ContainerClient(
        place.endpoint,
        place.container,
        credential=key,
        retry_policy=Retries(policy),
        connection_timeout=policy.connect,
        read_timeout=policy.read,
        permit_redirects=False,
        max_single_get_size=range_bytes,
        max_chunk_get_size=range_bytes,
    )
