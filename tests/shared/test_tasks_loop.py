"""The loop for several labels at once and for numbers; and scoring drops of several tables."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from world import PLACES, InlineTrainer, World, marks_csv, prices_csv

from shared.core.paths import Landing
from shared.operations.status import DropOutcome, drop_outcome
from shared.prediction.window import Window


def learn(world: World, scenario: str, drop: str, **files: bytes) -> DropOutcome:
    """Land labelled tables, work off their events, and tell how the drop ended."""
    for table, content in files.items():
        world.handle(world.land(f"incoming/{scenario}/{drop}/{table}.csv", content))
    outcome = drop_outcome(world.ports, Landing("incoming", world.ports.core.scenarios[scenario], drop, ""))
    assert outcome is not None
    return outcome


def ask(world: World, scenario: str, drop: str, **files: bytes) -> None:
    """Land tables to predict and work off their events."""
    for table, content in files.items():
        world.handle(world.land(f"scoring/{scenario}/{drop}/{table}.csv", content))


def predicted(world: World, scenario: str) -> list[dict[str, object]]:
    """All prediction rows in SQL, by id."""
    engine = sa.create_engine(f"sqlite:///{world.home / 'mlops.db'}")
    with engine.connect() as connection:
        rows = connection.execute(sa.text(f"select * from v_predictions_{scenario} order by prediction_id"))  # noqa: S608 - a fixed name
        found = [dict(row._mapping) for row in rows]
    engine.dispose()
    return found


def test_numbers_are_learned_and_predicted(world: World) -> None:
    """Regression from drop to rows: the prediction is the number, a probability there is none."""
    assert learn(world, "prices", "d1", prices=prices_csv()).outcome == "deployed"
    ask(world, "prices", "s1", prices=prices_csv(20, seed=2, labelled=False))
    rows = predicted(world, "prices")
    assert len(rows) == 20
    for row in rows:
        assert row["prediction"] == pytest.approx(3 * float(str(row["x"])), abs=0.5)
        assert row["probability"] is None


def test_a_larger_error_never_replaces_the_champion(world: World) -> None:
    """RMSE improves downwards: a worse model is refused although its number is larger, a better one is deployed."""
    world.trainer.weight = 2.5
    assert learn(world, "prices", "d1", prices=prices_csv()).outcome == "deployed"
    world.trainer.weight = 2.0
    worse = learn(world, "prices", "d2", prices=prices_csv(seed=2))
    assert worse.outcome == "refused"
    assert "Worse by more than the margin" in worse.reason
    world.trainer.weight = 3.0
    assert learn(world, "prices", "d3", prices=prices_csv(seed=3)).outcome == "deployed"
    assert [one.version for one in world.ports.release.deployments.list("prices")] == [1, 3]


def test_a_number_below_the_bar_is_refused(tmp_path: Path) -> None:
    """The bar stands on R², the champion is compared by RMSE."""
    world = World(tmp_path, trainer=InlineTrainer(weight=0.1))
    outcome = learn(world, "prices", "d1", prices=prices_csv())
    assert outcome.outcome == "refused"
    assert "below the bar of 0.5" in outcome.reason


def test_several_labels_are_learned_and_predicted(world: World) -> None:
    """Multilabel from two tables to rows: the labels as text, the largest probability, and one for each label."""
    assert learn(world, "marks", "d1", marks=marks_csv(), places=PLACES).outcome == "deployed"
    ask(world, "marks", "s1", places=PLACES, marks=marks_csv(40, seed=2, labelled=False))
    rows = predicted(world, "marks")
    assert len(rows) == 40
    assert {row["prediction"] for row in rows} >= {"up", "down"}
    for row in rows:
        up, down = float(str(row["probability_up"])), float(str(row["probability_down"]))
        labels = [label for label, value in (("up", up), ("down", down)) if value >= 0.5]
        assert row["prediction"] == ("+".join(labels) or "none")
        assert row["probability"] == max(up, down)
        assert row["z"] in {0.5, -0.5}


def windows(world: World, scenario: str) -> list[Window]:
    """The scenario's windows."""
    return list(world.ports.prediction.windows.list(scenario))


def test_a_scoring_drop_waits_for_its_tables(world: World) -> None:
    """No window before the last table; the first one's wait ends with it, in any order."""
    learn(world, "marks", "d1", marks=marks_csv(), places=PLACES)
    ask(world, "marks", "s1", marks=marks_csv(10, labelled=False))
    world.sweep()
    assert windows(world, "marks") == []
    (waits,) = world.ports.core.history.why("scoring/marks/s1/marks.csv")[-1:]
    assert (waits.state, waits.reason) == ("waiting", "Drop s1 waits for: places.")
    ask(world, "marks", "s1", places=PLACES)
    assert [window.state for window in windows(world, "marks")] == ["committed"]
    assert world.ports.core.history.why("scoring/marks/s1/marks.csv")[-1].state == "done"


def test_announced_parts_of_a_scoring_drop_are_waited_for(world: World) -> None:
    """`1of2` says that there will be two; both are predicted in one window."""
    learn(world, "prices", "d1", prices=prices_csv())
    half = prices_csv(5, seed=3, labelled=False)
    world.handle(world.land("scoring/prices/s1/prices.1of2.csv", half))
    assert windows(world, "prices") == []
    world.handle(world.land("scoring/prices/s1/prices.2of2.csv", half.replace(b"\n0,", b"\n9,")))
    assert [len(window.inputs) for window in windows(world, "prices")] == [2]
    assert len(predicted(world, "prices")) == 10


def test_a_file_that_names_no_table_is_refused_and_disturbs_nobody(world: World) -> None:
    """It is recorded with the accepted names; its drop goes on without it."""
    learn(world, "marks", "d1", marks=marks_csv(), places=PLACES)
    ask(world, "marks", "s1", notes=b"hello\n", marks=marks_csv(10, labelled=False), places=PLACES)
    (entry,) = world.ports.core.history.why("s1/notes.csv")[-1:]
    assert entry.state == "quarantined"
    assert "accepted: marks.csv, places.csv" in entry.reason
    assert len(predicted(world, "marks")) == 10


def test_a_corrected_table_is_predicted_with_the_others(world: World) -> None:
    """A bad table ends its window; its new version makes one of its own with the tables that stand."""
    learn(world, "marks", "d1", marks=marks_csv(), places=PLACES)
    ask(world, "marks", "s1", marks=marks_csv(10, labelled=False), places=b"place,z\na,oops\nb,1\n")
    assert [window.state for window in windows(world, "marks")] == ["quarantined"]
    ask(world, "marks", "s1", places=PLACES)
    assert [window.state for window in windows(world, "marks")] == ["quarantined", "committed"]
    assert len(predicted(world, "marks")) == 10


def test_a_table_beside_the_rows_to_predict_may_be_empty(world: World) -> None:
    """Places without a row are what is known: every mark is predicted, and `z` is what the feature code makes of it."""
    learn(world, "marks", "d1", marks=marks_csv(), places=PLACES)
    ask(world, "marks", "s1", marks=marks_csv(10, labelled=False), places=b"place,z\n")
    assert [window.state for window in windows(world, "marks")] == ["committed"]
    assert [row["z"] for row in predicted(world, "marks")] == [0.0] * 10


def test_the_rows_to_predict_may_not_be_empty(world: World) -> None:
    """A drop that asks nothing is refused and says so."""
    learn(world, "marks", "d1", marks=marks_csv(), places=PLACES)
    ask(world, "marks", "s1", marks=b"id,x,place\n", places=PLACES)
    (window,) = windows(world, "marks")
    assert window.state == "quarantined"
    assert "File 'marks.csv': there is a header and no data row" in window.reason


def test_labelled_tables_must_have_rows(world: World) -> None:
    """Only the table of a scoring drop may be empty; a dataset's may where its own contract says so."""
    assert learn(world, "marks", "d1", marks=marks_csv(), places=b"place,z\n").outcome == "quarantined"


def test_the_same_tables_again_are_not_predicted_twice(world: World) -> None:
    """A touched file has a new ETag and the same content: the window that stands."""
    learn(world, "marks", "d1", marks=marks_csv(), places=PLACES)
    ask(world, "marks", "s1", marks=marks_csv(10, labelled=False), places=PLACES)
    ask(world, "marks", "s1", places=PLACES)
    world.sweep()
    assert [window.state for window in windows(world, "marks")] == ["committed"]
    assert len(predicted(world, "marks")) == 10
