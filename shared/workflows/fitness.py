"""May a model learn from this drop? Data in another unit, or from a stuck sensor, is kept out and named as such."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from shared.domain import triage
from shared.domain.monitoring import CAUSES
from shared.domain.paths import Landing
from shared.domain.profile import RowFacts
from shared.domain.triage import Suspect
from shared.domain.watching import compared, input_names, pairs
from shared.errors import Quarantined
from shared.ports import Ports
from shared.workflows.breaches import close_breaches, open_breach
from shared.workflows.references import baseline_profile, training_profile, training_rows

if TYPE_CHECKING:
    import pyarrow as pa


def may_learn_from(ports: Ports, where: Landing, tables: Mapping[str, pa.Table]) -> None:
    """Quarantined when a column shows one of the causes for which the scenario refuses to learn.

    The accepted baseline judges; without one, the data that the serving model learned from. Without either, nothing.
    """
    scenario = where.scenario
    wanted = scenario.monitoring.quarantine
    if not wanted:
        return
    profiles, rows = _reference(ports, scenario.name)
    for suspect in _suspects(ports, where, tables, profiles, rows):
        if suspect.cause in wanted:
            sentence = f"{suspect.sentence} Nothing is learned from it; correct the file and drop it again."
            raise Quarantined(suspect.cause, sentence, table=suspect.table, column=suspect.column)


def note_refusal(ports: Ports, where: Landing, fault: Quarantined) -> None:
    """A refused drop is a breach with its cause, so that it shows beside what watching finds."""
    cause = triage.cause_of_refusal(fault.reason_code)
    suspect = Suspect(cause, fault.table, fault.column, fault.reason)
    open_breach(ports, where.scenario.name, suspect, where.drop, action="quarantine", told="DatasetQuarantined")


def fit_again(ports: Ports, scenario: str) -> None:
    """A drop was fit to learn from: what earlier drops were refused for is over."""
    close_breaches(ports, scenario, (), CAUSES, action="quarantine")


def _reference(ports: Ports, scenario: str) -> tuple[Mapping[str, Any], Mapping[str, RowFacts]]:
    current = ports.deployments.current(scenario)
    model = None if current is None else ports.registry.find(current.model, current.version)
    dataset = "" if model is None else model.dataset
    rows = training_rows(ports, scenario, dataset) if dataset else {}
    _, accepted = baseline_profile(ports, scenario)
    return accepted or (training_profile(ports, scenario, dataset) if dataset else {}), rows


def _suspects(
    ports: Ports,
    where: Landing,
    tables: Mapping[str, pa.Table],
    profiles: Mapping[str, Any],
    rows: Mapping[str, RowFacts],
) -> Iterator[Suspect]:
    scenario, policy = where.scenario, where.scenario.monitoring
    for name, table in tables.items():
        if name not in profiles or table.num_rows < policy.min_rows:
            continue
        names = [one for one in input_names(scenario, scenario.table(name)) if one not in scenario.targets]
        described, runs = ports.profiles.describe(table, profiles[name]), ports.profiles.rows(table).runs
        columns = list(pairs(name, names, described, profiles[name], scenario.band))
        for one in compared(columns, "baseline", "", policy):
            before = rows[name].runs.get(one.judged.name) if name in rows else None
            suspect = triage.judge_column(one.judged, one.found, (runs.get(one.judged.name), before), policy)
            if suspect is not None:
                yield suspect
