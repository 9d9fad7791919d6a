"""Helpers for tests of the doctor: a service whose answers the test sets, and a look-up of findings."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from local.doctor.finding import Finding, Subject

CLOSED = "127.0.0.1:9"
OID = "0b1d"
MakeSubject = Callable[..., Subject]


@dataclass
class Service:
    """Answers by the longest known end of a path; `asked` is what came in."""

    url: str = ""
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def answer(self, path: str) -> tuple[int, Any]:
        """Status and document."""
        fitting = [end for end in self.answers if path.partition("?")[0].endswith(end)]
        return self.answers[max(fitting, key=len)] if fitting else (404, {})


@contextmanager
def answering() -> Iterator[Service]:
    """On loopback, over plain HTTP."""
    state = Service()

    class Handler(BaseHTTPRequestHandler):
        def _go(self) -> None:
            state.asked.append((self.command, self.path))
            self.rfile.read(int(self.headers.get("content-length") or 0))
            status, document = state.answer(self.path)
            content = b"" if self.command == "HEAD" else json.dumps(document).encode()
            self.send_response_only(status)
            for name, value in {"content-length": str(len(content)), **state.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_HEAD = _go  # noqa: N815 -- names of the standard library

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


def the(findings: Sequence[Finding], name: str) -> Finding:
    """The one finding of that name."""
    (found,) = [one for one in findings if one.name == name]
    assert found.verdict == "ok" or found.fix, found
    return found
