"""What the few queries that the telemetry adapter asks give on rows in memory; every other query is refused.

It is no engine: it knows the shapes of these texts, and takes parameters only as their text declares them.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_LITERALS = {"datetime": r"datetime\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)\)", "long": r"long\((-?\d+)\)"}
_ALLOWED = re.compile(r'gettype\(payload\["([^"]+)"\]\) !in \(([^)]*)\)')
_FIELD = re.compile(r'\s+\["(?P<name>[^"]+)"\] = (?P<read>to\w+)\(payload\["(?P<key>[^"]+)"\]\)')


@dataclass(frozen=True, slots=True)
class Row:
    """A message and when it was ingested, in tenths of microseconds since 1970; None where the policy is off."""

    ticks: int | None
    payload: Mapping[str, Any]


type Columns = list[tuple[str, str]]


def ticks_of(at: datetime) -> int:
    """The time in tenths of microseconds since 1970."""
    return (at - EPOCH) // _TICK * 10


def table_of(text: str) -> str:
    """The quoted name in the line after the declared parameters; ValueError when there is none."""
    return str(json.loads(re.sub(r"^declare [^;]*;\n", "", text).partition("\n")[0])[0])


def evaluate(text: str, parameters: Mapping[str, str], rows: Sequence[Row], now: datetime) -> tuple[Columns, list[Any]]:
    """Columns and rows of the answer; ValueError says what keeps the query from being answered."""
    bound = _bound(text, parameters)
    if "| where isnull(ingestion_time())" in text:
        return [("row_count", "long")], [[sum(row.ticks is None for row in rows)]]
    if "< now() - lag_ms * 1ms" in text:
        latest = ticks_of(now) - bound["lag_ms"] * 10_000
        return _summary([row for row in rows if row.ticks is not None and bound["from_time"] <= row.ticks < latest])
    if "| where ingestion_time() >= from_time and ingestion_time() < to_time" not in text:
        raise ValueError("this stand-in knows the queries of telemetry windows only")
    found = [row for row in rows if row.ticks is not None and bound["from_time"] <= row.ticks < bound["to_time"]]
    if "| project" in text:
        return _projected(text, found, bound)
    columns, (values,) = _summary(found)
    return (columns, [values]) if "byte_count" in text else (columns[:1], [values[:1]])


def _bound(text: str, parameters: Mapping[str, str]) -> dict[str, int]:
    """The parameters by name as whole numbers; ValueError when they are not those the text declares."""
    declared = re.match(r"declare query_parameters\(([^)]*)\);\n", text)
    kinds = dict(one.strip().split(":") for one in declared[1].split(",")) if declared else {}
    if kinds.keys() != parameters.keys():
        raise ValueError(f"parameters {sorted(parameters)} are bound and {sorted(kinds)} are declared")
    bound = {}
    for name, kind in kinds.items():
        found = re.fullmatch(_LITERALS[kind], parameters[name])
        if found is None:
            raise ValueError(f"parameter {name} is no {kind}: {parameters[name]}")
        bound[name] = int(found[1]) if kind == "long" else (datetime.fromisoformat(found[1]) - EPOCH) // _TICK * 10
    return bound


def _summary(rows: list[Row]) -> tuple[list[tuple[str, str]], list[list[Any]]]:
    columns = [("row_count", "long"), ("byte_count", "long"), ("oldest", "datetime"), ("newest", "datetime")]
    times = [row.ticks for row in rows if row.ticks is not None]
    size = sum(len(json.dumps(row.payload)) for row in rows)
    return columns, [[len(rows), size, _time(min(times)) if times else None, _time(max(times)) if times else None]]


def _projected(text: str, rows: list[Row], bound: Mapping[str, int]) -> tuple[list[tuple[str, str]], list[Any]]:
    fields = [found.groups() for line in text.split("\n") if (found := _FIELD.match(line))]
    allowed = {key: json.loads(f"[{kinds}]") for key, kinds in _ALLOWED.findall(text)}
    types = {"todouble": "real", "tolong": "long", "tostring": "string", "todatetime": "datetime"}
    parts, part = bound["parts"], bound["part"]
    wanted = [row for row in rows if parts == 1 or zlib.crc32(json.dumps(row.payload).encode()) % parts == part]
    columns = [("_ingested", "datetime"), *((name, types[read]) for name, read, _ in fields), ("_odd", "string")]
    # The service promises no order.
    return columns, [
        [
            _time(row.ticks or 0),
            *(_read(row.payload.get(key), read) for _, read, key in fields),
            _odd(row, fields, allowed),
        ]
        for row in sorted(wanted, key=lambda row: zlib.crc32(json.dumps(row.payload).encode()))
    ]


def _read(value: Any, read: str) -> Any:
    if read == "tostring":
        return "" if value is None else value if isinstance(value, str) else json.dumps(value)
    try:
        if value is None or read == "todatetime":
            return value and datetime.fromisoformat(value).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
        return float(value) if read == "todouble" else int(float(value))
    except (TypeError, ValueError):
        return None


def _odd(row: Row, fields: list[Any], allowed: Mapping[str, list[str]]) -> str:
    """The whole message where the query's own condition is true of it."""
    for _, read, key in fields:
        value = row.payload.get(key)
        wrong = key in allowed and _gettype(value) not in allowed[key]
        if wrong or (read == "todatetime" and value is not None and _read(value, read) is None):
            return json.dumps(row.payload)
    return ""


def _gettype(value: Any) -> str:
    """What the documentation of the function of this name says of values inside a dynamic one."""
    return {
        "NoneType": "null",
        "int": "long",
        "float": "real",
        "str": "string",
        "dict": "dictionary",
        "list": "array",
    }.get(type(value).__name__, "bool")


def _time(ticks: int) -> str:
    """As the service writes times: seven digits of a second, none when they are zero."""
    seconds, rest = divmod(ticks, 10_000_000)
    whole = (EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{rest:07}Z" if rest else f"{whole}Z"
