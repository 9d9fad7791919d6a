"""Parts are written anew without the person's rows, and everything that names them names the new ones."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from shared.core.errors import Missing, Superseded
from shared.core.lake_reading import read_json
from shared.core.paths import dataset_folder, part_path
from shared.core.scenario import Scenario
from shared.datasets.reading import index_path, part_rows, read_indexes, standing_rows
from shared.datasets.version import DatasetTable, Part
from shared.operations.erasure.lake_files import FoundFile
from shared.operations.erasure.records import keep_record
from shared.operations.erasure.streamed_file import canonical
from shared.operations.erasure.subject import Subject, rows_of
from shared.operations.erasure_record import ErasureRecord
from shared.profiles.part_profiles import known_path

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.core.blob import Blob
    from shared.operations.ports import OperationsPorts

_NAMING = ("manifest.json", "train.json", "test.json")


@dataclass(frozen=True, slots=True)
class HeldParts:
    """The versions that hold rows of the person, and the fingerprints of those rows as models remember them."""

    datasets: frozenset[str] = frozenset()
    prints: frozenset[int] = field(default_factory=frozenset)


def held_parts(ports: OperationsPorts, scenario: Scenario, subject: Subject, found: Iterable[FoundFile]) -> HeldParts:
    """The versions that hold rows of the person, and the fingerprints of these rows; this changes nothing."""
    named, prints = _named(ports, scenario, {one.blob.path for one in found}), set[int]()
    for table, part in named:
        for block in part_rows(ports.core.lake, part).blocks():
            prints |= _prints(scenario, table, block.filter(rows_of(block, subject)))
    paths = {part.path for _, part in named}
    versions = ports.datasets.versions.list(scenario.name)
    held = (one.id for one in versions if any(part.path in paths for table in one.tables for part in table.parts))
    return HeldParts(frozenset(held), frozenset(prints))


def _named(ports: OperationsPorts, scenario: Scenario, paths: Collection[str]) -> list[tuple[str, Part]]:
    """The parts among these files that the head or a version names, by table."""
    versions = ports.datasets.versions.list(scenario.name)
    head = ports.datasets.versions.head(scenario.name)
    held = [table for tables in (*(version.tables for version in versions), head.tables) for table in tables]
    named = {(table.name, part) for table in held for part in table.parts if part.path in paths}
    return sorted(named, key=lambda one: (one[0], one[1].path))


def erase_parts(
    ports: OperationsPorts, scenario: Scenario, subject: Subject, erasure: str, found: Iterable[FoundFile]
) -> None:
    """Rewrite every part that holds rows of the person; old files go last, so that a repeat finds what is left."""
    paths = {one.blob.path: one.blob for one in found}
    versions = ports.datasets.versions.list(scenario.name)
    head = ports.datasets.versions.head(scenario.name)
    named, renamed = _named(ports, scenario, paths), {}
    for table, part in named:
        new = renamed[part.path] = _rewritten(ports, scenario, table, part, paths[part.path], subject)
        gone = part.rows - new.rows
        keep_record(ports, scenario.name, ErasureRecord(erasure, "part", part.path, part.sha256, new.sha256, gone))
    touched = {
        version.id: _tables(ports, scenario, version.tables, renamed)
        for version in versions
        if any(part.path in renamed for table in version.tables for part in table.parts)
    }
    if renamed:
        _rename(ports, scenario, renamed, touched, _tables(ports, scenario, head.tables, renamed))
    _remove(ports, scenario, paths, {part.path: table for table, part in named})


def _rewritten(  # noqa: PLR0917 -- the facts of one part
    ports: OperationsPorts, scenario: Scenario, table: str, part: Part, blob: Blob, subject: Subject
) -> Part:
    from shared.datasets.stored_rows import of_spool

    new = canonical(ports, blob, subject)
    path = part_path(scenario.name, table, new.sha256)
    with new.open() as content:
        ports.core.lake.put(path, content)
    return replace(part, path=path, sha256=new.sha256, rows=of_spool(new.spool, new.sha256).num_rows)


def _prints(scenario: Scenario, table: str, meant: pa.Table) -> set[int]:
    """What models keep of rows they learned from or are judged on: hashes of entity and inputs."""
    from shared.training.fingerprints import fingerprint, fingerprints

    if not meant.num_rows:
        return set()
    if table == scenario.batch.table and scenario.assemble is None:
        found = fingerprints(scenario, meant)
        return {int(one) for one in (*found.identity, *found.inputs)}
    names = [name for name in scenario.entity if name in meant.column_names]
    return {int(one) for one in fingerprint(meant, names)} if len(names) == len(scenario.entity) > 0 else set()


def _tables(
    ports: OperationsPorts, scenario: Scenario, tables: Sequence[DatasetTable], renamed: Mapping[str, Part]
) -> tuple[DatasetTable, ...]:
    """The tables with the new parts, their rows counted again."""
    return tuple(_table(ports, scenario, table, renamed) for table in tables)


def _table(
    ports: OperationsPorts, scenario: Scenario, table: DatasetTable, renamed: Mapping[str, Part]
) -> DatasetTable:
    import numpy as np

    if not any(part.path in renamed for part in table.parts):
        return table
    facts = {path: (new.path, new.sha256, new.rows) for path, new in renamed.items()}
    parts = []
    for part in table.parts:
        path, sha256, rows = facts.get(part.path, (part.path, part.sha256, part.rows))
        parts.append(replace(part, path=path, sha256=sha256, rows=rows))
    # An index that is not there is made of the part.
    indexes = read_indexes(ports.core.lake, scenario, table.name, parts)
    kept = [int(np.count_nonzero(mask)) for mask in standing_rows(indexes, scenario.table(table.name), scenario)]
    replaced = sum(index.rows for index in indexes) - sum(kept)
    return replace(table, parts=tuple(parts), rows=sum(kept), replaced=replaced)


def _rename(
    ports: OperationsPorts,
    scenario: Scenario,
    renamed: Mapping[str, Part],
    touched: Mapping[str, tuple[DatasetTable, ...]],
    head: tuple[DatasetTable, ...],
) -> None:
    """In the lake first, then in SQL in one transaction."""
    for dataset, tables in touched.items():
        counts = {table.name: table for table in tables}
        for name in _NAMING:
            path = f"{dataset_folder(scenario.name, dataset)}{name}"
            with suppress(Missing):
                value = _renamed(read_json(ports, path), renamed)
                for table, facts in (value.get("tables") or {}).items():
                    facts["rows"] = counts[table].rows
                    if "replaced" in facts:
                        facts["replaced"] = counts[table].replaced
                content = (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()
                ports.core.lake.put(path, content, if_absent=False)
    ports.operations.erasure.parts(scenario.name, renamed, touched, head)


def _renamed(value: Any, renamed: Mapping[str, Part]) -> Any:
    """The JSON value, where what names an old part names the new one."""
    if isinstance(value, list):
        return [_renamed(one, renamed) for one in value]
    if not isinstance(value, Mapping):
        return value
    found = {name: _renamed(one, renamed) for name, one in value.items()}
    new = renamed.get(str(found.get("path")))
    return found if new is None else {**found, "path": new.path, "sha256": new.sha256, "rows": new.rows}


def _remove(ports: OperationsPorts, scenario: Scenario, paths: Mapping[str, Any], tables: Mapping[str, str]) -> None:
    """The old files, also those of parts that nothing names any more."""
    for path, blob in paths.items():
        table = tables.get(path) or path.split("/")[2]
        sha256 = path.rpartition("/")[2].removesuffix(".parquet")
        beside = [where(scenario.name, table, sha256) for where in (known_path, index_path)]
        _remove_now(ports, beside)
        with suppress(Superseded):
            ports.core.lake.remove(path, blob.etag)
        # Whoever read the part until now may have put them there again.
        _remove_now(ports, beside)


def _remove_now(ports: OperationsPorts, paths: Iterable[str]) -> None:
    for blob in filter(None, map(ports.core.lake.stat, paths)):
        with suppress(Superseded):
            ports.core.lake.remove(blob.path, blob.etag)
