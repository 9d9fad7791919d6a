"""The stores that a scoring request has no use for: a module each, loaded when its store is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from shared.ports import Corrections, History, Lineage, PredictionRows, Predictions, Readings, Totals, Windows


def history(engine: Engine) -> History:
    """Made and loaded when it is asked for."""
    from shared.adapters.sql.history import SqlHistory

    return SqlHistory(engine)


def windows(engine: Engine) -> Windows:
    """Made and loaded when it is asked for."""
    from shared.adapters.sql.windows import SqlWindows

    return SqlWindows(engine)


def predictions(engine: Engine) -> Predictions:
    """Made and loaded when it is asked for."""
    from shared.adapters.sql.predictions import SqlPredictions

    return SqlPredictions(engine)


def lineage(engine: Engine) -> Lineage:
    """Made and loaded when it is asked for."""
    from shared.adapters.sql.lineage import SqlLineage

    return SqlLineage(engine)


def corrections(engine: Engine) -> Corrections:
    """Made and loaded when it is asked for."""
    from shared.adapters.sql.corrections import SqlCorrections

    return SqlCorrections(engine)


def prediction_rows(engine: Engine) -> PredictionRows:
    """Made and loaded when it is asked for."""
    from shared.adapters.sql.prediction_rows import SqlPredictionRows

    return SqlPredictionRows(engine)


def totals(engine: Engine) -> Totals:
    """Made and loaded when it is asked for."""
    from shared.adapters.sql.totals import SqlTotals

    return SqlTotals(engine)


def readings(engine: Engine) -> Readings:
    """Made and loaded when it is asked for."""
    from shared.adapters.sql.readings import SqlReadings

    return SqlReadings(engine)
