"""kill -9 at every port call of ingest, training request, deploy and window scoring; then recovery to the same state."""

from __future__ import annotations

import multiprocessing
import random
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from killing import Countdown, counted
from world import World, points_csv

from shared.domain.records import FINAL

SEED = 20260301
PAIRS = 40
# Children come from a server process that has imported everything and started no thread.
FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload(["world", "killing", "shared.adapters.onnx_scoring", "shared.adapters.tables"])


def script(home: Path, calls: int | None, report: Path | None = None) -> None:
    """The whole loop for one file to learn from and one to predict; dies at port call number `calls`."""
    world = World(home)
    countdown = Countdown(calls)
    world.ports = counted(world.ports, countdown)
    world.trainer.ports = world.ports
    for area in ("incoming", "scoring"):
        path = f"{area}/points/d1/points.csv"
        blob = World(home).ports.lake.stat(path)
        assert blob is not None
        from world import blob_event

        world.handle(blob_event(path, blob.etag, blob.size))
    if report is not None:
        report.write_text(str(countdown.seen))


def recover(home: Path, calls: int | None = None) -> None:
    """What a restarted host does: free the dead worker's claims, redeliver, sweep."""
    world = World(home)
    world.ports.ledger.abandon("the host was restarted")
    countdown = Countdown(calls)
    world.ports = counted(world.ports, countdown)
    world.trainer.ports = world.ports
    for _ in range(3):
        world.sweep()


def in_child(target: object, *args: object) -> int:
    """Run in a child process; its exit code (negative: the signal that ended it)."""
    child = FORK.Process(target=target, args=args)  # type: ignore[arg-type]
    child.start()
    child.join()
    assert child.exitcode is not None
    return child.exitcode


def prepared(home: Path) -> Path:
    """A home with both files landed and nothing done yet."""
    world = World(home)
    world.land("incoming/points/d1/points.csv", points_csv())
    world.land("scoring/points/d1/points.csv", points_csv(12, seed=2, labelled=False))
    return home


def check_instant(home: Path) -> None:
    """At the moment of death: SQL never shows what the lake does not hold, and never half a window."""
    engine = sa.create_engine(f"sqlite:///{home / 'mlops.db'}")
    with engine.connect() as connection:
        commits = list(connection.execute(sa.text("select path, rows, sha256 from prediction_commit")))
        tables = set(sa.inspect(connection).get_table_names())
        rows = 0
        if "predictions_points" in tables:
            rows = connection.execute(sa.text("select count(*) from predictions_points")).scalar_one()
        generations = [one[0] for one in connection.execute(sa.text("select generation from deployment order by 1"))]
    engine.dispose()
    assert rows == sum(commit.rows for commit in commits)
    assert all((home / "lake" / commit.path).is_file() for commit in commits)
    assert generations == list(range(1, len(generations) + 1))


def final_state(home: Path) -> dict[str, object]:
    """Everything that must be the same after any number of deaths."""
    ports = World(home).ports
    (commit,) = ports.predictions.commits()
    table = pq.read_table(home / "lake" / commit.path)
    engine = sa.create_engine(f"sqlite:///{home / 'mlops.db'}")
    with engine.connect() as connection:
        query = "select prediction_id, entity_key, prediction, probability from predictions_points order by 1"
        rows = [tuple(row) for row in connection.execute(sa.text(query))]
        open_entries = connection.execute(sa.text("select kind, key, state from ledger")).all()
    engine.dispose()
    assert [row for row in open_entries if row.state not in FINAL | {"requested"}] == []
    folders = sorted(path.name for path in (home / "lake" / "datasets" / "points").iterdir())
    return {
        "datasets": [one.id for one in ports.datasets.list()],
        "folders": folders,
        "runs": [(one.id, one.state) for one in ports.runs.list()],
        "models": [(one.id, one.sha256, one.state) for one in ports.registry.list()],
        "deployments": [(one.generation, one.version) for one in ports.deployments.list()],
        "windows": [(one.id, one.state, one.ordinal) for one in ports.windows.list()],
        "rows": rows,
        "parquet": table.select(["prediction_id", "entity_key", "prediction", "probability"]).to_pylist(),
    }


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int, dict[str, object]]:
    """A prepared home, how many port calls the undisturbed loop makes, and how it ends."""
    start = prepared(tmp_path_factory.mktemp("start"))
    home = tmp_path_factory.mktemp("whole") / "home"
    shutil.copytree(start, home, copy_function=link_or_copy)
    report = home / "calls"
    assert in_child(script, home, None, report) == 0
    recover(home)
    state = final_state(home)
    assert len(state["rows"]) == 12  # type: ignore[arg-type]
    return start, int(report.read_text()), state


def link_or_copy(source: str, target: str) -> str:
    """Blobs are linked, so that they keep their ETag; the database is copied."""
    if "/lake/" in source:
        Path(target).hardlink_to(source)
        return target
    return str(shutil.copy2(source, target))


def die_and_recover(start: Path, home: Path, first: int, second: int | None) -> dict[str, object]:
    """Die at call `first`, perhaps again during recovery at `second`, then recover."""
    shutil.copytree(start, home, copy_function=link_or_copy)
    assert in_child(script, home, first) == -signal.SIGKILL
    check_instant(home)
    if second is not None and in_child(recover, home, second) == -signal.SIGKILL:
        check_instant(home)
    assert in_child(recover, home) == 0
    check_instant(home)
    return final_state(home)


@pytest.mark.slow
def test_a_kill_at_every_port_call_recovers_to_the_same_state(
    tmp_path: Path, reference: tuple[Path, int, dict[str, object]]
) -> None:
    """One death at each moment of the loop."""
    start, calls, expected = reference
    assert calls > 60
    with ThreadPoolExecutor(2) as pool:
        ends = pool.map(lambda n: die_and_recover(start, tmp_path / str(n), n, None), range(1, calls + 1))
        for number, state in enumerate(ends, start=1):
            assert state == expected, f"killed at port call {number}"


@pytest.mark.slow
def test_a_second_kill_during_recovery_changes_nothing(
    tmp_path: Path, reference: tuple[Path, int, dict[str, object]]
) -> None:
    """Pairs of deaths, drawn with a fixed seed."""
    start, calls, expected = reference
    draw = random.Random(SEED)
    pairs = [(draw.randint(1, calls), draw.randint(1, calls)) for _ in range(PAIRS)]
    with ThreadPoolExecutor(2) as pool:
        ends = pool.map(
            lambda pair: die_and_recover(start, tmp_path / f"{pair[0]}-{pair[1]}", *pair), sorted(set(pairs))
        )
        for pair, state in zip(sorted(set(pairs)), ends, strict=True):
            assert state == expected, f"killed at port calls {pair}"
