"""The promises of the system: `check` holds at every moment, `check_end` once the faults have stopped."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any

from shared.core.claims import MAX_ATTEMPTS
from shared.core.lake_reading import read_bytes
from shared.core.ledger import ENDED, Kind, State
from shared.core.paths import commit_path, plan_path
from shared.prediction.window_plan import WindowPlan
from simulated.happenings import NAME
from simulated.life import ROUND_SECONDS, Life

_ENVIRONMENTS = ("preprod", "prod")


def check(life: Life) -> None:
    """What holds at every moment, whatever happens."""
    if life.errors:
        raise life.errors[0]
    _windows(life)
    _releases(life)
    _data(life)
    _ledger(life)


def _windows(life: Life) -> None:
    """I9, I10: SQL holds all rows of a window or none, and none before its commit. An input counts once."""
    ports = life.ports
    commits = ports.prediction.predictions.commits(NAME)
    assert {one.window: one.rows for one in commits} == life.place.rows(), "I9: SQL holds all rows of a window or none"
    for one in commits:
        assert ports.core.lake.stat(one.path), "I10: SQL shows what the lake does not hold"
        assert ports.core.lake.stat(commit_path(NAME, one.window)), "I10: SQL shows a window before its commit"
    windows, corrections = ports.prediction.windows.list(NAME), ports.prediction.corrections.list(NAME)
    planned = Counter(key for one in windows for key in one.inputs)
    closed = {one.id for one in windows if one.state == "quarantined"}
    again = {key for one in corrections for key in one.inputs}
    again |= {key for one in windows if one.id in closed for key in one.inputs}
    assert all(count == 1 for key, count in planned.items() if key not in again), "I9: an input has two windows"
    assert [one.ordinal for one in windows] == list(range(1, len(windows) + 1)), "I9: windows count without gaps"


def _releases(life: Life) -> None:
    """I5 to I8: gap-free generations, each after its gate, with its approval, and with its file in the lake."""
    ports, prod = life.ports, life.ports.release.deployments.list(NAME, "prod")
    for environment in _ENVIRONMENTS:
        generations = [one.generation for one in ports.release.deployments.list(NAME, environment)]
        assert generations == list(range(1, len(generations) + 1)), "I5: generations count without gaps"
    history = tuple((one.generation, one.sha256, one.by) for one in prod)
    assert history[: len(life.history)] == life.history, "I5: a generation was written twice"
    life.history = history
    for one in prod:
        model = ports.training.registry.find(NAME, one.version)
        assert model is not None, "I6: what serves is registered"
        verdict = ports.release.deployments.verdict(model)
        assert verdict is not None, "I6: the gate comes before service"
        assert verdict.passed, "I6: the gate comes before service"
        assert ports.core.lake.stat(model.onnx_path), "I8: what served can serve again"
    if "prod" in ports.release.policies.of(NAME).approvals:
        used = {(one.version, one.sha256) for one in ports.release.approvals.list(NAME) if one.state == "used"}
        assert {(one.version, one.sha256) for one in prod} <= used, "I7: it serves without an approval"


def _data(life: Life) -> None:
    """I1, I3, I4: a drop has one part, heads only move on, and a version is trained once."""
    versions = life.ports.datasets.versions
    runs = Counter(run.dataset for run in life.ports.training.runs.list(NAME))
    assert all(count == 1 for count in runs.values()), "I4: one training of a version"
    assert set(runs) <= {one.id for one in versions.list(NAME)}, "I4: what is trained on is a valid version"
    for version in versions.list(NAME):
        parts = [(part.drop, table.name) for table in version.tables for part in table.parts]
        assert len(parts) == len(set(parts)), "I1: one part of a drop"
    generation = versions.head(NAME).generation
    assert generation >= life.head, "I3: the head went back"
    life.head = generation


def _ledger(life: Life) -> None:
    """I13, I14: `done` is said after the commit, and what crashes is tried a bounded number of times."""
    for entry in life.ports.operations.totals.in_states(frozenset(State), 10_000):
        assert entry.attempts <= MAX_ATTEMPTS + 1, f"I14: {entry.kind} {entry.key} was tried {entry.attempts} times"
        if (entry.kind, entry.state) == (Kind.WINDOW, State.DONE):
            window = entry.key.partition("/")[2]
            assert life.ports.core.lake.stat(commit_path(NAME, window)), "I13: a window is done before its commit"


def check_end(life: Life) -> None:
    """I12 and L1 to L4: everything has ended, every timer fires, and every file counts once in its newest version."""
    ports = life.ports
    for host in life.hosts:
        idle = {"plan_windows", "reconcile", "reconcile_releases"} - set(host.fired)
        assert not idle, f"L4: host {host.name} is there and its timers do not fire: {sorted(idle)}"
        # What a sweep of the last two rounds sent may still be there.
        old = host.now().timestamp() - 2 * ROUND_SECONDS
        left = host.database.rows("SELECT queue, body FROM messages WHERE inserted < ?", old)
        assert left == [], f"L1: {left[0]} messages wait for ever on host {host.name}"
    stuck = [(one.kind, one.key, one.reason) for one in ports.core.history.stuck(life.place.clock.now)]
    assert stuck == [], f"I12: work is stuck: {stuck[0]}"
    unended = ports.operations.totals.in_states(frozenset(State) - ENDED - {State.REQUESTED}, 10_000)
    assert unended == [], "I12: everything has ended"
    assert ports.core.outbox.pending() == [], "L3: the outbox drains"
    _learned(life)
    _bytes(life)


def _bytes(life: Life) -> None:
    """I2, I8, I9, I11: every file is the one that its record names, and a window was scored by its plan."""
    ports = life.ports

    def content(path: str) -> tuple[bytes, str]:
        data = read_bytes(ports, path)
        return data, hashlib.sha256(data).hexdigest()

    for version in ports.datasets.versions.list(NAME):
        for part in (part for table in version.tables for part in table.parts):
            assert content(part.path)[1] == part.sha256, f"I2: {part.path} is not what was validated"
    for one in ports.release.deployments.list(NAME, "*"):
        model = ports.training.registry.find(NAME, one.version)
        assert model is not None, "I6: what serves is registered"
        assert content(model.onnx_path)[1] == one.sha256, f"I8: generation {one.generation} is lost"
    for commit in ports.prediction.predictions.commits(NAME):
        plan, digest = content(plan_path(NAME, commit.window))
        pinned = WindowPlan.from_json(json.loads(plan), commit.window)
        assert content(commit.path)[1] == commit.sha256, f"I9: {commit.path} is not what was committed"
        named = (digest, pinned.deployment.sha256)
        assert named == (commit.plan_sha256, commit.model_sha256), f"I11: {commit.window} was scored by another plan"


def _learned(life: Life) -> None:
    ports = life.ports
    if not life.learned:
        return
    (newest,) = ports.datasets.versions.list(NAME)[-1:]
    assert newest.rows == sum(life.learned.values()), "I12: every row that landed is learned from"
    if ports.release.deployments.current(NAME) is None:
        assert life.may_serve_nothing, "L1: a model serves"
        return
    wanted = {path.split("/")[2]: rows for path, rows in life.scored.items() if rows}
    shown = _shown(ports)
    assert {drop: shown[drop] for drop in wanted} == wanted, "L2: each file's newest version is predicted once"


def _shown(ports: Any) -> Counter[str]:
    """How many rows reports show of each drop: those of the newest version of each window."""
    corrections = ports.prediction.corrections.list(NAME)
    newest = {one.base: one.window for one in corrections}
    commits = {one.window: one.rows for one in ports.prediction.predictions.commits(NAME)}
    shown: Counter[str] = Counter()
    for window in ports.prediction.windows.list(NAME):
        correction = ports.prediction.corrections.find(NAME, window.id)
        base = correction.base if correction else window.id
        if newest.get(base, base) == window.id and window.id in commits:
            inputs = correction.inputs if correction else window.inputs
            shown[str(inputs[0].split("/")[2])] += commits[window.id]
    return shown
