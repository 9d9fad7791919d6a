"""What the report's page shows, picked from the facts: plain values and pictures for the template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.profiles.report.drawing import bars, categories, line, short

_KINDS = {"float": "number", "int": "whole number", "text": "text", "time": "time"}
_TEXT_NUMBERS = (("mean_length", "mean length"), ("average_word_length", "average word length"))
_NUMBERS = (("min", "least"), ("mean", "mean"), ("std", "standard deviation"), ("max", "largest"))
_LINES = ("mean", "null_share")

Facts = Mapping[str, Any]


def view(facts: Facts) -> Mapping[str, Any]:
    """The template's variables."""
    baseline = facts["baseline"] or {"profile": {"tables": {}, "statistics": {}}}
    warnings = facts["validation"]["warnings"]
    tables = [_table(name, facts, baseline["profile"]["tables"].get(name)) for name in facts["profile"]["tables"]]
    places = {(table["name"], card["name"]): card["id"] for table in tables for card in table["cards"]}
    return {
        **facts,
        "warnings": [{**one, "anchor": places.get((one["table"], one["column"]))} for one in warnings],
        "tables": tables,
        "statistics": _statistics(facts, baseline["profile"]["statistics"]),
        "words": _words(facts),
        "lines": _dataset_lines(facts["history"]),
        "drifted": sum(table["drifted"] for table in tables),
        "verdicts": [{**one, "part": one["part"].replace("_", " ")} for one in facts.get("verdicts", ())],
        "short": short,
    }


def _table(name: str, facts: Facts, baseline: Mapping[str, Any] | None) -> Mapping[str, Any]:
    profile, drift = facts["profile"]["tables"][name], facts["validation"]["drift"].get(name, {})
    known = {} if baseline is None else baseline["columns"]
    warned = {warning["column"] for warning in facts["validation"]["warnings"] if warning["table"] == name}
    past = [record["tables"].get(name, {"rows": None, "columns": {}}) for record in facts["history"]]
    cards = [
        {
            **_card(
                column_name, column, known.get(column_name), [table["columns"].get(column_name, {}) for table in past]
            ),
            "id": f"{name_place(facts, name)}-{place}",
            "drift": drift.get(column_name),
            "warned": column_name in warned,
        }
        for place, (column_name, column) in enumerate(profile["columns"].items())
    ]
    missing = sum(1 for column in profile["columns"].values() if column["nulls"])
    drifted = sum(1 for column in drift.values() if column["drifted"])
    return {"name": name, "rows": profile["rows"], "cards": cards, "missing": missing, "drifted": drifted}


def name_place(facts: Facts, name: str) -> str:
    """An anchor for the table: its place, since its name may hold any character."""
    return f"t{list(facts['profile']['tables']).index(name)}"


def _card(
    name: str, column: Mapping[str, Any], baseline: Mapping[str, Any] | None, past: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    same = baseline if baseline is not None and baseline["kind"] == column["kind"] and baseline["count"] else None
    picture = _picture(column, same)
    # The length of texts is worth a line where their values are too many to be drawn.
    names = (*_LINES, "mean_length") if column["kind"] == "text" and not picture else _LINES
    lines = [(each, line(values)) for each in names if (values := _past(past, each)) is not None]
    return {
        "name": name,
        "kind": _KINDS[column["kind"]],
        "rows": _numbers(column, same),
        "picture": picture,
        "lines": lines,
    }


def _past(past: Sequence[Mapping[str, Any]], name: str) -> list[float | None] | None:
    """The values over time, or None when they say nothing: fewer than two, or never anything missing."""
    values = [one.get(name) for one in past]
    known = [value for value in values if value is not None]
    if len(known) < 2 or (name == "null_share" and not any(known)):  # noqa: PLR2004 -- a line has two ends
        return None
    return values


def _numbers(column: Mapping[str, Any], baseline: Mapping[str, Any] | None) -> list[tuple[str, str, str]]:
    """(name, value, the baseline's value) for the card's small table."""
    now, then = _described(column), {} if baseline is None else _described(baseline)
    return [(name, value, then.get(name, "")) for name, value in now.items()]


def _described(column: Mapping[str, Any]) -> dict[str, str]:
    named = _TEXT_NUMBERS if column["kind"] == "text" else _NUMBERS
    numbers = {label: short(column[each]) for each, label in named if column.get(each) is not None}
    middle = {"median": short(column["quantiles"]["50"])} if column.get("quantiles") else {}
    times = {each: column[each][:19] for each in ("first", "last") if column.get(each)}
    return {"missing": _share(column), "distinct": short(column["distinct"]), **middle, **numbers, **times}


def _share(side: Mapping[str, Any]) -> str:
    cells = side["count"] + side["nulls"]
    return f"{side['nulls'] / cells:.1%}" if side["nulls"] else "none"


def _picture(column: Mapping[str, Any], baseline: Mapping[str, Any] | None) -> Any:
    if not column["count"] or column["kind"] == "time":
        return ""
    if column["kind"] == "text":
        # Where nearly every value is its own, the most frequent ones show nothing.
        return categories(column, baseline) if column["top"][0][1] > 1 else ""
    return bars(column, baseline)


def _statistics(facts: Facts, baseline: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [
        {
            "name": name,
            "value": short(value),
            "baseline": short(baseline[name]) if baseline.get(name) is not None else "",
            "line": _maybe_line([record["statistics"].get(name) for record in facts["history"]]),
        }
        for name, value in facts["profile"]["statistics"].items()
    ]


def _words(facts: Facts) -> list[Mapping[str, Any]]:
    """Each label's words, and which of them the version before did not have."""
    before = facts["history"][-2].get("words", {}) if len(facts["history"]) > 1 else {}
    return [
        {"label": label, "words": [{"word": one, "new": label in before and one not in before[label]} for one in words]}
        for label, words in facts["profile"].get("words", {}).items()
    ]


def _dataset_lines(history: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    named = [("rows", "rows"), ("warnings", "warnings")]
    return [
        {"name": label, "line": drawn, "value": short(history[-1][key])}
        for key, label in named
        if (drawn := _maybe_line([record[key] for record in history]))
    ]


def _maybe_line(values: Sequence[float | None]) -> Any:
    known = [value for value in values if value is not None]
    return line(values) if len(known) > 1 else ""
