"""What people ask of a long history is answered by indexes, never by reading all of the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from world import World, points_csv

from shared.core.ledger import Kind, State
from shared.ports import Ports


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world in which a drop has become a dataset."""
    world = World(tmp_path_factory.mktemp("home"))
    world.trainer.silent = True
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    yield world
    world.close()


def plans(world: World, question: Callable[[Ports], object]) -> list[str]:
    """The steps of SQLite's plans for every statement that the question takes."""
    engine, asked = world.ports.core.history._engine, list[tuple[str, object]]()  # type: ignore[attr-defined]

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        asked.append((statement, parameters))

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        question(world.ports)
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        read = [(text, given) for text, given in asked if text.startswith("SELECT")]
        found = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given) for text, given in read]  # type: ignore[arg-type]
        steps = [row[3] for rows in found for row in rows]
    assert steps
    return steps


def test_the_newest_entries_in_a_state_are_the_end_of_an_index(world: World) -> None:
    """Nothing is sorted, however many entries failed."""
    steps = plans(world, lambda ports: ports.operations.totals.in_states({State.FAILED, State.WAITING}, 8))
    assert {step.split(" (")[0] for step in steps} == {"SEARCH ledger USING INDEX ix_ledger_newest"}


def test_what_became_of_a_key_is_looked_up(world: World) -> None:
    """Keys are looked through in an index of the ledger, and the lines of the journal are found by their keys."""
    steps = plans(world, lambda ports: ports.core.history.why("points/d1@"))
    assert any("SCAN ledger USING COVERING INDEX" in step for step in steps)
    assert any("SEARCH journal USING INDEX ix_journal_key" in step for step in steps)
    assert not any("SCAN journal" in step for step in steps)
    lines = world.ports.core.history.why("points/d1@")
    assert [line.state for line in lines if line.kind == Kind.DROP][-1] == State.DONE


def test_totals_read_no_row_of_a_commit(world: World) -> None:
    """Sums and counts come from indexes that hold all they need."""
    steps = plans(world, lambda ports: ports.operations.totals.totals(["points"]))
    assert any("prediction_commit USING COVERING INDEX ix_prediction_commit_rows" in step for step in steps)
    assert any("window USING COVERING INDEX ix_window_state" in step for step in steps)
    assert not any(step.startswith(("SCAN journal", "SCAN prediction_commit", "SCAN window")) for step in steps)
