"""SQL from the lake: every committed window's rows are loaded again from the file that was committed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from shared.core.errors import Fault
from shared.core.lake_reading import read_json
from shared.core.paths import plan_path
from shared.core.scenario import Scenario
from shared.prediction.revision import Correction
from shared.prediction.score import commit_of, committed_file, revision_of
from shared.prediction.window import Commit, Window
from shared.serving.deployment import Deployment

if TYPE_CHECKING:
    from shared.prediction.ports import PredictionPorts


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How a committed window stands: `intact`, `restored` or `failed` with the reason."""

    scenario: str
    window: str
    state: str
    rows: int
    reason: str = ""


def rebuild(ports: PredictionPorts, scenario: Scenario, *, every: bool = False) -> Iterator[Rebuilt]:
    """Each window that the lake says is committed, oldest first; what SQL lacks is restored, with `every` all of it."""
    ports.prediction.predictions.prepare(scenario)
    ends = "/_COMMIT.json"
    paths = [blob.path for blob in ports.core.lake.list(f"windows/{scenario.name}/") if blob.path.endswith(ends)]
    commits: list[Commit] = []
    for path in paths:
        try:
            commits.append(commit_of(read_json(ports, path), path))
        except (Fault, TypeError, KeyError, ValueError) as error:
            yield Rebuilt(scenario.name, PurePosixPath(path).parent.name, "failed", 0, f"{path} is no commit: {error}")
    for commit in sorted(commits, key=lambda one: one.ordinal):
        yield _rebuilt(ports, scenario, commit, every=every)


def _rebuilt(ports: PredictionPorts, scenario: Scenario, commit: Commit, *, every: bool) -> Rebuilt:
    if not every and ports.prediction.restoring.intact(scenario, commit):
        return Rebuilt(scenario.name, commit.window, "intact", commit.rows)
    try:
        plan = read_json(ports, plan_path(scenario.name, commit.window))
        with committed_file(ports, commit) as parquet:
            revision = revision_of(ports, commit)
            ports.prediction.restoring.restore(
                scenario, commit, parquet, revision=revision, window=_window(plan), correction=_correction(plan)
            )
    except Fault as fault:
        return Rebuilt(scenario.name, commit.window, "failed", 0, fault.reason)
    return Rebuilt(scenario.name, commit.window, "restored", commit.rows)


def _window(plan: Mapping[str, Any]) -> Window:
    """The window as it was planned; a correction has no inputs of its own."""
    inputs = () if "corrects" in plan else tuple(plan["inputs"])
    at = datetime.fromisoformat(plan["planned_at"])
    return Window(plan["scenario"], plan["window"], plan["ordinal"], inputs, "committed", at)


def _correction(plan: Mapping[str, Any]) -> Correction | None:
    if "corrects" not in plan:
        return None
    told, pinned = plan["corrects"], plan["deployment"]
    return Correction(
        scenario=plan["scenario"],
        window=plan["window"],
        base=told["base"],
        number=told["number"],
        inputs=tuple(plan["inputs"]),
        deployment=Deployment(**{**pinned, "at": datetime.fromisoformat(pinned["at"])}),
        by=told["by"],
        reason=told["reason"],
        created_at=datetime.fromisoformat(plan["planned_at"]),
    )
