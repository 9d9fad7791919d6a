"""The page of a dataset version."""

import re
from html.parser import HTMLParser
from typing import Any

import pyarrow as pa
import pytest
from world import POINTS

from shared.adapters.profiling import ArrowProfiles
from shared.profiles.column_warnings import ValidationWarning
from shared.profiles.profile import Baseline, DatasetProfile
from shared.profiles.report import render
from shared.profiles.report.shapes import cuts, shares_between
from shared.profiles.validation import validation

EVIL = "<script>alert('x')</script>"
VOID = {"meta", "br", "link", "input", "rect", "circle", "polyline", "path", "line"}


class Balanced(HTMLParser):
    """Collects tags; a tag that closes what is not open is an error."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 -- the parser's signature
        """Remember it."""
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 -- the parser's signature
        """Nothing stays open."""
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """It is the one that was opened last."""
        assert self.open.pop() == tag


def facts(*, judged: bool = True, past: int = 2, statistics: dict[str, float] | None = None) -> dict[str, Any]:
    """A dataset whose texts and columns have names nobody should trust."""
    profiles = ArrowProfiles()
    names = {"id": "id", "x": EVIL, "color": "color", "none": "none", "t": "t"}
    count = 60
    table = pa.table(
        {
            names["id"]: range(count),
            names["x"]: [float(place) for place in range(count)],
            "color": [EVIL if place % 3 else "blue" for place in range(count)],
            "none": pa.nulls(count, pa.string()),
            "t": pa.array(range(count), pa.timestamp("us", "UTC")),
        }
    )
    before = profiles.describe(table).profile
    baseline = Baseline("points", 1, "d0", EVIL, "", EVIL, DatasetProfile({"points": before}, statistics or {}))
    described = {"points": profiles.describe(table, before if judged else None)}
    raised = [] if judged else [ValidationWarning("no_baseline", f"None yet {EVIL}.")]
    record = {
        "rows": count,
        "warnings": 1,
        "statistics": statistics or {},
        "tables": {"points": {"rows": count, "columns": {EVIL: {"mean": 1.5, "null_share": 0.0}}}},
    }
    return {
        "scenario": "points",
        "title": f"Points {EVIL}",
        "dataset": "d1",
        "rows": count,
        "sources": [f"incoming/points/{EVIL}"],
        "profile": DatasetProfile({"points": described["points"].profile}, statistics or {}).to_json(),
        "validation": validation(POINTS, described, statistics or {}, baseline if judged else None, raised),
        "baseline": baseline.to_json() if judged else None,
        "history": [record] * past,
    }


def page(**options: Any) -> str:
    """The page as text."""
    return render(facts(**options)).decode()


@pytest.mark.parametrize("judged", [True, False])
@pytest.mark.parametrize("past", [1, 3])
def test_the_page_is_whole_and_names_every_column(judged: bool, past: int) -> None:  # noqa: FBT001 -- with and without a baseline
    """Every tag is closed; every column has a card."""
    text, parser = page(judged=judged, past=past), Balanced()
    parser.feed(text)
    assert parser.open == []
    assert parser.tags.count("section") == 5
    assert "svg" in parser.tags


def test_names_and_values_stay_text() -> None:
    """A column, value, file or reason called <script> is shown and never run."""
    text = page()
    assert "<script" not in text
    assert text.count("&lt;script&gt;") > 5


def test_nothing_is_loaded_from_elsewhere() -> None:
    """No address, no script, no import; the page's own policy forbids them too."""
    text = page(statistics={"share": 0.5})
    assert not re.search(r"https?:|//|url\(|@import|<link|<img|src=", text)
    assert "default-src 'none'" in text


def test_a_dark_page_and_a_narrow_one_are_provided_for() -> None:
    """By the style sheet."""
    text = page()
    assert "prefers-color-scheme: dark" in text
    assert "width=device-width" in text


def test_warnings_come_before_the_tables() -> None:
    """With their code and sentence."""
    text = page(judged=False)
    assert text.index("no_baseline") < text.index("<h2>Tables")
    assert "Nothing unusual" not in text
    assert "Nothing unusual" in page()


def test_time_is_drawn_from_two_records_on() -> None:
    """One point is no line; the scenario's statistics have theirs."""
    assert page(past=1).count("<polyline") == 0
    # Rows, warnings, the mean of one column, the statistic.
    assert page(past=2, statistics={"share": 0.5}).count("<polyline") == 4


def test_the_same_facts_give_the_same_page() -> None:
    """Byte for byte."""
    assert page() == page()


def test_bars_of_equal_width_hold_every_row() -> None:
    """What lies beyond the middle 98 % is in the outer bars; whole numbers have bars of whole numbers."""
    values = [*range(100), 10_000]
    for column in (values, [float(value) for value in values], [5], [0.0, 0.0]):
        profile = ArrowProfiles().describe(pa.table({"x": column})).profile.columns["x"].to_json()
        positions = cuts([profile], 32)
        shares = shares_between(profile["histogram"], positions)
        assert sum(shares) == pytest.approx(1)
        assert min(shares) >= 0
        assert len(shares) == len(positions) - 1 <= 32


def test_bars_follow_the_rows() -> None:
    """Ten values, each in a bar of its own, with its share."""
    column = pa.table({"x": [value for value in range(10) for _ in range(value + 1)]})
    profile = ArrowProfiles().describe(column).profile.columns["x"].to_json()
    shares = shares_between(profile["histogram"], cuts([profile], 32))
    assert shares == pytest.approx([(value + 1) / 55 for value in range(10)])
