"""Records and counts: one line each, ids and no content, one operation from the event to the predictions."""

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
from world import World, points_csv

from shared.adapters.azure.otel_observer import Both, OtelObserver
from shared.adapters.files.file_observer import FILE, FileObserver
from shared.core.log_record import step_record

ROOT = Path(__file__).resolve().parents[3]
CANARY = "canary-4711"


def records(home: Path) -> list[dict[str, Any]]:
    """Every record of a home."""
    return [json.loads(line) for line in (home / "logs" / FILE).read_text(encoding="ascii").splitlines()]


def test_one_operation_leads_from_the_event_to_the_predictions(world: World) -> None:
    """The blob's, drop's, training's, model's and window's records have it; a claim's own id leads to it."""
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    world.handle(world.land("scoring/points/d2/points.csv", points_csv(8, labelled=False)))
    (dataset,) = world.ports.datasets.versions.list("points")
    all_ = records(world.home)
    (operation,) = {one["operation"] for one in all_ if one.get("dataset") == dataset.id}
    ended = {one["event"] for one in all_ if one["operation"] == operation}
    assert {"blob", "drop", "train", "model", "window"} <= ended
    claims = {one["claim"] for one in all_ if one["event"] == "blob" and one["operation"] == operation}
    assert any(one["operation"] in claims and one["state"] == "in_progress" for one in all_)


def test_no_content_of_files_or_requests_is_told(world: World) -> None:
    """A canary in a cell that is refused stands in the reason people read, and in no record."""
    bad = points_csv(5).replace(b"red", CANARY.encode(), 1) + f"{CANARY},x,y,z\n".encode()
    world.handle(world.land("incoming/points/d1/points.csv", bad))
    assert any(entry.state == "quarantined" for entry in world.ports.core.history.entries())
    assert any(one["state"] == "quarantined" for one in records(world.home))
    assert CANARY not in (world.home / "logs" / FILE).read_text()


def test_a_name_cannot_forge_a_record(world: World) -> None:
    """Line ends, escapes and characters that turn text around become what they look like in code."""
    name = 'incoming/points/d\n{"event": "forged"}\x1b[31m\u202e/points.csv'
    world.ports.core.ledger.note("blob", name, "ignored", "no")
    (record,) = records(world.home)
    assert record["event"] == "blob"
    assert record["key"].isprintable()


def test_requests_are_counted_and_written_together(tmp_path: Path) -> None:
    """One line for each model and ending."""
    observer = FileObserver(tmp_path / "logs", lambda: datetime(2026, 1, 1, tzinfo=UTC), ticks=lambda: 0.0)
    for seconds in (0.001, 0.003):
        observer.request("points", "points:1", "answered", seconds, 2)
    observer.request("points", "", "refused", 0.001, 0)
    observer.flush()
    answered, refused = records(tmp_path)
    assert (answered["requests"], answered["rows"], answered["mean_ms"], answered["max_ms"]) == (2, 4, 2.0, 3.0)
    assert (refused["state"], refused["requests"]) == ("refused", 1)


def test_telling_never_fails_the_work(tmp_path: Path) -> None:
    """A folder that cannot be made is no reason to stop."""
    (tmp_path / "logs").write_text("a file")
    FileObserver(tmp_path / "logs", lambda: datetime(2026, 1, 1, tzinfo=UTC)).record(step_record("blob", "x", "done"))


def test_spans_carry_the_operation_and_metrics_the_counts(tmp_path: Path) -> None:
    """What an exporter gets: the trace id is the operation, attributes are ids."""
    exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracers = TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(exporter))
    otel = OtelObserver(tracers.get_tracer("t"), MeterProvider([reader]).get_meter("t"))
    both = Both(FileObserver(tmp_path / "logs", lambda: datetime(2026, 1, 1, tzinfo=UTC)), otel)
    step = step_record("model", "points:1", "done", {"dataset": "20260301T120000Z-abcdef12", "reason": CANARY}, 1)
    both.record(step)
    both.request("points", "points:1", "answered", 0.002, 3)
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
    assert records(tmp_path)[0]["operation"] == step.operation


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
