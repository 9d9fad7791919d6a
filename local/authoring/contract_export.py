"""The contract of a scenario's tables as an Open Data Contract Standard document, version 3.2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shared.core.scenario import Column, Scenario, Table

_API = "v3.2.0"
_LOGICAL = {"float": "number", "int": "integer", "text": "string", "time": "timestamp"}
_PHYSICAL = {"float": "DOUBLE", "int": "BIGINT", "text": "STRING", "time": "TIMESTAMP"}


def contract_of(scenario: Scenario) -> dict[str, Any]:
    """The document as JSON values: tables, columns with their rules, what is predicted, and how long files are kept."""
    return {
        "version": "1.0.0",
        "apiVersion": _API,
        "kind": "DataContract",
        "id": scenario.name,
        "name": scenario.name,
        "status": "active",
        "description": {"purpose": scenario.title, "usage": _usage(scenario)},
        "schema": [_table(table, scenario) for table in scenario.tables],
        "slaProperties": list(_promises(scenario)),
        "customProperties": _named(
            target=", ".join(scenario.targets),
            task=scenario.task,
            labels=list(scenario.labels),
            inputs=list(scenario.features),
            bar=f"{scenario.bar.metric} {scenario.bar.minimum:g}",
        ),
    }


def _usage(scenario: Scenario) -> str:
    scored = ", ".join(table.name for table in scenario.scoring_tables)
    return (
        f"A drop of {', '.join(table.name for table in scenario.tables)} teaches a model. Rows to predict come as "
        f"{scored} without {', '.join(scenario.targets)}. Files are CSV (UTF-8, comma or semicolon) or Parquet."
    )


def _table(table: Table, scenario: Scenario) -> dict[str, Any]:
    return {
        "name": table.name,
        "physicalName": table.name,
        "physicalType": "table",
        "logicalType": "object",
        "properties": [_column(column, table, scenario) for column in table.columns],
        "quality": [
            {
                "type": "library",
                "metric": "rowCount",
                "mustBeGreaterOrEqualTo": table.min_rows,
                "description": "The least rows of a drop.",
            }
        ],
        "customProperties": _named(arrives=table.arrives, extra=table.extra),
    }


def _column(column: Column, table: Table, scenario: Scenario) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": column.name,
        "logicalType": _LOGICAL[column.kind],
        "physicalType": _PHYSICAL[column.kind],
        "required": not (column.nulls or column.optional),
    }
    if column.name in table.key:
        found |= {"primaryKey": True, "primaryKeyPosition": table.key.index(column.name) + 1}
    if options := dict(_options(column)):
        found["logicalTypeOptions"] = options
    if column.values:
        found["enum"] = [{"value": int(value) if column.kind == "int" else value} for value in column.values]
    if column.name in scenario.personal:
        found["classification"] = "personal"
    return found | _words(column)


def _options(column: Column) -> Iterator[tuple[str, Any]]:
    if column.kind == "int":
        yield "format", "i64"
    if column.kind == "time":
        yield from (("timezone", True), ("defaultTimezone", "Etc/UTC"))
    if column.kind in ("int", "float"):
        limits = (("minimum", column.minimum), ("maximum", column.maximum))
        yield from ((name, limit) for name, limit in limits if limit is not None)


def _words(column: Column) -> dict[str, Any]:
    own = {} if column.missing is None else {"missing": list(column.missing)}
    whole = {"optional": True} if column.optional else {}
    return {"customProperties": _named(**own, **whole)} if own or whole else {}


def _promises(scenario: Scenario) -> Iterator[Mapping[str, Any]]:
    if scenario.arrival.expected_every is not None:
        hours = scenario.arrival.expected_every.total_seconds() / 3600
        yield {"property": "frequency", "value": hours, "unit": "h"}
    if scenario.retention.incoming:
        yield {"property": "retention", "value": scenario.retention.incoming, "unit": "d"}


def _named(**values: Any) -> list[dict[str, Any]]:
    return [{"property": name, "value": value} for name, value in values.items()]
