"""A client of one workspace: bounded attempts, no telemetry of the SDK's own."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from shared.adapters.azure.retry_policy import RETRY_POLICY, RetryPolicy
from shared.core.addresses import WorkspaceAddress
from shared.core.errors import Transient
from shared.core.wording import counted

if TYPE_CHECKING:
    from azure.ai.ml import MLClient
    from azure.core.credentials import TokenCredential

# The SDK logs each of its experimental parts while it is imported.
_VERBOSE_LOGGERS = ("azure.ai.ml", "azure.ai.ml._utils._experimental")
_REFUSED = 400


def workspace_client(
    place: WorkspaceAddress, credential: TokenCredential, policy: RetryPolicy = RETRY_POLICY
) -> MLClient:
    """Return the SDK's client of that workspace; the import takes a second or two, so call this on first use only."""
    for name in _VERBOSE_LOGGERS:
        logging.getLogger(name).setLevel(logging.ERROR)
    from azure.ai.ml import MLClient

    return MLClient(
        credential,
        place.subscription,
        place.group,
        place.workspace,
        enable_telemetry=False,
        retry_total=policy.retries,
        retry_backoff_factor=policy.first_pause,
        retry_backoff_max=policy.longest_pause,
        connection_timeout=policy.connect,
        read_timeout=policy.read,
        raw_response_hook=partial(_refuse_long_pause, policy.longest_pause),
    )


def _refuse_long_pause(longest: float, answer: Any) -> None:
    """Raise Transient when the service asks for a pause that a worker may not sleep; the SDK would sleep it."""
    from azure.core.pipeline.policies import RetryPolicy as SdkRetryPolicy

    wanted = SdkRetryPolicy().get_retry_after(answer)
    if answer.http_response.status_code >= _REFUSED and wanted is not None and wanted > longest:
        raise Transient(
            f"Azure ML asks for a pause of {counted(round(wanted), 'second')} ({answer.http_response.status_code})."
        )
