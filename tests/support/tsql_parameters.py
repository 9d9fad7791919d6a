"""Parameters of T-SQL statements, compared with the columns that they meet: types, lengths, and what a key may weigh.

A text is sent as NVARCHAR. Compared with a VARCHAR column it converts the column, not the parameter, and no index is
sought in: it has to be cast. What is longer than its column fails late, or finds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Dialect, Table, UniqueConstraint
from sqlglot import exp

from shared.adapters.sql.schema.tables import UNCLUSTERED

CLUSTERED_KEY, OTHER_KEY = 900, 1700
_WHOLE = {"TINYINT": 8, "SMALLINT": 16, "INTEGER": 32, "BIGINT": 64}
_BYTES = {"INTEGER": 4, "BIGINT": 8, "FLOAT": 8, "DATETIME2": 8, "BIT": 1, "SMALLINT": 2}
_COMPARED = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Like, exp.In, exp.Between)
# By family of the column which families of parameters leave it as it is.
_FITS = {"text": {"text"}, "whole": {"whole"}, "number": {"number", "whole", "exact"}, "time": {"time"}}
type Types = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Meeting:
    """A parameter and the column that it is compared with or written to; `cast`: as what it is cast on the way."""

    parameter: str
    table: str
    column: str
    is_compared: bool
    cast: str


def types_of(tables: Mapping[str, Table], dialect: Dialect) -> Types:
    """By table and column the type on SQL Server: "VARCHAR(200)"."""
    return {name: {column.name: _type(column, dialect) for column in table.columns} for name, table in tables.items()}


def heavy_keys(table: Table, dialect: Dialect) -> list[str]:
    """Keys and indexes that may weigh more than SQL Server takes: 900 bytes in the order of the table, else 1 700."""
    primary = table.primary_key
    most = OTHER_KEY if primary.info == UNCLUSTERED else CLUSTERED_KEY
    keys = [(f"the primary key of {table.name}", primary.columns, most)]
    others = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
    keys += [
        (f"{one.name or 'a unique key'} of {table.name}", one.columns, OTHER_KEY) for one in (*others, *table.indexes)
    ]
    weights = [(name, sum(_weight(_type(one, dialect)) for one in columns), top) for name, columns, top in keys]
    return [f"{name} weighs {weight} bytes, {top} are accepted" for name, weight, top in weights if weight > top]


def meetings(parsed: exp.Expr, types: Types) -> Iterator[Meeting]:
    """Every parameter that meets a known column."""
    for insert in parsed.find_all(exp.Insert):
        yield from _written(insert)
    for parameter in parsed.find_all(exp.Parameter):
        step, cast = parameter, ""
        while isinstance(step.parent, (exp.Cast, exp.Collate, exp.Paren, exp.Add)):
            step = step.parent
            cast = step.to.this.name if isinstance(step, exp.Cast) else cast
        around = step.parent
        if not isinstance(around, _COMPARED):
            continue
        # In `SET a = ?` the parameter is converted, in `WHERE a = ?` it may be the column.
        is_set = isinstance(around.parent, exp.Update) and around.arg_key == "expressions"
        other = around.this if around.this is not step else around.args.get("expression")
        for column in [other] if isinstance(other, exp.Column) else []:
            found = _resolved(column, types)
            if found:
                yield Meeting(parameter.name, *found, not is_set, cast)


def _written(insert: exp.Insert) -> Iterator[Meeting]:
    schema = insert.this
    if not isinstance(schema, exp.Schema):
        return
    names = [one.name for one in schema.expressions]
    rows = insert.expression
    # One value alone is no tuple to the grammar.
    lists = [one.expressions or [one.this] for one in rows.expressions] if isinstance(rows, exp.Values) else None
    for values in lists or [rows.expressions]:
        for name, value in zip(names, values, strict=True):
            for parameter in [value.unalias()] if isinstance(value.unalias(), exp.Parameter) else []:
                yield Meeting(parameter.name, schema.this.name, name, is_compared=False, cast="")


def _resolved(column: exp.Column, types: Types) -> tuple[str, str] | None:
    """The table and column behind a name, through aliases, subqueries and common table expressions."""
    around = column.parent
    while around is not None:
        for source in around.find_all(exp.Table, exp.Subquery) if isinstance(around, exp.Query | exp.DML) else ():
            if (not column.table or source.alias_or_name == column.table) and source.find_ancestor(
                exp.Query, exp.DML
            ) is around:
                found = _in_source(source, column, types)
                if found:
                    return found
        around = around.parent
    return None


def _in_source(source: exp.Expr, column: exp.Column, types: Types) -> tuple[str, str] | None:
    if isinstance(source, exp.Table):
        if source.name in types:
            return (source.name, column.name) if column.name in types[source.name] else None
        commons = [one for one in source.root().find_all(exp.CTE) if one.alias == source.name]
        inner = commons[0].this if commons else None
    else:
        inner = source.this
    while isinstance(inner, exp.SetOperation):
        inner = inner.this
    for shown in inner.expressions if isinstance(inner, exp.Select) else ():
        if shown.alias_or_name == column.name and isinstance(shown.unalias(), exp.Column):
            return _resolved(shown.unalias(), types)
    return None


def wrong(meeting: Meeting, types: Types, values: list[Any]) -> Iterator[str]:
    """What is wrong with the values that a parameter has had, as the driver gets them."""
    kind, where = types[meeting.table][meeting.column], f"{meeting.table}.{meeting.column}"
    for value in values:
        if value is None:
            continue
        family = _family_of_value(value)
        if meeting.is_compared and family not in _FITS.get(_family(kind), {family}):
            yield f"{where} is {kind} and is converted to meet a parameter of {family}"
        if meeting.is_compared and family == "text" and kind.startswith("VARCHAR") and meeting.cast != "VARCHAR":
            yield f"{where} is {kind} and is converted to meet NVARCHAR: no index is sought in"
        if family == "text" and kind.startswith("VARCHAR") and len(value.encode()) > _length(kind):
            yield f"{where} is {kind}, and a text of {len(value.encode())} bytes meets it"
        if family == "whole" and kind in _WHOLE and not -(2 ** (_WHOLE[kind] - 1)) <= value < 2 ** (_WHOLE[kind] - 1):
            yield f"{where} is {kind}, and {value} meets it"


def _family_of_value(value: Any) -> str:
    kinds = {str: "text", bool: "whole", int: "whole", float: "number", datetime: "time", Decimal: "exact"}
    return next((family for kind, family in kinds.items() if isinstance(value, kind)), type(value).__name__)


def _family(kind: str) -> str:
    if "CHAR" in kind:
        return "text"
    if kind in _WHOLE or kind == "BIT":
        return "whole"
    return {"F": "number", "D": "time"}.get(kind[0], kind)


def _type(column: Column[Any], dialect: Dialect) -> str:
    return str(column.type.compile(dialect)).partition(" COLLATE")[0]


def _length(kind: str) -> int:
    found = re.search(r"\((\d+)\)", kind)
    return int(found[1]) if found else 2**31


def _weight(kind: str) -> int:
    name = kind.partition("(")[0]
    if "CHAR" in name:
        return _length(kind) * (2 if name.startswith("N") else 1)
    return _BYTES[name]
