"""Delta tables beside SQL: a table's columns and place, and the files that its log names."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.core.errors import Misconfigured
from shared.core.paths import BASE_WINDOW, DELIVERY, LOG, partition_folder, report_folder
from shared.core.scenario import Scenario
from shared.serving.prediction_rows import PredictionColumn, label_columns, label_kind, prediction_columns

SETTING = "DELTA_TABLES"
DEFAULT = "auto"
PREDICTIONS, ACTUALS, LABELLED = "predictions", "actuals", "labelled"


@dataclass(frozen=True, slots=True)
class DeltaTable:
    """A Delta table at `root` in the lake; the partition column stands in paths and not in files."""

    root: str
    columns: tuple[PredictionColumn, ...]
    partition: str = BASE_WINDOW

    @property
    def log(self) -> str:
        """Where its log lies."""
        return f"{self.root}{LOG}"

    def folder(self, value: str) -> str:
        """Where the files of a partition lie."""
        return partition_folder(self.root, self.partition, value)


@dataclass(frozen=True, slots=True)
class DataFile:
    """A Parquet file of a Delta table, by its path in the lake.

    `times` are the columns that have one time in every row: the only statistics of columns that the log gets.
    """

    path: str
    size: int
    rows: int
    modified: datetime
    times: Mapping[str, datetime] = field(default_factory=dict)


def predictions_table(scenario: Scenario) -> DeltaTable:
    """The table of predictions: of each window its newest version."""
    return DeltaTable(report_folder(scenario.name, PREDICTIONS), prediction_columns(scenario))


def actuals_table(scenario: Scenario) -> DeltaTable:
    """The table of labels as they came: the label's key, and as partition the delivery that it came with."""
    key = PredictionColumn("entity_key", "text") if scenario.entity else PredictionColumn("prediction_id", "int")
    return DeltaTable(
        report_folder(scenario.name, ACTUALS), (key, _EPOCH, _actual(scenario), _LABELLED_AT, _SOURCE), DELIVERY
    )


def labelled_table(scenario: Scenario) -> DeltaTable:
    """The table of predictions whose label is known: of each window its newest version."""
    columns = {column.name: column for column in prediction_columns(scenario)}
    each = label_columns(scenario)
    first = tuple(columns[name] for name in ("prediction_id", "window", "entity_key", "prediction", "probability"))
    last = (_actual(scenario), _LABELLED_AT, columns["model"], columns["scored_at"])
    return DeltaTable(report_folder(scenario.name, LABELLED), (*first, *each, *last))


def delivery(source: str) -> str:
    """The partition of a file of labels ("path@etag"): its drop, and a digest of its whole name."""
    return f"{source.split('/')[2]}-{hashlib.sha256(source.encode()).hexdigest()[:12]}"


_EPOCH = PredictionColumn("epoch", "int")
_LABELLED_AT = PredictionColumn("labelled_at", "time")
_SOURCE = PredictionColumn("source", "text")


def _actual(scenario: Scenario) -> PredictionColumn:
    return PredictionColumn("actual", label_kind(scenario))


def read_delta_tables(environ: Mapping[str, str], *, installed: bool) -> bool:
    """Whether Delta tables follow the lake; Misconfigured when the setting is wrong or its package is missing."""
    text = environ.get(SETTING, "").strip() or DEFAULT
    if text not in ("auto", "on", "off"):
        raise Misconfigured(SETTING, f"is {text[:40]!r}", "auto, on or off")
    if text == "on" and not installed:
        raise Misconfigured(SETTING, "is on and the package deltalake is not installed", "auto, off, or make setup")
    return installed and text != "off"
