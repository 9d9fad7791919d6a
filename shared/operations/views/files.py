"""Files that the dashboard serves: reports, cards, and rows for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.core.errors import BadInput, Missing
from shared.core.lake_reading import read_bytes
from shared.core.paths import dataset_folder
from shared.operations.standing import served_by_override, with_override
from shared.operations.views.predictions import row_filter_of
from shared.operations.views.query import ViewQuery
from shared.serving.prediction_rows import prediction_columns
from shared.training.stored_models import find_model

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


MOST_ROWS = 20_000
# A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def report(ports: OperationsPorts, query: ViewQuery) -> str:
    """The report of a dataset version; Missing when there is none."""
    scenario, dataset = query.scenario(ports), query.text("dataset")
    if ports.datasets.versions.find(scenario.name, dataset) is None:
        raise Missing(f"{scenario.name} has no dataset {dataset[:200]!r}.")
    return read_bytes(ports, f"{dataset_folder(scenario.name, dataset)}report.html").decode()


def card(ports: OperationsPorts, query: ViewQuery) -> str:
    """The card of a model version, with the override it serves by; Missing or BadInput when there is none."""
    scenario, version = query.scenario(ports), query.number("version")
    if version is None:
        raise BadInput("Parameter version is not given; accepted: the number of a model version.")
    model = find_model(ports, scenario.name, version)
    return with_override(read_bytes(ports, f"{model.folder}card.html").decode(), served_by_override(ports, model))


def rows(ports: OperationsPorts, query: ViewQuery) -> str:
    """The chosen prediction rows of a window as CSV, at most MOST_ROWS of them, safe to open in a spreadsheet."""
    scenario, window = query.scenario(ports), query.text("window")
    if not window:
        raise BadInput("Parameter window is not given; accepted: the id of a committed window.")
    limit = query.number("limit", MOST_ROWS, MOST_ROWS) or MOST_ROWS
    row_filter = row_filter_of(ViewQuery({**query.values, "limit": ""}), window, limit)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    names = [column.name for column in prediction_columns(scenario)]
    writer.writerow(names)
    for row in ports.operations.prediction_rows.page(scenario, row_filter):
        writer.writerow([cell(row[name]) for name in names])
    return out.getvalue()


def cell(value: Any) -> Any:
    """The value as a CSV cell; an apostrophe comes before a text that a spreadsheet would run as a formula."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


# By the name in the address: the function that makes the file, and its media type.
FILES: Mapping[str, tuple[Callable[[OperationsPorts, ViewQuery], str], str]] = {
    "report.html": (report, "text/html"),
    "card.html": (card, "text/html"),
    "rows.csv": (rows, "text/csv"),
}
