"""Drops that follow each other: tables land as CSV files of a drop, and ingest says what becomes of them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
from pyarrow import csv

from shared.bootstrap import build_ports
from shared.core.ledger import Outcome
from shared.core.paths import Landing
from shared.core.scenario import Scenario
from shared.datasets.reading import lake_bytes, read_tables
from shared.datasets.version import DatasetVersion
from shared.intake.ingest import ingest
from shared.ports import Ports

Tables = Mapping[str, pa.Table]


class Drops:
    """A scenario of its own home into which drops land."""

    def __init__(self, home: Path, scenario: Scenario) -> None:
        self.scenario = scenario
        self.ports: Ports = build_ports(
            {"MLOPS_HOME": str(home), "TRAINER_URL": "none:", "QUIET_SECONDS": "0"}, {scenario.name: scenario}
        )

    def land(self, drop: str, tables: Tables) -> Landing:
        """The tables as files of the drop; nothing is worked on yet."""
        for name, rows in tables.items():
            self.ports.core.lake.put(f"incoming/{self.scenario.name}/{drop}/{name}.csv", csv_of(rows), if_absent=False)
        return self.landing(self.scenario, drop)

    @staticmethod
    def landing(scenario: Scenario, drop: str) -> Landing:
        """Where the drop lies."""
        return Landing("incoming", scenario, drop, "")

    def drop(self, drop: str, tables: Tables) -> Outcome:
        """What becomes of the drop."""
        return ingest(self.ports, self.land(drop, tables))

    @property
    def newest(self) -> DatasetVersion:
        """The version that stands."""
        return self.ports.datasets.versions.list(self.scenario.name)[-1]

    def rows(self, dataset: DatasetVersion | None = None) -> dict[str, pa.Table]:
        """The tables of a version, as a model learns from them."""
        wanted = dataset or self.newest
        return read_tables(lake_bytes(self.ports.core.lake), self.scenario, wanted.tables)


def csv_of(table: pa.Table) -> bytes:
    """The table as a CSV file."""
    sink = io.BytesIO()
    csv.write_csv(table, sink)
    return sink.getvalue()
