"""The stores of watching on one database."""

from __future__ import annotations

from sqlalchemy import Engine

from shared.adapters.sql.actuals import SqlActuals
from shared.adapters.sql.monitoring import SqlBreaches, SqlDecisions, SqlMeasurements, SqlQualities, SqlScorecards
from shared.domain.prices import Prices
from shared.ports.monitoring import MonitoringStores


def monitoring_stores(engine: Engine, prices: Prices | None = None) -> MonitoringStores:
    """All of them."""
    return MonitoringStores(
        measurements=SqlMeasurements(engine),
        qualities=SqlQualities(engine),
        breaches=SqlBreaches(engine),
        decisions=SqlDecisions(engine),
        scorecards=SqlScorecards(engine),
        actuals=SqlActuals(engine),
        prices=prices or Prices(),
    )
