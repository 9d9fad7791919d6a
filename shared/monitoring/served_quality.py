"""The quality of served hours: logged answers with the labels that name them by request and row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from shared.core.scenario import Scenario
from shared.monitoring.drift.scored_rows import commonest_model, hour_table, served_hours
from shared.monitoring.measures import QualityMeasure, QualityState, Source
from shared.monitoring.quality import Labelled, measure_quality, update_breach
from shared.monitoring.served_label import REQUEST, ROW

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.monitoring.ports import MonitoringPorts


def state_served_quality(ports: MonitoringPorts, scenario: Scenario) -> list[QualityMeasure]:
    """State the hours that have new labels, are new, or have become final; nothing before the first label came."""
    unstated = ports.monitoring.served_labels.unstated(scenario.name)
    known = {measure.window: measure for measure in ports.monitoring.qualities.served(scenario.name)}
    if not unstated and not known:
        return []
    hours = served_hours(ports, scenario.name, ports.core.clock())
    found = (_state(ports, scenario, hour, known.get(hour), set(unstated.values())) for hour in hours)
    stated = [measure for measure in found if measure is not None]
    ports.monitoring.served_labels.mark_stated(scenario.name, unstated)
    if stated:
        update_breach(ports, scenario)
    return stated


def _state(
    ports: MonitoringPorts, scenario: Scenario, hour: str, before: QualityMeasure | None, requests: set[str]
) -> QualityMeasure | None:
    """The hour's quality; None when nothing about it can have changed."""
    old = _age_hours(ports, hour) >= scenario.monitoring.horizon_hours
    if old and (before is None or before.state == QualityState.FINAL):
        return None
    if before is not None and not old and not requests:
        return None
    table = hour_table(ports, scenario.name, hour)
    if before is not None and not old and requests.isdisjoint(table.column(REQUEST).to_pylist()):
        return None
    return ports.monitoring.qualities.record(_measure(ports, scenario, hour, table))


def _measure(ports: MonitoringPorts, scenario: Scenario, hour: str, table: pa.Table) -> QualityMeasure:
    labels = ports.monitoring.served_labels.of_requests(scenario.name, set(table.column(REQUEST).to_pylist()))
    rows = _with_labels(table, labels)
    labelled = Labelled(
        window=hour,
        source=Source.SERVED,
        ordinal=int(hour.removeprefix("served-")),
        model=commonest_model(table),
        rows=table.num_rows,
        age_hours=_age_hours(ports, hour),
        labelled=rows,
    )
    return measure_quality(ports, _judged(scenario), labelled)


def _judged(scenario: Scenario) -> Scenario:
    """Of several labels at once the log keeps those that were predicted, and no probability of each."""
    if scenario.task != "multilabel":
        return scenario
    return replace(scenario, monitoring=replace(scenario.monitoring, metric="f1"))


def _with_labels(table: pa.Table, labels: Mapping[tuple[str, int], str]) -> pa.Table:
    """The rows that have a label, with `actual`; a row that was answered twice under one id is none."""
    import pyarrow as pa

    rows = table.select([REQUEST, ROW, "prediction", "probability"]) if ROW in table.column_names else None
    if rows is None:
        return table.slice(0, 0).append_column("actual", pa.array([], pa.string()))
    names = list(zip(rows[REQUEST].to_pylist(), rows[ROW].to_pylist(), strict=True))
    times: dict[Any, int] = {}
    for name in names:
        times[name] = times.get(name, 0) + 1
    actual = [labels.get(name) if times[name] == 1 else None for name in names]
    told = rows.append_column("actual", pa.array(actual, pa.string()))
    return told.filter(told.column("actual").is_valid())


def _age_hours(ports: MonitoringPorts, hour: str) -> float:
    begin = datetime.strptime(hour.removeprefix("served-"), "%Y%m%d%H").replace(tzinfo=UTC)
    return (ports.core.clock() - begin).total_seconds() / 3600
