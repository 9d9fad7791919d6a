"""Delta tables as an independent reader sees them: DuckDB's extension, which shares no code with what wrote them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import duckdb_extension_delta

_EXTENSION = next(Path(duckdb_extension_delta.__file__).parent.rglob("*.duckdb_extension"))


def read_delta(root: Path, by: str = "prediction_id") -> list[dict[str, Any]]:
    """Every row of the table, in the order of that column."""
    with duckdb.connect() as connection:
        connection.execute(f"LOAD '{_EXTENSION}'")
        rows: list[dict[str, Any]] = (
            connection.execute("SELECT * FROM delta_scan(?)", [str(root)]).to_arrow_table().sort_by(by).to_pylist()
        )
        return rows
