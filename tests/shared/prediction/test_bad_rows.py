"""Rows that break the contract are set aside where a scenario allows it, and the rest of the window is scored."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import text
from world import POINTS, World, points_csv

from shared.core.policies import BadRows
from shared.core.scenario import Scenario
from shared.prediction.rebuild import rebuild

HEADER, GOOD = b"id,x,color\n", b"1,0.5,red\n2,-0.5,blue\n3,1.5,red\n4,0.1,red\n"
BAD = b"5,one,red\n6,,red\n7,9e9,blue\nx,0.5,red\n"


def limited(policy: BadRows, *, threshold: int = 0, personal: Sequence[str] = ()) -> Scenario:
    """Points whose x is at most a million."""
    columns = [replace(one, maximum=1e6) if one.name == "x" else one for one in POINTS.tables[0].columns]
    table = replace(POINTS.tables[0], columns=tuple(columns))
    batch = replace(POINTS.batch, error_threshold=threshold)
    return replace(POINTS, tables=(table,), bad_rows=policy, batch=batch, personal=tuple(personal))


def scored(home: Path, scenario: Scenario, content: bytes, name: str = "points.csv") -> World:
    """A world in which the file was to be predicted."""
    world = World(home, scenarios={"points": scenario})
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    world.land(f"scoring/points/s1/{name}", content)
    world.sweep()
    return world


def rejects(world: World) -> list[Any]:
    """What SQL shows of the rows that were set aside."""
    with world.ports.core.history._engine.connect() as connection:  # type: ignore[attr-defined]
        return list(connection.execute(text("SELECT line, column_name, code, reason FROM v_rejects_points")).all())


@pytest.mark.parametrize(
    ("policy", "threshold"), [(BadRows(rows=4), 0), (BadRows(share=0.5), 0), (BadRows(), 4), (BadRows(rows=1), 4)]
)
def test_bad_rows_are_kept_with_their_reasons_and_the_rest_is_scored(
    tmp_path: Path, policy: BadRows, threshold: int
) -> None:
    """Types, missing cells and ranges count alike, under each of the declarations."""
    world = scored(tmp_path, limited(policy, threshold=threshold), HEADER + BAD + GOOD)
    (commit,) = world.ports.prediction.predictions.commits("points")
    assert (commit.rows, commit.rejected_rows) == (4, "type=2, null=1, range=1")
    assert [(row.line, row.column_name, row.code) for row in rejects(world)] == [
        (2, "x", "type"),
        (3, "x", "null"),
        (4, "x", "range"),
        (5, "id", "type"),
    ]
    assert "File 'points.csv', line 2, column 'x': 'one' is not a number" in rejects(world)[0].reason
    kept = pq.read_table(tmp_path / "lake" / f"windows/points/{commit.window}/rejects.parquet").to_pylist()
    assert kept[0]["cells"] == '{"id": "5", "x": "one", "color": "red"}'
    alone = scored(tmp_path / "alone", limited(BadRows()), HEADER + GOOD)
    probabilities = [answers(one) for one in (world, alone)]
    assert probabilities[0] == probabilities[1]


def answers(world: World) -> list[float]:
    """The probabilities of the only window."""
    (commit,) = world.ports.prediction.predictions.commits("points")
    return list(pq.read_table(world.home / "lake" / commit.path)["probability"].to_pylist())


_FOUR = "4 of 8 rows break the contract or cannot be scored; accepted: at most 3 of them"


@pytest.mark.parametrize(
    ("policy", "content", "words"),
    [
        (
            BadRows(rows=3),
            HEADER + BAD + GOOD,
            _FOUR,
        ),
        (
            BadRows(share=0.4),
            HEADER + GOOD + BAD,
            _FOUR,
        ),
        (BadRows(rows=9), HEADER + BAD, "4 of 4 rows break the contract"),
        (BadRows(), HEADER + BAD + GOOD, "File 'points.csv', line"),
    ],
)
def test_too_many_bad_rows_refuse_the_window(tmp_path: Path, policy: BadRows, content: bytes, words: str) -> None:
    """With the count, the limit and the first of them; without a declaration one is too many."""
    world = scored(tmp_path, limited(policy), content)
    (window,) = world.ports.prediction.windows.list("points")
    assert window.state == "quarantined"
    assert words in window.reason


def test_reasons_about_people_hold_no_value(tmp_path: Path) -> None:
    """In SQL; the row itself stays in the lake, where the file is."""
    world = scored(tmp_path, limited(BadRows(rows=4), personal=("x",)), HEADER + BAD + GOOD)
    reason = rejects(world)[0].reason
    assert "line 2, column 'x': a value is not a number" in reason
    assert "one'" not in reason


def test_a_rebuild_brings_the_rejects_back(tmp_path: Path) -> None:
    """They are read from the lake again."""
    world = scored(tmp_path, limited(BadRows(rows=4)), HEADER + BAD + GOOD)
    before = rejects(world)
    with world.ports.core.history._engine.begin() as connection:  # type: ignore[attr-defined]
        for table in ("rejected_row", "prediction_commit", "predictions_points"):
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 -- fixed names
    list(rebuild(world.ports, world.ports.core.scenarios["points"]))
    assert rejects(world) == before


def test_parquet_rows_are_set_aside_by_their_row(tmp_path: Path) -> None:
    """A Parquet file has rows and no lines."""
    sink = io.BytesIO()
    pq.write_table(pa.table({"id": [1, 2, 3], "x": [0.5, None, 9e9], "color": ["red"] * 3}), sink)
    world = scored(tmp_path, limited(BadRows(rows=2)), sink.getvalue(), "points.parquet")
    assert [(row.line, row.code) for row in rejects(world)] == [(None, "null"), (None, "range")]
