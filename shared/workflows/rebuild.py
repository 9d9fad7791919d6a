"""SQL from the lake: every committed window's rows are loaded again from the file that was committed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.lineage import Correction
from shared.domain.paths import plan_path
from shared.domain.records import Commit, Deployment, Window
from shared.domain.scenario import Scenario
from shared.errors import Fault
from shared.ports import Ports
from shared.workflows.models import read_json
from shared.workflows.score import commit_of, committed_file, revision_of


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How a committed window stands: `intact`, `restored` or `failed` with the reason."""

    scenario: str
    window: str
    state: str
    rows: int
    reason: str = ""


def rebuild(ports: Ports, scenario: Scenario, *, every: bool = False) -> Iterator[Rebuilt]:
    """Each window that the lake says is committed, oldest first; what SQL lacks is restored, with `every` all of it."""
    ports.predictions.prepare(scenario)
    ends = "/_COMMIT.json"
    paths = [blob.path for blob in ports.lake.list(f"windows/{scenario.name}/") if blob.path.endswith(ends)]
    commits: list[Commit] = []
    for path in paths:
        try:
            commits.append(commit_of(read_json(ports, path), path))
        except (Fault, TypeError, KeyError, ValueError) as error:
            yield Rebuilt(scenario.name, path.split("/")[2], "failed", 0, f"{path} is no commit: {error}")
    for commit in sorted(commits, key=lambda one: one.ordinal):
        yield _rebuilt(ports, scenario, commit, every=every)


def _rebuilt(ports: Ports, scenario: Scenario, commit: Commit, *, every: bool) -> Rebuilt:
    if not every and ports.operations.restoring.intact(scenario, commit):
        return Rebuilt(scenario.name, commit.window, "intact", commit.rows)
    try:
        plan = read_json(ports, plan_path(scenario.name, commit.window))
        with committed_file(ports, commit) as parquet:
            revision = revision_of(ports, commit)
            ports.operations.restoring.restore(
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
