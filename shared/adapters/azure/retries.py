"""Attempts of one HTTP request to Azure: bounded in number and time, with pauses that a server may prolong."""

from __future__ import annotations

import random
from typing import Any

from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.storage.blob import ExponentialRetry

from shared.adapters.azure.clients import Patience

# What the SDK's own policy leaves out is 429, and it does not look at Retry-After.
_AGAIN = frozenset({408, 429, 500, 502, 503, 504})


class Retries(ExponentialRetry):
    """Repeats a request that got no answer or a passing one. Bodies must be bytes: nothing is rewound."""

    def __init__(self, patience: Patience) -> None:
        super().__init__()
        self._patience = patience

    def send(self, request: Any) -> Any:
        """The first answer that is worth handing on, or the last one."""
        # It takes away the options that were meant for the policy and not for the request.
        self.configure_retries(request)
        for retry in range(self._patience.retries):
            pause: float | None = self._patience.pause(retry)
            try:
                answer = self.next.send(request)
            except ClientAuthenticationError:
                raise
            except (AzureError, OSError):
                # An answer that breaks off while its MD5 is computed escapes the SDK as an error of `requests`.
                pass
            else:
                pause = self._pause(answer.http_response, retry)
                if pause is None:
                    return _marked(answer)
            jitter = random.uniform(0, self._patience.jitter)
            request.context.transport.sleep((pause or 0) + jitter)
        return _marked(self.next.send(request))

    def _pause(self, answer: Any, retry: int) -> float | None:
        """Seconds until the next attempt; None when there is to be none."""
        if answer.status_code not in _AGAIN:
            return None
        wanted = str(answer.headers.get("Retry-After") or "")
        if not wanted.isdigit():
            return self._patience.pause(retry)
        # Whoever is told to wait for long tries again later, from its queue, instead of holding a worker.
        return None if int(wanted) > self._patience.longest_pause else float(wanted)


def _marked(answer: Any) -> Any:
    # The storage client reads from its answers which of two locations gave them.
    answer.http_response.location_mode = "primary"
    return answer
