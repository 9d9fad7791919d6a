"""kill -9 at port calls of the loop on Azurite and PostgreSQL; then recovery to the same state.

A sample of the port calls always runs; `make test-all` takes every one of them.
"""

from __future__ import annotations

import json
import re
import signal
from contextlib import closing
from pathlib import Path

import pytest
from azure_parts import fresh_place
from forks import Forks
from postgres import PostgresServer
from sampling import Sample
from test_kill_sweep import check_instant, final_state
from world import points_csv, settings_at, world_at

from local.azurite.process import Azurite

SAMPLE = 2

Servers = tuple[Azurite, PostgresServer]


@pytest.fixture(scope="module")
def servers(azurite: Azurite, postgres: PostgresServer) -> Servers:
    """Where lake and state are."""
    return azurite, postgres


def prepared(servers: Servers, home: Path) -> Path:
    """A home on a fresh container, with both files landed and nothing done yet, and a fresh database."""
    home.mkdir()
    settings = {"LAKE_URL": fresh_place(servers[0].blob_endpoint).url, "DATABASE_URL": servers[1].new()}
    (home / "settings.json").write_text(json.dumps(settings))
    with closing(world_at(home)) as world:
        world.land("incoming/points/d1/points.csv", points_csv())
        world.land("scoring/points/d1/points.csv", points_csv(12, seed=2, labelled=False))
    return home


def steady(state: dict[str, object]) -> dict[str, object]:
    """The state without what follows from the ETags and times that every container gives anew."""
    rows = sorted(row[1:] for row in state["rows"])  # type: ignore[attr-defined]
    windows = [window[1:] for window in state["windows"]]  # type: ignore[attr-defined]
    parquet = sorted(tuple(row.values())[1:] for row in state["parquet"])  # type: ignore[attr-defined]
    text = json.dumps({**state, "rows": rows, "windows": windows, "parquet": parquet})
    timeless = re.sub(r"\d{8}T\d{6}Z-([0-9a-f]{8})(-[0-9a-f]{8})?", r"time-\1", text)
    return dict(json.loads(timeless))


@pytest.fixture(scope="module")
def reference(
    servers: Servers, forks: Forks, tmp_path_factory: pytest.TempPathFactory
) -> tuple[int, dict[str, object]]:
    """How many port calls the undisturbed loop makes, and how it ends."""
    home = prepared(servers, tmp_path_factory.mktemp("whole") / "home")
    assert forks.live("script", home) == 0
    assert forks.live("recover", home) == 0
    state = steady(final_state(home))
    assert not [name for name in ("lake", "mlops.db") if (home / name).exists()]
    assert state["parquet"] == state["rows"]
    assert len(state["rows"]) == 12  # type: ignore[arg-type]
    return int(json.loads((home / "calls").read_text())["calls"]), state


@pytest.mark.slow
def test_a_kill_at_any_port_call_recovers_to_the_same_state(
    servers: Servers, forks: Forks, tmp_path: Path, reference: tuple[int, dict[str, object]], sample: Sample
) -> None:
    """One death at each moment of the loop, recovery, and the expected state."""
    calls, expected = reference
    for death in sample(range(1, calls + 1), SAMPLE, "port calls"):
        home = prepared(servers, tmp_path / str(death))
        assert forks.live("script", home, death) == -signal.SIGKILL
        check_instant(home)
        assert forks.live("recover", home) == 0
        check_instant(home)
        assert steady(final_state(home)) == expected, f"killed at port call {death}"
        servers[1].drop(settings_at(home)["DATABASE_URL"])
