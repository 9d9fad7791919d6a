"""A stand-in for a cluster of Azure Data Explorer: https on loopback, v2 of the query protocol, faults on demand.

Microsoft's own client talks to it. Its answers are those of the stand-in that people start
(`local/data_explorer`); what it adds are tokens, TLS, and faults.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from tls_server import tls_server

from local.data_explorer.answers import Shape, answered
from local.data_explorer.evaluation import Row, ticks_of
from local.data_explorer.frames import METADATA, bad_request, frames

DATABASE = "telemetry"
_FAILED = {
    "code": "Internal service error",
    "message": "Request aborted due to an internal service error.",
    "@type": "Kusto.DataNode.Exceptions.NodeFailureException",
    "@message": "A node failed while the query ran.",
    "@permanent": False,
}


@dataclass
class Fault:
    """What the next query gets instead of its answer: a status, or an answer that is spoilt by `spoil`."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    document: Any = None
    spoil: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] | None = None
    keep: float = 1.0
    reset: bool = False


class Cluster:
    """The cluster. `asked` lists every query with its bound parameters; `progressive` answers in fragments."""

    def __init__(self) -> None:
        self.url = ""
        self.reset()

    def reset(self) -> None:
        """Empty, healthy, at noon."""
        self.tables: dict[str, list[Row]] = {}
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)
        self.progressive = False
        self.most_rows = 500_000
        self.faults: list[Fault] = []
        self.asked: list[tuple[str, dict[str, str]]] = []

    def ingest(self, table: str, payloads: list[Mapping[str, Any]], at: datetime, extra_ticks: int = 0) -> None:
        """One batch, all with the same ingestion time."""
        ticks = ticks_of(at) + extra_ticks
        self.tables.setdefault(table, []).extend(Row(ticks, payload) for payload in payloads)

    def answer(self, body: Mapping[str, Any]) -> tuple[int, Any]:
        """Status and document of one query."""
        self.asked.append((str(body["csl"]), json.loads(body["properties"])["Parameters"]))
        shape = Shape(self.most_rows, progressive=self.progressive)
        return answered(body, {DATABASE: self.tables}, self.now, shape)


def fails_at_the_end(answer: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Part of the rows, and only the last frame says that they are not all."""
    rows = [
        {**frame, "Rows": frame["Rows"][:1]} if frame.get("TableKind") == "PrimaryResult" and "Rows" in frame else frame
        for frame in answer
    ]
    return [*rows[:-1], {**rows[-1], "HasErrors": True, "OneApiErrors": [{"error": _FAILED}]}]


def without_end(answer: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Valid JSON, but the last frame is missing."""
    return answer[:-1]


def without_fragment(answer: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One fragment of a progressive answer is lost."""
    last = max(place for place, frame in enumerate(answer) if frame["FrameType"] == "TableFragment")
    return [*answer[:last], *answer[last + 1 :]]


def cancelled(answer: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The query was cancelled midway."""
    return [*answer[:-1], {**answer[-1], "Cancelled": True}]


@contextmanager
def kusto_cluster(certificate: tuple[Path, Path]) -> Iterator[Cluster]:
    """A cluster that listens on loopback with that certificate and key."""
    cluster = Cluster()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body in one piece: in two, the second waits for the peer to acknowledge the first.
        wbufsize = -1

        def do_GET(self) -> None:
            """Where tokens come from; the service tells it to anybody."""
            known = self.path == "/v1/rest/auth/metadata"
            self._send(200 if known else 404, {}, json.dumps(METADATA if known else None).encode(), 1.0)

        def do_POST(self) -> None:
            """A query."""
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if not re.fullmatch(r"Bearer [\w-]+\.[\w-]+\.[\w-]+", self.headers.get("authorization", "")):
                self._send(401, {}, b"a token is needed", 1.0)
                return
            status, document = cluster.answer(json.loads(body)) if self.path == "/v2/rest/query" else (404, None)
            fault = cluster.faults.pop(0) if cluster.faults else Fault()
            if fault.reset:
                self.close_connection = True
                self.connection.close()
                return
            if fault.status != 200:
                status, document = fault.status, fault.document
            if fault.spoil:
                document = fault.spoil(document)
            self._send(status, fault.headers, json.dumps(document).encode(), fault.keep)

        def _send(self, status: int, headers: Mapping[str, str], content: bytes, keep: float) -> None:
            content = content[: int(len(content) * keep)]
            self.send_response(status)
            for name, value in {"content-type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with tls_server(Handler, certificate) as cluster.url:
        yield cluster


__all__ = ["DATABASE", "Cluster", "Fault", "Row", "bad_request", "frames", "kusto_cluster"]
