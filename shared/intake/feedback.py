"""Feedback: a scored window whose labels have had their time becomes a part of the dataset, as a whole.

A window is one part, whatever is done again: later labels, or a corrected file, replace it and keep its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.core.blob import Blob
from shared.core.claims import once
from shared.core.errors import Quarantined
from shared.core.ledger import ENDED, Kind, Outcome, State
from shared.core.paths import Landing
from shared.core.redaction import redact
from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.datasets.head import Head
from shared.datasets.version import LEARN_ONLY, Role
from shared.intake.accumulation import Origin, add_drop
from shared.intake.drop_tables import check_drop, table_of_drop
from shared.intake.feedback_rows import Labels, labelled_tables, read_labels, read_rows, why_not
from shared.intake.ingest import publish
from shared.prediction.commits import is_erased
from shared.prediction.plans import read_plan
from shared.prediction.window import Commit, split_input

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.monitoring.ports import MonitoringPorts

# How many windows of a scenario one sweep looks at: the next goes on.
PER_SWEEP = 8
PREFIX = "feedback/"


@dataclass(frozen=True, slots=True)
class DueFeedback:
    """A window whose labels have had their time: its newest version, and the number of its newest label."""

    base: str
    commit: Commit
    label: int

    @property
    def key(self) -> str:
        """The ledger key: of this version of the window with these labels."""
        return f"{self.commit.scenario}/{self.commit.window}@{self.label}"


def take_feedback(ports: MonitoringPorts) -> list[str]:
    """Look at the windows whose labels have had their time, of all scenarios; returns the keys of those looked at."""
    return [key for scenario in ports.core.scenarios.values() for key in _take(ports, scenario)]


def _take(ports: MonitoringPorts, scenario: Scenario) -> list[str]:
    """At most PER_SWEEP windows; while nothing new is known of a scenario, none is joined."""
    if not scenario.feedback.learn or ports.release.deployments.current(scenario.name) is None:
        return []
    number, last = ports.monitoring.due_windows.old_enough(scenario.name, _latest(ports, scenario))
    newest = ports.monitoring.window_labels.newest(scenario) if number else 0
    if not number or not (newest or scenario.feedback.unlabelled == "negative"):
        return []
    problem = why_not(scenario)
    told = f"The labels of {counted(number, 'window')} up to number {last} have had their time; "
    told += f"label {newest} is the newest."
    if problem:
        told = f"Scored rows do not become training data: {problem}."
    seen = ports.core.history.find(Kind.FEEDBACK, scenario.name)
    if seen is not None and seen.reason == told:
        return []
    if problem:
        ports.core.ledger.note(Kind.FEEDBACK, scenario.name, State.IGNORED, told)
        return []
    waiting = [due for due in _due(ports, scenario, _old_enough(ports, scenario)) if not _ended(ports, due)]
    for due in waiting[:PER_SWEEP]:
        once(ports, Kind.FEEDBACK, due.key, "", lambda due=due: _learn(ports, scenario, due))  # type: ignore[misc]
    if all(_ended(ports, due) for due in waiting):
        ports.core.ledger.note(Kind.FEEDBACK, scenario.name, State.DONE, told)
    return [due.key for due in waiting[:PER_SWEEP]]


def _ended(ports: MonitoringPorts, due: DueFeedback) -> bool:
    entry = ports.core.history.find(Kind.FEEDBACK, due.key)
    return entry is not None and entry.state in ENDED


def _latest(ports: MonitoringPorts, scenario: Scenario) -> datetime:
    return ports.core.clock() - timedelta(hours=scenario.monitoring.horizon_hours)


def _old_enough(ports: MonitoringPorts, scenario: Scenario) -> Mapping[str, Commit]:
    """By window the commit that holds its rows, of windows predicted so long ago that labels have had their time."""
    latest = _latest(ports, scenario)
    corrections = {one.window: one for one in ports.prediction.corrections.list(scenario.name)}
    commits = {one.window: one for one in ports.prediction.predictions.commits(scenario.name)}
    found = {window: one for window, one in commits.items() if window not in corrections and one.scored_at <= latest}
    for window, correction in corrections.items():
        # A correction of the same files has the same rows: the first predictions stand for them.
        if window in commits and correction.base in found:
            before = read_plan(ports, scenario.name, found[correction.base].window).inputs
            if set(correction.inputs) != set(before):
                found[correction.base] = commits[window]
    return found


def _due(ports: MonitoringPorts, scenario: Scenario, commits: Mapping[str, Commit]) -> list[DueFeedback]:
    """Windows with a label, oldest first; where a row without one is negative, all of them."""
    labels = ports.monitoring.window_labels.by_window(scenario)
    unlabelled = scenario.feedback.unlabelled == "negative"
    due = [DueFeedback(base, commit, labels.get(commit.ordinal, 0)) for base, commit in commits.items()]
    return [one for one in due if one.label or unlabelled]


def _learn(ports: MonitoringPorts, scenario: Scenario, due: DueFeedback) -> Outcome:
    if is_erased(ports, scenario.name, due.commit.window):
        return Outcome(State.IGNORED, f"Window {due.base} is not learned from: rows of it were erased on request.")
    inputs = read_plan(ports, scenario.name, due.commit.window).inputs
    rows = read_rows(ports, scenario, inputs)
    labels = read_labels(ports, scenario, due.commit, rows.num_rows)
    if labels.known < scenario.feedback.coverage * rows.num_rows:
        return Outcome(State.IGNORED, _too_few(scenario, due, labels))
    return _add(ports, scenario, due, labelled_tables(ports, scenario, rows, labels, inputs), labels, inputs)


def _too_few(scenario: Scenario, due: DueFeedback, labels: Labels) -> str:
    share = labels.known / len(labels.values)
    return (
        f"Window {due.base} is not learned from: {labels.known} of {counted(len(labels.values), 'row')} "
        f"({share:.0%}) have a label; {scenario.feedback.coverage:.0%} must have one."
    )


def _add(  # noqa: PLR0917 -- the facts of one part
    ports: MonitoringPorts,
    scenario: Scenario,
    due: DueFeedback,
    rows: Mapping[str, pa.Table],
    labels: Labels,
    inputs: Sequence[str],
) -> Outcome:
    """Add the part as a drop is added: checked the same way, with the same rules of keys and positions."""
    head = ports.datasets.versions.head(scenario.name)
    where = Landing("incoming", scenario, _name(head, due, inputs), "")
    tables = {name: table_of_drop(ports, scenario, scenario.table(name), table) for name, table in rows.items()}
    role: Role = LEARN_ONLY if scenario.feedback.labels_depend_on_decision else ""
    try:
        check_drop(ports, where, tables, head)
        added = add_drop(ports, where, _files(scenario, due, labels, inputs, rows), tables, Origin("feedback", role))
    except Quarantined as fault:
        raise redact(fault, scenario) from None
    if added.dataset is None:
        return Outcome(State.DONE, added.reason)
    if not added.new:
        return Outcome(State.DUPLICATE, added.reason, {"dataset": added.dataset.id})
    published = publish(ports, where, added, added.dataset)
    reason = f"{counted(labels.known, 'label')} of window {due.base} became training data. {published.reason}"
    return Outcome(State.DONE, reason, published.detail)


def _name(head: Head, due: DueFeedback, inputs: Sequence[str]) -> str:
    """The name of the window's part: that of an earlier window of the same files, which this one corrects."""
    paths = {split_input(key)[0] for key in inputs}
    parts = [part for found in head.parts.values() for part in found if part.kind == "feedback"]
    for part in parts:
        # Labels stand among the sources of a part too.
        if paths <= {split_input(key)[0] for key in part.sources}:
            return part.drop
    return f"{PREFIX}{due.base}"


def _files(
    scenario: Scenario, due: DueFeedback, labels: Labels, inputs: Sequence[str], names: Iterable[str]
) -> dict[str, list[Blob]]:
    """The blobs behind each table: what was scored, and for the answers what brought the labels."""
    at = max(due.commit.scored_at, labels.newest or due.commit.scored_at)
    scored, told = _blobs(inputs, at), _blobs(labels.sources, at)
    return {name: [*scored, *(told if name == scenario.label_table else ())] for name in names}


def _blobs(keys: Iterable[str], at: datetime) -> list[Blob]:
    return [Blob(*split_input(key), 0, at) for key in keys]
