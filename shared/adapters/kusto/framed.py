"""Microsoft's client, but for three things: frames as they came, refusals with their response, and bounded waiting.

The client's own reading of an answer passes over fragments, over the end of an answer and over errors told there; its
reading of a refusal fails where a gateway refuses in other words than the service's.
"""

from __future__ import annotations

from typing import Any, NoReturn

from azure.kusto.data import KustoClient, KustoConnectionStringBuilder
from azure.kusto.data.exceptions import KustoServiceError
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from shared.adapters.azure.clients import Patience


class _Bounded(HTTPAdapter):
    """Waits for a connection and for each read as long as the patience lasts; the client waits for minutes or ever."""

    def __init__(self, patience: Patience) -> None:
        super().__init__()
        self._seconds = (patience.connect, patience.read + patience.connect)

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        """Send once."""
        return super().send(request, *args, **{**options, "timeout": self._seconds})


class FramedClient(KustoClient):
    """`execute_query` gives the frames as they came. Redirects are not followed."""

    def __init__(self, connection: KustoConnectionStringBuilder, patience: Patience) -> None:
        super().__init__(connection)
        self._session.mount("https://", _Bounded(patience))

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
        told = [str(error[key]) for key in ("code", "@message") if error.get(key)] if isinstance(error, dict) else []
        raise KustoServiceError(": ".join(told) or "no reason given", response) from exception
