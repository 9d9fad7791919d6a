"""A checked drop is added to what stands: its parts, the next version, and why when nothing comes of it yet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from shared.core.blob import Blob
from shared.core.drops import blob_key
from shared.core.errors import Quarantined, Transient
from shared.core.ledger import ENDED, Kind
from shared.core.paths import Landing, dataset_folder
from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.datasets.head import Head, Parts, lacking, learnable, moved, with_drop, without_old, without_rows
from shared.datasets.parts import adopt, keep_part
from shared.datasets.reading import (
    lake_bytes,
    part_rows,
    read_tables,
    restarting_labels,
    table_rows,
)
from shared.datasets.row_counts import RowCounts
from shared.datasets.version import (
    DatasetTable,
    DatasetVersion,
    Part,
    PartKind,
    Role,
    digest_of,
    manifest_of,
    sources_of,
)
from shared.intake.arrivals import Files
from shared.intake.drop_tables import DropTable
from shared.intake.spellings import spelling_remarks
from shared.intake.stream_rows import stream_parts
from shared.profiles.version_report import validate
from shared.training.trainability import LEAST_ROWS, check_trainable

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.datasets.row_counts import Counts
    from shared.datasets.rows import Rows
from shared.monitoring.ports import MonitoringPorts

# A drop that holds this share of the current rows is all of them, as they are now.
SNAPSHOT = 0.9
# Drops that are added at the same moment: each attempt that loses was lost to one that won.
_TRIES = 20
# What more rows may mend: a drop for which nothing else speaks waits for them.
_MENDED = frozenset({"too_few_rows", "one_class"})


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a drop: the version that holds it, or why there is none yet; `remarks` say how rows were merged.

    `new` is false when all its rows were there already; `held` says that a drop which came with it makes the version.
    """

    dataset: DatasetVersion | None
    reason: str = ""
    new: bool = True
    held: bool = False
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """What brings rows: a drop, or a scored window whose labels have come; `role` is that of all its rows.

    Rows of table `stream` were read from a stream when the spans of the drops `before` had been read.
    """

    kind: PartKind = "drop"
    role: Role = ""
    stream: str = ""
    before: tuple[str, ...] = ()

    def kind_of(self, table: str) -> PartKind:
        """The kind of the part of that table."""
        return "stream" if table == self.stream else self.kind


DROP = Origin()


def add_drop(
    ports: MonitoringPorts,
    where: Landing,
    files: Files,
    tables: Mapping[str, DropTable],
    origin: Origin = DROP,
    *,
    held: bool = False,
) -> Added:
    """Add the drop to the head; of two that do so at once the slower one looks at the new head.

    No version is made of a drop that is `held`: the next one that is added holds it too.
    Quarantined when nothing can be learned from the rows.
    """
    kept = {name: _kept(ports, where, name, files[name], table) for name, table in tables.items()}
    brought = {name: replace(part, kind=origin.kind_of(name), role=origin.role) for name, part in kept.items()}
    for _ in range(_TRIES):
        known = _version_of(ports, where, brought.values())
        if known is not None:
            return Added(known)
        head = _head(ports, where.scenario)
        _check_span(where, origin, head)
        added = _Step(ports, where, files, tables, brought, head, held).take()
        if added is not None:
            return added
    raise Transient(f"Other drops of {where.scenario.name} were faster {_TRIES} times; drop {where.drop} tries again.")


def _check_span(where: Landing, origin: Origin, head: Head) -> None:
    """Transient when another drop has read the stream meanwhile: the span begins behind it then."""
    if origin.stream and {part.drop for part in stream_parts(head, where.scenario)} - {*origin.before, where.drop}:
        raise Transient(f"Other labels of {where.scenario.name} were faster; drop {where.drop} tries again.")


def _kept(ports: MonitoringPorts, where: Landing, name: str, blobs: Sequence[Blob], table: DropTable) -> Part:
    sources = tuple(sorted(blob_key(blob) for blob in blobs))
    return keep_part(ports, where.scenario, name, table.rows, table.index, where.drop, sources)


def _version_of(ports: MonitoringPorts, where: Landing, brought: Iterable[Part]) -> DatasetVersion | None:
    """The version that holds exactly these parts of the drop: a worker died after it was made.

    Later versions may hold them too, and clocks do not tell which came first: it is the one whose work has not ended,
    of several the one of the fewest drops.
    """
    wanted = {(part.sha256, part.sources) for part in brought}
    known = [
        version
        for version in ports.datasets.versions.holding(where.scenario.name, where.drop)
        if {(part.sha256, part.sources) for part in version.parts_of(where.drop)} == wanted
    ]
    abandoned = [version for version in known if _is_abandoned(ports, version)]
    return min(abandoned or known, key=lambda version: len(version.drops), default=None)


def _is_abandoned(ports: MonitoringPorts, version: DatasetVersion) -> bool:
    entry = ports.core.history.find(Kind.DATASET, version.key)
    return entry is not None and entry.state not in ENDED


def _head(ports: MonitoringPorts, scenario: Scenario) -> Head:
    return adopt(ports, ports.datasets.versions.head(scenario.name))


@dataclass(frozen=True, slots=True)
class _Step:
    """One attempt to add the drop to one head."""

    ports: MonitoringPorts
    where: Landing
    files: Files
    tables: Mapping[str, DropTable]
    kept: Mapping[str, Part]
    head: Head
    held: bool = False
    _counts: dict[str, RowCounts] = field(default_factory=dict)

    def take(self) -> Added | None:
        """What became of the drop; None when the head has moved meanwhile."""
        scenario, drop = self.where.scenario, self.where.drop
        brought = {name: replace(part, position=self.head.position(drop)) for name, part in self.kept.items()}
        snapshots = self._snapshots(brought)
        placed = with_drop(self.head, scenario, brought, snapshots)
        after = without_old(placed, learnable(placed, scenario), scenario)
        if not self._stands() and self._same(self._before(), after):
            return Added(self._current(), _duplicate(drop, self.head.dataset), new=False)
        joined = learnable(after, scenario)
        lack = lacking(after, scenario) or self._unlabelled(joined, brought) or without_rows(after, brought, scenario)
        if lack:
            return self._wait(after, f"Drop {drop} waits for: {', '.join(lack)}.")
        if self.held:
            waits = self._wait(after, f"Drop {drop} becomes a dataset version with the drops that came with it.")
            return None if waits is None else replace(waits, held=True)
        tables = self._measured(joined, whole=False)
        refused = self._untrainable(tables)
        if refused is not None:
            return self._wait(after, f"Drop {drop} waits for more rows. {refused.reason}")
        return self._publish(after, tables, self._remarks(tables, snapshots))

    def _stands(self) -> bool:
        """Whether exactly this was added before: it waits, and is looked at again."""
        own = [part for parts in self.head.parts.values() for part in parts if part.drop == self.where.drop]
        return {(part.sha256, part.sources) for part in own} == {
            (one.sha256, one.sources) for one in self.kept.values()
        }

    def _unlabelled(self, joined: Parts, brought: Mapping[str, Part]) -> list[str]:
        """The label table, when nothing new can be joined before it comes."""
        if self.where.scenario.table(self.where.scenario.label_table).arrives != "later":
            return []
        current = self._current()
        # How many of their rows stand where others wait is not known.
        held = {} if current is None else {table.name: dict.fromkeys(table.parts, 1) for table in current.tables}
        left_out = any(part not in joined[name] for name, part in brought.items())
        empty = bool(lacking(joined, self.where.scenario))
        return [self.where.scenario.label_table] if empty or (left_out and self._same(held, joined)) else []

    def _wait(self, after: Parts, reason: str) -> Added | None:
        tables = self._measured(after)
        if tables == self.head.tables:
            return Added(None, reason)
        head = moved(self.head, tables, self.where.drop, self.head.dataset, self._standing(after))
        return Added(None, reason) if self.ports.datasets.versions.move(head, None) else None

    def _publish(self, after: Parts, tables: tuple[DatasetTable, ...], remarks: tuple[str, ...]) -> Added | None:
        ports, name = self.ports, self.where.scenario.name
        before, dataset = self._current(), self._version(tables)
        known = ports.datasets.versions.by_digest(name, dataset.digest)
        if known is None:
            self._check_runs(tables)
            validate(ports, dataset, self._new_rows(tables, before))
            manifest = json.dumps(manifest_of(dataset), indent=1, sort_keys=True) + "\n"
            ports.core.lake.put(f"{dataset_folder(name, dataset.id)}manifest.json", manifest.encode())
            remarks = (*remarks, *spelling_remarks(ports, self.where.scenario, dataset, before))
        dataset = known or dataset
        head = moved(self.head, self._measured(after), self.where.drop, dataset.id, self._standing(after))
        if not ports.datasets.versions.move(head, None if known else dataset):
            return None
        return Added(dataset, remarks=remarks)

    def _version(self, tables: tuple[DatasetTable, ...]) -> DatasetVersion:
        digest = digest_of(tables)
        blobs = [blob for group in self.files.values() for blob in group]
        # The newest blob's time, not the clock: a repeat of this work finds the same id.
        dataset = f"{max(blob.modified for blob in blobs):%Y%m%dT%H%M%SZ}-{digest[:8]}"
        name, now = self.where.scenario.name, self.ports.core.clock()
        return DatasetVersion(name, dataset, digest, tables, sources_of(tables), now)

    def _current(self) -> DatasetVersion | None:
        return self.ports.datasets.versions.find(self.head.scenario, self.head.dataset) if self.head.dataset else None

    def _of(self, table: str) -> RowCounts:
        """What counts the rows of the table."""
        own, kept = self.tables.get(table), self.kept.get(table)
        indexes = {} if own is None or kept is None else {kept.sha256: own.index}
        return self._counts.setdefault(table, RowCounts(self.ports.core.lake, self.where.scenario, table, indexes))

    def _count(self, table: str, parts: Sequence[Part]) -> dict[Part, int]:
        return self._of(table).count(self.head.counts(table), parts)

    def _before(self) -> dict[str, Counts]:
        """The parts that stand by table; where nobody counted their rows, some of each are taken to stand."""
        return {name: self.head.counts(name) or dict.fromkeys(parts, 1) for name, parts in self.head.parts.items()}

    def _standing(self, parts: Parts) -> dict[str, tuple[int, ...]]:
        return {name: tuple(self._count(name, found).values()) for name, found in parts.items()}

    def _measured(self, parts: Parts, *, whole: bool = True) -> tuple[DatasetTable, ...]:
        """The tables with the numbers of rows that stand and that have given way.

        Unless `whole`, parts of which no row stands are left out: nothing is learned from them.
        """
        tables = []
        for name, found in parts.items():
            counts = self._count(name, found)
            rows = sum(counts.values())
            named = tuple(part for part, count in counts.items() if whole or count or not part.rows)
            tables.append(DatasetTable(name, named, rows, sum(part.rows for part in found) - rows))
        return tuple(tables)

    def _same(self, before: Mapping[str, Counts], after: Parts) -> bool:
        """Whether the rows that stand are the same ones."""
        return all(self._of(name).same(before.get(name, {}), after.get(name, ())) for name in after.keys() | before)

    def _snapshots(self, brought: Mapping[str, Part]) -> tuple[str, ...]:
        """The tables without a key that the drop brings, when it holds nearly all current rows of each of them."""
        if self.where.scenario.history.keep == "replace":
            return ()
        names = [name for name in brought if not self.where.scenario.table(name).key]
        judged = False
        for name in names:
            others = self._count(name, self.head.others(name, self.where.drop))
            least = SNAPSHOT * sum(others.values())
            if sum(others.values()) < LEAST_ROWS:
                continue
            judged = True
            if brought[name].rows < least or self._of(name).held(brought[name], others) < least:
                return ()
        return tuple(names) if judged else ()

    def _untrainable(self, tables: tuple[DatasetTable, ...]) -> Quarantined | None:
        """Why nothing can be learned of the joined rows yet, where they have come in several drops.

        Rows that make up a first version are looked at whole, and so is every join of labels that came apart.
        """
        whole = {table.name for table in tables if len(table.parts) == 1 and table.parts[0].drop == self.where.drop}
        apart = not {self.where.scenario.label_table, self.where.scenario.batch.table} <= self.kept.keys()
        if len(whole) == len(tables) or (self.head.dataset and not apart):
            return None
        rows = self._joined(tables)
        try:
            check_trainable(self.where.scenario, rows)
        except Quarantined as fault:
            if fault.reason_code in _MENDED or fault.reason_code == "duplicate_key":
                return fault
            raise
        return None

    def _joined(self, tables: tuple[DatasetTable, ...]) -> Mapping[str, Rows | pa.Table]:
        """The rows that stand; labels of a counter that restarts are placed by all of them, in memory."""
        scenario, lake = self.where.scenario, self.ports.core.lake
        if restarting_labels(scenario, scenario.table(scenario.label_table)):
            return read_tables(lake_bytes(lake), scenario, tables)
        return {table.name: table_rows(lake, scenario, table) for table in tables}

    def _check_runs(self, tables: tuple[DatasetTable, ...]) -> None:
        """Quarantined when labels of a counter that restarts fit several runs; mostly their own rows tell."""
        scenario = self.where.scenario
        labels = scenario.table(scenario.label_table)
        if labels.name not in self.kept or not restarting_labels(scenario, labels):
            return
        try:
            read_tables(lake_bytes(self.ports.core.lake), scenario, _beside_labels(tables, scenario, self.where.drop))
        except Quarantined:
            read_tables(lake_bytes(self.ports.core.lake), scenario, tables)

    def _new_rows(self, tables: tuple[DatasetTable, ...], before: DatasetVersion | None) -> dict[str, Rows]:
        """The rows of the parts that the version before does not hold, by table."""
        from shared.datasets.rows import JoinedRows

        known = set() if before is None else {(table.name, sha) for table in before.tables for sha in table.shas}
        new: dict[str, Any] = {}
        for table in tables:
            parts = [part for part in table.parts if (table.name, part.sha256) not in known]
            if parts:
                new[table.name] = JoinedRows([self._rows(table.name, part) for part in parts])
        return new

    def _rows(self, table: str, part: Part) -> Rows:
        own = self.kept.get(table)
        if own is not None and own.sha256 == part.sha256:
            return self.tables[table].rows
        return part_rows(self.ports.core.lake, part)

    def _remarks(self, tables: tuple[DatasetTable, ...], snapshots: Sequence[str]) -> tuple[str, ...]:
        replaced = {table.name: table.replaced for table in self.head.tables}
        told = [
            f"In table {name!r} {counted(table.repeats, 'row')} of the drop repeat another row."
            for name, table in self.tables.items()
            if table.repeats
        ]
        told.extend(
            f"In table {table.name!r} {counted(table.replaced, 'row')} gave way to rows of another drop."
            for table in tables
            if table.replaced > replaced.get(table.name, 0)
        )
        if snapshots:
            named = ", ".join(repr(name) for name in snapshots)
            told.append(f"The drop holds at least {SNAPSHOT:.0%} of the current rows, so it replaces table {named}.")
        return tuple(told)


def _beside_labels(tables: Sequence[DatasetTable], scenario: Scenario, drop: str) -> list[DatasetTable]:
    """The labels of the drop, and the rows that came since the labels before."""
    named = {table.name: table for table in tables}
    labels, rows = named[scenario.label_table], named[scenario.batch.table]
    own = tuple(part for part in labels.parts if part.drop == drop)
    last = max((part.position for part in own), default=-1)
    after = max((part.position for part in labels.parts if part.position < last), default=-1)
    beside = tuple(part for part in rows.parts if after < part.position <= last)
    return [replace(rows, parts=beside), replace(labels, parts=own)] if beside else list(tables)


def _duplicate(drop: str, dataset: str) -> str:
    if not dataset:
        return f"Every row of drop {drop} is there already; nothing is trained again."
    return f"The same content is dataset {dataset} already; nothing is trained again."
