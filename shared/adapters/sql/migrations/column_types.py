"""Column types as the revisions mean them. What a revision says stays: a further type is a further function here."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mssql
from sqlalchemy.types import TypeEngine

_UTF8 = "Latin1_General_100_BIN2_UTF8"


def big_id() -> TypeEngine[Any]:
    """A number that the database gives: 64 bits, on SQLite the row's own."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def instant() -> TypeEngine[Any]:
    """A time without a zone, to the microsecond."""
    return sa.DateTime().with_variant(mssql.DATETIME2(6), "mssql")  # type: ignore[no-untyped-call]


def long_text() -> TypeEngine[Any]:
    """Text of any length."""
    return sa.UnicodeText()


def short(length: int) -> TypeEngine[Any]:
    """Text of at most so many characters; on SQL Server so many bytes of UTF-8, in binary order."""
    return sa.Unicode(length).with_variant(mssql.VARCHAR(length, collation=_UTF8), "mssql")
