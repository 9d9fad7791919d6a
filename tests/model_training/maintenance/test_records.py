"""Hours since the last record, and labels for all four components."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from model_training.maintenance.names import COMPONENTS
from model_training.maintenance.records import NEVER, failing, hours_since, records_of

START = pd.Timestamp("2015-01-01", tz="UTC")
ZERO = int(START.timestamp()) // 3600


def _records(*rows: tuple[int, int, str]) -> pd.DataFrame:
    hours, machines, names = zip(*rows, strict=True)
    times = START + pd.to_timedelta(list(hours), unit="h")
    return pd.DataFrame({"datetime": times, "machineID": list(machines), "what": list(names)})


def test_hours_since_the_last_record_of_the_component() -> None:
    """At the record itself it is 0; later records and other machines play no part; rows come in any order."""
    records = records_of(_records((10, 1, "comp2"), (4, 1, "comp2"), (5, 1, "comp4"), (6, 2, "comp2")), "what")
    found = hours_since(records, 1, ZERO + np.array([3, 4, 9, 10, 12]))
    assert found[:, 1].tolist() == [NEVER, 0, 5, 0, 2]
    assert found[:, 3].tolist() == [NEVER, NEVER, 4, 5, 7]
    assert (found[:, [0, 2]] == NEVER).all()


def test_nothing_is_longer_ago_than_never() -> None:
    """A replacement three years back counts like none, so it does not matter how far back the records go."""
    records = records_of(_records((-3 * 8760, 1, "comp1")), "what")
    assert hours_since(records, 1, np.array([ZERO]))[0, 0] == NEVER


def test_no_table_and_an_empty_table_are_no_records() -> None:
    """Both are a past without events."""
    assert records_of(None, "what") == {}
    assert records_of(_records((1, 1, "comp1")).iloc[:0], "what") == {}


@pytest.mark.parametrize("component", COMPONENTS)
def test_every_component_is_labelled_from_48_to_3_hours_before(component: str) -> None:
    """Not only the first component; both ends are inside, the hours beside them and other components are not."""
    records = records_of(_records((100, 7, component)), "what")
    before = np.array([49, 48, 47, 4, 3, 2, 0, -1])
    found = failing(records, 7, ZERO + 100 - before)
    own = COMPONENTS.index(component)
    assert found[:, own].tolist() == [0, 1, 1, 1, 1, 0, 0, 0]
    assert np.delete(found, own, axis=1).sum() == 0
    assert failing(records, 8, ZERO + 100 - before).sum() == 0


def test_a_second_failure_is_seen_behind_the_first() -> None:
    """Two hours before one failure and 26 before the next of the same component, the label is 1 for the next."""
    records = records_of(_records((100, 1, "comp3"), (124, 1, "comp3")), "what")
    assert failing(records, 1, np.array([ZERO + 98]))[0, 2] == 1
