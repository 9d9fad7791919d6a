"""Views for reports: models as a dimension, and measured values as rows, which a chart filters and splits."""

from __future__ import annotations

from sqlalchemy import Connection, Table, Unicode, cast, literal, select, union_all

from shared.adapters.sql.schema.tables import model_version, rejected_row
from shared.adapters.sql.views.definition import create_or_replace_view
from shared.adapters.sql.views.revision_views import newest
from shared.core.scenario import Scenario
from shared.serving.prediction_rows import prediction_columns, sql_name


def create_model_view(connection: Connection) -> None:
    """`v_models`: a row per registered version under the name that predictions call it by."""
    c = model_version.c
    named = (c.name + literal(":") + cast(c.version, Unicode(12))).label("model")
    shown = (named, c.name.label("scenario"), c.version, c.state, c.dataset, c.run, c.sha256, c.created_at)
    create_or_replace_view(connection, "v_models", select(*shown).where(c.state != literal("reserved")))


def reject_view(scenario: Scenario) -> str:
    """`v_rejects_<scenario>`."""
    return f"v_rejects_{sql_name(scenario.name)}"


def create_reject_view(connection: Connection, scenario: Scenario) -> None:
    """`v_rejects_<scenario>`: a row per row that was set aside, with file, row, line, column, code and reason."""
    c = rejected_row.c
    shown = (c.window, c.number, c.file, c.row, c.line, c.column_name, c.code, c.reason)
    query = select(*shown).where(c.scenario == literal(scenario.name))
    create_or_replace_view(connection, reject_view(scenario), query)


def create_value_view(connection: Connection, scenario: Scenario, table: Table) -> None:
    """`v_values_<scenario>`: a row per prediction and measured value; only telemetry scenarios have one.

    Columns: prediction_id, window, entity_key, the time column where it is reported, prediction, sensor, value.
    """
    measured = [one.name for one in prediction_columns(scenario) if one.source and one.kind == "float"]
    if scenario.batch.source != "telemetry" or not measured:
        return
    shown = newest(scenario, table).subquery()
    time = sql_name(scenario.time)
    same = ["prediction_id", "window", "entity_key", *([time] if time in shown.c else []), "prediction"]
    parts = [
        select(*(shown.c[name] for name in same), literal(name).label("sensor"), shown.c[name].label("value"))
        for name in measured
        if name != time
    ]
    create_or_replace_view(connection, f"v_values_{sql_name(scenario.name)}", union_all(*parts))
