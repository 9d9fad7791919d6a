"""The summary that the demo prints at its end."""

from __future__ import annotations

from json import dumps as json_text
from pathlib import Path

from local.console.output import command_at, out
from local.console.session import PORT, Session
from shared.bootstrap.whole_files import write_whole
from shared.core.scenario import GeneratorOptions
from shared.core.wording import counted
from shared.operations.status import DropOutcome
from shared.ports import Ports

SEED = 7
REQUESTED = "bank_marketing"


def predicted_rows(ports: Ports) -> int:
    """The number of all predicted rows."""
    return sum(commit.rows for commit in ports.prediction.predictions.commits())


def print_summary(session: Session, outcomes: list[DropOutcome], seconds: float, port: int | None) -> None:
    """Print where everything is, how to look at it, and a request to send; `port` when the host keeps running."""
    settings, mlops = session.settings, command_at(session.settings.home)
    rows = predicted_rows(session.ports)
    dashboard = f"http://127.0.0.1:{port or PORT}/api/dashboard"
    lines = (
        f"\n{counted(len(outcomes), 'scenario')} went from files to {counted(rows, 'prediction')} in {seconds:.0f} s.",
        f"  database   {settings.database_shown}   (views v_predictions_<scenario>)",
        f"  lake       {settings.lake_shown}",
        f"  look       {mlops} status",
        *([] if port else [f"  host       {mlops} up"]),
        f"  dashboard  {dashboard}{'' if port else '   (while the host runs)'}",
        f"  keys       {mlops} keys list --reveal   (dashboard: scope operate; scoring: scope score)",
        "  a year     make demo ARGS=--story   (its faults, and how the system handles them)",
        f"\nScore one row{'' if port else ' while the host runs'}:",
        f"  curl -s -X POST http://127.0.0.1:{port or PORT}/api/score/{REQUESTED} \\",
        "    -H 'x-functions-key: <key>' -H 'content-type: application/json' \\",
        f"    -d @{_request(session)}",
    )
    for line in lines:
        out.print(line, markup=False, soft_wrap=True)


def _request(session: Session) -> Path:
    """Write a scoring request with one generated row; returns the file."""
    scenario = session.scenario(REQUESTED)
    tables = scenario.generate(1, SEED, GeneratorOptions()) if scenario.generate else {}
    row = {
        name: value for name, value in tables[scenario.batch.table].to_pylist()[0].items() if name != scenario.target
    }
    path = session.settings.home / "request.json"
    request = {"Inputs": {"data": [row]}, "GlobalParameters": {"method": "predict"}}
    write_whole(path, json_text(request).encode(), replace=True)
    return path
