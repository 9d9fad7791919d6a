"""Whether the functions of this app can hear of messages: the host says nothing when they cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.names import QUEUE_FUNCTIONS, STORAGE
from shared.core.errors import Misconfigured

if TYPE_CHECKING:
    from collections.abc import Mapping

_RUNTIME = "FUNCTIONS_WORKER_RUNTIME"
_ACCEPTED = "UseDevelopmentStorage=true on a laptop, a storage account in Azure"


def check_listening(environ: Mapping[str, str]) -> None:
    """Misconfigured when a host runs this app without the storage that holds its queues; names what hears nothing."""
    if not environ.get(_RUNTIME) or any(value for key, value in environ.items() if key.startswith(STORAGE)):
        return
    deaf = [name for name in QUEUE_FUNCTIONS if environ.get(f"AzureWebJobs.{name}.Disabled", "").lower() not in _OFF]
    if deaf:
        raise Misconfigured(STORAGE, f"is not set, so no message reaches {', '.join(deaf)}", _ACCEPTED)


_OFF = frozenset({"true", "1"})
