"""The promises of the system: `check` holds at every moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from shared.core.claims import MAX_ATTEMPTS
from shared.core.ledger import Kind, State
from shared.core.paths import commit_path
from shared.prediction.commits import whole_commit
from shared.prediction.window import Commit, CommittedFile
from shared.serving.generation_line import taken_out
from simulated.life import Life
from simulated.records import check_records

_ENVIRONMENTS = ("preprod", "prod")


def check(life: Life) -> None:
    """What holds at every moment, whatever happens."""
    if life.errors:
        raise life.errors[0]
    for name in life.place.traits.scenarios:
        _windows(life, name)
        _releases(life, name)
        _data(life, name)
    _ledger(life)
    check_records(life)


def _windows(life: Life, name: str) -> None:
    """I9, I10: SQL holds all rows of a window or none, and none before its commit. An input counts once."""
    ports, rows = life.ports, life.place.rows(name)
    commits = ports.prediction.predictions.commits(name)
    shown = {one.window: rows.get(one.window, 0) for one in commits}
    assert shown == {one.window: one.rows for one in commits}, "I9: SQL holds all rows of a window or none"
    for one in commits:
        paths = [file.path for file in files_of(ports, one)]
        assert all(map(ports.core.lake.stat, paths)), "I10: SQL shows what the lake does not hold"
    # Shards are loaded one after the other, and show with their window.
    for window in rows.keys() | shown.keys():
        assert ports.core.lake.stat(commit_path(name, window)), "I10: SQL has rows of a window before its commit"
    windows, corrections = ports.prediction.windows.list(name), ports.prediction.corrections.list(name)
    planned = Counter(key for one in windows for key in one.inputs)
    closed = {one.id for one in windows if one.state == "quarantined"}
    again = {key for one in corrections for key in one.inputs}
    again |= {key for one in windows if one.id in closed for key in one.inputs}
    assert all(count == 1 for key, count in planned.items() if key not in again), "I9: an input has two windows"
    assert [one.ordinal for one in windows] == list(range(1, len(windows) + 1)), "I9: windows count without gaps"
    spans = ports.prediction.spans.list(name)
    ends = [one.span.end for one in spans[:-1]]
    assert ends == [one.span.start for one in spans[1:]], "I9: spans of a stream leave nothing out, and nothing twice"


def files_of(ports: Any, commit: Commit) -> Sequence[CommittedFile]:
    """The prediction files of a commit; SQL does not know those of its shards."""
    return whole_commit(ports, commit).files if commit.is_sharded else commit.files


def _releases(life: Life, name: str) -> None:
    """I5 to I8: gap-free generations, each after its gate, with its approval, and with its file in the lake."""
    ports, prod = life.ports, life.ports.release.deployments.list(name, "prod")
    for environment in _ENVIRONMENTS:
        generations = [one.generation for one in ports.release.deployments.list(name, environment)]
        assert generations == list(range(1, len(generations) + 1)), "I5: generations count without gaps"
    for place, one in enumerate(prod):
        assert not one.restores or one.version not in taken_out(prod[:place]), (
            "I5: a rollback brought back what was out"
        )
    _history(life, (name, "generation"), tuple((one.generation, one.sha256, one.by) for one in prod))
    # They are listed by the clocks of the hosts that wrote them.
    listed = [one for one in ports.release.rollouts.list(name) if one.environment == "prod"]
    tried = sorted(listed, key=lambda one: one.number)
    assert [one.number for one in tried] == list(range(1, len(tried) + 1)), "I5: rollouts count without gaps"
    _history(life, (name, "rollout"), tuple((one.number, one.sha256, one.state) for one in tried))
    for one in (*prod, *tried):
        model = ports.training.registry.find(name, one.version)
        assert model is not None, "I6: what serves is registered"
        verdict = ports.release.deployments.verdict(model)
        assert verdict is not None, "I6: the gate comes before service"
        assert verdict.passed, "I6: the gate comes before service"
        assert ports.core.lake.stat(model.onnx_path), "I8: what served can serve again"
    if "prod" in ports.release.policies.of(name).approvals:
        used = {(one.version, one.sha256) for one in ports.release.approvals.list(name) if one.state == "used"}
        assert {(one.version, one.sha256) for one in (*prod, *tried)} <= used, "I7: it serves without an approval"


def _history(life: Life, of: tuple[str, str], now: tuple[tuple[int, str, str], ...]) -> None:
    before = life.history.get(of, ())
    assert now[: len(before)] == before, f"I5: a {of[1]} was written twice"
    life.history[of] = now


def _data(life: Life, name: str) -> None:
    """I1 to I4: a drop has one part, which is kept, heads only move on, and a version is trained once."""
    versions = life.ports.datasets.versions
    runs = Counter(run.dataset for run in life.ports.training.runs.list(name))
    assert all(count == 1 for count in runs.values()), "I4: one training of a version"
    if not life.place.traits.retention:
        assert set(runs) <= {one.id for one in versions.list(name)}, "I4: what is trained on is a valid version"
    for version in versions.list(name):
        parts = [(part.drop, table.name) for table in version.tables for part in table.parts]
        assert len(parts) == len(set(parts)), "I1: one part of a drop"
        for part in (part for table in version.tables for part in table.parts):
            assert life.ports.core.lake.stat(part.path), f"I2: {part.path} of version {version.id} is gone"
    generation = versions.head(name).generation
    assert generation >= life.head.get(name, 0), "I3: the head went back"
    life.head[name] = generation


def _ledger(life: Life) -> None:
    """I13, I14: `done` is said after the commit, and what crashes is tried a bounded number of times."""
    for entry in life.ports.operations.totals.in_states(frozenset(State), 10_000):
        assert entry.attempts <= MAX_ATTEMPTS + 1, f"I14: {entry.kind} {entry.key} was tried {entry.attempts} times"
        if (entry.kind, entry.state) == (Kind.WINDOW, State.DONE):
            name, _, window = entry.key.partition("/")
            assert life.ports.core.lake.stat(commit_path(name, window)), "I13: a window is done before its commit"
