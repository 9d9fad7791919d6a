"""A drop beyond its contract: the difference, who may accept it, and what every door does then."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from world import POINTS, World, points_csv

from functions.scoring import Scorer
from shared import dispatch, due_work
from shared.bootstrap import build_ports
from shared.core.errors import BadInput, Corrupt, Forbidden, Missing, Refused
from shared.core.ledger import Kind
from shared.core.scenario import Column, Scenario
from shared.datasets.accepted_contracts import newest_contract
from shared.intake.contract_acceptance import Acceptance, accept_difference
from shared.intake.contract_difference import difference, find_drop
from shared.operations.replay import replayable


def _declared() -> Scenario:
    """Points whose colors are listed, and whose x has a range."""
    (table,) = POINTS.tables
    columns = {
        "x": Column("x", "float", minimum=-10, maximum=10),
        "color": Column("color", "text", values=("blue", "red")),
    }
    wider = replace(table, columns=tuple(columns.get(one.name, one) for one in table.columns))
    return replace(POINTS, tables=(wider,))


SCENARIO = _declared()
NAME = SCENARIO.name


def odd_drop() -> bytes:
    """Green for blue, an x of 99, and a column `shop`."""
    head, *rows = points_csv(60, seed=2, first=1000).decode().splitlines()
    made = [f"{row.replace(',blue,', ',green,')},7" for row in rows]
    first = made[0].split(",")
    made[0] = ",".join([first[0], "99", *first[2:]])
    return "\n".join([f"{head},shop", *made, ""]).encode()


def opened(home: Path, **settings: str) -> World:
    """A world with a first version and a model of it."""
    world = World(home, scenarios={NAME: SCENARIO}, **settings)
    world.handle(world.land(f"incoming/{NAME}/d1/points.csv", points_csv(400)))
    return world


def accept(world: World, drop: str, by: str, why: str = "a new shop") -> Acceptance:
    """What the verb does."""
    found = difference(world.ports, find_drop(world.ports, drop))
    return accept_difference(world.ports, found, by=by, reason=why)


def take_again(world: World, drop: str) -> str:
    """Replay the drop's file; returns how its entry ends."""
    (item,) = replayable(world.ports, [f"/{drop}/"], None, None)
    return dispatch.replay(world.ports, item, "again").state


def test_a_quarantined_drop_is_accepted_by_a_second_person_and_taken(tmp_path: Path) -> None:
    """All that is new in it; history tells what, who and why."""
    world = opened(tmp_path / "home", APPROVALS="prod")
    world.handle(world.land(f"incoming/{NAME}/d2/points.csv", odd_drop()))
    found = difference(world.ports, find_drop(world.ports, "d2"))
    kinds = [(one.column, one.kind) for one in found.changes]
    assert kinds == [("color", "values"), ("shop", "column"), ("x", "maximum")]
    assert (found.changes[0].values, found.changes[2].limit, found.faults) == (("green",), 99.0, ())
    assert accept(world, "d2", "ada").contract is None
    with pytest.raises(Forbidden, match="another person"):
        accept(world, "d2", "Ada")
    assert newest_contract(world.ports.core.lake, NAME) is None
    accepted = accept(world, "d2", "bob")
    assert accepted.contract is not None
    assert (accepted.contract.number, accepted.contract.asked_by, accepted.contract.accepted_by) == (1, "ada", "bob")
    entry = world.ports.core.history.find(Kind.CONTRACT, f"{NAME}/1")
    assert entry is not None
    assert "points.x: up to 99" in entry.reason
    assert take_again(world, "d2") == "done"
    assert [version.rows for version in world.ports.datasets.versions.list(NAME)] == [400, 460]
    with pytest.raises(Refused, match="nothing to accept"):
        accept(world, "d2", "bob")


def test_every_door_follows_the_accepted_contract(tmp_path: Path) -> None:
    """A file to score, a request, and a process that starts later; other values are refused as before."""
    world = opened(tmp_path / "home")
    scorer = Scorer(world.ports)

    def ask(color: str, x: float) -> Any:
        body = {"data": [{"x": x, "color": color}]}
        return json.loads(scorer.score(NAME, json.dumps(body).encode(), "")[0])

    with pytest.raises(BadInput, match="green"):
        ask("green", 1)
    world.handle(world.land(f"scoring/{NAME}/s1/points.csv", b"id,x,color\n1,99,green\n2,1,red\n"))
    (window,) = world.ports.prediction.windows.list(NAME)
    assert window.state == "quarantined"
    assert accept(world, "s1", "ada").contract is not None
    assert ask("green", 99)
    with pytest.raises(BadInput):
        ask("pink", 1)
    (item,) = [one for one in replayable(world.ports, ["s1"], None, None) if one.kind == Kind.WINDOW]
    assert dispatch.replay(world.ports, item, "again").state == "done"
    later = build_ports({"MLOPS_HOME": str(tmp_path / "home")}, {NAME: SCENARIO})
    assert later.core.scenarios[NAME].table("points").column("x").maximum == 99
    assert later.core.scenarios[NAME] is later.core.scenarios[NAME]


def test_what_nobody_may_accept_is_told(tmp_path: Path) -> None:
    """An answer that is not declared, and a cell of another kind."""
    world = opened(tmp_path / "home")
    rows = points_csv(60, seed=2, first=1000)
    world.handle(world.land(f"incoming/{NAME}/d2/points.csv", rows.replace(b",yes", b",perhaps")))
    world.handle(world.land(f"incoming/{NAME}/d3/points.csv", rows.replace(b"\n1000,", b"\nx1000,", 1)))
    with pytest.raises(Refused, match="have an answer that is not declared"):
        accept(world, "d2", "ada")
    with pytest.raises(Refused, match="'x1000' is not a whole number"):
        accept(world, "d3", "ada")
    with pytest.raises(Missing, match="No files of a drop 'd9'"):
        find_drop(world.ports, "d9")
    with pytest.raises(BadInput, match="a person and a reason"):
        accept(world, "d2", "ada", " ")


def test_a_damaged_contract_is_told_and_the_declared_one_counts(tmp_path: Path) -> None:
    """It is the stricter one."""
    world = opened(tmp_path / "home")
    world.ports.core.lake.put(f"contracts/{NAME}/1.json", b"{")
    with pytest.raises(Corrupt, match="is no accepted contract"):
        newest_contract(world.ports.core.lake, NAME)
    due_work.plan(world.ports)
    assert world.ports.core.scenarios[NAME].table("points").column("x").maximum == 10
