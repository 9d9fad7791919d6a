"""kill -9 at port calls of a trial that is lost: hidden answers, looks at late labels, and the way back.

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
from test_kill_sweep import chosen
from tried import land_trial, tried_world


def final_state(home: Path) -> dict[str, object]:
    """What must be the same after any death: generations, the trial's files, and what people were told."""
    with closing(tried_world(home)) as world:
        ports = world.ports
        generations = [(one.generation, one.version, one.by) for one in ports.release.deployments.list("points")]
        files = sorted(blob.path for blob in ports.core.lake.list("trials/points/"))
        entry = ports.core.history.find("trial", "points:2/prod#2")
    engine = sa.create_engine(f"sqlite:///{home / 'mlops.db'}")
    with engine.connect() as connection:
        query = "select count(*) from outbox where type = 'Mlops.ModelRolledBack'"
        alerts = connection.execute(sa.text(query)).scalar_one()
    engine.dispose()
    assert entry is not None
    return {"generations": generations, "files": files, "trial": (entry.state, entry.reason), "alerts": alerts}


@pytest.mark.slow
@pytest.mark.fault(64)
def test_a_kill_at_any_port_call_of_a_lost_trial_rolls_back_once(tmp_path: Path, forks: Forks, sample: Sample) -> None:
    """The champion serves again by one further generation, after the same looks at the same hidden answers."""
    start, whole = tmp_path / "start", tmp_path / "whole"
    start.mkdir()
    land_trial(start)
    copied(start, whole)
    assert forks.live("trial", whole) == 0
    told = json.loads((whole / "calls").read_text())
    assert forks.live("recover_trial", whole) == 0
    expected = final_state(whole)
    assert [one[:2] for one in expected["generations"]] == [(1, 1), (2, 2), (3, 1)]  # type: ignore[attr-defined]
    assert (expected["generations"][-1][2], expected["alerts"]) == ("trial", 1)  # type: ignore[index]
    for call in chosen(told, sample, 2):
        home = tmp_path / str(call)
        copied(start, home)
        assert forks.live("trial", home, call) == -signal.SIGKILL
        assert forks.live("recover_trial", home) == 0
        assert final_state(home) == expected, f"killed at port call {call}"
        shutil.rmtree(home)
