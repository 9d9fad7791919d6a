"""The promises of the system once the faults have stopped: everything has ended, and every file counts once."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import timedelta
from typing import Any

from shared.core.lake_reading import read_bytes
from shared.core.ledger import ENDED, State
from shared.core.paths import plan_path
from shared.prediction.window_plan import WindowPlan
from simulated.life import ROUND_SECONDS, Life
from simulated.promises import files_of
from simulated.traits import NAME, STREAM


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
    _streamed(life)
    _released(life)
    for name in life.place.traits.scenarios:
        _bytes(life, name)


def _bytes(life: Life, name: str) -> None:
    """I2, I8, I9, I11: every file is the one that its record names, and a window was scored by its plan."""
    ports = life.ports

    def content(path: str) -> tuple[bytes, str]:
        data = read_bytes(ports, path)
        return data, hashlib.sha256(data).hexdigest()

    for version in ports.datasets.versions.list(name):
        for part in (part for table in version.tables for part in table.parts):
            assert content(part.path)[1] == part.sha256, f"I2: {part.path} is not what was validated"
    for one in ports.release.deployments.list(name, "*"):
        model = ports.training.registry.find(name, one.version)
        assert model is not None, "I6: what serves is registered"
        assert content(model.onnx_path)[1] == one.sha256, f"I8: generation {one.generation} is lost"
    for commit in ports.prediction.predictions.commits(name):
        plan, digest = content(plan_path(name, commit.window))
        pinned = WindowPlan.from_json(json.loads(plan), commit.window)
        for file in files_of(ports, commit):
            assert content(file.path)[1] == file.sha256, f"I9: {file.path} is not what was committed"
        named = (digest, pinned.deployment.sha256)
        assert named == (commit.plan_sha256, commit.model_sha256), f"I11: {commit.window} was scored by another plan"


def _released(life: Life) -> None:
    """L1: a version that is tried is decided on, and one that was decided for serves."""
    rollout, served = (getattr(life.ports.release, it).current(NAME, "prod") for it in ("rollouts", "deployments"))
    if rollout is None:
        return
    old = life.place.clock.now - rollout.at > timedelta(minutes=30)
    assert not (rollout.is_active and rollout.base == served.generation and old), (
        f"L1: {rollout.model} is tried for ever"
    )
    lost = rollout.state == "full" and served.generation == rollout.base
    assert not lost, f"L1: {rollout.model} was decided for and does not serve"


def _streamed(life: Life) -> None:
    """L2: every row of the stream is predicted once, whatever span it came in."""
    rows = sum(life.streamed.values())
    if rows and life.ports.release.deployments.current(STREAM) is not None:
        shown = sum(one.rows for one in life.ports.prediction.predictions.commits(STREAM))
        assert shown == rows, f"L2: {shown} of {rows} rows of the stream are predicted"


def _learned(life: Life) -> None:
    ports = life.ports
    if not life.learned:
        return
    (newest,) = ports.datasets.versions.list(NAME)[-1:]
    assert newest.rows == sum(life.learned.values()), "I12: every row that landed is learned from"
    if ports.release.deployments.current(NAME) is None:
        expired = any(one.state == "expired" for one in ports.release.approvals.list(NAME))
        assert life.may_serve_nothing or expired, "L1: a model serves"
        return
    newer = {drop_of(ports, path.split("/")[2]) for path in life.newer}
    wanted = {drop: rows for path, rows in life.scored.items() if rows and (drop := path.split("/")[2]) not in newer}
    shown = shown_rows(ports)
    assert {drop: shown[drop] for drop in wanted} == wanted, "L2: each file's newest version is predicted once"


def drop_of(ports: Any, window: str) -> str:
    """The drop whose files the window reads."""
    found = ports.prediction.corrections.find(NAME, window) or ports.prediction.windows.find(NAME, window)
    return str(found.inputs[0].split("/")[2])


def shown_rows(ports: Any) -> Counter[str]:
    """How many rows reports show of each drop: those of the newest version of each window."""
    corrections = ports.prediction.corrections.list(NAME)
    commits = {one.window: one.rows for one in ports.prediction.predictions.commits(NAME)}
    newest = {one.base: one.window for one in corrections if one.window in commits}
    shown: Counter[str] = Counter()
    for window in ports.prediction.windows.list(NAME):
        correction = ports.prediction.corrections.find(NAME, window.id)
        base = correction.base if correction else window.id
        if newest.get(base, base) == window.id and window.id in commits:
            shown[drop_of(ports, window.id)] += commits[window.id]
    return shown
