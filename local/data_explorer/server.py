"""The stand-in over HTTP on loopback, where a query needs no token."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from local.data_explorer.answers import Tables, answered
from local.data_explorer.frames import METADATA
from shared.core.errors import Misconfigured

DATABASE = "telemetry"
PORT = 7082
QUERY, TOKENS = "/v2/rest/query", "/v1/rest/auth/metadata"
_LARGEST = 1 << 20


@contextmanager
def serving(tables: Tables, clock: Callable[[], datetime], port: int = PORT) -> Iterator[int]:
    """Answer queries of the tables for the time of the block; the port. Misconfigured when it is taken."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body in one piece: in two, the second waits for the peer to acknowledge the first.
        wbufsize = -1

        def do_GET(self) -> None:
            """Where tokens come from, which the client may ask first."""
            known = self.path == TOKENS
            self._send(200 if known else 404, METADATA if known else None)

        def do_POST(self) -> None:
            """A query."""
            size = int(self.headers.get("content-length") or 0)
            if self.path != QUERY or size > _LARGEST:
                self.close_connection = True
                self._send(404, None)
                return
            body = self.rfile.read(size)
            with lock:
                self._send(*_answer(body, {DATABASE: tables}, clock()))

        def _send(self, status: int, document: Any) -> None:
            content = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    except OSError as error:
        raise Misconfigured("port", f"{port} is taken ({error.strerror})", "a free port, or 0 for any") from error
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _answer(body: bytes, databases: Mapping[str, Tables], now: datetime) -> tuple[int, Any]:
    try:
        asked = json.loads(body)
    except ValueError:
        return 400, None
    return answered(asked, databases, now) if isinstance(asked, dict) else (400, None)
