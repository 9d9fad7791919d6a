"""State in SQL: the ledger, and one small store per kind of record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, BinaryIO, Protocol

from shared.domain.lineage import Revision
from shared.domain.records import (
    Claim,
    Commit,
    DatasetVersion,
    Deployment,
    Entry,
    Model,
    Run,
    RunState,
    Verdict,
    Window,
)
from shared.domain.scenario import Scenario


class Ledger(Protocol):
    """Claims around side effects: in progress with an expiry, then a final state; an exception releases."""

    def claim(self, kind: str, key: str, ttl: timedelta, message: str = "") -> Claim | Entry:
        """The claim, or the entry that stands in the way: a final one, or one in progress that has not expired.

        A released or expired claim is taken over with `attempt` + 1. `waiting` is not in the way.
        An entry that stands in the way counts the repeat.
        """
        ...

    def finish(self, claim: Claim, state: str, reason: str, detail: Mapping[str, Any] | None = None) -> None:
        """End the claim; Conflict when it is held by somebody else by now."""
        ...

    def release(self, claim: Claim, reason: str, *, counts: bool) -> None:
        """Give the claim back; the next attempt may take it at once. `counts`: whether this one was an attempt."""
        ...

    def note(self, kind: str, key: str, state: str, reason: str) -> None:
        """Record something that asked for nothing; the same again only counts the repeat."""
        ...

    def abandon(self, reason: str) -> int:
        """Release every claim in progress; only for whoever knows that no other worker lives. Returns how many."""
        ...


class History(Protocol):
    """Reading the ledger."""

    def entries(self, limit: int = 200) -> Sequence[Entry]:
        """All transitions, newest first."""
        ...

    def why(self, text: str) -> Sequence[Entry]:
        """The transitions of every key that contains `text`, and of the kind that is called so, oldest first."""
        ...

    def find(self, kind: str, key: str) -> Entry | None:
        """The current entry."""
        ...

    def stuck(self, now: datetime) -> Sequence[Entry]:
        """Entries whose worker is gone, and released ones nobody has taken up within a minute, oldest first."""
        ...


class Datasets(Protocol):
    """Dataset versions; one per (scenario, digest)."""

    def add(self, dataset: DatasetVersion) -> DatasetVersion:
        """Keep it; when the digest is known the version that stands is returned."""
        ...

    def find(self, scenario: str, dataset_id: str) -> DatasetVersion | None:
        """The version, or None."""
        ...

    def by_digest(self, scenario: str, digest: str) -> DatasetVersion | None:
        """The version with that content, or None."""
        ...

    def list(self, scenario: str | None = None) -> Sequence[DatasetVersion]:
        """All versions, oldest first."""
        ...


class Runs(Protocol):
    """Training runs; one per request key."""

    def request(self, run: Run) -> Run:
        """Keep it; when the request key is known the run that stands is returned."""
        ...

    def move(
        self, run_id: str, expected: RunState, state: RunState, reason: str, *, attempts: int | None = None
    ) -> bool:
        """Compare-and-set of the state; False when it was not `expected`."""
        ...

    def find(self, run_id: str) -> Run | None:
        """The run, or None."""
        ...

    def list(self, scenario: str | None = None) -> Sequence[Run]:
        """All runs, oldest first."""
        ...


class Deployments(Protocol):
    """The deployment pointer of each scenario and environment, as gap-free generations; and the gate's verdicts."""

    def current(self, scenario: str, environment: str | None = None) -> Deployment | None:
        """The newest generation in the environment (the scenario's last one where none is named), or None."""
        ...

    def promote(self, deployment: Deployment, approval: str = "") -> Deployment:
        """Write generation n when n - 1 is current; Conflict names the current one otherwise.

        Uses up the approval of that id in the same transaction; Conflict when it is not approved or was used.
        """
        ...

    def list(self, scenario: str | None = None, environment: str | None = None) -> Sequence[Deployment]:
        """All generations in the environment (the last one where none is named), oldest first; "*": in all of them."""
        ...

    def certify(self, model: Model, verdict: Verdict) -> None:
        """Keep the verdict of a model version; a second one for the same sha256 changes nothing."""
        ...

    def verdict(self, model: Model) -> Verdict | None:
        """The verdict of that model version, or None; Corrupt when it is not the one that was certified."""
        ...


class Windows(Protocol):
    """Which inputs belong to which window. An input belongs to one window, whoever plans."""

    def claim(self, window: Window) -> Window:
        """Keep the window and its inputs in one transaction, with the next ordinal; Conflict when an input is taken.

        The same id again returns the window that stands and adds the inputs it does not have yet.
        """
        ...

    def taken(self, scenario: str) -> frozenset[str]:
        """Every input ("path@etag") that belongs to a window already."""
        ...

    def close(self, scenario: str, window_id: str, state: str, reason: str) -> None:
        """Set the window's final state."""
        ...

    def list(self, scenario: str | None = None, state: str | None = None) -> Sequence[Window]:
        """Windows by ordinal."""
        ...


class Predictions(Protocol):
    """Prediction rows in SQL: all rows of a committed window, or none."""

    def prepare(self, scenario: Scenario) -> None:
        """Create the scenario's typed table and view when they are not there."""
        ...

    def load(self, scenario: Scenario, commit: Commit, parquet: BinaryIO, revision: Revision | None = None) -> bool:
        """One transaction: the commit row, every row of the file, the outbox notice. False when it was there already.

        `revision` says which version of which window it is; without one it is the first of its own.
        Corrupt when the window stands there with another sha256.
        """
        ...

    def committed(self, scenario: str, window_id: str) -> Commit | None:
        """The commit row, or None."""
        ...

    def commits(self, scenario: str | None = None) -> Sequence[Commit]:
        """All commit rows by ordinal."""
        ...
