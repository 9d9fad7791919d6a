"""kill -9 at every port call from ingest over gate, approval and deployment to scoring; then the same final state."""

from __future__ import annotations

import io
import json
import random
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from world import points_csv, settings_at, world_at

from shared.domain.records import FINAL
from shared.ports import Ports

SEED = 20260301
PAIRS = 40
HERE = Path(__file__).parent


class Forks:
    """A server process that has imported everything, started no thread, and forks a child for each life."""

    def __init__(self) -> None:
        line = [sys.executable, str(HERE / "lives.py")]
        self._server = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def live(self, what: str, home: Path, calls: int | None = None) -> int:
        """Run `script` or `recover` in a child; its exit code (negative: the signal that ended it)."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps([what, str(home), calls]) + "\n")
        self._server.stdin.flush()
        return int(self._server.stdout.readline())

    def close(self) -> None:
        """End the server."""
        self._server.communicate()


def prepared(home: Path) -> Path:
    """A home where prod asks for approval, with both files landed and nothing done yet."""
    (home / "settings.json").write_text(json.dumps({"APPROVALS": "prod"}))
    world = world_at(home)
    world.land("incoming/points/d1/points.csv", points_csv())
    world.land("scoring/points/d1/points.csv", points_csv(12, seed=2, labelled=False))
    return home


def database(home: Path) -> sa.Engine:
    """The state of a home, for plain queries."""
    return sa.create_engine(settings_at(home).get("DATABASE_URL", f"sqlite:///{home / 'mlops.db'}"))


def check_instant(home: Path) -> None:
    """At the moment of death: SQL never shows what the lake does not hold, and never half a window."""
    engine = database(home)
    with engine.connect() as connection:
        commits = list(connection.execute(sa.text("select path, rows, sha256 from prediction_commit")))
        tables = set(sa.inspect(connection).get_table_names())
        rows = 0
        if "predictions_points" in tables:
            rows = connection.execute(sa.text("select count(*) from predictions_points")).scalar_one()
        query = "select generation from deployment where environment = 'prod' order by 1"
        generations = [one[0] for one in connection.execute(sa.text(query))]
    engine.dispose()
    assert rows == sum(commit.rows for commit in commits)
    if commits:
        with closing(world_at(home)) as world:
            assert all(world.ports.lake.stat(commit.path) for commit in commits)
    assert generations == list(range(1, len(generations) + 1))


def final_state(home: Path) -> dict[str, object]:
    """Everything that must be the same after any number of deaths."""
    with closing(world_at(home)) as world:
        return _state(home, world.ports)


def _state(home: Path, ports: Ports) -> dict[str, object]:
    (commit,) = ports.predictions.commits()
    with ports.lake.open(commit.path) as source:
        table = pq.read_table(io.BytesIO(source.read()))
    engine = database(home)
    with engine.connect() as connection:
        query = "select prediction_id, entity_key, prediction, probability from predictions_points order by 1"
        rows = [tuple(row) for row in connection.execute(sa.text(query))]
        open_entries = connection.execute(sa.text("select kind, key, state from ledger")).all()
    engine.dispose()
    assert [row for row in open_entries if row.state not in FINAL | {"requested"}] == []
    folders = sorted({blob.path.split("/")[2] for blob in ports.lake.list("datasets/points/")})
    return {
        "datasets": [one.id for one in ports.datasets.list()],
        "folders": folders,
        "runs": [(one.id, one.state) for one in ports.runs.list()],
        "models": [(one.id, one.sha256, one.state) for one in ports.registry.list()],
        "deployments": [
            (one.environment, one.generation, one.version) for one in ports.deployments.list(environment="*")
        ],
        "approvals": [(one.environment, one.state, one.decided_by) for one in ports.approvals.list()],
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
    forks = Forks()
    assert forks.live("script", home) == 0
    assert forks.live("recover", home) == 0
    forks.close()
    state = final_state(home)
    assert len(state["rows"]) == 12  # type: ignore[arg-type]
    return start, int((home / "calls").read_text()), state


def link_or_copy(source: str, target: str) -> str:
    """Blobs are linked, so that they keep their ETag; the database is copied."""
    if "/lake/" in source:
        Path(target).hardlink_to(source)
        return target
    return str(shutil.copy2(source, target))


def die_and_recover(forks: Forks, start: Path, home: Path, first: int, second: int | None) -> dict[str, object]:
    """Die at call `first`, perhaps again during recovery at `second`, then recover."""
    shutil.copytree(start, home, copy_function=link_or_copy)
    assert forks.live("script", home, first) == -signal.SIGKILL
    check_instant(home)
    if second is not None and forks.live("recover", home, second) == -signal.SIGKILL:
        check_instant(home)
    assert forks.live("recover", home) == 0
    check_instant(home)
    state = final_state(home)
    shutil.rmtree(home)
    return state


def sweep(start: Path, folder: Path, lives: list[tuple[int, int | None]], expected: dict[str, object]) -> None:
    """Every life in turn, on two servers at once; each must end in the expected state."""

    def half(number: int) -> None:
        forks = Forks()
        for first, second in lives[number::2]:
            state = die_and_recover(forks, start, folder / f"{first}-{second}", first, second)
            assert state == expected, f"killed at port calls {first} and {second}"
        forks.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(half, range(2)))


@pytest.mark.slow
def test_a_kill_at_every_port_call_recovers_to_the_same_state(
    tmp_path: Path, reference: tuple[Path, int, dict[str, object]]
) -> None:
    """One death at each moment of the loop."""
    start, calls, expected = reference
    assert calls > 60
    sweep(start, tmp_path, [(number, None) for number in range(1, calls + 1)], expected)


@pytest.mark.slow
def test_a_second_kill_during_recovery_changes_nothing(
    tmp_path: Path, reference: tuple[Path, int, dict[str, object]]
) -> None:
    """Pairs of deaths, drawn with a fixed seed."""
    start, calls, expected = reference
    draw = random.Random(SEED)
    pairs = {(draw.randint(1, calls), draw.randint(1, calls)) for _ in range(PAIRS)}
    sweep(start, tmp_path, sorted(pairs), expected)
