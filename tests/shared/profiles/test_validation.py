"""What is worth a warning, and what is not."""

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from world import POINTS

from shared.adapters.profiling import ArrowProfiles
from shared.core.policies import Monitoring
from shared.core.scenario import Column, Scenario, Table
from shared.profiles.column_warnings import ValidationWarning, limits, outside
from shared.profiles.profile import Baseline, DatasetProfile
from shared.profiles.validation import compared_columns, limit_warnings, statistic_warnings, validation

WORDS = replace(
    POINTS,
    tables=(
        Table(
            "points",
            (
                Column("id", "int"),
                Column("x", "float", nulls=True),
                Column("color", "text"),
                POINTS.tables[0].column("y"),
            ),
            ("id",),
        ),
    ),
)
ROWS = 2_000


def rows(x: Any = None, color: Any = None, count: int = ROWS) -> pa.Table:
    """A table in which nothing is unusual, or what is given."""
    values = [10.0 + place % 10 for place in range(count)] if x is None else x
    names = [("red", "blue")[place % 2] for place in range(count)] if color is None else color
    return pa.table({"id": range(count), "x": values, "color": names})


def judged(now: pa.Table, before: pa.Table | None = None, scenario: Scenario = WORDS) -> dict[str, Any]:
    """validation.json of one table against another."""
    profiles = ArrowProfiles()
    then = profiles.describe(rows() if before is None else before).profile
    baseline = Baseline(scenario.name, 3, "d", "", "", "", DatasetProfile({"points": then}, {}))
    return validation(scenario, {"points": profiles.describe(now, then)}, {}, baseline)


def codes(told: dict[str, Any]) -> list[tuple[str, str]]:
    """(code, column) of the warnings."""
    return [(warning["code"], warning["column"]) for warning in told["warnings"]]


@pytest.mark.parametrize(
    ("value", "warned"), [(94.9, True), (95.1, False), (100, False), (104.9, False), (105.1, True)]
)
def test_a_statistic_is_warned_of_outside_the_band_and_not_inside(value: float, warned: bool) -> None:  # noqa: FBT001 -- the expected verdict
    """Plus or minus five percent of the baseline's value."""
    found = list(statistic_warnings({"share": value}, {"share": 100.0}, 0.05))
    assert bool(found) == warned
    if warned:
        assert (found[0].code, found[0].statistic, found[0].value) == ("statistic_band", "share", value)
        assert (found[0].low, found[0].high) == (95.0, 105.0)
        assert "95" in found[0].sentence
        assert "105" in found[0].sentence


def test_on_the_limit_is_inside() -> None:
    """And a negative value has a band too."""
    assert not outside(105.0, *limits(100.0, 0.05))
    assert outside(105.01, *limits(100.0, 0.05))
    assert limits(-2.0, 0.5) == (-3.0, -1.0)
    assert not outside(1e9, None, None)


def test_a_statistic_without_a_value_is_said_and_a_new_one_is_not_judged() -> None:
    """Each stands under its own name."""
    (found,) = statistic_warnings({"share": None, "new": 1.0}, {"share": 1.0}, 0.05)
    assert (found.code, found.statistic) == ("statistic_absent", "share")


def test_without_a_baseline_nothing_is_judged_and_that_is_said() -> None:
    """The warning is all that stands there."""
    told = validation(WORDS, {}, {}, None, [ValidationWarning("no_baseline", "None yet.")])
    assert (codes(told), told["baseline"], told["drift"]) == ([("no_baseline", "")], None, {})
    assert (told["state"], told["errors"]) == ("valid", [])


def test_the_same_rows_raise_no_warning() -> None:
    """And every judged column stands in the drift table with its distances."""
    told = judged(rows())
    assert codes(told) == []
    assert told["baseline"] == {"number": 3, "dataset": "d"}
    assert set(told["drift"]["points"]) == {"x", "color"}
    assert not any(column["drifted"] for column in told["drift"]["points"].values())


@pytest.mark.parametrize(("factor", "warned"), [(1.04, False), (1.08, True), (0.92, True), (0.96, False)])
def test_the_mean_of_a_column_is_warned_of_outside_the_band(factor: float, warned: bool) -> None:  # noqa: FBT001 -- the expected verdict
    """Of 200 000 rows noise is small beside the band."""
    many = 200_000
    x = [1_000.0 + place % 10 for place in range(many)]
    told = judged(rows([value * factor for value in x], count=many), rows(x, count=many))
    found = [one for one in told["warnings"] if (one["code"], one["statistic"]) == ("statistic_band", "mean")]
    assert bool(found) == warned


def test_the_band_of_a_scenario_is_its_own() -> None:
    """The same rows under a wider band."""
    x = [value.as_py() * 1.1 for value in rows()["x"]]
    narrow, wide = judged(rows(x)), judged(rows(x), scenario=replace(WORDS, band=0.5))
    assert ("statistic_band", "x") in codes(narrow)
    assert ("statistic_band", "x") not in codes(wide)
    assert (narrow["band"], wide["band"]) == (0.05, 0.5)


def test_a_mean_near_zero_is_measured_by_the_spread() -> None:
    """Five percent of nothing would warn of everything."""
    x = [float(place % 21 - 10) for place in range(ROWS)]
    assert codes(judged(rows([value + 0.005 for value in x]), rows(x))) == []


def test_the_same_numbers_written_otherwise_have_not_drifted() -> None:
    """1.1 and 1.1000000000000003 lie in one cell, in a column of few values and in one of many."""
    for distinct in (20, 500):
        x = [round(0.1 * (place % distinct), 3) for place in range(ROWS)]
        assert codes(judged(rows([value * (1 + 1e-14) for value in x]), rows(x))) == []


def test_few_rows_are_given_their_noise() -> None:
    """Thirty rows whose mean is six percent off are no news."""
    x = [10.0 + place % 10 + 0.9 for place in range(30)]
    assert codes(judged(rows(x, count=30))) == []


def test_a_new_category_is_named_with_its_rows() -> None:
    """However rare it is."""
    told = judged(rows(color=["green", *["red", "blue"] * 999, "red"]))
    (warning,) = told["warnings"]
    assert (warning["code"], warning["column"], warning["value"]) == ("new_category", "color", 1 / ROWS)
    assert "'green'" in warning["sentence"]
    assert "1 row holds" in warning["sentence"]


@pytest.mark.parametrize(("nulls", "warned"), [(10, False), (100, True)])
def test_a_surge_of_missing_cells_is_warned_of(nulls: int, warned: bool) -> None:  # noqa: FBT001 -- the expected verdict
    """Half a percent is not, five percent is; fewer than before never is."""
    x = [None if place < nulls else 10.0 + place % 10 for place in range(ROWS)]
    assert (("null_share", "x") in codes(judged(rows(x)))) == warned
    assert codes(judged(rows(), rows(x))) == []


def test_a_table_without_rows_is_not_judged_and_does_not_judge() -> None:
    """Where a table may be empty, no row is no surge of missing cells, on either side."""
    some, none = rows(), rows().slice(0, 0)
    for now, before in ((none, some), (some, none), (none, none)):
        assert codes(judged(now, before)) == []


def test_a_drifted_column_is_warned_of_with_its_largest_distance() -> None:
    """Value and limit stand in the warning."""
    told = judged(rows(color=["red"] * 1_900 + ["blue"] * 100))
    (warning,) = told["warnings"]
    assert (warning["code"], warning["column"]) == ("drift", "color")
    assert warning["value"] > warning["high"] >= 0.1
    assert told["drift"]["points"]["color"]["drifted"]


def test_what_names_a_row_or_a_moment_is_not_judged() -> None:
    """Keys, entities, times, counters of restarts and declared names of rows differ in every dataset."""
    names = ("id", "seq", "counter", "x")
    columns = (Column("when", "time"), Column("row", "int", identifies=True), *(Column(one, "int") for one in names))
    table = Table("points", (*columns, *POINTS.tables[0].columns[2:]), ("id",))
    monitoring = Monitoring(restart="counter")
    scenario = replace(POINTS, tables=(table,), entity=("id",), time="seq", monitoring=monitoring)
    assert compared_columns(scenario, table) == ("x", "color", "y")
    shifted = rows().set_column(0, "id", pa.array(range(10**6, 10**6 + ROWS)))
    assert codes(judged(shifted)) == []


def test_columns_that_came_or_went_are_named() -> None:
    """In a fixed order; and a column of another kind is not compared."""
    told = judged(rows().rename_columns(["id", "b", "color"]), rows().append_column("a", pa.array([1] * ROWS)))
    assert codes(told) == [("column_absent", "a"), ("column_absent", "x"), ("column_new", "b")]
    told = judged(rows(x=["1"] * ROWS))
    assert codes(told) == [("kind_changed", "x")]


def test_free_text_is_judged_by_its_lengths() -> None:
    """Two thousand different texts share no values with the next two thousand; their words got longer."""
    before, after = ([f"{word} {place} of many" for place in range(ROWS)] for word in ("text", "documentation"))
    again = [f"text {place} of many" for place in range(ROWS, 2 * ROWS)]
    assert codes(judged(rows(color=again), rows(color=before))) == []
    told = judged(rows(color=after), rows(color=before))
    assert {one["statistic"] for one in told["warnings"]} == {"mean_length", "average_word_length"}


@pytest.mark.parametrize(("value", "codes"), [(0.05, []), (0.0501, ["statistic_limit"]), (None, [])])
def test_a_statistic_above_what_any_dataset_may_have_is_told(value: float | None, codes: list[str]) -> None:
    """Whatever the baseline says; on the limit is inside."""
    found = list(limit_warnings({"class_share_std": value}, [("class_share_std", 0.05), ("absent", 1.0)]))
    assert [one.code for one in found] == codes


def test_limits_are_told_without_a_baseline() -> None:
    """Nothing is compared, and still too much is too much."""
    scenario = replace(POINTS, limits=(("share", 0.1),))
    told = validation(scenario, {}, {"share": 0.2}, None, [ValidationWarning("no_baseline", "There is no baseline.")])
    assert [one["code"] for one in told["warnings"]] == ["no_baseline", "statistic_limit"]
