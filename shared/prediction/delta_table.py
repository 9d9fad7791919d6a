"""Delta tables beside SQL: a table's columns and place, and the files that its log names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.core.errors import Misconfigured
from shared.core.paths import BASE_WINDOW, LOG, partition_folder, report_folder
from shared.core.scenario import Scenario
from shared.serving.prediction_rows import PredictionColumn, prediction_columns

SETTING = "DELTA_TABLES"
DEFAULT = "on"
PREDICTIONS = "predictions"


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


def read_delta_tables(environ: Mapping[str, str]) -> bool:
    """Whether Delta tables follow the lake; Misconfigured when the setting says neither."""
    text = environ.get(SETTING, "").strip() or DEFAULT
    if text not in ("on", "off"):
        raise Misconfigured(SETTING, f"is {text[:40]!r}", "on or off")
    return text == "on"
