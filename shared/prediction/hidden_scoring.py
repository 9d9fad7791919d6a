"""Hidden scoring: another model answers the rows of a committed window; its answers count nowhere but in its trial.

They lie in `trials/<scenario>/<version>/<window>/`, and never reach SQL, reports or the window itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shared.core.errors import Permanent
from shared.core.ledger import Outcome, State
from shared.core.paths import trial_folder
from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.prediction.commits import is_erased, read_commit
from shared.prediction.plans import read_plan
from shared.prediction.score import score_plan
from shared.prediction.window import Commit
from shared.serving.deployment import Deployment

if TYPE_CHECKING:
    from shared.prediction.ports import PredictionPorts


def score_hidden(ports: PredictionPorts, scenario: Scenario, window: str, other: Deployment) -> Outcome:
    """Answer the window's rows with the other model; ignored, with the reason, when it cannot answer them."""
    folder = _folder(scenario, other, window)
    path = f"{folder}_COMMIT.json"
    if ports.core.lake.stat(path) is None and is_erased(ports, scenario.name, window):
        return Outcome(State.IGNORED, f"Rows of window {window} were erased on request: nothing is compared on it.")
    if ports.core.lake.stat(path) is None:
        plan = read_plan(ports, scenario.name, window)
        try:
            commit = score_plan(ports, scenario, replace(plan, deployment=other), "", folder)
        except Permanent as fault:
            return Outcome(State.IGNORED, f"{other.model_id} cannot answer window {window}: {fault.reason}")
        ports.core.lake.put(path, commit.to_bytes())
    rows = read_commit(ports, path).rows
    return Outcome(
        State.DONE, f"{other.model_id} answered {counted(rows, 'row')} of window {window} hidden, to be compared."
    )


def hidden_commit(ports: PredictionPorts, scenario: Scenario, window: str, other: Deployment) -> Commit | None:
    """What the other model answered to the window's rows, or None."""
    path = f"{_folder(scenario, other, window)}_COMMIT.json"
    return None if ports.core.lake.stat(path) is None else read_commit(ports, path)


def _folder(scenario: Scenario, other: Deployment, window: str) -> str:
    return f"{trial_folder(scenario.name, other.version)}{window}/"
