"""Reading lineage, and windows scored again on purpose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from shared.domain.lineage import Correction, Scored
from shared.domain.records import Entry
from shared.domain.scenario import Scenario


class Lineage(Protocol):
    """Questions about single rows and windows, each answered by key, however many predictions there are."""

    def prediction(self, scenario: Scenario, prediction_id: int) -> Mapping[str, Any] | None:
        """The row with its column names, whichever version of its window it belongs to; None when there is none."""
        ...

    def window(self, scenario: Scenario, ordinal: int) -> Scored | None:
        """The committed window of that number, or None."""
        ...

    def scored(self, scenario: Scenario, *, models: Sequence[str] = (), path: str = "", etag: str = "") -> list[Scored]:
        """Windows scored by one of these models or made of that blob (of one version of it with `etag`), by number."""
        ...

    def entries(self, keys: Sequence[tuple[str, str]]) -> list[Entry]:
        """The ledger's entries of those (kind, key) that have one, in the given order."""
        ...


class Corrections(Protocol):
    """Windows that are scored again, each as a further version under its own name; nothing is overwritten."""

    def plan(self, correction: Correction) -> Correction:
        """Keep it as the next version of its base, as a planned window with an ordinal and a name of its own.

        A planned one that is the same work (base, model, inputs) is returned instead of a second one.
        """
        ...

    def find(self, scenario: str, window: str) -> Correction | None:
        """The correction that window is, or None for a first version."""
        ...

    def list(self, scenario: str) -> Sequence[Correction]:
        """All corrections of a scenario, by base and number."""
        ...
