"""The stores of watching on one database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.adapters.later import later
from shared.domain.prices import Prices
from shared.ports.monitoring import MonitoringStores

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from shared.ports.monitoring import Actuals, Breaches, Decisions, Measurements, Qualities, Scorecards


def monitoring_stores(engine: Engine, prices: Prices | None = None) -> MonitoringStores:
    """All of them, each made by its first use."""
    return MonitoringStores(
        measurements=later(lambda: _measurements(engine)),
        qualities=later(lambda: _qualities(engine)),
        breaches=later(lambda: _breaches(engine)),
        decisions=later(lambda: _decisions(engine)),
        scorecards=later(lambda: _scorecards(engine)),
        actuals=later(lambda: _actuals(engine)),
        prices=prices or Prices(),
    )


def _measurements(engine: Engine) -> Measurements:
    from shared.adapters.sql.monitoring import SqlMeasurements

    return SqlMeasurements(engine)


def _qualities(engine: Engine) -> Qualities:
    from shared.adapters.sql.monitoring import SqlQualities

    return SqlQualities(engine)


def _breaches(engine: Engine) -> Breaches:
    from shared.adapters.sql.monitoring import SqlBreaches

    return SqlBreaches(engine)


def _decisions(engine: Engine) -> Decisions:
    from shared.adapters.sql.monitoring import SqlDecisions

    return SqlDecisions(engine)


def _scorecards(engine: Engine) -> Scorecards:
    from shared.adapters.sql.monitoring import SqlScorecards

    return SqlScorecards(engine)


def _actuals(engine: Engine) -> Actuals:
    from shared.adapters.sql.actuals import SqlActuals

    return SqlActuals(engine)
