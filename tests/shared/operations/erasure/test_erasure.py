"""A person is erased: found nowhere afterwards, and nothing else is different."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from copied_home import copied
from opened import OpenedLake
from planted import OTHER, PERSON, SECRET, planted, planted_world, rows, scenario, state, subject, traces
from ports_with import ports_with
from world import World

from shared.core.errors import BadInput, Conflict, Forbidden, Refused
from shared.core.ledger import Kind
from shared.operations import tracing
from shared.operations.erasure.erase import approve_erasure, erase, footprint, request_erasure
from shared.operations.erasure.records import requests, resolve
from shared.prediction.rebuild import rebuild
from shared.release.gate.certificate import require_certificate
from shared.training.learned_rows import read_learned
from shared.training.stored_models import read_model


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the planted world, made once."""
    home = tmp_path_factory.mktemp("planted")
    planted(home).close()
    return home


@pytest.fixture
def world(start: Path, tmp_path: Path) -> Iterator[World]:
    """The planted world in a home of its own."""
    copied(start, tmp_path / "home")
    with closing(planted_world(tmp_path / "home")) as opened:
        yield opened


def test_a_planted_person_is_found_nowhere_and_others_are_as_before(world: World) -> None:
    """In lake, database and logs no byte tells of the person; rows, traces, models and work of others go on."""
    ports = world.ports
    (world.home / "logs" / "more.jsonl").write_text(f'{{"reason": "{PERSON} was refused"}}\n')
    planted_in = traces(world.home)
    assert len(planted_in) > 30
    assert any(f".profile: {PERSON}" in one for one in planted_in)
    before = state(world)
    parts = {part for one in ports.datasets.versions.list() for table in one.tables for part in table.parts}
    first = ports.prediction.predictions.commits("points")[0]
    request_erasure(ports, subject(), SECRET, by="ada", reason="ticket 12")
    request = approve_erasure(ports, subject(), SECRET, by="grace")
    done = erase(ports, scenario(world), subject(), request)
    assert traces(world.home) == []
    assert state(world) == before
    assert done.models == tuple(model.id for model in ports.training.registry.list())
    assert done.counts["tables"] >= 1
    assert done.counts["windows"] >= 2
    assert {one.state for one in rebuild(ports, scenario(world))} == {"intact"}
    for model in ports.training.registry.list():
        _, manifest = read_model(ports, model)
        read_learned(ports, model, manifest)
        assert len(manifest["golden"]["rows"]) > 1
    require_certificate(ports, ports.training.registry.list()[-1])
    # Old ids lead to what there is now, and lineage says what happened.
    now = ports.prediction.predictions.commits("points")[0]
    assert (now.rows, resolve(ports, "points", first.sha256)) == (first.rows - 1, now.sha256)
    left = {part.sha256 for one in ports.datasets.versions.list() for table in one.tables for part in table.parts}
    assert {resolve(ports, "points", part.sha256) for part in parts} == left
    traced = tracing.trace(ports, (first.ordinal << 32) + 2, "points")
    assert {one.kind for one in traced.erased} >= {"window", "part"}
    with pytest.raises(Exception, match="erased"):
        tracing.trace(ports, (first.ordinal << 32) + 9, "points")
    # What was done is not done again, and work goes on.
    world.sweep()
    assert state(world)["windows"] == before["windows"]
    world.handle(world.land("incoming/points/d3/points.csv", rows(80, seed=8, person=False, first=900)))
    world.handle(world.land("scoring/points/s9/points.csv", rows(20, seed=9, labelled=False, person=False)))
    assert len(ports.prediction.predictions.commits("points")) == len(before["windows"]) + 1


class DescribedMeanwhile(OpenedLake):
    """A lake in which somebody puts a profile back beside a part that is about to go."""

    def remove(self, path: str, etag: str) -> None:
        """Remove it, and find the profile of a slow reader afterwards."""
        if path.startswith("tables/points/points/") and path.endswith(".parquet"):
            self._lake.put(path.replace(".parquet", ".profile"), PERSON.encode(), if_absent=False)
        self._lake.remove(path, etag)


def test_what_is_described_until_its_part_goes_does_not_stay(world: World) -> None:
    """Whoever reads a part while the person is erased leaves no value of theirs."""
    ports = ports_with(world.ports, core__lake=DescribedMeanwhile(world.ports.core.lake))
    request_erasure(ports, subject(), SECRET, by="ada", reason="ticket 12")
    erase(ports, scenario(world), subject(), approve_erasure(ports, subject(), SECRET, by="grace"))
    assert traces(world.home) == []


def test_two_people_decide_and_nobody_is_named(world: World) -> None:
    """Without an approval nothing happens; the requester cannot approve; the receipt knows the person by a digest."""
    ports, declared = world.ports, scenario(world)
    found = footprint(ports, declared, subject())
    assert set(found.rows) >= {"incoming", "scoring", "actuals", "tables", "windows", "served", "quarantine"}
    with pytest.raises(Refused, match="Nobody asked"):
        approve_erasure(ports, subject(), SECRET, by="grace")
    with pytest.raises(BadInput, match="names the person"):
        request_erasure(ports, subject(), SECRET, by="ada", reason=f"ask of {PERSON}")
    request = request_erasure(ports, subject(), SECRET, by="ada", reason="ticket 12")
    assert request_erasure(ports, subject(), SECRET, by="bob", reason="again") == request
    with pytest.raises(Forbidden, match="another person"):
        approve_erasure(ports, subject(), SECRET, by="Ada")
    with pytest.raises(Refused, match="waits for the approval"):
        erase(ports, declared, subject(), request)
    assert footprint(ports, declared, subject()) == found
    ports.training.runs.request(replace(ports.training.runs.list()[0], id="r", request="r", state="requested"))
    with pytest.raises(Conflict, match="1 run"):
        erase(ports, declared, subject(), approve_erasure(ports, subject(), SECRET, by="grace"))
    (kept,) = requests(ports, "points")
    assert (kept.by, kept.approved_by, kept.finished_at) == ("ada", "grace", None)
    assert PERSON not in repr(kept)
    assert ports.core.history.find(Kind.ERASURE, f"points/{kept.id}") is not None


def test_who_is_not_there_is_erased_too(world: World) -> None:
    """A receipt says that nothing was found, and nothing is different."""
    ports = world.ports
    before, nobody = state(world), replace(subject(), values=("NOBODY-1",), key="NOBODY-1")
    request_erasure(ports, nobody, SECRET, by="ada", reason="ticket 13")
    done = erase(ports, scenario(world), nobody, approve_erasure(ports, nobody, SECRET, by="grace"))
    assert (done.counts, done.models, tracing.erasures(ports, "points")) == ({}, (), [])
    assert state(world) == before
    assert OTHER in {row["id"] for part in before["parts"] for row in part}
