"""Column types that mean the same on SQLite, PostgreSQL and SQL Server."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    DateTime,
    Dialect,
    Integer,
    TypeDecorator,
    Unicode,
    UnicodeText,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from shared.adapters.sql.connection.arguments import COLLATION, short_text, storable

# SQL Server's DATETIME is exact to 3 ms only.
_EXACT = 6
# Only a column declared exactly INTEGER is SQLite's row id; elsewhere the ids need 64 bits.
BigId = BigInteger().with_variant(Integer(), "sqlite")


class _Instant(TypeDecorator[datetime]):
    """An instant without a zone, to the microsecond."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """DATETIME2 on SQL Server, whose dialect is loaded where it is in use only."""
        if dialect.name == "mssql":
            from sqlalchemy.dialects import mssql

            return dialect.type_descriptor(mssql.DATETIME2(_EXACT))  # type: ignore[no-untyped-call]
        return dialect.type_descriptor(DateTime())


Instant = _Instant()


class UtcTime(_Instant):
    """An instant: aware in Python, stored as UTC without a zone."""

    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Aware to naive UTC."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Naive UTC to aware."""
        return None if value is None else value.replace(tzinfo=UTC)


class LongText(TypeDecorator[str]):
    """Text that every database takes: what cannot be stored (NUL, half a surrogate pair) becomes U+FFFD."""

    impl: type[TypeEngine[Any]] | TypeEngine[Any] = UnicodeText
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """The same text, or one that can be stored."""
        return value if value is None else storable(value)


class _AsShort(ColumnElement[str]):
    """A parameter that meets short text. The driver sends NVARCHAR, for which SQL Server would convert the column."""

    inherit_cache = True

    def __init__(self, given: BindParameter[str]) -> None:
        self.given, self.type = given, given.type


@compiles(_AsShort)
def _as_it_is(element: _AsShort, compiler: SQLCompiler, **words: Any) -> str:
    return compiler.process(element.given, **words)


@compiles(_AsShort, "mssql")
def _cast(element: _AsShort, compiler: SQLCompiler, **words: Any) -> str:
    given = compiler.process(element.given, **words)
    # A literal is VARCHAR. A value of INSERT or SET, as SQLAlchemy marks it, is converted to its column anyway.
    if words.get("literal_binds") or getattr(element.given, "_is_crud", False):
        return given
    return short_text(given)


class _Short(LongText):
    """At most so many characters; on SQL Server so many bytes."""

    impl = Unicode
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """UTF-8 with binary order on SQL Server."""
        length = getattr(self.impl_instance, "length", None)
        if dialect.name == "mssql":
            from sqlalchemy.dialects import mssql

            return dialect.type_descriptor(mssql.VARCHAR(length, collation=COLLATION))
        return dialect.type_descriptor(Unicode(length))

    def bind_expression(self, bindparam: BindParameter[str]) -> ColumnElement[str]:
        """The parameter, as the column has it: on SQL Server an index is sought in for nothing else."""
        return _AsShort(bindparam)


Name = _Short(200)
Word = _Short(20)
# A blob name has at most 1 024 characters; a key is a name with an ETag.
Key = _Short(1200)
Sha = _Short(64)
