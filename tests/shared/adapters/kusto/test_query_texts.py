"""What is asked, word for word: the texts below `golden/` are what runs on the cluster."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from model_training.scenarios.iiot_quality import SCENARIO
from shared.adapters.kusto import query_texts
from shared.core.errors import Misconfigured, Permanent
from shared.core.scenario import Column

GOLDEN = Path(__file__).parent / "golden"
TABLE = query_texts.stream_of(SCENARIO)
TEXTS = {
    "settled": query_texts.settled_text(TABLE),
    "measure": query_texts.measure_text(TABLE),
    "count": query_texts.count_text(TABLE),
    "untimed": query_texts.untimed_text(TABLE),
    "rows": query_texts.rows_text(TABLE, SCENARIO.scoring_table.columns),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_the_golden_one(name: str) -> None:
    """A change of a query is seen in review, beside the code that makes it."""
    assert TEXTS[name] + "\n" == (GOLDEN / f"{name}.kql").read_text()


def test_the_columns_are_those_that_are_declared() -> None:
    """All 43, each taken out of the payload in its type, and nothing else of a message."""
    assert TEXTS["rows"].count("= todouble(payload[") == 41
    assert TEXTS["rows"].count("= tolong(payload[") == 2
    assert "bag_unpack" not in TEXTS["rows"]


@pytest.mark.parametrize("stream", ["", "a b", "t | union secrets", "1t", "t;", "T\n", "x" * 64])
def test_a_stream_is_a_plain_name(stream: str) -> None:
    """Only that stands in a text; the sentence names the scenario and what would do."""
    odd = replace(SCENARIO, batch=replace(SCENARIO.batch, stream=stream))
    with pytest.raises(Misconfigured, match="scenario iiot_quality declares the stream"):
        query_texts.stream_of(odd)


def test_tables_beside_a_stream_are_refused() -> None:
    """A window of messages has no file of machines beside it."""
    odd = replace(SCENARIO, batch=replace(SCENARIO.batch, others=("quality",)))
    with pytest.raises(Permanent, match="needs quality beside each window"):
        query_texts.stream_of(odd)


@pytest.mark.parametrize("name", ["_ingested", "_odd"])
def test_a_column_that_the_query_adds_itself_is_refused(name: str) -> None:
    """Two columns of one name are no query; the sentence names the scenario and the column."""
    table = replace(SCENARIO.scoring_table, columns=(*SCENARIO.scoring_table.columns, Column(name, "float")))
    tables = tuple(table if one.name == table.name else one for one in SCENARIO.tables)
    with pytest.raises(Permanent, match=f"iiot_quality declares the column {name}"):
        query_texts.stream_of(replace(SCENARIO, tables=tables))


def test_bound_values_are_literals_in_utc() -> None:
    """To the microsecond, whatever zone a time is told in."""
    told = datetime(2026, 3, 1, 13, 0, 0, 5, tzinfo=timezone(timedelta(hours=1)))
    assert query_texts.bound_time(told) == "datetime(2026-03-01T12:00:00.000005Z)"
    assert query_texts.bound_time(datetime(1970, 1, 1, tzinfo=UTC)) == "datetime(1970-01-01T00:00:00.000000Z)"
    assert query_texts.bound_number(60_000) == "long(60000)"
