"""What an environment costs: computed from a price table and from what the templates make."""

from __future__ import annotations

from typing import Any

import pytest
from idle_month import PAUSES_AFTER, SCHEDULES
from infra.snapshot import needs_compiler, of_main

from local.tools.cost import ONE_DROP, PAGE, Quantities, functions, idle, options, page, prices
from shared.core.timers.late_timers import DAILY

HAVE = Quantities()


def test_the_page_is_computed() -> None:
    """Its tables are those of the prices; `python -m local.tools.cost` writes them anew."""
    assert page(PAGE.read_text()) == PAGE.read_text()


def test_amounts_by_hand() -> None:
    """Sweeps beyond the free grant, a database that pauses or never does, and an endpoint that never sleeps."""
    often = Quantities(memory_gb={"ingest": 4, "deploy": 2}, sweeps_a_minute=3)
    assert functions(prices(), often) == pytest.approx(20, abs=1.5)
    assert functions(prices(), Quantities(sweeps_a_minute=0, minutes_between_plans=60)) == 0
    amounts = {line.part: line.amount for line in [*idle(prices(), HAVE), *options(prices())]}
    assert amounts["Azure SQL, serverless"] == pytest.approx(0.5 * 730 / 96 * 0.5218 + 32 * 0.115)
    assert amounts["a database that never pauses"] == pytest.approx(0.5 * 730 * 95 / 96 * 0.5218)
    assert amounts["a managed endpoint"] == pytest.approx(168, abs=0.5)


def test_idle_costs_less_than_twenty_a_month() -> None:
    """With a drop a day a little more, and a database that never pauses costs ten times as much."""
    total = sum(line.amount for line in idle(prices(), HAVE))
    assert total < 20
    assert sum(line.amount for line in idle(prices(), ONE_DROP)) < total + 7


def properties(kind: str, name: str = "") -> dict[str, Any]:
    """Of one resource that the compiler predicts."""
    return dict(of_main().one(kind, name)["properties"])


@needs_compiler
def test_the_quantities_are_those_of_the_templates() -> None:
    """Instances, timers, database, accounts, alerts, logs."""
    for app, memory in HAVE.memory_gb.items():
        site = properties("Microsoft.Web/sites", f"func-{app}-")["functionAppConfig"]
        assert site["scaleAndConcurrency"]["instanceMemoryMB"] == memory * 1024
    settings = properties("Microsoft.Web/sites/config", "func-ingest-")
    assert settings["RECONCILE_SCHEDULE"] == "0 * * * * *"
    assert HAVE.sweeps_a_minute == 1
    assert settings["MONITOR_SCHEDULE"] == f"0 */{HAVE.minutes_between_rounds} * * * *"
    assert settings["RETENTION_SCHEDULE"] == settings["IDLE_SCHEDULE"] == DAILY
    assert {name: settings[name] for name in SCHEDULES} == SCHEDULES
    assert settings["PLAN_SCHEDULE"] == f"0 */{HAVE.minutes_between_plans} * * * *"
    database = properties("Microsoft.Sql/servers/databases", "/mlops")
    assert float(str(database["minCapacity"]).strip("[]'json()")) == HAVE.vcores
    assert database["autoPauseDelay"] * 60 == PAUSES_AFTER.total_seconds() == HAVE.awake_minutes * 60
    assert database["maxSizeBytes"] == HAVE.database_gb << 30
    rules = [one["properties"]["evaluationFrequency"] for one in of_main().of("Microsoft.Insights/scheduledQueryRules")]
    assert sorted(rules, reverse=True) == sorted(HAVE.log_alerts, reverse=True)
    assert len(of_main().of("Microsoft.Storage/storageAccounts")) == 6
    assert of_main().one("Microsoft.ContainerRegistry/registries")["sku"] == {"name": HAVE.registry}
    assert properties("Microsoft.OperationalInsights/workspaces")["workspaceCapping"] == {"dailyQuotaGb": 1}
