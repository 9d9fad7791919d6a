"""kill -9 at port calls of an added drop, of one that is sent again, and of feedback; then one head with every row.

Which calls, `test_kill_sweep` says.
"""

from __future__ import annotations

import json
import shutil
import signal
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from copied_home import copied
from forks import Forks
from sampling import Sample
from streamed import land_stream, streamed_world
from test_kill_sweep import chosen
from world import points_csv, world_at

from shared.core.ledger import ENDED
from shared.datasets.reading import lake_bytes, read_tables


def rows_from(first: int, count: int, seed: int) -> bytes:
    """Points whose ids begin at `first`."""
    header, *lines = points_csv(count, seed=seed).decode().splitlines()
    moved = [f"{first + number},{line.partition(',')[2]}" for number, line in enumerate(lines)]
    return ("\n".join([header, *moved]) + "\n").encode()


def prepared(home: Path) -> Path:
    """A home that has learned from `d1`; `d2` has landed, and so has another `d1`."""
    with closing(world_at(home)) as world:
        world.handle(world.land("incoming/points/d1/points.csv", rows_from(0, 60, seed=1)))
        world.land("incoming/points/d2/points.csv", rows_from(50, 40, seed=2))
        world.land("incoming/points/d1/points.csv", rows_from(0, 55, seed=3))
    return home


def final_state(home: Path) -> dict[str, object]:
    """What must be the same after any death: the head with its parts, the version that stands, and its rows."""
    with closing(world_at(home)) as world:
        ports = world.ports
        head = ports.datasets.versions.head("points")
        newest = ports.datasets.versions.list("points")[-1]
        tables = read_tables(lake_bytes(ports.core.lake), ports.core.scenarios["points"], newest.tables)
    engine = sa.create_engine(f"sqlite:///{home / 'mlops.db'}")
    with engine.connect() as connection:
        entries = connection.execute(sa.text("select kind, key, state from ledger")).all()
    engine.dispose()
    assert [entry for entry in entries if entry.state not in ENDED | {"requested"}] == []
    assert head.dataset == newest.id
    return {
        "parts": [(part.drop, part.position, part.sha256) for part in head.tables[0].parts],
        "digest": newest.digest,
        "rows": tables["points"].to_pylist(),
        "replaced": newest.tables[0].replaced,
    }


@pytest.mark.slow
@pytest.mark.fault(19)
def test_a_kill_at_any_port_call_of_increments_loses_no_row(tmp_path: Path, forks: Forks, sample: Sample) -> None:
    """Each drop has one part, in its place; rows of one key stand once."""
    (tmp_path / "start").mkdir()
    start, whole = prepared(tmp_path / "start"), tmp_path / "whole"
    copied(start, whole)
    assert forks.live("increments", whole) == 0
    told, expected = json.loads((whole / "calls").read_text()), final_state(whole)
    assert [part[:2] for part in expected["parts"]] == [("d1", 1), ("d2", 2)]  # type: ignore[attr-defined]
    assert (len(expected["rows"]), expected["replaced"]) == (90, 5)  # type: ignore[arg-type]
    for call in chosen(told, sample):
        home = tmp_path / str(call)
        copied(start, home)
        assert forks.live("increments", home, call) == -signal.SIGKILL
        assert forks.live("recover", home) == 0
        assert final_state(home) == expected, f"killed at port call {call}"
        shutil.rmtree(home)


def scored(home: Path) -> Path:
    """A home that has learned from `d1` and scored `s1`, whose labels have come."""
    with closing(world_at(home)) as world:
        world.handle(world.land("incoming/points/d1/points.csv", rows_from(0, 200, seed=1)))
        lines = rows_from(500, 40, seed=2).decode().splitlines()
        inputs = "\n".join(line.rpartition(",")[0] for line in lines)
        labels = "\n".join(f"{line.partition(',')[0]},{line.rpartition(',')[2]}" for line in lines)
        world.handle(world.land("scoring/points/s1/points.csv", f"{inputs}\n".encode()))
        world.handle(world.land("actuals/points/a1/points.csv", f"{labels}\n".encode()))
    return home


@pytest.mark.slow
def test_a_kill_at_any_port_call_of_feedback_leaves_one_part(tmp_path: Path, forks: Forks, sample: Sample) -> None:
    """The window is one part, once; its rows are there, its training is asked for once."""
    (tmp_path / "start").mkdir()
    start, whole = scored(tmp_path / "start"), tmp_path / "whole"
    copied(start, whole)
    assert forks.live("feedback", whole) == 0
    told = json.loads((whole / "calls").read_text())
    assert forks.live("recover_later", whole) == 0
    expected = final_state(whole) | asked(whole)
    assert [part[0].partition("-")[0] for part in expected["parts"]] == ["d1", "feedback/s1"]  # type: ignore[attr-defined]
    assert (len(expected["rows"]), expected["asked"]) == (240, ["new_data", "feedback"])  # type: ignore[arg-type]
    for call in chosen(told, sample):
        home = tmp_path / str(call)
        copied(start, home)
        assert forks.live("feedback", home, call) == -signal.SIGKILL
        assert forks.live("recover_later", home) == 0
        assert final_state(home) | asked(home) == expected, f"killed at port call {call}"
        shutil.rmtree(home)


def asked(home: Path) -> dict[str, object]:
    """The reasons for which training was requested."""
    with closing(world_at(home)) as world:
        decisions = world.ports.monitoring.decisions.list("points")
        return {"asked": [one.reason for one in decisions if one.decided == "retrain"]}


def streamed_state(home: Path) -> dict[str, object]:
    """What must be the same after any death: both parts once, of all rows, and one request for training."""
    with closing(streamed_world(home)) as world:
        (version,) = world.ports.datasets.versions.list("pairs")
        head = world.ports.datasets.versions.head("pairs")
        asked = [one.reason for one in world.ports.monitoring.decisions.list("pairs") if one.decided == "retrain"]
        records = [blob.path for blob in world.ports.core.lake.list("telemetry/pairs/learned/")]
    assert head.dataset == version.id
    parts = {table.name: [(part.kind, part.rows, part.sha256) for part in table.parts] for table in head.tables}
    return {"digest": version.digest, "parts": parts, "asked": asked, "records": records}


@pytest.mark.slow
def test_a_kill_at_any_port_call_of_labels_alone_freezes_their_rows_once(
    tmp_path: Path, forks: Forks, sample: Sample
) -> None:
    """The rows of the stream are one part beside the labels, under one record."""
    start, whole = tmp_path / "start", tmp_path / "whole"
    with closing(streamed_world(start)) as world:
        land_stream(world)
    copied(start, whole)
    assert forks.live("labels_alone", whole) == 0
    told, expected = json.loads((whole / "calls").read_text()), streamed_state(whole)
    assert [(kind, rows) for kind, rows, _ in expected["parts"]["left"]] == [("stream", 40)]  # type: ignore[index]
    assert (expected["asked"], len(expected["records"])) == (["new_data"], 1)  # type: ignore[arg-type]
    for call in chosen(told, sample, 2):
        home = tmp_path / str(call)
        copied(start, home)
        assert forks.live("labels_alone", home, call) == -signal.SIGKILL
        assert forks.live("recover_streamed", home) == 0
        assert streamed_state(home) == expected, f"killed at port call {call}"
        shutil.rmtree(home)
