"""One write to the database of state and predictions fails, whichever; the loop ends as if none had.

A sample of the writes is taken, drawn with a seed; `make test-all` takes every write of both databases.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, get_args

import pytest
from disturbing import effects, landed, settle, tried
from failing_writes import Failure, Writes, failing
from lives import AtOnce
from ports_with import ports_with
from postgres import PostgresServer
from sampling import Sample
from world import World

SAMPLE = 1
FAILURES: tuple[Failure, ...] = get_args(Failure.__value__)


@contextmanager
def lived(home: Path, url: str, writes: Writes) -> Iterator[World]:
    """A world after the loop, in which the writes count, and after what a host does then."""
    settings = {"DATABASE_URL": url} if url else {}
    with closing(World(home, **settings)) as world:
        world.ports = world.trainer.ports = ports_with(world.ports, serving__scoring=AtOnce())
        events = landed(world)
        with failing(world.ports.core.history._engine, writes):  # type: ignore[attr-defined]
            tried(world, *events)
        settle(world)
        yield world


@contextmanager
def database(backend: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a new database; empty for SQLite in the home."""
    if backend == "sqlite":
        yield ""
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.new()
    try:
        yield url
    finally:
        server.drop(url)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def undisturbed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, int, dict[str, Any]]:
    """The backend, how many writes the loop makes on it, and what is there in the end."""
    writes, backend = Writes(0, "full"), str(request.param)
    with database(backend, request) as url, lived(tmp_path_factory.mktemp("whole"), url, writes) as world:
        found = effects(world)
    assert found["rows"] == [12]
    assert writes.seen > 100
    return backend, writes.seen, found


@pytest.mark.fault(22, 27, 34)
@pytest.mark.parametrize("failure", FAILURES)
def test_whichever_write_fails_the_loop_ends_the_same(
    tmp_path: Path,
    undisturbed: tuple[str, int, dict[str, Any]],
    request: pytest.FixtureRequest,
    failure: Failure,
    sample: Sample,
) -> None:
    """A full disk, a broken one, a connection that is lost before or after the commit."""
    backend, count, expected = undisturbed
    wrong = {}
    for number in sample(range(1, count + 1), SAMPLE, f"writes to {backend}"):
        writes = Writes(number, failure)
        with database(backend, request) as url, lived(tmp_path / str(number), url, writes) as world:
            found = effects(world)
        assert writes.seen >= number, "the write never came"
        if found != expected:
            wrong[number] = {name: found[name] for name in expected if found[name] != expected[name]}
    assert wrong == {}
