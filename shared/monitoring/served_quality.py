"""The quality of served hours: logged answers with the labels that name them by request and row."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.core.errors import Corrupt, Missing
from shared.core.scenario import Scenario
from shared.monitoring.drift.scored_rows import commonest_model, hour_rows
from shared.monitoring.measures import QualityMeasure, QualityState, Source
from shared.monitoring.quality import Labelled, measure_quality, update_breach
from shared.monitoring.served_label import REQUEST, ROW

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.datasets.rows import Rows
    from shared.monitoring.ports import MonitoringPorts

_READ = (REQUEST, ROW, "prediction", "probability", "model")


def state_served_quality(ports: MonitoringPorts, scenario: Scenario) -> list[QualityMeasure]:
    """State the hours that have new labels, are new, or have become final; nothing before the first label came."""
    unstated = ports.monitoring.served_labels.unstated(scenario.name)
    known = {measure.window: measure for measure in ports.monitoring.qualities.served(scenario.name)}
    if not unstated and not known:
        return []
    hours = sorted({*_measured(ports, scenario), *known})
    found = (_state(ports, scenario, hour, known.get(hour), set(unstated.values())) for hour in hours)
    stated = [measure for measure in found if measure is not None]
    ports.monitoring.served_labels.mark_stated(scenario.name, unstated)
    if stated:
        update_breach(ports, scenario)
    return stated


def _measured(ports: MonitoringPorts, scenario: Scenario) -> list[str]:
    """The hours that were measured and are young enough to be judged."""
    last = int(f"{ports.core.clock():%Y%m%d%H}") + 1
    most = math.ceil(scenario.monitoring.horizon_hours) + 1
    return [one.window for one in ports.monitoring.measurements.earlier(scenario.name, Source.SERVED, last, most)]


def _state(
    ports: MonitoringPorts, scenario: Scenario, hour: str, before: QualityMeasure | None, requests: set[str]
) -> QualityMeasure | None:
    """The hour's quality; None when nothing about it can have changed."""
    old = _age_hours(ports, hour) >= scenario.monitoring.horizon_hours
    if old and (before is None or before.state == QualityState.FINAL):
        return None
    if before is not None and not old and not requests:
        return None
    try:
        rows = hour_rows(ports, scenario.name, hour, lambda name: name in _READ)
    except (Corrupt, Missing):
        # Retention may take requests sooner than labels have had their time; of files that differ the monitor tells.
        return None
    if before is not None and not old and not _has_any(rows, requests):
        return None
    return ports.monitoring.qualities.record(_measure(ports, scenario, hour, rows))


def _has_any(rows: Rows, requests: set[str]) -> bool:
    return any(not requests.isdisjoint(block.column(REQUEST).to_pylist()) for block in rows.blocks([REQUEST]))


def _measure(ports: MonitoringPorts, scenario: Scenario, hour: str, rows: Rows) -> QualityMeasure:
    labelled = Labelled(
        window=hour,
        source=Source.SERVED,
        ordinal=int(hour.removeprefix("served-")),
        model=commonest_model(rows),
        rows=rows.num_rows,
        age_hours=_age_hours(ports, hour),
        labelled=_with_labels(ports, scenario, rows),
    )
    return measure_quality(ports, _judged(scenario), labelled)


def _judged(scenario: Scenario) -> Scenario:
    """Of several labels at once the log keeps those that were predicted, and no probability of each."""
    if scenario.task != "multilabel":
        return scenario
    return replace(scenario, monitoring=replace(scenario.monitoring, metric="f1"))


def _with_labels(ports: MonitoringPorts, scenario: Scenario, rows: Rows) -> pa.Table:
    """The rows that have a label, with `actual`; a row that was answered twice under one id is none."""
    import pyarrow as pa

    if ROW not in rows.schema.names:
        return next(iter(rows.blocks())).slice(0, 0).append_column("actual", pa.array([], pa.string()))
    found, names = list[pa.Table](), list[tuple[str, int]]()
    for block in rows.blocks([REQUEST, ROW, "prediction", "probability"]):
        labelled, named = _labelled(ports, scenario, block)
        found.append(labelled)
        names += named
    times = Counter(names)
    return pa.concat_tables(found).filter(pa.array([times[name] == 1 for name in names], pa.bool_()))


def _labelled(ports: MonitoringPorts, scenario: Scenario, block: pa.Table) -> tuple[pa.Table, list[tuple[str, int]]]:
    """The rows of the block that have a label, and their names."""
    import pyarrow as pa

    requests = block.column(REQUEST).to_pylist()
    labels = ports.monitoring.served_labels.of_requests(scenario.name, set(requests))
    names = list(zip(requests, block.column(ROW).to_pylist(), strict=True))
    told = block.append_column("actual", pa.array([labels.get(name) for name in names], pa.string()))
    return told.filter(told.column("actual").is_valid()), [name for name in names if name in labels]


def _age_hours(ports: MonitoringPorts, hour: str) -> float:
    begin = datetime.strptime(hour.removeprefix("served-"), "%Y%m%d%H").replace(tzinfo=UTC)
    return (ports.core.clock() - begin).total_seconds() / 3600
