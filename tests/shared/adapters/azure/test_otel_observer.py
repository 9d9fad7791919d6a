"""Records as spans and counts as metrics, up to the endpoint of Application Insights."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.adapters.azure.otel_observer import OtelObserver
from shared.adapters.composite_observer import CompositeObserver
from shared.adapters.files.file_observer import FileObserver
from shared.core.log_record import RECORDS_FILE, step_record

ROOT = Path(__file__).resolve().parents[4]
CANARY = "canary-4711"


def test_spans_carry_the_operation_and_metrics_the_counts(tmp_path: Path) -> None:
    """What an exporter gets: the trace id is the operation, attributes are ids."""
    exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracers = TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(exporter))
    otel = OtelObserver(tracers.get_tracer("t"), MeterProvider([reader]).get_meter("t"))
    observer = CompositeObserver(FileObserver(tmp_path / "logs", lambda: datetime(2026, 1, 1, tzinfo=UTC)), otel)
    step = step_record("model", "points:1", "done", {"dataset": "20260301T120000Z-abcdef12", "reason": CANARY}, 1)
    observer.record(step)
    observer.request("points", "points:1", "answered", 0.002, 3)
    (span,) = exporter.get_finished_spans()
    assert span.context is not None
    assert (f"{span.context.trace_id:032x}", span.name) == (step.operation, "mlops.model")
    assert CANARY not in str(dict(span.attributes or {}))
    data = reader.get_metrics_data()
    assert data is not None
    points = {metric.name: metric.data.data_points[0] for metric in data.resource_metrics[0].scope_metrics[0].metrics}
    assert points["mlops.requests"].value == 1
    assert points["mlops.predictions"].value == 3
    assert points["mlops.request.duration"].count == 1
    first, *_ = (tmp_path / "logs" / RECORDS_FILE).read_text(encoding="ascii").splitlines()
    assert json.loads(first)["operation"] == step.operation


class Ingestion(ThreadingHTTPServer):
    """Application Insights' end, on this machine."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies: list[str] = []


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Keep what came, and say that all of it was taken."""
        body = self.rfile.read(int(self.headers["content-length"]))
        text = (gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body).decode()
        assert isinstance(self.server, Ingestion)
        self.server.bodies.append(text)
        count = max(1, text.count('"iKey"'))
        answer = json.dumps({"itemsReceived": count, "itemsAccepted": count, "errors": []}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 -- the base class's name
        """Say nothing."""


@pytest.fixture
def ingestion() -> Iterator[Ingestion]:
    """The endpoint, for one test."""
    server = Ingestion()
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


EXPORT = """
import sys
from opentelemetry import metrics, trace
from shared.adapters.azure.otel_observer import application_insights
from shared.core.log_record import step_record
observer = application_insights(sys.argv[1])
facts = {"dataset": "20260301T120000Z-abcdef12", "reason": "canary-4711"}
observer.record(step_record("model", "points:1", "done", facts))
observer.request("points", "points:1", "answered", 0.002, 3)
trace.get_tracer_provider().force_flush()
metrics.get_meter_provider().force_flush()
trace.get_tracer_provider().shutdown()
metrics.get_meter_provider().shutdown()
"""


def test_application_insights_gets_operation_and_counts(ingestion: Ingestion) -> None:
    """The whole exporter path over loopback, in a process of its own: it sets what is global."""
    place = f"http://127.0.0.1:{ingestion.server_address[1]}/"
    string = f"InstrumentationKey=00000000-0000-0000-0000-000000000001;IngestionEndpoint={place};LiveEndpoint={place}"
    environ = {"APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL": "True", "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-c", EXPORT, string]
    subprocess.run(command, cwd=ROOT, env=environ, check=True, timeout=120, capture_output=True)
    sent = "\n".join(ingestion.bodies)
    operation = step_record("model", "points:1", "done", {"dataset": "20260301T120000Z-abcdef12"}).operation
    assert operation in sent
    assert "mlops.requests" in sent
    assert CANARY not in sent
