"""The queries sent to Azure Data Explorer. Values are bound as query parameters; names come from a declaration in code.

A table of raw messages has one column `payload` (dynamic) with one message a row. A query reads each declared column
from the message in its declared type. A missing sensor gives null, and undeclared parts are ignored. Where a value does
not fit its column, `_odd` holds the whole message, so no value becomes null unnoticed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from shared.core.errors import Misconfigured, Permanent
from shared.core.scenario import Column, Kind, Scenario

INGESTED, ODD = "_ingested", "_odd"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_INSIDE = "| where ingestion_time() >= from_time and ingestion_time() < to_time"
_SUMMARY = """| extend ingested = ingestion_time()
| summarize
    row_count = count(),
    byte_count = sum(estimate_data_size(payload)),
    oldest = min(ingested),
    newest = max(ingested)"""
_READ: dict[Kind, str] = {"float": "todouble", "int": "tolong", "text": "tostring", "time": "todatetime"}
_PLAIN: dict[Kind, str] = {"float": '"real", "double", "long", "int", "null"', "int": '"long", "int", "null"'}


def stream_of(scenario: Scenario) -> str:
    """Return the scenario's table of raw messages; Misconfigured or Permanent when it declares no usable one."""
    if not _NAME.fullmatch(scenario.batch.stream):
        raise Misconfigured(
            "TELEMETRY_URL",
            f"is Azure Data Explorer and scenario {scenario.name} declares the stream {scenario.batch.stream!r}",
            'a table of the database, Batch(stream="opcua_raw")',
        )
    if scenario.batch.others:
        beside = ", ".join(scenario.batch.others)
        raise Permanent(f"Scenario {scenario.name} needs {beside} beside each window; a stream has no such tables.")
    if taken := {INGESTED, ODD} & {column.name for column in scenario.scoring_table.columns}:
        raise Permanent(
            f"Scenario {scenario.name} declares the column {min(taken)}, which a query of a stream adds itself."
        )
    return scenario.batch.stream


def settled_text(table: str) -> str:
    """Query the summary of rows ingested since `from_time` and, by the cluster's clock, at least `lag_ms` ago."""
    return f"""declare query_parameters(from_time:datetime, lag_ms:long);
{_quoted(table)}
| where ingestion_time() >= from_time and ingestion_time() < now() - lag_ms * 1ms
{_SUMMARY}"""


def untimed_text(table: str) -> str:
    """Query the number of rows that were ingested while the table's ingestion time policy was off."""
    return f"""{_quoted(table)}
| where isnull(ingestion_time())
| summarize row_count = count()"""


def measure_text(table: str) -> str:
    """Query the summary of the rows ingested in the span."""
    return f"""declare query_parameters(from_time:datetime, to_time:datetime);
{_quoted(table)}
{_INSIDE}
{_SUMMARY}"""


def count_text(table: str) -> str:
    """Query the number of rows ingested in the span; no message is read."""
    return f"""declare query_parameters(from_time:datetime, to_time:datetime);
{_quoted(table)}
{_INSIDE}
| summarize row_count = count()"""


def rows_text(table: str, columns: Sequence[Column]) -> str:
    """Query the declared columns of the span's messages, or of one of `parts` equal shares of them."""
    read = [f"{_quoted(column.name)} = {_READ[column.kind]}({_value(column)})" for column in columns]
    odd = [_odd(column) for column in columns if column.kind != "text"]
    whole = f"iff({' or '.join(odd) or 'false'}, tostring(payload), '')"
    fields = [f"{_quoted(INGESTED)} = ingestion_time()", *read, f"{_quoted(ODD)} = {whole}"]
    named = ",\n".join(f"    {field}" for field in fields)
    return f"""declare query_parameters(from_time:datetime, to_time:datetime, part:long, parts:long);
{_quoted(table)}
{_INSIDE}
| where parts == 1 or hash(tostring(payload), parts) == part
| project
{named}"""


def _value(column: Column) -> str:
    return f"payload[{json.dumps(column.name, ensure_ascii=False)}]"


def _quoted(name: str) -> str:
    return f"[{json.dumps(name, ensure_ascii=False)}]"


def _odd(column: Column) -> str:
    if column.kind == "time":
        return f"(isnotnull({_value(column)}) and isnull(todatetime({_value(column)})))"
    return f"gettype({_value(column)}) !in ({_PLAIN[column.kind]})"


def bound_time(value: datetime) -> str:
    """Return a time as the value of a query parameter."""
    return f"datetime({value.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ})"


def bound_number(value: int) -> str:
    """Return a whole number as the value of a query parameter."""
    return f"long({value})"
