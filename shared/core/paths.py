"""Paths in the lake: what an arriving blob is for, and where everything else lies."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import quote

from shared.core.blob import leftover
from shared.core.errors import Quarantined
from shared.core.scenario import Scenario, Scenarios, Table, no_scenario

Area = Literal["incoming", "scoring", "actuals"]
AREAS: tuple[Area, ...] = ("incoming", "scoring", "actuals")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
# A data engine may name a drop, or the folders below it, after the values of a column.
_DROP = re.compile(r"[A-Za-z0-9][A-Za-z0-9._=-]{0,79}")
_PARTITION = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*=[^/]*")
_LEAST = 3
# The partition column of what follows windows: a correction stands in the place of its window.
BASE_WINDOW = "base_window"
# The partition column of labels as they came.
DELIVERY = "delivery"
# Where the log of a Delta table lies below its root.
LOG = "_delta_log/"
_PART = re.compile(r"(?P<table>[^.]+)\.(?P<number>\d{1,3})of(?P<count>\d{1,3})(\..+)?\.[a-z]+")


@dataclass(frozen=True, slots=True)
class Landing:
    """Where a blob landed: in `incoming` (training data), `scoring` (rows to predict) or `actuals` (late labels)."""

    area: Area
    scenario: Scenario
    drop: str
    file: str

    @property
    def folder(self) -> str:
        """The drop's folder, with a slash at its end."""
        return f"{self.area}/{self.scenario.name}/{self.drop}/"

    @property
    def key(self) -> str:
        """`<scenario>/<drop>`."""
        return f"{self.scenario.name}/{self.drop}"


def landing(path: str, scenarios: Scenarios) -> Landing | str:
    """Where the blob landed, or why it is ignored."""
    area, *rest = path.split("/")
    known = {name: name for name in AREAS}
    if area not in known:
        return f"{area}/ is written by the system itself"
    if len(rest) < _LEAST or not all(map(_PARTITION.fullmatch, rest[2:-1])):
        return f"the path is not {area}/<scenario>/<drop>/<table>.csv|parquet"
    name, drop, *_, file = rest
    if name not in scenarios:
        return f"there is {no_scenario(scenarios, name)}"
    if not _DROP.fullmatch(drop):
        return f"the drop's name {drop[:80]!r} is not 1 to 80 letters, digits, '.', '_', '=' and '-'"
    kind = leftover(file)
    is_marker = area == "incoming" and file == scenarios[name].arrival.marker_name
    if kind and not is_marker:
        return f"{file[:80]!r} is {kind}"
    return Landing(known[area], scenarios[name], drop, file)


def table_of(file: str, area: str, scenario: Scenario) -> Table:
    """The table a file belongs to: `<table>.csv`, `<table>.<anything>.parquet`, or any name where there is one table.

    Quarantined when the scenario has several tables and the name is none of theirs.
    """
    tables = scenario.scoring_tables if area == "scoring" else scenario.tables
    if len(tables) == 1:
        return tables[0]
    stem = re.split(r"[.-]", file, maxsplit=1)[0]
    for table in tables:
        if table.name == stem:
            return table
    names = ", ".join(f"{table.name}.csv" for table in tables)
    raise Quarantined("unknown_table", f"File {file[:80]!r} names no table of {scenario.name}; accepted: {names}.")


def table_landing(path: str, scenarios: Scenarios) -> Landing | None:
    """Where a table's file landed; None for a path that is ignored and for a file that names no table."""
    where = landing(path, scenarios)
    return where if isinstance(where, Landing) and _table_or_none(where.file, where.area, where.scenario) else None


def absent_tables(files: Iterable[str], area: str, scenario: Scenario) -> list[str]:
    """What a drop of these files waits for: tables without a file, and parts that other parts announce.

    A file that names no table is no part of the drop.
    """
    known = {file: table for file in files if (table := _table_or_none(file, area, scenario))}
    wanted = scenario.scoring_tables if area == "scoring" else scenario.tables
    there = {table.name for table in known.values()}
    return [*(table.name for table in wanted if table.name not in there), *missing_parts(known)]


def _table_or_none(file: str, area: str, scenario: Scenario) -> Table | None:
    try:
        return table_of(file, area, scenario)
    except Quarantined:
        return None


def missing_parts(files: Iterable[str]) -> list[str]:
    """The parts that other parts announce and that are not there: `clients.1of3.csv` says that there are three."""
    parts = [match for file in files if (match := _PART.fullmatch(file))]
    there = {(match["table"], int(match["number"]), int(match["count"])) for match in parts}
    sets = {(table, count) for table, _, count in there}
    wanted = [(table, number, count) for table, count in sorted(sets) for number in range(1, count + 1)]
    return [f"{table}.{number}of{count}" for table, number, count in wanted if (table, number, count) not in there]


def dataset_folder(scenario: str, dataset: str) -> str:
    """Where a dataset version lies."""
    return f"datasets/{scenario}/{dataset}/"


def parts_folder(scenario: str) -> str:
    """Where the parts of all tables of a scenario lie, each written once."""
    return f"tables/{scenario}/"


def part_path(scenario: str, table: str, sha256: str) -> str:
    """Where the rows that a drop brought of a table lie."""
    return f"{parts_folder(scenario)}{table}/{sha256}.parquet"


def report_folder(scenario: str, table: str) -> str:
    """The root of a Delta table: its log, and below the values of its partition column its files."""
    return f"{parts_folder(scenario)}{table}/"


def partition_folder(root: str, column: str, value: str) -> str:
    """Where the files of a partition of a Delta table lie; the value is escaped, as engines expect it."""
    return f"{root}{column}={quote(value, safe='')}/"


def predictions_folder(scenario: str, base: str) -> str:
    """Where the prediction files of all versions of a window lie: in the Delta table, below the first version's id."""
    return partition_folder(report_folder(scenario, "predictions"), BASE_WINDOW, base)


def labelled_folder(scenario: str, base: str) -> str:
    """Where the predictions of a window lie that have a label."""
    return partition_folder(report_folder(scenario, "labelled"), BASE_WINDOW, base)


def kept_labels(scenario: str) -> str:
    """What the paths begin with below which the rows of files of labels lie, by delivery."""
    return f"{report_folder(scenario, 'actuals')}{DELIVERY}="


def baseline_folder(scenario: str) -> str:
    """Where baseline.json (the current one) and every accepted baseline by its number lie."""
    return f"baselines/{scenario}/"


def historic_folder(scenario: str) -> str:
    """Where the historic profile lies: a record per dataset version that was trained on."""
    return f"history/{scenario}/"


def window_folder(scenario: str, window: str) -> str:
    """Where a window's plan and commit lie; of earlier versions of the system also its predictions."""
    return f"windows/{scenario}/{window}/"


def plan_path(scenario: str, window: str) -> str:
    """Where the plan of a window lies."""
    return f"{window_folder(scenario, window)}plan.json"


def commit_path(scenario: str, window: str) -> str:
    """Where the commit of a window lies: with it the window counts."""
    return f"{window_folder(scenario, window)}_COMMIT.json"


def content_path(scenario: str, window: str) -> str:
    """Where the sha256 of the newer files lies that a correction was planned for."""
    return f"{window_folder(scenario, window)}content.json"


def shards_folder(scenario: str, window: str) -> str:
    """Where the shards of a large window lie: normalised input, and what was done with it."""
    return f"shards/{scenario}/{window}/"


def trial_folder(scenario: str, version: int) -> str:
    """Where a trial keeps what this model version answered unseen, and what was found by it."""
    return f"trials/{scenario}/{version}/"


def trial_labels_folder(scenario: str, version: int) -> str:
    """Where the labelled rows lie that an undecided challenger is judged on besides those of drops."""
    return f"{trial_folder(scenario, version)}labelled/"


def served_folder(scenario: str) -> str:
    """Where answered requests are kept for monitoring."""
    return f"served/{scenario}/"


def served_path(scenario: str, at: datetime, instance: str, number: int) -> str:
    """The file of answered requests that one process wrote as its `number`-th, by the hour in UTC of its first row."""
    return f"{served_folder(scenario)}{at:%Y%m%d}/{at:%H}/{instance}-{number}.parquet"


def quarantine_folder(where: Landing, etag: str) -> str:
    """Where refused bytes and their reason lie; one folder per version of the blob."""
    return f"quarantine/{where.scenario.name}/{where.drop}/{re.sub(r'[^A-Za-z0-9]', '', etag)}/"


def erasures_folder(scenario: str) -> str:
    """Where requests for erasure, their receipts and the records of what was rewritten lie."""
    return f"erasures/{scenario}/"


def erased_path(path: str, etag: str) -> str:
    """Where that version of a landed file lies once rows were taken out of it; nothing arrives there."""
    folder, _, file = path.rpartition("/")
    return f"erased/{folder}/{re.sub(r'[^A-Za-z0-9]', '', etag)}/{file}"


def contracts_folder(scenario: str) -> str:
    """Where the contracts lie that people accepted, each under its number, and those that were asked for."""
    return f"contracts/{scenario}/"


def contract_path(scenario: str, number: int) -> str:
    """The accepted contract of that number."""
    return f"{contracts_folder(scenario)}{number}.json"


def monitoring_folder(scenario: str) -> str:
    """Where the profiles of monitored windows and of their references lie."""
    return f"monitoring/{scenario}/"


def frozen_span_path(scenario: str, start: datetime, drop: str) -> str:
    """Where stands what a drop of labels read from a stream, from that time on: queries, hashes, files."""
    return f"telemetry/{scenario}/learned/{start:%Y%m%dT%H%M%S.%fZ}-{drop}.json"


def telemetry_folder(scenario: str, start: datetime, end: datetime) -> str:
    """Where the rows of a stream lie that were read for the span; written by the system itself."""
    return f"telemetry/{scenario}/{start:%Y%m%dT%H%M%S.%fZ}-{end:%Y%m%dT%H%M%S.%fZ}/"
