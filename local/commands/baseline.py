"""The baseline that judges, and the profile over time that never does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from local.console.options import By, Json, ScenarioName
from local.console.output import as_json, out, show
from local.console.session import Session
from shared.core.errors import Missing
from shared.profiles.baseline import accept_baseline, list_baselines, read_baseline
from shared.profiles.history import read_history

Dataset = Annotated[str, typer.Argument(help="The dataset version to judge by.")]
Reason = Annotated[str, typer.Option(help="Why this one.")]
_COLUMNS = ("table", "column", "kind", "rows", "missing", "distinct", "mean", "std")


def show_baseline(scenario: ScenarioName, json: Json = False) -> None:
    """The baseline that judges now."""
    session = Session()
    session.scenario(scenario)
    value = read_baseline(session.ports, scenario)
    if value is None:
        raise Missing(
            f"{scenario} has no baseline; accept one: mlops baseline accept {scenario} DATASET --by WHO --reason WHY."
        )
    earlier = [{key: one[key] for key in one if key != "profile"} for one in list_baselines(session.ports, scenario)]
    if not json:
        _say(value)
    title = f"Baseline {value['number']}"
    show(json_output=json, value={**value, "accepted": earlier}, title=title, columns=_COLUMNS, rows=_rows(value))


def accept(scenario: ScenarioName, dataset: Dataset, reason: Reason, by: By, json: Json = False) -> None:
    """Judge by this dataset version from now on."""
    session = Session()
    session.scenario(scenario)
    value = accept_baseline(session.ports, scenario, dataset, by=by, reason=reason)
    if json:
        as_json({key: value[key] for key in value if key != "profile"})
    else:
        _say(value)


def history(scenario: ScenarioName, json: Json = False) -> None:
    """The profile of every dataset version that was trained on, oldest first."""
    session = Session()
    session.scenario(scenario)
    records = read_history(session.ports, scenario, limit=None)
    rows = [(one["dataset"], one["rows"], one["warnings"], _numbers(one["statistics"])) for one in records]
    columns = ("dataset", "rows", "warnings", "statistics")
    show(json_output=json, value=records, title="Historic profile", columns=columns, rows=rows)
    if not json and records:
        _say_words(records[-1])


def _say_words(record: Mapping[str, Any]) -> None:
    for label, words in record.get("words", {}).items():
        out.print(f"{record['dataset']} {label}: {', '.join(words)}", markup=False, soft_wrap=True)


def _say(value: Mapping[str, Any]) -> None:
    sentence = (
        f"{value['scenario']}: baseline {value['number']} is dataset {value['dataset']}, accepted by "
        f"{value['accepted_by']} at {value['accepted_at']}: {value['reason']}"
    )
    out.print(sentence, markup=False, soft_wrap=True)


def _rows(value: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    return [
        (table, name, one["kind"], one["count"], one["nulls"], one["distinct"], _short(one, "mean"), _short(one, "std"))
        for table, profile in value["profile"]["tables"].items()
        for name, one in profile["columns"].items()
    ]


def _short(column: Mapping[str, Any], name: str) -> str:
    return "" if column.get(name) is None else f"{column[name]:.4g}"


def _numbers(statistics: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in statistics.items() if value is not None)
