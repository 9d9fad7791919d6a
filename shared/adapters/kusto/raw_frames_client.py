"""Microsoft's client with three changes: it returns raw frames, keeps the response of a refusal, and bounds its waits.

The client's own parser ignores table fragments, the end of an answer and errors reported there. Its own error handling
fails when a gateway refuses with a body that the service would not send.
"""

from __future__ import annotations

from typing import Any, NoReturn

from azure.kusto.data import KustoClient, KustoConnectionStringBuilder
from azure.kusto.data.exceptions import KustoServiceError
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from shared.adapters.azure.retry_policy import RetryPolicy


class _Bounded(HTTPAdapter):
    """Limits the wait for a connection and for each read; the client itself waits for minutes or without end."""

    def __init__(self, policy: RetryPolicy) -> None:
        super().__init__()
        self._seconds = (policy.connect, policy.read + policy.connect)

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        """Send the request once."""
        return super().send(request, *args, **{**options, "timeout": self._seconds})


class RawFramesClient(KustoClient):
    """Returns the raw frames from `execute_query` and follows no redirect."""

    def __init__(self, connection: KustoConnectionStringBuilder, policy: RetryPolicy) -> None:
        super().__init__(connection)
        # Where aiohttp is installed, its own session is among the declared types.
        session: Any = self._session
        for scheme in ("https://", "http://"):
            session.mount(scheme, _Bounded(policy))

    @staticmethod
    def _kusto_parse_by_endpoint(endpoint: str, response_json: Any) -> Any:
        del endpoint
        return response_json

    @staticmethod
    def _handle_http_error(  # noqa: PLR0917 -- the client calls it so
        exception: Exception,
        endpoint: str | None,
        payload: Any,
        response: Any,
        status: int,
        response_json: Any,
        response_text: str | None,
    ) -> NoReturn:
        del endpoint, payload, status, response_text
        error = response_json.get("error") if isinstance(response_json, dict) else None
        parts = [str(error[key]) for key in ("code", "@message") if error.get(key)] if isinstance(error, dict) else []
        raise KustoServiceError(": ".join(parts) or "no reason given", response) from exception
