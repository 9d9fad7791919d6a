"""What an environment costs, computed from infra/prices.json: `python -m local.tools.cost` writes docs/cost.md anew.

The quantities are those of the templates; tests hold them against what the compiler predicts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.console.output import out

ROOT = Path(__file__).resolve().parents[2]
PRICES = ROOT / "infra" / "prices.json"
PAGE = ROOT / "docs" / "cost.md"
HOURS = 730
_MINUTES = HOURS * 60
_MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Quantities:
    """What runs in an idle environment. An execution is billed for a second at least.

    `awake_minutes` of a day the database is awake: from the daily look until it pauses. A test lives through a month.
    """

    memory_gb: Mapping[str, float] = field(default_factory=lambda: {"ingest": 2, "deploy": 2})
    sweeps_a_minute: int = 1
    minutes_between_plans: int = 5
    minutes_between_rounds: int = 10
    vcores: float = 0.5
    awake_minutes: float = 15
    database_gb: int = 32
    registry: str = "Basic"
    lake_gb: int = 10
    storage_operations: int = 5_300_000
    log_alerts: tuple[str, ...] = ("PT5M", "PT15M", "PT15M", "PT15M")
    logs_gb: int = 5


# The same with one drop a day to predict, which wakes the database once more.
ONE_DROP = Quantities(awake_minutes=62)


@dataclass(frozen=True, slots=True)
class Line:
    """A part, what runs, and dollars a month."""

    part: str
    runs: str
    amount: float


def prices() -> dict[str, Any]:
    """The price table."""
    return dict(json.loads(PRICES.read_text()))


def idle(price: Mapping[str, Any], have: Quantities) -> list[Line]:
    """The lines of an idle month."""
    memory = ", ".join(f"the {app} app ({size:g} GB)" for app, size in have.memory_gb.items())
    often = "once a minute" if have.sweeps_a_minute == 1 else f"{have.sweeps_a_minute} times a minute"
    return [
        Line(
            "function apps (Flex Consumption)",
            f"timers wake {memory} {often}, billed for a second at least",
            functions(price, have),
        ),
        Line(
            "Azure SQL, serverless",
            f"timers look once a day, then it pauses: {have.vcores} vCore for {have.awake_minutes:g} minutes a day, "
            f"{have.database_gb} GB",
            database(price, have),
        ),
        Line("six storage accounts (ZRS)", f"{have.lake_gb} GB, polls of queues, marks of work", _storage(price, have)),
        Line("Azure Machine Learning", "the workspace is free; the cluster shrinks to 0 nodes", 0),
        Line(
            f"container registry, {have.registry}",
            "images of training environments, 10 GB of them",
            price["registry_day"][have.registry] * 365 / 12,
        ),
        Line(
            "alerts of the platform",
            f"{len(have.log_alerts)} queries of the logs",
            sum(price["log_alert_month"][often] for often in have.log_alerts),
        ),
        Line(
            "Application Insights and Log Analytics",
            f"{have.logs_gb} GB, of which {price['logs_free_gb']} are free; 1 GB a day at most",
            max(have.logs_gb - price["logs_free_gb"], 0) * price["logs_gb"],
        ),
    ]


def functions(price: Mapping[str, Any], have: Quantities) -> float:
    """Two apps whose timers fire all month, beyond the free grant of a subscription."""
    sweeps = have.sweeps_a_minute * _MINUTES
    others = _MINUTES / have.minutes_between_plans + _MINUTES / have.minutes_between_rounds
    seconds = sum(size * sweeps for size in have.memory_gb.values()) + have.memory_gb["ingest"] * others
    executions = len(have.memory_gb) * sweeps + others
    beyond = max(seconds - price["flex_free_gb_seconds"], 0) * price["flex_gb_second"]
    return float(
        beyond + max(executions - price["flex_free_executions"], 0) * price["flex_million_executions"] / 1_000_000
    )


def database(price: Mapping[str, Any], have: Quantities) -> float:
    """The hours in which it is awake, and its storage, which is paid whether it is awake or not."""
    hours = have.awake_minutes / _MINUTES_A_DAY * HOURS
    return float(have.vcores * hours * price["sql_vcore_hour"] + have.database_gb * price["sql_gb_month"])


def _storage(price: Mapping[str, Any], have: Quantities) -> float:
    operations = have.storage_operations / 10_000 * price["storage_10k_operations"]
    return float(have.lake_gb * price["blob_zrs_gb_month"] + operations)


def options(price: Mapping[str, Any]) -> list[Line]:
    """What is added by choice."""
    least = database(price, Quantities())
    drop, awake = database(price, ONE_DROP), database(price, Quantities(awake_minutes=_MINUTES_A_DAY))
    explorer, endpoint = price["explorer_dev_node_hour"] * HOURS, price["training_node_hour"] * HOURS
    return [
        Line("one drop a day", f"the database is awake for {ONE_DROP.awake_minutes:g} minutes a day", drop - least),
        Line("a database that never pauses", "`MLOPS_IDLE_SCHEDULE` of minutes, as a prod may need", awake - least),
        Line("Azure Data Explorer", "one Dev node; it stops by itself after days without use", explorer),
        Line("a managed endpoint", "one node `Standard_DS3_v2` that never sleeps", endpoint),
    ]


def tables(price: Mapping[str, Any], have: Quantities) -> str:
    """Both tables in Markdown, with their total."""
    lines = idle(price, have)
    total = sum(one.amount for one in lines)
    return "\n".join([*_table(lines), f"| **together** | | **{total:.0f}** |", "", *_table(options(price))])


def _table(lines: list[Line]) -> Iterator[str]:
    yield "| part | what runs | dollars a month |"
    yield "|---|---|---|"
    for one in lines:
        yield f"| {one.part} | {one.runs} | {one.amount:.0f} |"


def page(text: str) -> str:
    """The page with its tables computed anew."""
    made = tables(prices(), Quantities())
    return re.sub(
        r"(<!-- computed -->\n).*?(\n<!-- end -->)", lambda found: f"{found[1]}{made}{found[2]}", text, flags=re.DOTALL
    )


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text()))
    out.print(f"{PAGE.relative_to(ROOT)} is computed.")
