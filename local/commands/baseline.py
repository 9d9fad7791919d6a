"""`mlops baseline`: the baseline that new data is compared with, and the historic profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from local.console.options import ACCOUNT, By, Json, ScenarioName
from local.console.output import as_json, out, show
from local.console.session import Session
from shared.core.errors import Missing
from shared.profiles.baseline import accept_baseline, list_baselines, read_baseline
from shared.profiles.history import read_history
from shared.profiles.profile import SCHEMA, Baseline

Dataset = Annotated[str, typer.Argument(help="The dataset version that becomes the baseline.")]
Reason = Annotated[str, typer.Option(help="Why this version.")]
_COLUMNS = ("table", "column", "kind", "rows", "missing", "distinct", "mean", "std")


def show_baseline(scenario: ScenarioName, json: Json = False) -> None:
    """Show the current baseline and its predecessors."""
    session = Session()
    session.scenario(scenario)
    baseline = read_baseline(session.ports, scenario)
    if baseline is None:
        raise Missing(
            f"{scenario} has no baseline; accept one: mlops baseline accept {scenario} DATASET --by WHO --reason WHY."
        )
    accepted = [_head(earlier) for earlier in list_baselines(session.ports, scenario)]
    if not json:
        _print(baseline)
    value = {**baseline.to_json(), "accepted": accepted}
    show(json_output=json, value=value, title=f"Baseline {baseline.number}", columns=_COLUMNS, rows=_rows(baseline))


def _head(baseline: Baseline) -> dict[str, Any]:
    return {"schema": SCHEMA, **baseline.head}


def accept(scenario: ScenarioName, dataset: Dataset, reason: Reason, by: By = ACCOUNT, json: Json = False) -> None:
    """Make this dataset version the baseline."""
    session = Session()
    session.scenario(scenario)
    baseline = accept_baseline(session.ports, scenario, dataset, by=by, reason=reason)
    if json:
        as_json(_head(baseline))
    else:
        _print(baseline)


def history(scenario: ScenarioName, json: Json = False) -> None:
    """Show the historic profile: every dataset version that was trained on, oldest first."""
    session = Session()
    session.scenario(scenario)
    records = read_history(session.ports, scenario, limit=None)
    rows = [
        (record["dataset"], record["rows"], record["warnings"], _numbers(record["statistics"])) for record in records
    ]
    columns = ("dataset", "rows", "warnings", "statistics")
    show(json_output=json, value=records, title="Historic profile", columns=columns, rows=rows)
    if not json and records:
        _print_words(records[-1])


def _print_words(record: Mapping[str, Any]) -> None:
    for label, words in record.get("words", {}).items():
        out.print(f"{record['dataset']} {label}: {', '.join(words)}", markup=False, soft_wrap=True)


def _print(baseline: Baseline) -> None:
    sentence = (
        f"{baseline.scenario}: baseline {baseline.number} is dataset {baseline.dataset}, accepted by "
        f"{baseline.accepted_by} at {baseline.accepted_at}: {baseline.reason}"
    )
    out.print(sentence, markup=False, soft_wrap=True)


def _rows(baseline: Baseline) -> list[tuple[Any, ...]]:
    return [
        (
            table,
            name,
            column.kind,
            column.count,
            column.nulls,
            column.distinct,
            _short(column.mean),
            _short(column.std),
        )
        for table, profile in baseline.profile.tables.items()
        for name, column in profile.columns.items()
    ]


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _numbers(statistics: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in statistics.items() if value is not None)
