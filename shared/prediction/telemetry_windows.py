"""Windows of telemetry: from a durable watermark to what has settled; late rows are counted, corrected on request."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from shared.core.errors import Conflict, Missing, Superseded
from shared.core.lake_reading import read_json
from shared.core.paths import plan_path
from shared.core.scenario import Scenario
from shared.prediction.revision import Correction
from shared.prediction.telemetry_span import EPOCH, Extract, Late, Recorded, Span
from shared.prediction.window import Window
from shared.serving.deployment import Deployment

if TYPE_CHECKING:
    from shared.prediction.ports import PredictionPorts


# How many of the newest spans are looked at for late rows.
LOOK_BACK = 100


def plan_telemetry(ports: PredictionPorts, scenario: Scenario) -> None:
    """Claim the next windows, oldest first: each span begins where the one before ended, whatever the clock says."""
    for _ in range(scenario.batch.max_windows_per_run):
        last = ports.prediction.spans.last(scenario.name)
        start = last.span.end if last else EPOCH
        end = ports.prediction.telemetry.settled(scenario, start)
        if end is None:
            return
        try:
            _record(ports, scenario, Span(start, end))
        except (Conflict, Missing, Superseded):
            # Another planner was faster, or a file changed under us: the next run sees how it is then.
            return


def _record(ports: PredictionPorts, scenario: Scenario, span: Span) -> None:
    extract = ports.prediction.telemetry.extract(scenario, span)
    taken = ports.prediction.windows.taken(scenario.name)
    fresh = tuple(key for key in extract.inputs if key not in taken)
    window = _window(ports, scenario, span, extract, fresh) if fresh else None
    recorded = Recorded(
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
    return Window(scenario.name, name, 0, tuple(inputs), "planned", ports.core.clock())


def watermark(ports: PredictionPorts, scenario: Scenario) -> datetime | None:
    """Up to where the scenario's telemetry was read; None before the first window or where it has none."""
    last = ports.prediction.spans.last(scenario.name) if scenario.batch.source == "telemetry" else None
    return last.span.end if last else None


def late_rows(ports: PredictionPorts, scenario: Scenario) -> list[Late]:
    """Spans that have more rows now than when they were read, oldest first."""
    found = []
    for recorded in ports.prediction.spans.list(scenario.name, LOOK_BACK):
        rows = ports.prediction.telemetry.count(scenario, recorded.span) - recorded.rows
        if rows > _corrected(ports, recorded):
            found.append(Late(recorded, rows - _corrected(ports, recorded)))
    return found


def _corrected(ports: PredictionPorts, recorded: Recorded) -> int:
    """Late rows that a committed correction of the window has already."""
    base = ports.prediction.predictions.committed(recorded.scenario, recorded.window)
    versions = [one for one in ports.prediction.corrections.list(recorded.scenario) if one.base == recorded.window]
    done = [
        found
        for one in versions
        if (found := ports.prediction.predictions.committed(one.scenario, one.window)) is not None
    ]
    if base is None or not done:
        return 0
    return max(one.rows + one.failed_rows for one in done) - base.rows - base.failed_rows


def late_correction(ports: PredictionPorts, scenario: Scenario, late: Late, by: str) -> Correction | None:
    """The late rows' window once more with them, by the model that scored it; None when it was never planned."""
    window = late.recorded.window
    path = plan_path(scenario.name, window)
    if not window or ports.core.lake.stat(path) is None:
        return None
    plan = read_json(ports, path)
    now_there = ports.prediction.telemetry.extract(scenario, late.recorded.span).inputs
    inputs = dict.fromkeys([*plan["inputs"], *now_there])
    pinned = plan["deployment"]
    return Correction(
        scenario=scenario.name,
        window="",
        base=window,
        number=0,
        inputs=tuple(inputs),
        deployment=Deployment(**{**pinned, "at": datetime.fromisoformat(pinned["at"])}),
        by=by,
        reason=f"{late.rows} row(s) came after the window was read.",
        created_at=ports.core.clock(),
    )
