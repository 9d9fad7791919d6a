"""HTTP requests of the doctor: short time-outs, no redirects, the certificates that Azure's clients trust."""

from __future__ import annotations

import os
import socket
import ssl
from typing import Any
from urllib.parse import urlsplit

import httpx

from local.doctor.finding import Subject

_TIMEOUT = httpx.Timeout(5.0, connect=3.0)
_CONNECT_SECONDS = 3.0


def ask(subject: Subject, method: str, url: str, *, scope: str = "", json: Any = None) -> httpx.Response:
    """The response, whatever its status; httpx.HTTPError when there is none. With `scope` it sends a token."""
    headers = {"authorization": f"Bearer {subject.token(scope)}"} if scope else {}
    with httpx.Client(verify=_trust(), timeout=_TIMEOUT, headers=headers) as client:
        return client.request(method, url, json=json)


def _trust() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=os.environ.get("REQUESTS_CA_BUNDLE") or None)


def unreachable(url: str, port: int = 443) -> str:
    """Why the URL's host and port cannot be reached; empty when they can."""
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "", parts.port or port), _CONNECT_SECONDS).close()
    except OSError as error:
        return f"{parts.hostname}:{parts.port or port} cannot be reached: {error.strerror or error}"
    return ""
