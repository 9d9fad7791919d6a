"""The files of a scenario in the lake, and what of their content is about the person."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from shared.core.blob import Blob
from shared.core.errors import Missing
from shared.core.paths import LOG
from shared.operations.erasure.needles import Needles, telling, without_common
from shared.operations.erasure.streamed_file import StreamedFile
from shared.operations.erasure.subject import Subject, as_row

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from shared.operations.ports import OperationsPorts

_AREAS = (
    "incoming", "scoring", "actuals", "quarantine", "erased/incoming", "erased/scoring", "erased/actuals",
    "tables", "datasets", "windows", "served", "monitoring", "telemetry", "trials", "models", "history", "baselines",
    "contracts", "shards",
)  # fmt: skip
# What these hold are names, digests and counts; other files name them by their own digest.
_PINNED = ("plan.json", "_COMMIT.json", "gate")
_TEXTS = (".json", ".html", ".txt", ".md", ".svg")
# What the system adds to a row tells of nobody.
_ADDED = frozenset(
    {
        "prediction_id", "request_id", "row", "scenario", "generation", "window", "run_id", "model", "model_sha256",
        "dataset", "scored_at", "at", "prediction", "probability",
    }
)  # fmt: skip
_BINARY = (".onnx", ".bin", ".index", ".profile")


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that holds rows of the person: how many, and their values."""

    blob: Blob
    rows: int
    values: tuple[Any, ...] = ()
    requests: tuple[tuple[str, int], ...] = ()
    predictions: tuple[int, ...] = ()


def files_of(ports: OperationsPorts, scenario: str) -> Iterator[Blob]:
    """Every file of the scenario but those of erasures themselves, and logs of tables: they name files and times."""
    for area in _AREAS:
        for blob in ports.core.lake.list(f"{area}/{scenario}/"):
            if LOG not in blob.path:
                yield blob


def has_rows(blob: Blob) -> bool:
    """Whether the file may hold rows; others hold texts, or nothing that is about a person by itself."""
    return not blob.path.endswith((*_TEXTS, *_BINARY))


def has_text(blob: Blob) -> bool:
    """Whether the file holds sentences or statistics that may be changed."""
    return blob.path.endswith(_TEXTS) and not PurePosixPath(blob.path).name.startswith(_PINNED)


def read(ports: OperationsPorts, blob: Blob) -> bytes:
    """The bytes of that version."""
    with ports.core.lake.open(blob.path, etag=blob.etag) as source:
        return source.read()


def find_rows(ports: OperationsPorts, subject: Subject) -> list[FoundFile]:
    """The files that hold rows of the person; a file that vanishes meanwhile holds none."""
    found = []
    for blob in filter(has_rows, files_of(ports, subject.scenario)):
        try:
            one = _look(StreamedFile.of(ports, blob), subject)
        except Missing:
            continue
        if one.rows:
            found.append(one)
    return found


def needles_of(ports: OperationsPorts, subject: Subject, found: Iterable[FoundFile]) -> Needles:
    """What tells of this person only: values of the rows that no other row of the scenario has."""
    own = telling([subject.key, *subject.values]).texts
    needles = telling(value for one in found for value in one.values)
    # Refused files are no tables: whose values they hold is not known.
    blobs = (blob for blob in files_of(ports, subject.scenario) if not blob.path.startswith("quarantine/"))
    for blob in filter(has_rows, blobs):
        if not needles.texts and not needles.numbers:
            break
        needles = without_common(needles, StreamedFile.of(ports, blob).other_values(subject))
    return Needles(needles.texts | own, needles.numbers)


def _look(file: StreamedFile, subject: Subject) -> FoundFile:
    rows = list(file.rows(subject))
    if not file.is_table:
        return FoundFile(file.blob, len(rows), tuple(value for row in rows for value in row.values()))
    requests = tuple((str(row["request_id"]), int(row.get("row", 0))) for row in rows if "request_id" in row)
    predictions = tuple(int(row["prediction_id"]) for row in rows if "prediction_id" in row)
    return FoundFile(file.blob, len(rows), tuple(_cells(rows)), requests, predictions)


def _cells(rows: Iterable[Mapping[str, Any]]) -> Iterator[Any]:
    """The values of the rows as their owner gave them: what the system added to them names nobody."""
    for row in rows:
        if "cells" in row:
            yield from as_row(str(row["cells"])).values()
        else:
            yield from (value for name, value in row.items() if name not in _ADDED)


def parquet_of(table: pa.Table, kept: np.ndarray) -> bytes:
    """These rows as Parquet; entity keys have no statistics in it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(table.filter(pa.array(kept)), sink, write_page_checksum=True, write_statistics=False)
    return sink.getvalue()
