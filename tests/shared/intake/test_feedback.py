"""Scored windows whose labels have come are parts of the dataset: one each, as a whole, with their lineage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ports_with import ports_with
from world import COLORS, POINTS, PRICES, World, points_csv

from shared.core.ledger import Entry
from shared.core.policies import Feedback, Monitoring
from shared.core.scenario import Scenario
from shared.datasets.reading import lake_bytes, read_tables
from shared.datasets.version import DatasetVersion, Part
from shared.intake.feedback import take_feedback
from shared.intake.feedback_rows import why_not
from shared.operations.tracing import impact

ROWS = 60
DAYS = 30


class Fed(World):
    """A world that serves and has scored window `s1`, rows 1000 to 1059."""

    def __init__(self, home: Path, declared: Scenario = POINTS) -> None:
        super().__init__(home)
        self.ports = ports_with(self.ports, core__scenarios={**self.ports.core.scenarios, "points": declared})
        self.trainer.ports = self.ports
        self.handle(self.land("incoming/points/d1/points.csv", points_csv(200)))
        self.score("s1", range(1000, 1000 + ROWS))

    def score(self, drop: str, ids: Sequence[int], move: float = 0.0) -> None:
        """A window of these rows."""
        random = np.random.default_rng(ids[0])
        lines = [f"{n},{random.normal() + move:.6f},{random.choice(COLORS)}" for n in ids]
        content = "\n".join(["id,x,color", *lines]) + "\n"
        self.handle(self.land(f"scoring/points/{drop}/points.csv", content.encode()))

    def label(self, drop: str, ids: Sequence[int], *, odd: str = "yes") -> None:
        """Labels of these rows, those of odd ids as told."""
        lines = [f"{n},{odd if n % 2 else 'no'}" for n in ids]
        content = "\n".join(["id,y", *lines]) + "\n"
        self.handle(self.land(f"actuals/points/{drop}/points.csv", content.encode()))

    @property
    def newest(self) -> DatasetVersion:
        """The version that stands."""
        return self.ports.datasets.versions.list("points")[-1]

    @property
    def parts(self) -> tuple[Part, ...]:
        """Its parts."""
        return self.newest.tables[0].parts

    def rows(self) -> dict[int, str]:
        """The label by id, as a model learns them."""
        scenario = self.ports.core.scenarios["points"]
        table = read_tables(lake_bytes(self.ports.core.lake), scenario, self.newest.tables)["points"]
        return dict(zip(table["id"].to_pylist(), table["y"].to_pylist(), strict=True))

    def said(self, window: str) -> Entry:
        """What became of the window last."""
        (*_, entry) = [one for one in self.ports.core.history.why("feedback") if f"/{window}-" in one.key]
        return entry


@pytest.fixture
def fed(tmp_path: Path) -> Fed:
    """The world of most tests."""
    return Fed(tmp_path)


def test_before_the_labels_have_had_their_time_nothing_is_learned(fed: Fed) -> None:
    """However many are there."""
    fed.label("a1", range(1000, 1060))
    fed.clock.advance(days=DAYS - 1)
    assert take_feedback(fed.ports) == []
    assert len(fed.parts) == 1


def test_a_labelled_window_becomes_one_part(fed: Fed) -> None:
    """Inputs and labels, once, with the blobs of both; the training is asked for with that reason."""
    fed.label("a1", range(1000, 1060))
    fed.clock.advance(days=DAYS)
    fed.sweep()
    first, part = fed.parts
    assert (first.kind, part.kind, part.rows, part.role) == ("drop", "feedback", ROWS, "")
    assert part.drop.startswith("feedback/s1-")
    assert [source.rpartition("@")[0] for source in part.sources] == [
        "actuals/points/a1/points.csv",
        "scoring/points/s1/points.csv",
    ]
    assert fed.rows() | {n: "yes" if n % 2 else "no" for n in range(1000, 1060)} == fed.rows()
    version = fed.newest.id
    fed.sweep()
    assert fed.newest.id == version
    asked = fed.ports.monitoring.decisions.list("points")[-1]
    assert (asked.reason, asked.decided, asked.dataset) == ("feedback", "retrain", version)


def test_the_lineage_goes_from_the_labels_to_the_version(fed: Fed) -> None:
    """And from the scored file."""
    fed.label("a1", range(1000, 1060))
    fed.clock.advance(days=DAYS)
    fed.sweep()
    for path in ("actuals/points/a1/points.csv", "scoring/points/s1/points.csv"):
        assert fed.newest.id in {dataset.id for dataset in impact(fed.ports, path).datasets}


def test_too_few_labels_are_not_learned_from(fed: Fed) -> None:
    """The window says so; when the others come, it is looked at again."""
    fed.label("a1", range(1000, 1020))
    fed.clock.advance(days=DAYS)
    fed.sweep()
    entry = fed.said("s1")
    assert entry.state == "ignored"
    assert "20 of 60 rows (33%) have a label; 50% must have one." in entry.reason
    assert len(fed.parts) == 1
    fed.label("a2", range(1020, 1060))
    fed.sweep()
    assert fed.parts[-1].rows == ROWS


def test_rows_without_a_label_are_dropped_unless_declared_negative(tmp_path: Path) -> None:
    """Only a scenario can know that silence means no."""
    for unlabelled, rows in (("dropped", 40), ("negative", ROWS)):
        declared = replace(POINTS, feedback=Feedback(unlabelled=unlabelled))  # type: ignore[arg-type]
        fed = Fed(tmp_path / unlabelled, declared)
        fed.label("a1", range(1000, 1040))
        fed.clock.advance(days=DAYS)
        fed.sweep()
        assert fed.parts[-1].rows == rows
        assert fed.rows().get(1059) == ("no" if unlabelled == "negative" else None)


def test_later_labels_replace_the_part_and_keep_its_place(fed: Fed) -> None:
    """A drop that came between stays behind it."""
    fed.label("a1", range(1000, 1040))
    fed.clock.advance(days=DAYS)
    fed.sweep()
    fed.handle(fed.land("incoming/points/d2/points.csv", points_csv(50, seed=3, first=5000)))
    fed.label("a2", range(1030, 1060), odd="no")
    fed.sweep()
    assert [part.drop.partition("-")[0] for part in fed.parts] == ["d1", "feedback/s1", "d2"]
    assert fed.parts[1].rows == ROWS
    assert [fed.rows()[n] for n in (1001, 1031)] == ["yes", "no"]


def test_a_corrected_file_replaces_what_its_first_version_brought(fed: Fed) -> None:
    """The same path with other rows is another window, and the same part."""
    fed.label("a1", range(1000, 1060))
    fed.clock.advance(days=DAYS)
    fed.sweep()
    fed.score("s1", range(1000, 1050), move=0.5)
    fed.clock.advance(days=DAYS)
    fed.sweep()
    assert [part.rows for part in fed.parts] == [200, 50]
    fed.score("s1", range(1000, 1050), move=0.7)
    fed.sweep()
    assert [part.rows for part in fed.parts] == [200, 50]
    assert len(fed.ports.datasets.versions.list("points")) == 4


def test_rows_of_decisions_learn_and_never_judge(tmp_path: Path) -> None:
    """It stands with the part."""
    fed = Fed(tmp_path, replace(POINTS, feedback=Feedback(labels_depend_on_decision=True)))
    fed.label("a1", range(1000, 1060))
    fed.clock.advance(days=DAYS)
    fed.sweep()
    assert [part.role for part in fed.parts] == ["", "learn"]


def test_one_sweep_takes_a_few_windows(fed: Fed, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next goes on; then nothing is left."""
    monkeypatch.setattr("shared.intake.feedback.PER_SWEEP", 1)
    fed.score("s2", range(2000, 2030))
    fed.label("a1", [*range(1000, 1060), *range(2000, 2030)])
    fed.clock.advance(days=DAYS)
    assert [len(take_feedback(fed.ports)) for _ in range(3)] == [1, 1, 0]
    assert [part.rows for part in fed.parts] == [200, 60, 30]


def test_a_scenario_may_not_learn_from_what_it_scored(tmp_path: Path) -> None:
    """It says so."""
    fed = Fed(tmp_path, replace(POINTS, feedback=Feedback(learn=False)))
    fed.label("a1", range(1000, 1060))
    fed.clock.advance(days=DAYS)
    assert take_feedback(fed.ports) == []


def test_labels_that_cannot_be_joined_are_named() -> None:
    """A reason for each."""
    counter = replace(POINTS, monitoring=Monitoring(restart="id"))
    negative = replace(PRICES, feedback=Feedback(unlabelled="negative"))
    assert why_not(POINTS) == ""
    assert "a counter that starts again" in why_not(counter)
    assert "yes or no" in why_not(negative)
