"""The read-only client of notebooks."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from releases import drop
from world import World, points_csv

from mlops import Client, Dataset, connect
from mlops.models import _bodies
from shared.core.errors import BadInput, Misconfigured, Missing

ROWS = pd.DataFrame({"x": [0.4, 0.9, -0.7], "color": ["red", "blue", "red"]}, index=[7, 8, 9])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A served model and two predicted windows."""
    world = World(tmp_path_factory.mktemp("client") / "home")
    drop(world, "d1")
    for name, seed in (("w1", 11), ("w2", 12)):
        world.land(f"scoring/points/{name}/points.csv", points_csv(seed=seed, labelled=False))
        world.sweep()
        world.clock.advance(hours=1)
    return world


@pytest.fixture
def client(world: World) -> Client:
    """A client of that world."""
    return Client(world.ports)


def test_the_newest_dataset_is_a_data_frame(client: Client) -> None:
    """As many rows as it says, and the columns of its table."""
    dataset = client.datasets.latest("points")
    frame = dataset.to_pandas()
    assert len(frame) == dataset.rows["points"]
    assert {"x", "color"} <= set(frame.columns)
    assert repr(client.datasets.get("points", dataset.id)) == repr(dataset)
    assert [one.id for one in client.datasets.list("points")] == [dataset.id]
    with pytest.raises(BadInput, match="no table 'other'; accepted: points"):
        dataset.to_arrow("other")


def test_of_several_tables_one_is_named(client: Client, world: World) -> None:
    """The sentence names them; a list names none."""
    version = world.ports.datasets.versions.list("points")[-1]
    two = replace(version, tables=(*version.tables, replace(version.tables[0], name="more")))
    dataset = Dataset(world.ports, world.ports.core.scenarios["points"], two)
    with pytest.raises(BadInput, match="has several tables; accepted: the name of one: points, more"):
        dataset.to_pandas()
    with pytest.raises(BadInput, match=r"has no table \['points'\]; accepted: points, more"):
        dataset.to_pandas(["points"])  # type: ignore[arg-type]  # what is wrong here
    assert len(dataset.to_pandas("points")) == dataset.rows["points"]


def test_the_champion_answers_as_the_door_does(client: Client) -> None:
    """With the index of the rows; what the contract refuses is named."""
    champion = client.models.champion("points")
    answers = champion.predict(ROWS)
    assert list(answers.index) == [7, 8, 9]
    assert set(answers["prediction"]) <= set(client.models.get(champion.id).manifest["contract"]["labels"])
    shares = answers[[name for name in answers if name.startswith("probability_")]]
    assert shares.sum(axis=1).round(5).tolist() == [1.0, 1.0, 1.0]
    assert client.models.get("points:1").predict(ROWS).equals(answers)
    many = pd.concat([ROWS] * 700, ignore_index=True)
    assert champion.predict(many)["prediction"].tolist() == answers["prediction"].tolist() * 700
    with pytest.raises(BadInput, match="Row 2, field 'x': 'many' is not accepted"):
        champion.predict(ROWS.astype(object).assign(x=[0.4, "many", 1]))
    with pytest.raises(BadInput, match="In the rows from 2001 on: Row 1"):
        champion.predict(pd.concat([many.head(2000), ROWS.assign(color=3)]))
    with pytest.raises(BadInput, match="no rows"):
        champion.predict(ROWS.head(0))


def test_only_a_data_frame_of_finite_cells_is_predicted(client: Client) -> None:
    """Anything else is refused with what is accepted."""
    champion = client.models.champion("points")
    for rows in ([[0.4, "red"]], None, ROWS["x"]):
        with pytest.raises(BadInput, match=r"The rows are a \w+; accepted: a data frame with x, color\."):
            champion.predict(rows)  # type: ignore[arg-type]  # what is wrong here
    with pytest.raises(BadInput, match=r"several columns 'x'; accepted: a data frame with x, color, each once\."):
        champion.predict(pd.concat([ROWS, ROWS["x"]], axis=1))
    many = pd.concat([ROWS] * 400, ignore_index=True)
    many.loc[1100, "x"] = float("inf")
    with pytest.raises(BadInput, match="Row 1101, field 'x': 'inf' is not accepted; accepted: a finite number"):
        champion.predict(many)
    cells = pd.Series([1, np.array([1, 2]), 3], index=ROWS.index, dtype=object)
    with pytest.raises(BadInput, match=r"Row 2, field 'x': '\[1 2\]' is not accepted"):
        champion.predict(ROWS.assign(x=cells))


def test_a_missing_cell_is_null_and_a_time_is_text() -> None:
    """Whatever pandas has for it."""
    rows = pd.DataFrame({
        "number": [float("nan"), 1.5], "text": [None, "a"], "time": pd.to_datetime([None, "2026-01-02T03:04:05Z"]),
        "count": pd.array([pd.NA, 3], dtype="Int64"),
    })  # fmt: skip
    (body,) = _bodies(rows, "predict")
    missing, present = json.loads(body)["Inputs"]["data"]
    assert set(missing.values()) == {None}
    assert present == {"number": 1.5, "text": "a", "time": "2026-01-02T03:04:05+00:00", "count": 3}


def test_predictions_are_read_by_window_and_time(client: Client, world: World) -> None:
    """Nothing is read before it is asked for; each row once."""
    everything = client.predictions("points")
    assert [window.partition("-")[0] for window in everything.windows] == ["w1", "w2"]
    frame = everything.to_pandas()
    assert len(frame) == len(everything)
    one = client.predictions("points", window=everything.windows[0])
    assert one.to_pandas(["prediction"]).columns.tolist() == ["prediction"]
    late = client.predictions("points", since=world.clock() - timedelta(minutes=90))
    assert late.windows == everything.windows[1:]
    with pytest.raises(Missing, match="no predicted window in that time"):
        client.predictions("points", until=datetime(2000, 1, 1, tzinfo=UTC)).to_pandas()
    with pytest.raises(Missing, match="no predicted window 'w9'"):
        client.predictions("points", window="w9")


@pytest.mark.parametrize("given", ["2026-01-01", date(2026, 1, 1), 3, datetime(2026, 1, 1), pd.NaT])  # noqa: DTZ001 -- wrong
def test_a_time_is_a_datetime_with_a_zone(client: Client, given: Any) -> None:
    """Of both bounds; anything else is refused with what is accepted."""
    with pytest.raises(BadInput, match=r"since is '.*'; accepted: a datetime with a time zone, such as"):
        client.predictions("points", since=given)
    with pytest.raises(BadInput, match=r"until is '.*'; accepted: a datetime with a time zone"):
        client.predictions("points", window="w9", until=given)


def test_a_column_is_named_alone_or_in_a_list(client: Client) -> None:
    """A column that is not there is told with those that are."""
    found = client.predictions("points")
    assert found.to_pandas("prediction").columns.tolist() == ["prediction"]
    with pytest.raises(BadInput, match=r"Window w1-\w+ has no column 'nosuch'; accepted: .*prediction, "):
        found.to_pandas(["prediction", "nosuch"])
    with pytest.raises(BadInput, match=r"columns is 3; accepted: names of columns"):
        found.to_pandas(3)  # type: ignore[arg-type]  # what is wrong here


def test_of_a_corrected_window_the_newest_version_counts(tmp_path: Path) -> None:
    """A file that landed again replaces its rows; the version before is there only by its own name."""
    world = World(tmp_path / "home")
    drop(world, "d1")
    for seed, rows in ((11, 30), (12, 20)):
        world.land("scoring/points/w1/points.csv", points_csv(rows, seed=seed, labelled=False))
        world.sweep()
        world.clock.advance(hours=1)
    assert len(world.ports.prediction.predictions.commits("points")) == 2
    found = Client(world.ports).predictions("points")
    assert (len(found.windows), len(found), len(found.to_pandas())) == (1, 20, 20)


def test_names_that_nobody_has_are_told(client: Client) -> None:
    """With those that are known."""
    for ask in (client.datasets.latest, client.models.champion, client.predictions):
        with pytest.raises(Missing, match=r"no scenario 'pionts' \(did you mean 'points'\?\); known: "):
            ask("pionts")
    with pytest.raises(BadInput, match="names no model; accepted: name:version"):
        client.models.get("points")
    for digits in (10, 30, 5000):
        with pytest.raises(BadInput, match="names no model"):
            client.models.get(f"points:{'9' * digits}")
    with pytest.raises(BadInput, match="no points:9; registered versions: 1"):
        client.models.get("points:9")
    with pytest.raises(BadInput, match="'1' names no model; accepted: name:version"):
        client.models.get(1)  # type: ignore[arg-type]  # what is wrong here


def test_reading_changes_nothing(client: Client, world: World) -> None:
    """No file and no row of the state is another after everything was read."""
    before = _state(world.home)
    client.datasets.latest("points").to_arrow()
    client.models.champion("points").predict(ROWS)
    client.predictions("points").to_arrow()
    assert _state(world.home) == before


def _state(home: Path) -> dict[str, str]:
    files = (path for path in sorted(home.rglob("*")) if path.is_file() and not path.name.endswith(("-shm", "-wal")))
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_client_connects_to_a_home_and_says_when_there_is_none(world: World, tmp_path: Path) -> None:
    """Without a home nothing is made; a wrong setting is a sentence."""
    assert "bank_marketing" in connect(world.home, DATABASE_URL=f"sqlite:///{world.home / 'mlops.db'}").scenarios
    with pytest.raises(Missing, match=r"mlops\.db yet: run `make demo`"):
        connect(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
    with pytest.raises(Misconfigured, match="LAKE_URL"):
        connect(world.home, LAKE_URL="ftp://x")
    with pytest.raises(Misconfigured, match=r"Setting LAKE_URI is not known \(did you mean 'LAKE_URL'\?\); accepted: "):
        connect(world.home, LAKE_URI="file:/lake")
    with pytest.raises(Misconfigured, match=r'MAX_FILE_MB is 5, which is no text; accepted: "5" in quotation marks'):
        connect(world.home, MAX_FILE_MB=5)  # type: ignore[arg-type]  # what is wrong here
    known = {"PLAN_SCHEDULE": "0 0 * * * *", "APPROVALS_BANK_MARKETING": "none", "AzureWebJobsStorage": ""}
    assert connect(world.home, DATABASE_URL=f"sqlite:///{world.home / 'mlops.db'}", **known).scenarios
