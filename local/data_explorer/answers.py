"""The answer to a query: status and document, as the service gives them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.data_explorer.evaluation import Columns, Row, evaluate, table_of
from local.data_explorer.frames import MOST_ROWS, bad_request, frames

type Tables = Mapping[str, Sequence[Row]]


@dataclass(frozen=True, slots=True)
class Shape:
    """The most rows of an answer, and whether it comes in fragments."""

    most_rows: int = MOST_ROWS
    progressive: bool = False


WHOLE = Shape()


def answered(
    body: Mapping[str, Any], databases: Mapping[str, Tables], now: datetime, shape: Shape = WHOLE
) -> tuple[int, Any]:
    """200 with frames, or 400 with the reason: an unknown database or table, a query that may write, other texts."""
    try:
        columns, rows = _evaluated(body, databases, now)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        return 400, bad_request(str(error))
    return 200, frames(columns, rows, shape.most_rows, progressive=shape.progressive)


def _evaluated(body: Mapping[str, Any], databases: Mapping[str, Tables], now: datetime) -> tuple[Columns, list[Any]]:
    """Columns and rows; a query that only prints, as the doctor sends it, tells that somebody answers."""
    text = str(body["csl"])
    if text.startswith("print ") and body["db"] in databases:
        return [("print_0", "string")], [[text.removeprefix("print ")]]
    properties = json.loads(body["properties"])
    if body["db"] not in databases or properties["Options"].get("request_readonly") is not True:
        raise ValueError(f"database {body['db']!r} was not found, or the request may write")
    tables, table = databases[body["db"]], table_of(text)
    if table not in tables:
        raise ValueError(f"Semantic error: SEM0100: Failed to resolve table expression named '{table}'")
    return evaluate(text, properties["Parameters"], tables[table], now)
