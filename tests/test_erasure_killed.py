"""kill -9 at port calls of an erasure; the same command goes on to the same end.

Which calls, `test_kill_sweep` says; here they are fewer.
"""

from __future__ import annotations

import json
import shutil
import signal
from contextlib import closing
from pathlib import Path

import pytest
from copied_home import copied
from forks import Forks
from planted import planted, planted_world, state, traces
from sampling import Sample
from test_kill_sweep import chosen

from shared.operations.erasure.records import requests
from shared.operations.label_rebuild import rebuild_label_tables
from shared.prediction.delta_rebuild import rebuild_tables
from shared.prediction.rebuild import rebuild


def final_state(home: Path) -> dict[str, object]:
    """Nothing of the person, everything of the others, one receipt, and SQL as the lake."""
    assert traces(home) == []
    with closing(planted_world(home)) as world:
        ports = world.ports
        (request,) = requests(ports, "points")
        assert request.finished_at is not None
        assert {one.state for one in rebuild(ports, ports.core.scenarios["points"])} == {"intact"}
        assert {one.state for one in rebuild_tables(ports, ports.core.scenarios["points"])} == {"intact"}
        assert {one.state for one in rebuild_label_tables(ports, ports.core.scenarios["points"])} == {"intact"}
        lake = sorted(blob.path for blob in ports.core.lake.list("") if not blob.path.startswith("history/"))
        return {**state(world), "models": request.models, "lake": lake}


@pytest.mark.slow
@pytest.mark.fault(19)
def test_a_kill_at_any_port_call_of_an_erasure_is_gone_on_with(tmp_path: Path, forks: Forks, sample: Sample) -> None:
    """Whoever dies, the same command erases the rest; others lose nothing, and nothing is done twice."""
    start, whole = tmp_path / "start", tmp_path / "whole"
    planted(start).close()
    copied(start, whole)
    assert forks.live("forget", whole) == 0
    told, expected = json.loads((whole / "calls").read_text()), final_state(whole)
    for call in chosen(told, sample, 2):
        home = tmp_path / str(call)
        copied(start, home)
        assert forks.live("forget", home, call) == -signal.SIGKILL
        assert forks.live("forget", home) == 0
        assert final_state(home) == expected, f"killed at port call {call}"
        shutil.rmtree(home)
