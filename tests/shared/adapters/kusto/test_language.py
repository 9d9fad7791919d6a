"""Every text in Kusto's query language, read by Microsoft's own parser against the tables that it is about."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from infra.bicep import FOLDER as INFRA
from kusto_language import findings

from model_training.scenarios.iiot_quality import SCENARIO
from shared.adapters.kusto import query_texts
from shared.core.scenario import Column

GOLDEN = {path.stem: path.read_text() for path in (Path(__file__).parent / "golden").glob("*.kql")}
# Tables of raw messages, one of them with a word of the language as its name; and what alerts read.
TABLES = {
    "opcua_raw": "(payload: dynamic)",
    "where": "(payload: dynamic)",
    "_LogOperation": "(TimeGenerated: datetime, Category: string, Operation: string, Level: string, Detail: string)",
    "customMetrics": "(timestamp: datetime, name: string, valueMax: real, customDimensions: dynamic)",
    "requests": "(name: string, success: string, itemCount: int, timestamp: datetime)",
}
KINDS = (Column("a float", "float"), Column('quo"ted', "int"), Column("Ümläut", "text"), Column("t.1", "time"))
_ALERT = re.compile(r"query: '([^']+)'")
_SCRIPT = re.compile(r"scriptContent: '([^']+)'")


def _alerts() -> Mapping[str, str]:
    text = (INFRA / "modules" / "alerts.bicep").read_text()
    queries = _ALERT.findall(text)
    assert len(queries) == text.count(" query: "), "a query of an alert is not written on one line"
    return {f"alert {index}": query for index, query in enumerate(queries)}


def _texts() -> Mapping[str, str]:
    (script,) = _SCRIPT.findall((INFRA / "modules" / "explorer.bicep").read_text())
    odd = query_texts.stream_of(replace(SCENARIO, batch=replace(SCENARIO.batch, stream="where")))
    named = {
        "settled of where": query_texts.settled_text(odd),
        "measure of where": query_texts.measure_text(odd),
        "untimed of where": query_texts.untimed_text(odd),
        "rows of where": query_texts.rows_text(odd, KINDS),
        "no columns": query_texts.rows_text("opcua_raw", ()),
    }
    return {**GOLDEN, **named, **_alerts(), "script": script}


# What must be found: a misspelt function, an undeclared parameter, a table that is not there, a name that is a word of
# the language, a column twice, a misspelt column of the alerts, an open parenthesis.
MUTATIONS = {
    "function": GOLDEN["rows"].replace("todouble", "todoubel", 1),
    "parameter": GOLDEN["count"].replace("from_time:", "from_tim:", 1),
    "table": GOLDEN["count"].replace("opcua_raw", "opcua"),
    "keyword": "where\n| summarize count()",
    "twice": query_texts.rows_text("opcua_raw", (Column("_odd", "float"),)),
    "column": "requests | summarize sum(itemCuont)",
    "parenthesis": GOLDEN["measure"].replace("count()", "count("),
}


@cache
def _found() -> Mapping[str, Sequence[str]]:
    """One start of the parser for all texts: it takes seconds."""
    return findings({**_texts(), **{f"mutation {name}": text for name, text in MUTATIONS.items()}}, TABLES)


@pytest.mark.parametrize("name", sorted(_texts()))
def test_a_text_has_no_diagnostic(name: str) -> None:
    """Neither an error nor a warning."""
    assert _found()[name] == []


@pytest.mark.parametrize("name", sorted(MUTATIONS))
def test_a_mistake_is_found(name: str) -> None:
    """The check can fail."""
    assert any("Error" in one for one in _found()[f"mutation {name}"])
