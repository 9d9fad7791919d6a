"""Records as OpenTelemetry spans and counts as metrics; to Application Insights when its connection string is set."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from shared.core.log_record import Ended, LogRecord

if TYPE_CHECKING:
    from opentelemetry.metrics import Meter
    from opentelemetry.trace import Tracer

NAME = "mlops"
# The distribution would instrument every library it finds; only our own records are exported.
_NOT_INSTRUMENTED = (
    "azure_sdk", "django", "fastapi", "flask", "httpx", "psycopg2", "requests", "urllib", "urllib3",
)  # fmt: skip


class OtelObserver:
    """Port `Observer` on a tracer and a meter. A step is a span within its operation."""

    def __init__(self, tracer: Tracer, meter: Meter) -> None:
        self._tracer = tracer
        self._requests = meter.create_counter("mlops.requests", description="Scoring requests by how they ended.")
        self._rows = meter.create_counter("mlops.predictions", description="Rows predicted in real time.")
        self._seconds = meter.create_histogram("mlops.request.duration", unit="s", description="Time to an answer.")
        self._messages = meter.create_gauge("mlops.queue.messages", description="Messages in a queue.")
        self._oldest = meter.create_gauge("mlops.queue.oldest", unit="s", description="Age of its oldest message.")

    def record(self, step: LogRecord) -> None:
        """A span whose trace id is the operation, with ids as attributes."""
        from opentelemetry import trace

        parent = trace.SpanContext(
            int(step.operation, 16),
            secrets.randbits(64) | 1,
            is_remote=True,
            trace_flags=trace.TraceFlags(trace.TraceFlags.SAMPLED),
        )
        context = trace.set_span_in_context(trace.NonRecordingSpan(parent))
        facts: dict[str, Any] = {"mlops.key": step.key, "mlops.state": step.state, "mlops.claim": step.claim}
        facts |= {f"mlops.{name}": value for name, value in step.facts.items()}
        self._tracer.start_span(f"mlops.{step.kind}", context, attributes=facts).end()

    def request(self, scenario: str, model: str, ended: Ended, seconds: float, rows: int) -> None:
        """Add to the counters and the histogram, by scenario, model and ending."""
        facts = {"scenario": scenario, "model": model, "ended": ended}
        self._requests.add(1, facts)
        self._rows.add(rows, facts)
        self._seconds.record(seconds, facts)

    def queue(self, queue: str, messages: int, oldest: float) -> None:
        """Set the two gauges of the queue."""
        self._messages.set(messages, {"queue": queue})
        self._oldest.set(oldest, {"queue": queue})


def application_insights(connection_string: str) -> OtelObserver:
    """Return the observer of Application Insights; its import and configuration cost a second, once per process."""
    from azure.monitor.opentelemetry import configure_azure_monitor
    from opentelemetry import metrics, trace

    configure_azure_monitor(
        # Every record counts: the default limits records per second and drops the rest without a word.
        sampling_ratio=1.0,
        connection_string=connection_string,
        logger_name=NAME,
        instrumentation_options={name: {"enabled": False} for name in _NOT_INSTRUMENTED},
        enable_performance_counters=False,
        enable_live_metrics=False,
        disable_offline_storage=True,
    )
    return OtelObserver(trace.get_tracer(NAME), metrics.get_meter(NAME))
