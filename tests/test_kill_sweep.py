"""kill -9 at port calls from ingest over gate, approval and deployment to scoring; then the same final state.

A death before a call leaves what the calls before it have written. Where nothing was written since the call before,
it leaves the same again: of such moments the first counts. A sample of them is taken, drawn with a seed.
`make test-all` takes every call, and more pairs.
"""

from __future__ import annotations

import io
import json
import random
import shutil
import signal
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import sampling
import sqlalchemy as sa
from copied_home import copied
from forks import Forks
from killing import Countdown, Counted, counted
from sampling import Sample
from world import POINTS, points_csv, settings_at, world_at

from shared.core.ledger import ENDED
from shared.ports import Ports
from shared.prediction.delta_table import predictions_table

SAMPLE, PAIRS, ORPHANS = 3, 2, 2
# A whole run draws so many pairs.
MANY_PAIRS = 40


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
    """At the moment of death: SQL and Delta never show what the lake does not hold, and never half a window."""
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
            assert all(world.ports.core.lake.stat(commit.path) for commit in commits)
            named = world.ports.prediction.delta.files(predictions_table(POINTS)).values()
            assert all(world.ports.core.lake.stat(path) for paths in named for path in paths)
    assert generations == list(range(1, len(generations) + 1))


def final_state(home: Path) -> dict[str, object]:
    """Everything that must be the same after any number of deaths."""
    with closing(world_at(home)) as world:
        return _state(home, world.ports)


def _state(home: Path, ports: Ports) -> dict[str, object]:
    (commit,) = ports.prediction.predictions.commits()
    assert ports.prediction.delta.files(predictions_table(POINTS)) == {commit.window: {commit.path}}
    with ports.core.lake.open(commit.path) as source:
        table = pq.read_table(io.BytesIO(source.read()))
    engine = database(home)
    with engine.connect() as connection:
        query = "select prediction_id, entity_key, prediction, probability from predictions_points order by 1"
        rows = [tuple(row) for row in connection.execute(sa.text(query))]
        open_entries = connection.execute(sa.text("select kind, key, state from ledger")).all()
    engine.dispose()
    assert [row for row in open_entries if row.state not in ENDED | {"requested"}] == []
    folders = sorted({blob.path.split("/")[2] for blob in ports.core.lake.list("datasets/points/")})
    return {
        "datasets": [one.id for one in ports.datasets.versions.list()],
        "folders": folders,
        "runs": [(one.id, one.state) for one in ports.training.runs.list()],
        "models": [(one.id, *one.digests, one.state) for one in ports.training.registry.list()],
        "deployments": [
            (one.environment, one.generation, one.version, one.sha256)
            for one in ports.release.deployments.list(environment="*")
        ],
        "approvals": [(one.environment, one.state, one.decided_by) for one in ports.release.approvals.list()],
        "windows": [(one.id, one.state, one.ordinal) for one in ports.prediction.windows.list()],
        "rows": rows,
        "parquet": table.select(["prediction_id", "entity_key", "prediction", "probability"]).to_pylist(),
    }


@dataclass(frozen=True, slots=True)
class Loop:
    """The undisturbed loop: the home it starts from, how many port calls it makes, and how it ends.

    `moments` are the calls before which something had been written since the call before.
    """

    start: Path
    calls: int
    moments: list[int]
    end: dict[str, object]


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory, forks: Forks) -> Loop:
    """Lived once."""
    start = prepared(tmp_path_factory.mktemp("start"))
    home = tmp_path_factory.mktemp("whole") / "home"
    copied(start, home)
    assert forks.live("script", home) == 0
    assert forks.live("recover", home) == 0
    state = final_state(home)
    assert len(state["rows"]) == 12  # type: ignore[arg-type]
    ((_, _, refit, _),) = state["models"]  # type: ignore[misc]
    assert {one[-1] for one in state["deployments"]} == {refit}  # type: ignore[attr-defined]
    told = json.loads((home / "calls").read_text())
    return Loop(start, told["calls"], told["moments"], state)


def die_and_recover(forks: Forks, start: Path, home: Path, first: int, second: int | None) -> dict[str, object]:
    """Die at call `first`, perhaps again during recovery at `second`, then recover."""
    copied(start, home)
    assert forks.live("script", home, first) == -signal.SIGKILL
    check_instant(home)
    if second is not None and forks.live("recover", home, second) == -signal.SIGKILL:
        check_instant(home)
    assert forks.live("recover", home) == 0
    check_instant(home)
    state = final_state(home)
    shutil.rmtree(home)
    return state


def sweep(
    forks: Forks, start: Path, folder: Path, lives: list[tuple[int, int | None]], expected: dict[str, object]
) -> None:
    """Every life in turn; each must end in the expected state."""
    for first, second in lives:
        state = die_and_recover(forks, start, folder / f"{first}-{second}", first, second)
        assert state == expected, f"killed at port calls {first} and {second}"


def chosen(told: Mapping[str, Any], sample: Sample, count: int = SAMPLE) -> list[int]:
    """The calls to die at: a sample of the moments, or every call."""
    calls = list(range(1, told["calls"] + 1))
    return calls if sampling.WHOLE else sample(told["moments"], count, f"moments of {len(calls)} port calls")


@pytest.mark.slow
@pytest.mark.fault(19)
def test_a_kill_at_any_port_call_recovers_to_the_same_state(
    tmp_path: Path, loop: Loop, forks: Forks, sample: Sample
) -> None:
    """One death at each moment of the loop."""
    assert loop.calls > 150
    assert len(loop.moments) > 60
    deaths = chosen({"calls": loop.calls, "moments": loop.moments}, sample)
    sweep(forks, loop.start, tmp_path, [(number, None) for number in deaths], loop.end)


@pytest.mark.slow
@pytest.mark.fault(20)
def test_a_second_kill_during_recovery_changes_nothing(
    tmp_path: Path, loop: Loop, forks: Forks, sample: Sample
) -> None:
    """Pairs of deaths, drawn with a fixed seed."""
    draw = random.Random(sampling.SEED)
    pairs = {(draw.choice(loop.moments), draw.randint(1, loop.calls)) for _ in range(MANY_PAIRS)}
    sweep(forks, loop.start, tmp_path, sample(sorted(pairs), PAIRS, "pairs of deaths"), loop.end)


@pytest.mark.slow
@pytest.mark.fault(19)
def test_an_orphan_that_ends_late_changes_nothing(tmp_path: Path, loop: Loop, forks: Forks, sample: Sample) -> None:
    """After a kill of the host its worker may live on: another takes its work over and ends it, and then it goes on."""
    for number in chosen({"calls": loop.calls, "moments": loop.moments}, sample, ORPHANS):
        home = tmp_path / str(number)
        copied(loop.start, home)
        assert forks.live("orphan", home, number) == 0
        assert forks.live("recover", home) == 0
        assert final_state(home) == loop.end, f"an orphan since port call {number}"
        shutil.rmtree(home)


def test_a_call_of_any_port_counts(tmp_path: Path) -> None:
    """Whatever port the bundle has, or a bundle in it; only those that write nothing and plain values do not."""
    with closing(world_at(tmp_path)) as world:
        counting = counted(world.ports, Countdown(None))
        plain = {name for name, one in leaves(counting) if not isinstance(one, Counted)}
        ports = {name for name, one in leaves(counting) if isinstance(one, Counted)}
        seen = Countdown(None)
        counted(world.ports, seen).monitoring.breaches.list("points")
    values = {
        "core.scenarios",
        "core.container",
        "core.clock",
        "training.options",
        "training.profile",
        "release.policies",
        "release.signer",
        "prediction.sharding",
        "prediction.sql_rows",
        "prediction.delta_follows",
        "monitoring.prices",
        "monitoring.timers",
    }
    assert plain == values | {"datasets.tables", "profiles.profiler", "serving.scoring"}
    some = {"core.lake", "release.endpoints", "alerts.deliveries", "monitoring.actuals", "serving.readings"}
    assert some | {"core.observer", "serving.deployments", "release.deployments"} <= ports
    assert seen.seen == 1


def leaves(bundle: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every member of the bundle and of bundles within, by its name."""
    for field in fields(bundle):
        value = getattr(bundle, field.name)
        if type(value).__name__.endswith("Bundle"):
            yield from leaves(value, f"{before}{field.name}.")
        else:
            yield f"{before}{field.name}", value
