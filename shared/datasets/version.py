"""Dataset versions: which parts they are made of, and how that stands in their manifest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal

SCHEMA = 2
PartKind = Literal["drop", "feedback", "stream"]
# Rows of such a part are learned from and never judge.
Role = Literal["", "learn"]
LEARN_ONLY: Role = "learn"


@dataclass(frozen=True, slots=True)
class Part:
    """The rows that one drop brought of one table: canonical Parquet, immutable, addressed by its sha256.

    `position` is the place of the drop among all that were ever accepted. `first` and `last` are the ends of its time
    column as ISO 8601; empty without one. A part of kind `feedback` holds the rows of a scored window whose labels
    have come; its `drop` is `feedback/<window>`. One of kind `stream` holds the telemetry that the labels of its drop
    are about.
    """

    path: str
    sha256: str
    rows: int
    drop: str = ""
    position: int = 0
    sources: tuple[str, ...] = ()
    first: str = ""
    last: str = ""
    kind: PartKind = "drop"
    role: Role = ""


@dataclass(frozen=True, slots=True)
class DatasetTable:
    """A table as its parts in order of position; `rows` are left when `replaced` rows of the parts have given way."""

    name: str
    parts: tuple[Part, ...]
    rows: int
    replaced: int = 0

    @property
    def shas(self) -> tuple[str, ...]:
        """The sha256 of every part, in order."""
        return tuple(part.sha256 for part in self.parts)


@dataclass(frozen=True, slots=True)
class News:
    """What came with one version: how many parts, their rows in the table that got most of them, and their kinds."""

    parts: int
    rows: int
    kinds: frozenset[PartKind] = frozenset()


@dataclass(frozen=True, slots=True)
class DatasetVersion:
    """A checked dataset: id = UTC time + short digest over its parts. `sources` are "path@etag"."""

    scenario: str
    id: str
    digest: str
    tables: tuple[DatasetTable, ...]
    sources: tuple[str, ...]
    created_at: datetime

    @property
    def key(self) -> str:
        """The key of its announcement in the ledger."""
        return f"{self.scenario}/{self.digest[:12]}"

    def parts_of(self, drop: str) -> list[Part]:
        """The parts that the drop brought, of all tables."""
        return [part for table in self.tables for part in table.parts if part.drop == drop]

    @property
    def rows(self) -> int:
        """Rows of the largest table."""
        return max((table.rows for table in self.tables), default=0)

    def news_since(self, before: DatasetVersion | None) -> News:
        """What it holds that `before` does not."""
        known = set() if before is None else {(table.name, sha) for table in before.tables for sha in table.shas}
        new = [[part for part in table.parts if (table.name, part.sha256) not in known] for table in self.tables]
        rows = max((sum(part.rows for part in parts) for parts in new), default=0)
        return News(sum(map(len, new)), rows, frozenset(part.kind for parts in new for part in parts))

    @property
    def drops(self) -> tuple[str, ...]:
        """The drops whose rows it holds, in order of position."""
        return drops_of(self.tables)


def drops_of(tables: Iterable[DatasetTable]) -> tuple[str, ...]:
    """The drops whose parts the tables have, in order of position."""
    found = {part.drop: part.position for table in tables for part in table.parts}
    return tuple(sorted(found, key=lambda drop: found[drop]))


def sources_of(tables: Iterable[DatasetTable]) -> tuple[str, ...]:
    """The blobs that the tables' parts were made of."""
    return tuple(sorted({source for table in tables for part in table.parts for source in part.sources}))


def digest_of(tables: Iterable[DatasetTable]) -> str:
    """The digest over the parts; of tables of one part each it is what versions of one drop always had."""
    shas = {table.name: table.shas[0] if len(table.shas) == 1 else table.shas for table in tables}
    return hashlib.sha256(json.dumps(shas, sort_keys=True).encode()).hexdigest()


def manifest_of(dataset: DatasetVersion) -> Mapping[str, Any]:
    """The content of the version's manifest.json."""
    return {
        "schema": SCHEMA,
        "scenario": dataset.scenario,
        "id": dataset.id,
        "digest": dataset.digest,
        "tables": {table.name: table_to_json(table) for table in dataset.tables},
        "sources": list(dataset.sources),
    }


def tables_of_manifest(manifest: Mapping[str, Any]) -> tuple[DatasetTable, ...]:
    """The tables that a manifest names, also one of the format before: a file for each table."""
    return tuple(table_from_json({"name": name, **told}) for name, told in manifest["tables"].items())


def table_to_json(table: DatasetTable) -> dict[str, Any]:
    """The table as plain values."""
    return {
        "rows": table.rows,
        "replaced": table.replaced,
        "parts": [{**asdict(part), "sources": list(part.sources)} for part in table.parts],
    }


def table_from_json(told: Mapping[str, Any]) -> DatasetTable:
    """The table that plain values tell of; without parts it is one file, as in the format before."""
    if "parts" not in told:
        part = Part(told["path"], told["sha256"], int(told["rows"]))
        return DatasetTable(told["name"], (part,), part.rows)
    parts = tuple(Part(**{**part, "sources": tuple(part["sources"])}) for part in told["parts"])
    return DatasetTable(told["name"], parts, int(told["rows"]), int(told["replaced"]))


def with_sources(table: DatasetTable, drop: str, sources: tuple[str, ...]) -> DatasetTable:
    """The table of a version of the format before, its only part named after the drop that it was made of."""
    return replace(table, parts=tuple(replace(part, drop=drop, sources=sources) for part in table.parts))
