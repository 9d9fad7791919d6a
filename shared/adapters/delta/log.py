"""Port `DeltaLog` on delta-rs: each change is one commit on the version that was read, or nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import CommitProperties, DeltaTable, Field, PostCommitHookProperties, Schema, Transaction
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.schema import PrimitiveType
from deltalake.transaction import AddAction, RemoveAction, create_table_with_add_actions

from shared.adapters.delta.place import Place
from shared.core.errors import Conflict, Transient
from shared.core.scenario import Kind
from shared.prediction import delta_table as declared
from shared.prediction.delta_table import DataFile

_TYPES: Mapping[Kind, str] = {"int": "long", "float": "double", "text": "string", "time": "timestamp"}
# The library colours its sentences, and says how long each call took: the same fault is to be the same sentence.
_NOISE = re.compile(r"\x1b\[[0-9;]*m| in [\d.]+[µmn]?s\b")
# What the library adds of its own stack.
_TRACE = re.compile(r"\n\s*(?:stack backtrace|backtrace|0:)", re.IGNORECASE)
_LONGEST = 400
# Opening reads each commit since the last checkpoint, in Azure each by a request.
_CHECKPOINT_EVERY = 50
# So often another writer may come first.
_TRIES = 10
# Files stay as long as a commit of the lake names them, so nobody may vacuum; what is done once needs no long memory.
_CONFIGURATION = {
    "delta.checkpointInterval": str(_CHECKPOINT_EVERY),
    "delta.deletedFileRetentionDuration": "interval 36500 days",
    "delta.setTransactionRetentionDuration": "interval 90 days",
}


class DeltaLakeLog:
    """Port `DeltaLog`."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def replace(self, table: declared.DeltaTable, value: str, files: Sequence[DataFile], transaction: str) -> bool:
        """One commit by which the partition has exactly these files; False when it has them."""

        def change() -> bool:
            found = self._opened(table)
            there = {path: size for _, path, size in _named(found, table, [value])}
            wanted = {one.path.removeprefix(table.root): one for one in files}
            actions: list[Any] = [_add(table, value, path, one) for path, one in wanted.items() if path not in there]
            actions += [_remove(table, value, path, size) for path, size in there.items() if path not in wanted]
            return _commit(found, table, actions, transaction)

        return _repeated(table, change)

    def remove(self, table: declared.DeltaTable, values: Collection[str], transaction: str) -> bool:
        """One commit by which these partitions have no file; False when none had, or there is no table."""

        def change() -> bool:
            found = self._found(table)
            if found is None:
                return False
            gone = [_remove(table, *one) for one in _named(found, table, list(values))]
            return _commit(found, table, gone, transaction)

        return _repeated(table, change)

    def files(self, table: declared.DeltaTable) -> Mapping[str, frozenset[str]]:
        """The paths in the lake of each partition's files; empty without a table."""

        def read() -> Mapping[str, frozenset[str]]:
            found = self._found(table)
            listed: dict[str, set[str]] = {}
            for row in [] if found is None else _listed(found).to_pylist():
                path = f"{table.root}{unquote(row['path'])}"
                listed.setdefault(row[f"partition.{table.partition}"], set()).add(path)
            return {value: frozenset(paths) for value, paths in listed.items()}

        return _repeated(table, read)

    def _opened(self, table: declared.DeltaTable) -> DeltaTable:
        """The table as it is declared: made, or widened by columns that were declared later."""
        found = self._found(table)
        if found is None:
            # Another writer may be faster with it.
            with suppress(DeltaError):
                create_table_with_add_actions(
                    self._address(table),
                    _schema(table),
                    [],
                    "error",
                    [table.partition],
                    configuration={**_CONFIGURATION, "delta.dataSkippingStatsColumns": _constant(table)},
                    storage_options=dict(self._place.options()),
                )
            found = self._found(table)
        if found is None:
            raise Transient(f"The Delta table {table.root} could not be made.")
        return self._widened(found, table)

    def _widened(self, found: DeltaTable, table: declared.DeltaTable) -> DeltaTable:
        there = {field.name: str(field.type.to_json()).strip('"') for field in found.schema().fields}
        for column in table.columns:
            if there.get(column.name, _TYPES[column.kind]) != _TYPES[column.kind]:
                raise Conflict(
                    f"The Delta table {table.root} holds {there[column.name]} in column {column.name}, now "
                    f"{_TYPES[column.kind]} is declared; accepted: another name for the column."
                )
        new = [_field(column.name, column.kind) for column in table.columns if column.name not in there]
        if not new:
            return found
        found.alter.add_columns(new, commit_properties=CommitProperties(max_commit_retries=0))
        again = self._found(table)
        assert again is not None  # noqa: S101 - it was there
        return again

    def _found(self, table: declared.DeltaTable) -> DeltaTable | None:
        try:
            return DeltaTable(self._address(table), storage_options=dict(self._place.options()))
        except TableNotFoundError:
            return None

    def _address(self, table: declared.DeltaTable) -> str:
        return f"{self._place.root}{table.root}".rstrip("/")


def _repeated[Answer](table: declared.DeltaTable, change: Callable[[], Answer]) -> Answer:
    """What the change answers; a writer that was faster leaves another state, which is read again."""
    for _ in range(_TRIES):
        try:
            return change()
        except CommitFailedError:
            continue
        except (DeltaError, OSError) as error:
            told = " ".join(_TRACE.split(_NOISE.sub("", str(error)))[0].split())[:_LONGEST].rstrip(".")
            damaged = (
                f". If it is damaged, delete {table.log} and run mlops rebuild-tables" if "Json error" in told else ""
            )
            raise Transient(f"The Delta log of {table.root} did not answer: {told}{damaged}.") from error
    raise Transient(f"Other writers of the Delta table {table.root} were faster {_TRIES} times.")


def _commit(found: DeltaTable, table: declared.DeltaTable, actions: list[Any], transaction: str) -> bool:
    if not actions:
        return False
    # Never on top of another writer's commit: what is removed was decided on the version that was read.
    once = CommitProperties(max_commit_retries=0, app_transactions=[Transaction(transaction, 1, _now())])
    # Looking after the log costs more than the commit: only where a checkpoint is due.
    due = (found.version() + 2) % _CHECKPOINT_EVERY == 0
    found.create_write_transaction(
        actions,
        "append",
        _schema(table),
        [table.partition],
        commit_properties=once,
        post_commithook_properties=PostCommitHookProperties(create_checkpoint=due, cleanup_expired_logs=due),
    )
    return True


def _named(found: DeltaTable, table: declared.DeltaTable, values: list[str]) -> list[tuple[str, str, int]]:
    """Partition, path below the table's root and size of each file of these partitions."""
    # A window that is new has no files, which is known without listing those of all others.
    if not values or not found.file_uris(file_pruning_predicate=[(table.partition, "in", values)]):
        return []
    listed = _listed(found)
    names = f"partition.{table.partition}"
    ours = listed.filter(pc.is_in(listed[names], pa.array(values, listed[names].type))).to_pylist()
    return [(row[names], unquote(row["path"]), row["size_bytes"]) for row in ours]


def _listed(found: DeltaTable) -> pa.Table:
    return pa.table(found.get_add_actions(flatten=True))


def _add(table: declared.DeltaTable, value: str, path: str, file: DataFile) -> AddAction:
    modified = int(file.modified.timestamp() * 1000)
    return AddAction(path, file.size, {table.partition: value}, modified, True, _statistics(file))  # noqa: FBT003 - its signature


def _remove(table: declared.DeltaTable, value: str, path: str, size: int) -> RemoveAction:
    return RemoveAction(path, True, _now(), size, {table.partition: value})  # noqa: FBT003 - its signature


def _statistics(file: DataFile) -> str:
    """The number of rows, and the times that are the same in all of them; nothing of keys and people."""
    times = {name: at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") for name, at in file.times.items()}
    nulls = dict.fromkeys(times, 0)
    return json.dumps({"numRecords": file.rows, "minValues": times, "maxValues": times, "nullCount": nulls})


def _constant(table: declared.DeltaTable) -> str:
    """The columns that have statistics."""
    return ",".join(column.name for column in table.columns if column.kind == "time" and not column.source)


def _schema(table: declared.DeltaTable) -> Schema:
    columns = [_field(column.name, column.kind) for column in table.columns]
    return Schema([*columns, _field(table.partition, "text")])


def _field(name: str, kind: Kind) -> Field:
    return Field(name, PrimitiveType(_TYPES[kind]))


def _now() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)
