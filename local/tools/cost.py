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


@dataclass(frozen=True, slots=True)
class Quantities:
    """What runs in an idle environment. An execution is billed for a second at least."""

    memory_gb: Mapping[str, float] = field(default_factory=lambda: {"ingest": 2, "deploy": 2})
    sweeps_a_minute: int = 3
    minutes_between_plans: int = 5
    vcores: float = 0.5
    database_gb: int = 32
    lake_gb: int = 10
    storage_operations: int = 5_000_000
    log_alerts: tuple[str, ...] = ("PT5M", "PT5M", "PT5M", "PT15M")
    logs_gb: int = 5


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
    sql = have.vcores * HOURS * price["sql_vcore_hour"] + have.database_gb * price["sql_gb_month"]
    return [
        Line(
            "function apps (Flex Consumption)",
            f"timers wake {memory} {have.sweeps_a_minute} times a minute, billed for a second at least",
            functions(price, have),
        ),
        Line(
            "Azure SQL, serverless",
            f"the sweep queries it, so it never pauses: {have.vcores} vCore all month, {have.database_gb} GB",
            sql,
        ),
        Line("six storage accounts (ZRS)", f"{have.lake_gb} GB, polls of queues", _storage(price, have)),
        Line("Azure Machine Learning", "the workspace is free; the cluster shrinks to 0 nodes", 0),
        Line(
            "container registry, Standard", "images of training environments", price["registry_standard_day"] * 365 / 12
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
    others = _MINUTES / have.minutes_between_plans + HOURS
    seconds = sum(size * sweeps for size in have.memory_gb.values()) + have.memory_gb["ingest"] * others
    executions = len(have.memory_gb) * sweeps + others
    beyond = max(seconds - price["flex_free_gb_seconds"], 0) * price["flex_gb_second"]
    return float(
        beyond + max(executions - price["flex_free_executions"], 0) * price["flex_million_executions"] / 1_000_000
    )


def _storage(price: Mapping[str, Any], have: Quantities) -> float:
    operations = have.storage_operations / 10_000 * price["storage_10k_operations"]
    return float(have.lake_gb * price["blob_zrs_gb_month"] + operations)


def options(price: Mapping[str, Any]) -> list[Line]:
    """What is added by choice."""
    explorer, endpoint = price["explorer_dev_node_hour"] * HOURS, price["training_node_hour"] * HOURS
    return [
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
