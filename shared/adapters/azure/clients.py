"""How every client of Azure is made: one way to identify ourselves, one patience, one place per setting.

Nothing of azure.* is imported before a client is wanted. A client talks only to what a setting names, never to a URL
that came with an event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.core.addresses import EMULATOR_ACCOUNT, BlobPlace, check_credential

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.storage.blob import ContainerClient

# Published by Microsoft for the emulator; it opens nothing else.
EMULATOR_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
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


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call may take: seconds to connect and to read, and the pauses between its attempts.

    The SDK's own first pause is 15 seconds, half of what Event Grid waits for an answer.
    """

    connect: float = 5
    read: float = 15
    first_pause: float = 0.4
    growth: float = 1.6
    jitter: float = 0.3
    retries: int = 4
    longest_pause: float = 10

    def pause(self, retry: int) -> float:
        """Seconds before the retry, counted from 0."""
        return self.first_pause + (self.growth**retry if retry else 0)


PATIENCE = Patience()
# The emulator is on this machine: when it does not answer at once, nobody started it.
EMULATOR_PATIENCE = Patience(connect=2, read=5, first_pause=0.05, growth=0.3, jitter=0.02, retries=2)


def make_credential(choice: str) -> TokenCredential:
    """DefaultAzureCredential, narrowed to what AZURE_CREDENTIAL names; Misconfigured when it names nothing known."""
    kind, client_id = check_credential(choice)
    from azure.identity import DefaultAzureCredential

    options: dict[str, Any] = {"managed_identity_client_id": client_id} if client_id else {}
    if kind != "default":
        options |= {flag: name != kind for name, flag in _KINDS.items()} | dict.fromkeys(_NEVER_ALONE, True)
    return DefaultAzureCredential(**options)


def container_client(
    place: BlobPlace,
    credential: TokenCredential | None,
    patience: Patience = PATIENCE,
    range_bytes: int = RANGE_BYTES,
) -> ContainerClient:
    """A client of the container; the emulator over plain HTTP gets its published key, everything else the credential.

    Redirects are not followed: the token goes to the host of the setting and nowhere else.
    """
    from azure.storage.blob import ContainerClient

    from shared.adapters.azure.retries import Retries

    key: Any = {"account_name": EMULATOR_ACCOUNT, "account_key": EMULATOR_KEY} if place.emulated else credential
    return ContainerClient(
        place.endpoint,
        place.container,
        credential=key,
        retry_policy=Retries(patience),
        connection_timeout=patience.connect,
        read_timeout=patience.read,
        permit_redirects=False,
        max_single_get_size=range_bytes,
        max_chunk_get_size=range_bytes,
    )
