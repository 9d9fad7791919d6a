"""Dataset versions: what models learned from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.errors import BadInput, Missing
from shared.core.scenario import Scenario, find_scenario
from shared.datasets.reading import lake_bytes, read_table
from shared.datasets.version import DatasetVersion
from shared.ports import Ports

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd
    import pyarrow as pa


class Dataset:
    """A dataset version. Its rows are read by `to_pandas` or `to_arrow`, as a model learns from them."""

    def __init__(self, ports: Ports, scenario: Scenario, version: DatasetVersion) -> None:
        self._ports = ports
        self._scenario = scenario
        self._version = version
        self.id: str = version.id
        self.created_at: datetime = version.created_at
        self.drops: tuple[str, ...] = version.drops
        self.rows: dict[str, int] = {table.name: table.rows for table in version.tables}

    def to_arrow(self, table: str = "") -> pa.Table:
        """The rows of a table that stand; BadInput when there are several tables and none is named."""
        found = {one.name: one for one in self._version.tables}
        if not table and len(found) > 1:
            raise BadInput(f"Dataset {self.id} has several tables; accepted: the name of one: {', '.join(found)}.")
        name = table or next(iter(found))
        if name not in list(found):
            raise BadInput(f"Dataset {self.id} has no table {name!r}; accepted: {', '.join(found)}.")
        return read_table(lake_bytes(self._ports.core.lake), self._scenario, found[name])

    def to_pandas(self, table: str = "") -> pd.DataFrame:
        """The same as a data frame."""
        return self.to_arrow(table).to_pandas()

    def __repr__(self) -> str:
        rows = ", ".join(f"{name}: {count:,} {'row' if count == 1 else 'rows'}" for name, count in self.rows.items())
        return f"Dataset({self._scenario.name} {self.id}, {rows})"


class Datasets:
    """The dataset versions of each scenario."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def list(self, scenario: str) -> list[Dataset]:
        """All versions, oldest first; Missing names the known scenarios."""
        declared = find_scenario(self._ports.core.scenarios, scenario)
        versions = self._ports.datasets.versions.list(scenario)
        return [Dataset(self._ports, declared, version) for version in versions]

    def latest(self, scenario: str) -> Dataset:
        """The newest version; Missing when there is none."""
        versions = self.list(scenario)
        if not versions:
            raise Missing(f"{scenario} has no dataset version yet.")
        return versions[-1]

    def get(self, scenario: str, dataset: str) -> Dataset:
        """The version with that id; Missing when there is none."""
        declared = find_scenario(self._ports.core.scenarios, scenario)
        version = self._ports.datasets.versions.find(scenario, dataset)
        if version is None:
            raise Missing(f"{scenario} has no dataset version {dataset!r}.")
        return Dataset(self._ports, declared, version)
