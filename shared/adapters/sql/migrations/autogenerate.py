"""What a written revision looks at, how it spells our types, and what it leaves to a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import PrimaryKeyConstraint

from shared.adapters.sql.connection import types
from shared.core.errors import BadInput

# Tables that follow a scenario's declaration; their names begin like this.
SCENARIO_TABLES = ("predictions_", "actual_")
_SHORT, _INSTANT = type(types.Name), type(types.Instant)
_BY_HAND = (
    "rows would be lost. Begin that migration with `python -m local.tools.migrations write <name> --empty` "
    "and write it by "
    "hand."
)


def include_name(name: str | None, kind: str, _parents: Mapping[str, Any]) -> bool:
    """Tables of the state only: those of scenarios are made when a scenario is scored."""
    return kind != "table" or not str(name).startswith(SCENARIO_TABLES)


def render_item(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    """Our types as `column_types` names them, and keys that SQL Server does not order rows by; False for the rest."""
    if kind == "primary_key" and isinstance(item, PrimaryKeyConstraint) and item.info.get("clustered") is False:
        columns = ", ".join(repr(column.name) for column in item.columns)
        return f"sa.PrimaryKeyConstraint({columns}, mssql_clustered=False)"
    spelled = _type(item) if kind == "type" else ""
    if not spelled:
        return False
    package, _, _ = __name__.rpartition(".")
    context.imports.add(f"from {package} import column_types as ct")
    return f"ct.{spelled}"


def refuse_loss(_context: MigrationContext, _revision: Any, directives: list[Any]) -> None:
    """Write nothing when nothing is missing; BadInput for what loses rows or cannot be added to existing rows."""
    found = directives[0].upgrade_ops
    for operation in _flat(found):
        _check(operation)
    if found.is_empty():
        directives.clear()


OPTIONS: Mapping[str, Any] = {
    "include_name": include_name,
    "render_item": render_item,
    "render_as_batch": True,
    "compare_type": True,
}


def _type(item: Any) -> str:
    if item is types.BigId:
        return "big_id()"
    if isinstance(item, _SHORT):
        return f"short({item.impl_instance.length})"  # type: ignore[attr-defined]  # Unicode has one
    if isinstance(item, types.LongText):
        return "long_text()"
    return "instant()" if isinstance(item, _INSTANT) else ""


def _flat(operation: Any) -> Iterator[Any]:
    if isinstance(operation, ops.OpContainer):
        for inner in operation.ops:
            yield from _flat(inner)
    else:
        yield operation


def _check(operation: Any) -> None:
    if isinstance(operation, ops.DropTableOp):
        raise BadInput(f"Table {operation.table_name} is no longer declared: {_BY_HAND}")
    if isinstance(operation, ops.DropColumnOp):
        raise BadInput(f"Column {operation.table_name}.{operation.column_name} is no longer declared: {_BY_HAND}")
    if isinstance(operation, ops.AddColumnOp):
        column = operation.column
        if not column.nullable and column.server_default is None:
            raise BadInput(
                f"Column {operation.table_name}.{column.name} is new and rows may stand there already: it needs "
                f"nullable=True or a server_default."
            )
