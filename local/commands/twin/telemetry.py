"""`mlops telemetry`: land messages on a laptop, and list the spans that were read."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Annotated

import typer

from local.console.drop_files import drop_name
from local.console.options import Json, ScenarioName
from local.console.output import as_json, out, show
from local.console.session import Session
from local.console.telemetry_messages import read_messages
from shared.core.errors import BadInput
from shared.core.scenario import Scenario
from shared.core.wording import counted


def send(
    scenario: ScenarioName,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Messages, one JSON object a line.")],
    drop: Annotated[str | None, typer.Option("--drop", help="The drop's name.")] = None,
    json: Json = False,
) -> None:
    """Land messages for scoring as a table; a running host scores them in the next window."""
    session = Session()
    declared = _telemetry(session, scenario)
    rows = read_messages(file, declared.scoring_table)
    path = f"scoring/{scenario}/{drop_name(drop, [file])}/{declared.batch.table}.parquet"
    _, written = session.ports.core.lake.put(path, io.BytesIO(session.ports.datasets.tables.write(rows)))
    if not written:
        raise BadInput(f"The file {path} exists already; accepted: another --drop.")
    if json:
        as_json({"landed": path, "rows": rows.num_rows})
    else:
        out.print(f"{counted(rows.num_rows, 'message')} landed in {path}.", markup=False, soft_wrap=True)


def list_spans(scenario: ScenarioName, json: Json = False) -> None:
    """List the spans that were read for windows, oldest first."""
    session = Session()
    _telemetry(session, scenario)
    spans = session.ports.prediction.spans.list(scenario)
    rows = [(span.window or "(nothing)", span.span.start, span.span.end, span.rows, span.sha256[:12]) for span in spans]
    columns = ("window", "from", "to", "rows", "sha256")
    show(json_output=json, value=spans, title="Spans", columns=columns, rows=rows)


def _telemetry(session: Session, name: str) -> Scenario:
    declared = session.scenario(name)
    if declared.batch.source != "telemetry":
        known = [
            scenario.name for scenario in session.ports.core.scenarios.values() if scenario.batch.source == "telemetry"
        ]
        raise BadInput(f"{name} scores drops, not telemetry; scenarios with telemetry: {', '.join(sorted(known))}.")
    return declared
