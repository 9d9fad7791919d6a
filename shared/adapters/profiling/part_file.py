"""What is known of a part, as bytes: the digest of a Parquet file, and the file.

Each group of rows holds the values of one column with their counts, or the hashes of its sketch. The footer says the
rest: whose rows these are, the schema, the sums of each column.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from shared.adapters.profiling.lengths import Lengths
from shared.adapters.profiling.moments import Moments
from shared.adapters.profiling.numbers import NumberPart
from shared.adapters.profiling.part_tables import HeldRows, KnownColumn
from shared.adapters.profiling.runs import RunPart, Stretch
from shared.adapters.profiling.texts import TextPart
from shared.adapters.profiling.times import TimePart
from shared.datasets.spool import Spool

# Another number makes every file anew.
FORMAT = 1
_DIGEST, _IN_MEMORY, _HEAD = 32, 1 << 20, b"part"
_NUMBER, _WHOLE, _TEXT, _COUNT = "number", "whole", "text", "count"
_LAYOUT = pa.schema([(_NUMBER, pa.float64()), (_WHOLE, pa.int64()), (_TEXT, pa.string()), (_COUNT, pa.int64())])


def pack(rows: HeldRows, name: str) -> bytes:
    """The bytes of these rows, which have that name."""
    sink, columns, groups = io.BytesIO(), dict[str, Any](), 0
    with pq.ParquetWriter(
        sink, _LAYOUT, compression="zstd", use_dictionary=False, write_statistics=False, write_page_checksum=True
    ) as out:
        for column, known in rows.columns.items():
            columns[column] = {"first": groups, **_column_to_json(known)}
            for group in _groups(known):
                out.write_table(group, row_group_size=group.num_rows)
                groups += 1
        schema = base64.b64encode(rows.schema.remove_metadata().serialize()).decode()
        head = {"format": FORMAT, "name": name, "rows": rows.rows, "schema": schema, "columns": columns}
        out.add_key_value_metadata({_HEAD: json.dumps(head)})
    return hashlib.sha256(sink.getvalue()).digest() + sink.getvalue()


@dataclass(frozen=True, slots=True)
class StoredRows:
    """What is known of the rows of a part, read column by column from the local disk."""

    file: pq.ParquetFile
    schema: pa.Schema
    rows: int
    columns: Mapping[str, Any]

    def column(self, name: str) -> KnownColumn:
        """What is known of that column."""
        told = self.columns[name]
        places = range(told["first"], told["first"] + told["values"] + told["hashes"])
        groups = (self.file.read_row_group(place, use_threads=False) for place in places)
        values = next(groups) if told["values"] else _LAYOUT.empty_table()
        hashes = next(groups)[_WHOLE].to_numpy().view(np.uint64) if told["hashes"] else None
        runs = None if told["runs"] is None else _runs_from_json(told["runs"])
        return KnownColumn(_part(told, self.schema.field(name).type, values, hashes), runs)


def unpack(source: BinaryIO, name: str) -> StoredRows | None:
    """Read `pack` back; None when the bytes are not what was written of that name, or of another format."""
    check, digest = source.read(_DIGEST), hashlib.sha256()
    content = _near(source, digest)
    if digest.digest() != check:
        return None
    file = pq.ParquetFile(content, page_checksum_verification=True, pre_buffer=False)
    head = json.loads((file.metadata.metadata or {}).get(_HEAD, b"{}"))
    if head.get("format") != FORMAT or head["name"] != name:
        return None
    schema = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(head["schema"])))
    return StoredRows(file, schema, head["rows"], head["columns"])


def _near(source: BinaryIO, digest: hashlib._Hash) -> BinaryIO | pa.BufferReader:
    """The bytes, digested: a large file on the local disk, a small one in memory, since it is read in many pieces."""
    held = b""
    while len(held) < _IN_MEMORY and (piece := source.read(_IN_MEMORY - len(held))):
        held += piece
    digest.update(held)
    if len(held) < _IN_MEMORY:
        return pa.BufferReader(held)
    spool = Spool()
    with spool.writer() as out:
        out.write(held)
        while piece := source.read(_IN_MEMORY):
            out.write(piece)
            digest.update(piece)
    return spool.reader()


def _groups(known: KnownColumn) -> Iterator[pa.Table]:
    """The values with their counts, and the hashes; a group without rows is none."""
    values = _plain(known)
    if isinstance(values, TextPart):
        yield from _group(**{_TEXT: values.values, _COUNT: values.counts})
    else:
        floating = values.values.dtype.kind == "f"
        plain = values.values.astype(np.float64) if floating else _as_whole(values.values)
        yield from _group(**{_NUMBER if floating else _WHOLE: plain, _COUNT: values.weights})
    if values.sketch is not None:
        yield from _group(**{_WHOLE: values.sketch.view(np.int64)})


def _plain(known: KnownColumn) -> NumberPart | TextPart:
    """The values; of times the whole numbers."""
    values = known.values.numbers if isinstance(known.values, TimePart) else known.values
    assert isinstance(values, NumberPart | TextPart)  # noqa: S101 -- there is no other kind of column
    return values


def _group(**columns: Any) -> Iterator[pa.Table]:
    given = {name: pa.array(values) for name, values in columns.items()}
    rows = len(next(iter(given.values())))
    if rows:
        yield pa.table([given.get(field.name, pa.nulls(rows, field.type)) for field in _LAYOUT], schema=_LAYOUT)


def _as_whole(values: np.ndarray) -> np.ndarray:
    return values.view(np.int64) if values.dtype == np.uint64 else values.astype(np.int64)


def _column_to_json(known: KnownColumn) -> dict[str, Any]:
    values = _plain(known)
    runs = None if known.runs is None else [known.runs.rows, *map(astuple, _stretches(known.runs))]
    told = {"values": int(len(values.values) > 0), "hashes": int(values.sketch is not None), "runs": runs}
    if isinstance(values, TextPart):
        return {**told, "nulls": values.nulls, "lengths": astuple(values.lengths), "error": values.count_error}
    moments = astuple(values.moments)
    kind = {"kind": values.kind, "type": values.values.dtype.name, "distinct": values.distinct}
    return {**told, **kind, "nulls": values.nulls, "moments": moments, "error": values.rank_error}


def _stretches(runs: RunPart) -> tuple[Stretch, Stretch, Stretch]:
    return runs.first, runs.last, runs.best


def _runs_from_json(told: Any) -> RunPart:
    rows, *stretches = told
    return RunPart(rows, *(Stretch(*one) for one in stretches))


def _part(
    told: Mapping[str, Any], kind: pa.DataType, values: pa.Table, hashes: np.ndarray | None
) -> NumberPart | TextPart | TimePart:
    counts = values[_COUNT].to_numpy()
    if "lengths" in told:
        texts = values[_TEXT].combine_chunks()
        return TextPart(told["nulls"], texts, counts, Lengths(*told["lengths"]), told["error"], hashes)
    numbers = NumberPart(
        told["kind"],
        told["nulls"],
        Moments(*told["moments"]),
        _numbers(values, np.dtype(told["type"])),
        told["distinct"],
        counts,
        told["error"],
        hashes,
    )
    return TimePart(numbers, kind) if pa.types.is_timestamp(kind) else numbers


def _numbers(values: pa.Table, kind: np.dtype[Any]) -> np.ndarray:
    found: np.ndarray = values[_NUMBER if kind.kind == "f" else _WHOLE].to_numpy()
    return found.view(np.uint64) if kind == np.uint64 else found.astype(kind, copy=False)
