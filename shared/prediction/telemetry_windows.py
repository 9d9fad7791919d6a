"""Telemetry windows: each begins at the durable watermark; late rows are counted, and corrected on request."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from shared.core.errors import Conflict, Missing, Superseded
from shared.core.paths import plan_path
from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.prediction.plans import read_plan
from shared.prediction.revision import Correction
from shared.prediction.telemetry_span import EPOCH, Extract, LateRows, RecordedSpan, Span
from shared.prediction.window import Window, WindowState

if TYPE_CHECKING:
    from shared.prediction.ports import PredictionPorts


# How many of the newest spans are checked for late rows.
LOOK_BACK = 100


def plan_telemetry(ports: PredictionPorts, scenario: Scenario) -> None:
    """Claim the next windows, oldest first: each span begins where the one before ended, whatever the clock says."""
    for _ in range(scenario.batch.max_windows_per_run):
        last = ports.prediction.spans.last(scenario.name)
        start = last.span.end if last else EPOCH
        end = ports.prediction.telemetry.settled_until(scenario, start)
        if end is None:
            return
        try:
            _record(ports, scenario, Span(start, end))
        except (Conflict, Missing, Superseded):
            # Another planner was faster, or a file changed meanwhile: the next run reads the new state.
            return


def _record(ports: PredictionPorts, scenario: Scenario, span: Span) -> None:
    extract = ports.prediction.telemetry.extract(scenario, span)
    claimed = ports.prediction.windows.claimed(scenario.name, extract.inputs)
    new = tuple(key for key in extract.inputs if key not in claimed)
    window = _window(ports, scenario, span, extract, new) if new else None
    recorded = RecordedSpan(
        scenario=scenario.name,
        span=span,
        window=window.id if window else "",
        query=extract.query,
        parameters=extract.parameters,
        rows=extract.rows,
        sha256=extract.sha256,
        at=ports.core.clock(),
    )
    ports.prediction.spans.record(recorded, window)


def _window(ports: PredictionPorts, scenario: Scenario, span: Span, extract: Extract, inputs: Sequence[str]) -> Window:
    name = f"{span.end:%Y%m%dT%H%M%SZ}-{extract.sha256[:8]}"
    return Window(scenario.name, name, 0, tuple(inputs), WindowState.PLANNED, ports.core.clock())


def watermark(ports: PredictionPorts, scenario: Scenario) -> datetime | None:
    """The end of the last span that was read; None before the first one, or when the scenario has no telemetry."""
    last = ports.prediction.spans.last(scenario.name) if scenario.batch.source == "telemetry" else None
    return last.span.end if last else None


def late_rows(ports: PredictionPorts, scenario: Scenario) -> list[LateRows]:
    """Spans that have more rows now than when they were read, oldest first."""
    late = []
    for recorded in ports.prediction.spans.list(scenario.name, LOOK_BACK):
        rows = ports.prediction.telemetry.count(scenario, recorded.span) - recorded.rows
        missing = rows - _corrected_rows(ports, recorded)
        if missing > 0:
            late.append(LateRows(recorded, missing))
    return late


def _corrected_rows(ports: PredictionPorts, recorded: RecordedSpan) -> int:
    """How many late rows a committed correction of the window has already."""
    predictions = ports.prediction.predictions
    base = predictions.find_commit(recorded.scenario, recorded.window)
    versions = [
        correction
        for correction in ports.prediction.corrections.list(recorded.scenario)
        if correction.base == recorded.window
    ]
    commits = [predictions.find_commit(version.scenario, version.window) for version in versions]
    rows = [commit.rows + commit.failed_rows for commit in commits if commit is not None]
    return 0 if base is None or not rows else max(rows) - base.rows - base.failed_rows


def late_correction(ports: PredictionPorts, scenario: Scenario, late: LateRows, by: str) -> Correction | None:
    """A correction of the window that adds its late rows, by the same model; None when the window has no plan."""
    window = late.recorded.window
    if not window or ports.core.lake.stat(plan_path(scenario.name, window)) is None:
        return None
    plan = read_plan(ports, scenario.name, window)
    current = ports.prediction.telemetry.extract(scenario, late.recorded.span).inputs
    inputs = dict.fromkeys([*plan.inputs, *current])
    return Correction(
        scenario=scenario.name,
        window="",
        base=window,
        number=0,
        inputs=tuple(inputs),
        deployment=plan.deployment,
        by=by,
        reason=f"{counted(late.rows, 'row')} came after the window was read.",
        created_at=ports.core.clock(),
    )
