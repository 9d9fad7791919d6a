"""`mlops datasets diff` and `export`: what changed between two versions, and one table as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from local.console.new_files import check_new_files, replaced, will_replace
from local.console.options import Json, ScenarioName
from local.console.output import as_json, out, show
from local.console.session import Session
from shared.bootstrap.whole_files import whole_file
from shared.core.errors import BadInput, Missing
from shared.core.wording import counted
from shared.datasets.reading import table_rows
from shared.datasets.rows import Rows
from shared.datasets.version import DatasetTable, DatasetVersion
from shared.ports import Ports

_COLUMNS = ("table", "rows before", "rows after", "replaced before", "replaced after", "parts added", "parts removed")
_FORMS = (".csv", ".parquet")


def diff(
    scenario: ScenarioName,
    before: Annotated[str, typer.Argument(help="The earlier version's id.")],
    after: Annotated[str, typer.Argument(help="The later version's id.")],
    json: Json = False,
) -> None:
    """Compare two dataset versions: parts added and removed, rows, replaced rows."""
    session = Session()
    session.scenario(scenario)
    versions = [find_version(session.ports, scenario, dataset) for dataset in (before, after)]
    value = difference(*versions)
    rows = [
        (table["table"], *table["rows"], *table["replaced"], _named(table["added"]), _named(table["removed"]))
        for table in value
    ]
    show(json_output=json, value=value, title=f"From {before} to {after}", columns=_COLUMNS, rows=rows)


def difference(before: DatasetVersion, after: DatasetVersion) -> list[Mapping[str, Any]]:
    """For each table the numbers of both versions, and the parts that only one of them holds."""
    old, new = ({table.name: table for table in version.tables} for version in (before, after))
    return [_table_difference(name, old.get(name), new.get(name)) for name in dict.fromkeys((*old, *new))]


def _table_difference(name: str, before: DatasetTable | None, after: DatasetTable | None) -> Mapping[str, Any]:
    empty = DatasetTable(name, (), 0)
    old, new = before or empty, after or empty
    return {
        "table": name,
        "rows": (old.rows, new.rows),
        "replaced": (old.replaced, new.replaced),
        "added": [part for part in new.parts if part.sha256 not in old.shas],
        "removed": [part for part in old.parts if part.sha256 not in new.shas],
    }


def _named(parts: Sequence[Any]) -> str:
    return ", ".join(f"{part.drop} ({counted(part.rows, 'row')})" for part in parts)


def export(
    scenario: ScenarioName,
    dataset: Annotated[str, typer.Argument(help="The version's id.")],
    file: Annotated[Path, typer.Argument(help="The file to write; its ending says .parquet or .csv.")],
    table: Annotated[str | None, typer.Option(help="The table; only where there are several.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace a file that is there.")] = False,
    json: Json = False,
) -> None:
    """Write the rows of one table of a dataset version to a file, as a model learns from them.

    A file that is there is left alone without --replace.
    """
    session = Session()
    declared = session.scenario(scenario)
    if file.suffix not in _FORMS:
        raise BadInput(f"{file} cannot be written; accepted: a file that ends in {' or '.join(_FORMS)}.")
    if not replace:
        check_new_files([file], "FILE", ", or --replace")
    old = will_replace(file, "FILE")
    version = find_version(session.ports, scenario, dataset)
    wanted = _table(version, table)
    rows = table_rows(session.ports.core.lake, declared, wanted)
    _write(rows, file, replace=replace)
    value = {"file": str(file), "table": wanted.name, "rows": rows.num_rows, "replaced": old}
    if json:
        as_json(value)
    else:
        written = f"{counted(rows.num_rows, 'row')} of table {wanted.name!r} written to {file}{replaced(old)}."
        out.print(written, markup=False, soft_wrap=True)


def _table(version: DatasetVersion, name: str | None) -> DatasetTable:
    tables = {table.name: table for table in version.tables}
    if name is None and len(tables) == 1:
        return next(iter(tables.values()))
    if name not in tables:
        told = "has several tables" if name is None else f"has no table {name[:80]!r}"
        raise BadInput(f"Dataset {version.id} {told}; accepted: --table {' or '.join(tables)}.")
    return tables[name]


def _write(rows: Rows, file: Path, *, replace: bool) -> None:
    """Write block after block: the version may have more rows than memory."""
    import pyarrow.parquet as pq
    from pyarrow import csv

    opened: Any = csv.CSVWriter if file.suffix == ".csv" else pq.ParquetWriter
    with whole_file(file, replace=replace) as sink, opened(sink, rows.schema) as writer:
        for block in rows.blocks():
            writer.write_table(block)


def find_version(ports: Ports, scenario: str, dataset: str) -> DatasetVersion:
    """The version of that id; Missing names those there are."""
    version = ports.datasets.versions.find(scenario, dataset)
    if version is None:
        known = ", ".join(ports.datasets.versions.ids(scenario)) or "none"
        raise Missing(f"{scenario} has no dataset {dataset}; registered: {known}.")
    return version
