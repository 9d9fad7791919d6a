"""Generated files of the real scenarios, as people would have them on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from model_training.scenarios import SCENARIOS
from shared.core.scenario import GeneratorOptions

LABELLED_ROWS = 2000
NEW_ROWS = 120


@dataclass(frozen=True, slots=True)
class Samples:
    """A folder of files."""

    folder: Path

    def labelled(self, scenario: str, *, seed: int = 7, rows: int = LABELLED_ROWS) -> dict[str, Path]:
        """A CSV file for each table of the scenario."""
        return {name: self._csv(f"{name}-{seed}", table) for name, table in _generate(scenario, seed, rows).items()}

    def new(self, scenario: str, ending: str = "csv", *, seed: int = 8, rows: int = NEW_ROWS) -> Path:
        """Unlabelled rows to predict."""
        table = unlabelled(scenario, seed, rows)
        if ending == "csv":
            return self._csv(f"{scenario}-new-{seed}", table)
        path = self.folder / f"{scenario}-new-{seed}.parquet"
        pq.write_table(table, path)
        return path

    def text(self, name: str, content: str | bytes) -> Path:
        """A file of exactly these bytes."""
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def _csv(self, name: str, table: pa.Table) -> Path:
        path = self.folder / f"{name}.csv"
        pacsv.write_csv(table, path)
        return path


def unlabelled(scenario: str, seed: int, rows: int) -> pa.Table:
    """Generated rows of the scenario's batch table without the answer."""
    declared = SCENARIOS[scenario]
    table = _generate(scenario, seed, rows)[declared.batch.table]
    return table.select([name for name in table.column_names if name != declared.target])


def one_row() -> dict[str, Any]:
    """A row of a bank scoring request."""
    row: dict[str, Any] = unlabelled("bank_marketing", 8, 1).to_pylist()[0]
    return row


def _generate(scenario: str, seed: int, rows: int) -> dict[str, pa.Table]:
    generate = SCENARIOS[scenario].generate
    assert generate is not None
    return dict(generate(rows, seed, GeneratorOptions()))
