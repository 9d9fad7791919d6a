"""Alerts to webhooks: the only module that connects to arbitrary addresses from settings; it follows no redirect."""

from __future__ import annotations

import http.client
import json
from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import urlsplit

from shared.alerts.alert import Alert
from shared.alerts.formats import FORMATS
from shared.alerts.targets import Target
from shared.core.errors import Missing, Permanent, Transient

TIMEOUT = 5.0
_RETRYABLE_STATUSES = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)


class Webhooks:
    """Port `Notifier`: one POST of JSON per alert and target."""

    def __init__(self, targets: Sequence[Target], *, timeout: float = TIMEOUT) -> None:
        self._targets = {target.name: target for target in targets}
        self._timeout = timeout

    @property
    def targets(self) -> Sequence[str]:
        """The names of all receivers."""
        return tuple(self._targets)

    def notify(self, target: str, alert: Alert) -> None:
        """Deliver once; Transient when a later attempt may help, Permanent when it cannot."""
        if target not in self._targets:
            raise Missing(f"The setting no longer names a target {target!r}; it names {', '.join(self._targets)}.")
        receiver = self._targets[target]
        status = self._post(receiver, json.dumps(FORMATS[receiver.format](alert)).encode())
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return
        if status in _RETRYABLE_STATUSES or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Transient(f"{target} answered {status}.")
        raise Permanent(f"{target} answered {status}: another attempt would not help.")

    def _post(self, receiver: Target, body: bytes) -> int:
        parts = urlsplit(receiver.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=self._timeout)
        path = parts._replace(scheme="", netloc="").geturl() or "/"
        try:
            connection.request("POST", path, body, {"content-type": "application/json; charset=utf-8"})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            # The library's message may contain the address, so only its type is shown.
            raise Transient(f"{receiver.name} did not answer ({type(error).__name__}).") from None
        finally:
            connection.close()
