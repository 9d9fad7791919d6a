"""Files become blobs of a drop: which table each file belongs to, and under which name it lands."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from shared.core.blob import Blob
from shared.core.errors import BadInput
from shared.core.paths import NAME
from shared.core.scenario import Scenario, Table
from shared.ports import Ports

# What is kept of a file's own name in the lake.
_ODD = re.compile(r"[^\w.=+-]")
_LONGEST_NAME = 80
_ACCEPTED = "1 to 80 letters, digits, '.', '_' and '-', a letter or digit first"
_PART = re.compile(r"[^.]+\.\d+of\d+\.")
# The command numbers the files itself.
_NUMBERED = re.compile(r"^\d{1,3}of\d{1,3}(\.|$)")


def match_tables(
    ports: Ports,
    scenario: Scenario,
    tables: Sequence[Table],
    files: Sequence[Path],
    named: str | None,
    *,
    may_name: bool = True,
) -> Mapping[str, list[Path]]:
    """The files of each table: as named, by the file's name, or by its columns; BadInput when none decides.

    `may_name`: whether the command has an option --table, so that a refusal may speak of it.
    """
    known = {table.name: table for table in tables}
    if named is not None and named not in known:
        raise BadInput(f"{scenario.name} has no table {named!r}; its tables: {', '.join(known)}.")
    matched: dict[str, list[Path]] = {}
    for place, file in enumerate(files):
        _check_file(file)
        if any(file.samefile(other) for other in files[:place]):
            raise BadInput(f"{file}: the same file is named twice; accepted: each file once, or its rows count twice.")
        matched.setdefault(named or _table_of(ports, tables, file, may_name=may_name), []).append(file)
    return matched


def _check_file(file: Path) -> None:
    if file.is_dir():
        raise BadInput(f"{file} is a folder; accepted: CSV or Parquet files, one or more per table.")
    if not file.is_file():
        raise BadInput(f"There is no file {file}; accepted: a CSV or Parquet file.")


def _table_of(ports: Ports, tables: Sequence[Table], file: Path, *, may_name: bool) -> str:
    if len(tables) == 1:
        return tables[0].name
    for table in tables:
        if file.name.split(".", 1)[0] == table.name:
            return table.name
    with file.open("rb") as source:
        header = set(ports.datasets.tables.header(source, file.name))
    fitting = [table.name for table in tables if _required(table) <= header]
    if len(fitting) == 1:
        return fitting[0]
    wanted = "; ".join(f"{table.name}: {', '.join(sorted(_required(table))[:6])}, …" for table in tables)
    choose = f"name it after its table, as in {tables[0].name}{file.suffix or '.csv'}"
    choose += ", or choose one with --table" if may_name else ""
    raise BadInput(f"{file} matches no table by its name or its columns; {choose}. Tables: {wanted}.")


def _required(table: Table) -> set[str]:
    return {column.name for column in table.columns if not column.optional}


def drop_name(given: str | None, files: Sequence[Path]) -> str:
    """The given name, or UTC time and a digest of the files; BadInput for other characters."""
    if given is None:
        digest = hashlib.sha256("\n".join(str(file.absolute()) for file in files).encode()).hexdigest()
        return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z-{digest[:6]}"
    if not NAME.fullmatch(given):
        raise BadInput(f"The drop's name {given[:80]!r} is not valid; accepted: {_ACCEPTED}.")
    return given


def close_drop(ports: Ports, scenario: Scenario, drop: str) -> None:
    """Land the marker that says that the drop is whole, where the scenario waits for one or for a quiet time."""
    arrival = ports.core.scenarios[scenario.name].arrival
    if arrival.marker or arrival.quiet:
        path = f"incoming/{scenario.name}/{drop}/{arrival.marker_name}"
        ports.core.lake.put(path, b"whole\n", if_absent=False)


def _landing_order(scenario: Scenario, table: str) -> int:
    """Labels last: a drop is taken when rows and labels are there, and then all of it has to be there."""
    if table == scenario.label_table:
        return 2
    return 1 if scenario.table(table).arrives == "with_drop" else 0


def land(ports: Ports, area: str, scenario: Scenario, drop: str, matched: Mapping[str, list[Path]]) -> list[Blob]:
    """Copy the files into the drop's folder, under their table's name and their own.

    Several files of one table carry their number and count (`clients.2of3.march.csv`). The one file of a table replaces
    the one that lies there already, whatever it is called.
    """
    landed, folder = [], f"{area}/{scenario.name}/{drop}/"
    for table, files in sorted(matched.items(), key=lambda one: _landing_order(scenario, one[0])):
        for number, file in enumerate(files, start=1):
            part = f".{number}of{len(files)}" if len(files) > 1 else ""
            name = f"{table}{part}.{_own_name(table, file)}"
            there = [] if part else _same_kind(ports, folder, table, file)
            with file.open("rb") as source:
                path = there[0] if len(there) == 1 else f"{folder}{name}"
                landed.append(ports.core.lake.put(path, source, if_absent=False)[0])
    return landed


def _own_name(table: str, file: Path) -> str:
    """The file's name without its table's, with letters, digits and marks that every lake takes."""
    stem = "" if file.stem == table else _NUMBERED.sub("", file.stem.removeprefix(f"{table}."))
    own = _ODD.sub("_", stem)[:_LONGEST_NAME]
    return f"{own}{file.suffix.lower()}" if own else file.suffix.lower().removeprefix(".")


def _same_kind(ports: Ports, folder: str, table: str, file: Path) -> list[str]:
    """The files of the table in the drop that this one replaces: those that were landed alone."""
    names = [blob.path for blob in ports.core.lake.list(f"{folder}{table}.")]
    alone = [path for path in names if not _PART.match(path.removeprefix(folder))]
    return [path for path in alone if path.endswith(file.suffix.lower())]
