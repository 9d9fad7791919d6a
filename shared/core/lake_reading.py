"""Whole blobs of the lake as bytes, JSON objects and Parquet tables."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shared.core.errors import Corrupt

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.core.ports import CorePorts


def read_bytes(ports: CorePorts, path: str) -> bytes:
    """The whole blob; Missing when absent."""
    with ports.core.lake.open(path) as source:
        return source.read()


def read_json(ports: CorePorts, path: str) -> Mapping[str, Any]:
    """The blob as a JSON object; Corrupt when it is none."""
    try:
        value = json.loads(read_bytes(ports, path))
    except (ValueError, RecursionError) as error:
        raise Corrupt(f"{path} is not JSON ({error}).") from error
    if not isinstance(value, dict):
        raise Corrupt(f"{path} is not a JSON object.")
    return value


def read_parquet(ports: CorePorts, path: str) -> pa.Table:
    """Return the Parquet blob as a table; its page checksums are verified."""
    import pyarrow.parquet as pq

    return pq.read_table(io.BytesIO(read_bytes(ports, path)), page_checksum_verification=True)
