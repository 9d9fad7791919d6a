"""Putting a committed window back into SQL as the lake has it."""

from __future__ import annotations

from typing import BinaryIO, Protocol

from shared.domain.lineage import Correction, Revision
from shared.domain.records import Commit, Window
from shared.domain.scenario import Scenario


class Restoring(Protocol):
    """SQL follows the lake, also after SQL was lost or damaged."""

    def intact(self, scenario: Scenario, commit: Commit) -> bool:
        """Whether SQL has this very commit, its version, and as many rows as it says."""
        ...

    def restore(
        self,
        scenario: Scenario,
        commit: Commit,
        parquet: BinaryIO,
        *,
        revision: Revision,
        window: Window,
        correction: Correction | None,
    ) -> None:
        """One transaction: what SQL has of the window goes, and all of it comes from the committed file.

        The window and its correction are kept where they stand and written where they are lost; Conflict when
        another window has taken the number since.
        """
        ...
