"""Retries of one HTTP request to Azure: bounded in number and time; a server may ask for a longer pause."""

from __future__ import annotations

import random
from typing import Any

from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.storage.blob import ExponentialRetry

from shared.adapters.azure.retry_policy import RetryPolicy

# The SDK's own policy leaves out 429 and ignores Retry-After.
RETRYABLE_STATUSES = frozenset({408, 429, 500, 502, 503, 504})


class Retries(ExponentialRetry):
    """Repeats a request that got no answer or a retryable status. Bodies must be bytes, because nothing is rewound."""

    def __init__(self, policy: RetryPolicy) -> None:
        super().__init__()
        self._policy = policy

    def send(self, request: Any) -> Any:
        """Return the first answer that needs no retry, or the last one."""
        # This removes the options that are meant for the policy and not for the request.
        self.configure_retries(request)
        for retry in range(self._policy.retries):
            pause: float | None = self._policy.pause(retry)
            try:
                answer = self.next.send(request)
            except ClientAuthenticationError:
                raise
            except (AzureError, OSError):
                # An answer that breaks off while its MD5 is computed leaves the SDK as an error of `requests`.
                pass
            else:
                pause = self._pause(answer.http_response, retry)
                if pause is None:
                    return _marked(answer)
            jitter = random.uniform(0, self._policy.jitter)
            request.context.transport.sleep((pause or 0) + jitter)
        return _marked(self.next.send(request))

    def _pause(self, answer: Any, retry: int) -> float | None:
        """Return the seconds until the next attempt, or None when there is none."""
        if answer.status_code not in RETRYABLE_STATUSES:
            return None
        wanted = str(answer.headers.get("Retry-After") or "")
        if not wanted.isdigit():
            return self._policy.pause(retry)
        # After a long wait the queue brings the message again; a worker does not sleep for it.
        return None if int(wanted) > self._policy.longest_pause else float(wanted)


def _marked(answer: Any) -> Any:
    # The storage client reads from an answer which of two locations gave it.
    answer.http_response.location_mode = "primary"
    return answer
