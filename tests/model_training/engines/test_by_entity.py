"""Machines with their records are divided by machine: every shard has whole machines, and rows are the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from engine_runs import attempt, call, finish, land, rows_of, same_rows, served
from ports_with import ports_with

from model_training.scenarios import SCENARIOS
from shared.adapters.detached import repository
from shared.ports import Ports
from shared.prediction.commits import whole_commit
from shared.prediction.shard import Shard, ShardWork

NAME, HOURS = "predictive_maintenance", 4400
ENTRY = """
import json, sys
from model_training.engines import parallel_entry
parallel_entry.init()
print(parallel_entry.run(json.load(sys.stdin)))
"""


class Elsewhere:
    """An engine that works far away: what it is given is scored by other processes."""

    def started(self, work: ShardWork) -> bool:
        """An attempt is submitted again and again."""
        return not work.shards

    def alive(self, work: ShardWork) -> bool:
        """Nothing is alive here."""
        return not work.shards

    def submit(self, work: ShardWork) -> None:
        """Left to others."""

    def cancel(self, work: ShardWork) -> None:
        """Nothing to end."""


@pytest.fixture(scope="module")
def divided(tmp_path_factory: pytest.TempPathFactory) -> Ports:
    """Three machines in shards of one, scored by the function itself."""
    ports = served(tmp_path_factory.mktemp("divided"), NAME, 1500)
    land(ports, NAME, HOURS)
    finish(ports, NAME)
    return ports


def test_each_shard_has_whole_machines_and_its_numbers(divided: Ports) -> None:
    """Ids follow machine and time; the first of a shard is pinned by the readings before it."""
    (commit,) = divided.prediction.predictions.commits(NAME)
    files = whole_commit(divided, commit).shards
    assert [one.first_row for one in files] == [0, 1467, 2934]
    rows = rows_of(divided, NAME)
    keys = [(int(machine), when) for machine, when in (row[1].split("|") for row in rows)]
    assert keys == sorted(keys)
    assert [row[0] & 0xFFFFFFFF for row in rows[:2]] == [0, 1]
    assert len(rows) == commit.rows == sum(one.rows for one in files)
    assert commit.rejected_rows.startswith("short_history=")


def test_rows_are_those_of_a_window_in_one_piece(divided: Ports, tmp_path: Path) -> None:
    """Each machine and time has the same answer; only the order of a whole window is by time first."""
    ports = served(tmp_path, NAME, 1500)
    ports = ports_with(ports, prediction__sharding=replace(ports.prediction.sharding, above=10**6, of={}))
    land(ports, NAME, HOURS)
    finish_whole(ports)
    (commit,), (other,) = (one.prediction.predictions.commits(NAME) for one in (ports, divided))
    assert (commit.rows, commit.rejected_rows) == (other.rows, other.rejected_rows)
    whole, parts = ({row[1]: row[2:] for row in rows_of(one, NAME)} for one in (ports, divided))
    assert whole.keys() == parts.keys()
    assert all(whole[key][0] == parts[key][0] and abs(whole[key][1] - parts[key][1]) <= 1e-6 for key in whole)


def finish_whole(ports: Ports) -> None:
    """Score a window that no engine is asked for."""
    call(ports)
    (commit,) = ports.prediction.predictions.commits(NAME)
    assert commit.shards == ()
    assert not commit.is_sharded


def test_a_parallel_job_scores_machines_too(divided: Ports, tmp_path: Path) -> None:
    """The entry script in a process of its own reads all tables of a shard; ids and answers are the same."""
    ports = ports_with(served(tmp_path, NAME, 1500), prediction__engine=Elsewhere())
    land(ports, NAME, HOURS)
    call(ports)
    work = attempt(ports, NAME)
    _run_entry(tmp_path, work, work.shards)
    call(ports)
    same_rows(rows_of(ports, NAME), rows_of(divided, NAME))


def _run_entry(home: Path, work: ShardWork, shards: tuple[Shard, ...]) -> None:
    files = []
    for one in shards:
        file = home / f"{one.number}.json"
        described = {**{name: getattr(one, name) for name in ("number", "first_row", "rows")}, "files": []}
        described["files"] = [{name: getattr(each, name) for name in each.__slots__} for each in one.files]
        file.write_text(json.dumps(described))
        files.append(str(file))
    command = [sys.executable, "-c", ENTRY, "--lake", f"file:{home / 'lake'}", "--work", work.path]
    environ = {**os.environ, "PYTHONPATH": str(repository())}
    subprocess.run(command, input=json.dumps(files), text=True, check=True, env=environ, cwd=home, capture_output=True)


def test_machines_that_are_too_young_do_not_refuse_the_others(tmp_path: Path) -> None:
    """A shard without one row with history is empty; a window of such shards alone is refused."""
    ports = served(tmp_path, NAME, 400)
    land(ports, NAME, HOURS)
    path = f"scoring/{NAME}/s1/telemetry.csv"
    file = tmp_path / "lake" / path
    lines = file.read_text().splitlines()
    few = [line for line in lines[1:] if line.split(",")[1] == "1"][:5]
    rest = [line for line in lines[1:] if line.split(",")[1] != "1"]
    ports.core.lake.put(path, "\n".join([lines[0], *few, *rest, ""]).encode(), if_absent=False)
    finish(ports, NAME)
    assert {row[1].split("|")[0] for row in rows_of(ports, NAME)} == {"2", "3"}
    young = "\n".join([lines[0], *few, *(line for line in rest[:5]), ""])
    for name in ("maint", "failures", "machines"):
        content = (file.parent / f"{name}.csv").read_bytes()
        ports.core.lake.put(f"scoring/{NAME}/s2/{name}.csv", content)
    ports.core.lake.put(f"scoring/{NAME}/s2/telemetry.csv", young.encode())
    ports = ports_with(ports, prediction__sharding=replace(ports.prediction.sharding, above=5, of={}))
    call(ports)
    window = ports.prediction.windows.list(NAME)[-1]
    assert (window.state, "no row has rows enough before it" in window.reason) == ("quarantined", True)


def test_a_scenario_without_such_a_column_stays_in_one_piece() -> None:
    """Only a declared column divides tables that are joined, and it is one of the table to predict."""
    declared: dict[str, Any] = {name: one.batch.shard_by for name, one in SCENARIOS.items()}
    assert {name for name, column in declared.items() if column} == {NAME}
    names = [column.name for column in SCENARIOS[NAME].scoring_table.columns]
    assert declared[NAME] in names
