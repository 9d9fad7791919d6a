"""`mlops telemetry`: land messages on a laptop, list the spans that were read, and play Azure Data Explorer."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Annotated, Any

import typer

from local.commands.up import hear_signals
from local.console.drop_files import drop_name
from local.console.options import Json, ScenarioName
from local.console.output import as_json, out, show
from local.console.session import Session
from local.console.telemetry_messages import read_messages
from local.data_explorer.server import DATABASE, PORT, serving
from local.data_explorer.stored_messages import StoredMessages
from local.json_lines import read_objects
from shared.bootstrap.home_time import clock_of
from shared.core.errors import BadInput, Missing
from shared.core.plain_json import plain
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


def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 means any free port.")] = PORT,
    json: Json = False,
) -> None:
    """Run a stand-in for Azure Data Explorer on this home's messages until it is stopped.

    It has a table for each scenario's stream, answers the queries of telemetry windows, and follows this home's clock.
    """
    session = Session()
    tables = StoredMessages(session.settings.home)
    for scenario in session.scenarios.values():
        if scenario.batch.stream:
            tables.create(scenario.batch.stream)
    stopped = hear_signals()
    with serving(tables, clock_of(session.settings), port) as chosen:
        setting = f"kusto:http://127.0.0.1:{chosen}/{DATABASE}"
        if json:
            as_json({"port": chosen, "settings": {"TELEMETRY_URL": setting}, "tables": list(tables)})
        else:
            out.print(f"Tables {', '.join(tables)} answer queries (stop with Ctrl+C). The setting for mlops:")
            out.print(f"  TELEMETRY_URL={setting}", soft_wrap=True, markup=False)
        stopped.get()


def ingest(
    scenario: ScenarioName,
    file: Annotated[Path, typer.Argument(help="Messages, one JSON object a line, or a CSV file.")],
    json: Json = False,
) -> None:
    """Add messages, as they are, to the stand-in's table for the scenario's stream."""
    session = Session()
    declared = _telemetry(session, scenario)
    table = declared.batch.stream
    if not table:
        raise BadInput(f'{scenario} names no stream; accepted: a scenario with Batch(…, stream="opcua_raw").')
    if not file.is_file():
        raise Missing(f"There is no file {file}; accepted: messages, one JSON object a line, or a CSV file.")
    payloads = (
        _rows_of(session, declared, file) if file.suffix == ".csv" else [message for _, message in read_objects(file)]
    )
    at = clock_of(session.settings)()
    StoredMessages(session.settings.home).ingest(table, payloads, at)
    if json:
        as_json({"table": table, "messages": len(payloads), "ingested": at.isoformat()})
    else:
        out.print(f"{counted(len(payloads), 'message')} ingested into {table} at {at:%Y-%m-%d %H:%M:%S} UTC.")


def _rows_of(session: Session, declared: Scenario, file: Path) -> list[dict[str, Any]]:
    """The rows of a CSV file as messages, each cell in the kind that its column declares; empty ones are left out."""
    with file.open("rb") as source:
        rows = session.ports.datasets.tables.read(source, file.name, declared.scoring_table).to_pylist()
    return [plain({name: cell for name, cell in row.items() if cell is not None}) for row in rows]
