"""Views for reports: models as a dimension, and measured values as rows, which a chart filters and splits."""

from __future__ import annotations

from sqlalchemy import Connection, Table, Unicode, cast, literal, select, union_all

from shared.adapters.sql.schema.tables import model_version
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


def create_value_view(connection: Connection, scenario: Scenario, table: Table) -> None:
    """`v_values_<scenario>`: a row per prediction and measured value; only telemetry scenarios have one.

    Columns: prediction_id, window, entity_key, the time column where it is reported, prediction, sensor, value.
    """
    measured = [one.name for one in prediction_columns(scenario) if one.source and one.kind == "float"]
    if scenario.batch.source != "telemetry" or not measured:
        return
    shown = newest(scenario.name, table).subquery()
    time = sql_name(scenario.time)
    same = ["prediction_id", "window", "entity_key", *([time] if time in shown.c else []), "prediction"]
    parts = [
        select(*(shown.c[name] for name in same), literal(name).label("sensor"), shown.c[name].label("value"))
        for name in measured
        if name != time
    ]
    create_or_replace_view(connection, f"v_values_{sql_name(scenario.name)}", union_all(*parts))
