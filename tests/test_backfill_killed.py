"""kill -9 at port calls of a backfill; then recovery to one correction and untouched first rows.

Which calls, `test_kill_sweep` says.
"""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path

import pytest
import sqlalchemy as sa
from copied_home import copied
from delta_reader import read_delta
from forks import Forks
from sampling import Sample
from test_kill_sweep import check_instant, chosen
from world import World, points_csv

TABLE = "lake/tables/points/predictions"
VERSIONS = (
    "select r.revision, r.superseded_at is null, count(*), min(p.prediction_id) from prediction_revision r "
    "join window w on w.id = r.window join predictions_points p on p.prediction_id >> 32 = w.ordinal group by 1, 2"
)


def finally_(home: Path) -> list[tuple[object, ...]]:
    """Versions, rows by version and what reports see."""
    engine = sa.create_engine(f"sqlite:///{home / 'mlops.db'}")
    queries = (
        VERSIONS,
        "select 'sees', count(*), min(probability), max(probability) from v_predictions_points",
        "select id, state, ordinal, reason from window order by ordinal",
    )
    with engine.connect() as connection:
        rows = [tuple(row) for query in queries for row in connection.execute(sa.text(query))]
        open_entries = connection.execute(sa.text("select count(*) from ledger where state = 'in_progress'")).scalar()
    engine.dispose()
    assert open_entries == 0
    delta = [(row["prediction_id"], row["probability"]) for row in read_delta(home / TABLE)]
    return [*rows, ("delta", len(delta)), *delta]


@pytest.mark.slow
@pytest.mark.fault(19)
def test_a_kill_at_any_port_call_of_a_backfill_ends_in_one_correction(
    tmp_path: Path, forks: Forks, sample: Sample
) -> None:
    """Whoever dies, the timers or the same command finish it; the first version is never touched."""
    start = tmp_path / "start"
    world = World(start)
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    world.handle(world.land("scoring/points/s1/points.csv", points_csv(12, seed=2, labelled=False)))
    whole = tmp_path / "whole"
    copied(start, whole)
    assert forks.live("backfill", whole) == 0
    told, expected = json.loads((whole / "calls").read_text()), finally_(whole)
    assert expected[:2] == [(1, 0, 12, 1 << 32), (2, 1, 12, 2 << 32)]
    assert ("delta", 12) in expected
    assert told["calls"] > 20
    for call in chosen(told, sample):
        home = tmp_path / str(call)
        copied(start, home)
        assert forks.live("backfill", home, call) == -signal.SIGKILL
        check_instant(home)
        assert forks.live("recover", home) == 0
        assert forks.live("backfill", home) == 0
        check_instant(home)
        assert finally_(home) == expected, f"killed at port call {call}"
        shutil.rmtree(home)
