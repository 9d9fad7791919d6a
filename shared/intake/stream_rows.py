"""Labels that come alone for rows of a stream: the rows of their span are read through the telemetry port and frozen.

What was read is pinned before anything is made of it: a repeat, or the same labels corrected, finds the same rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.core.blob import Blob
from shared.core.lake_reading import read_json
from shared.core.paths import Landing, frozen_span_path
from shared.core.wording import counted
from shared.datasets.head import Head
from shared.datasets.version import Part
from shared.intake.arrivals import Files
from shared.intake.drop_tables import DropTable, table_of_drop
from shared.prediction.telemetry_span import Extract, Span
from shared.prediction.window import split_input
from shared.prediction.window_inputs import window_table

if TYPE_CHECKING:
    from shared.core.scenario import Scenario
    from shared.monitoring.ports import MonitoringPorts

# Of so many of the newest frozen spans late rows are counted.
_LOOK_BACK = 3


@dataclass(frozen=True, slots=True)
class FrozenSpan:
    """The rows of a stream that labels brought: what was asked for, page by page, and where that is written down."""

    span: Span
    pages: tuple[tuple[Span, Extract], ...]
    record: Blob

    @property
    def inputs(self) -> tuple[str, ...]:
        """The files of all pages, in order."""
        return tuple(dict.fromkeys(key for _, extract in self.pages for key in extract.inputs))

    def blobs(self, at: datetime) -> list[Blob]:
        """The files and the record, as what the rows were made of."""
        return [*(Blob(*split_input(key), 0, at) for key in self.inputs), replace(self.record, modified=at)]


def waits_for_stream(ports: MonitoringPorts, where: Landing, files: Files) -> str:
    """Why the rows of these labels cannot be read yet; empty when they can, or are not in a stream."""
    if not _asks_stream(where.scenario, files):
        return ""
    lag = max(where.scenario.batch.lag_seconds, ports.prediction.telemetry.commit_seconds)
    if ports.core.clock() >= _arrived(files) + timedelta(seconds=lag):
        return ""
    return f"Drop {where.drop} waits until the rows of its stream have been there for {lag:g} s."


def freeze_rows(ports: MonitoringPorts, where: Landing, files: Files, head: Head) -> FrozenSpan | None:
    """The rows since the labels before, read now or by an earlier attempt; None when the labels need none."""
    scenario, parts = where.scenario, stream_parts(head, where.scenario)
    if not _asks_stream(scenario, files):
        return None
    own = next((part for part in parts if part.drop == where.drop), None)
    if own is not None:
        return _record_of(ports, own)
    if _rows_wait(head, where):
        return None
    until = _arrived(files)
    start = until - timedelta(hours=scenario.batch.label_hours)
    if parts:
        start = max(start, _record_of(ports, parts[-1]).span.end)
    path = frozen_span_path(scenario.name, start, where.drop)
    found = ports.core.lake.stat(path)
    return _frozen(ports, found) if found is not None else _read(ports, where, Span(start, until), path)


def stream_table(ports: MonitoringPorts, scenario: Scenario, frozen: FrozenSpan) -> DropTable:
    """The frozen rows, read under their contract; Quarantined when they break it."""
    rows = window_table(ports, scenario, scenario.scoring_table, frozen.inputs)
    return table_of_drop(ports, scenario, scenario.table(scenario.batch.table), rows)


def stream_parts(head: Head, scenario: Scenario) -> tuple[Part, ...]:
    """The parts that were read from the stream, in order of position."""
    return tuple(part for part in head.parts.get(scenario.batch.table, ()) if part.kind == "stream")


def told(ports: MonitoringPorts, where: Landing, frozen: FrozenSpan, head: Head) -> tuple[str, ...]:
    """What was frozen, and rows that came into an earlier span after it was."""
    rows, span = sum(extract.rows for _, extract in frozen.pages), frozen.span
    sentences = [f"Its rows are {counted(rows, 'row')} of the stream from {_time(span.start)} to {_time(span.end)}."]
    for part in stream_parts(head, where.scenario)[-_LOOK_BACK:]:
        before = _record_of(ports, part)
        late = sum(_late(ports, where.scenario, *page) for page in before.pages)
        if late and part.drop != where.drop:
            sentences.append(
                f"{counted(late, 'row')} came into the span of drop {part.drop} after it was frozen and "
                "are not learned from."
            )
    return tuple(sentences)


def _late(ports: MonitoringPorts, scenario: Scenario, span: Span, extract: Extract) -> int:
    return max(0, ports.prediction.telemetry.count(scenario, span) - extract.rows)


def _asks_stream(scenario: Scenario, files: Files) -> bool:
    batch = scenario.batch
    alone = scenario.label_table in files and batch.table not in files
    return alone and batch.source == "telemetry" and bool(batch.label_hours) and not batch.others


def _arrived(files: Files) -> datetime:
    return max(blob.modified for group in files.values() for blob in group)


def _rows_wait(head: Head, where: Landing) -> bool:
    """Whether rows that a drop brought wait for their labels: these are theirs."""
    parts, scenario = head.parts, where.scenario
    labelled = max((part.position for part in head.others(scenario.label_table, where.drop)), default=-1)
    return any(part.position > labelled for part in parts.get(scenario.batch.table, ()))


def _read(ports: MonitoringPorts, where: Landing, span: Span, path: str) -> FrozenSpan | None:
    """Read the span and pin what was read; of two readers the first one's counts."""
    pages = tuple(_pages(ports, where.scenario, span))
    if not any(extract.inputs for _, extract in pages):
        return None
    # What has not settled by now belongs to the next labels.
    read = Span(span.start, pages[-1][0].end)
    record = {
        "schema": 1,
        "scenario": where.scenario.name,
        "drop": where.drop,
        **_span_json(read),
        "pages": [{**_span_json(page), **asdict(extract)} for page, extract in pages],
    }
    content = json.dumps(record, indent=1, sort_keys=True) + "\n"
    return _frozen(ports, ports.core.lake.put(path, content.encode())[0])


def _pages(ports: MonitoringPorts, scenario: Scenario, span: Span) -> Iterator[tuple[Span, Extract]]:
    """The settled rows of the span, in pages that one answer of the source holds."""
    telemetry, start = ports.prediction.telemetry, span.start
    while start < span.end:
        settled = telemetry.settled_until(scenario, start)
        if settled is None:
            return
        page = Span(start, min(settled, span.end))
        yield page, telemetry.extract(scenario, page)
        start = page.end


def _record_of(ports: MonitoringPorts, part: Part) -> FrozenSpan:
    """The record that is named among the sources of the part."""
    (key,) = [source for source in part.sources if split_input(source)[0].endswith(".json")]
    path, etag = split_input(key)
    return _frozen(ports, Blob(path, etag, 0, datetime.min))  # noqa: DTZ901 -- nobody reads it


def _frozen(ports: MonitoringPorts, record: Blob) -> FrozenSpan:
    kept = read_json(ports, record.path)
    pages = tuple((_span_of(page), _extract_of(page)) for page in kept["pages"])
    return FrozenSpan(_span_of(kept), pages, record)


def _span_json(span: Span) -> dict[str, str]:
    return {"start": span.start.isoformat(), "end": span.end.isoformat()}


def _span_of(kept: Mapping[str, Any]) -> Span:
    return Span(datetime.fromisoformat(kept["start"]), datetime.fromisoformat(kept["end"]))


def _extract_of(kept: Mapping[str, Any]) -> Extract:
    inputs: Sequence[str] = kept["inputs"]
    return Extract(tuple(inputs), kept["query"], kept["parameters"], int(kept["rows"]), kept["sha256"])


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
