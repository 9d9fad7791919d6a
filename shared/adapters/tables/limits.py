"""Limits of one file, which are checked before the file is parsed wherever that is possible."""

from __future__ import annotations

from dataclasses import dataclass

_MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """`cells` is rows x columns; `decoded_bytes` is the most that Parquet may decode to."""

    file_bytes: int = 512 * _MB
    header_bytes: int = _MB
    columns: int = 2_000
    cells: int = 250_000_000
    cell_bytes: int = _MB
    decoded_bytes: int = 2_048 * _MB
