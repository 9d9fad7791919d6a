"""A lake that counts what is listed of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ports_with import ports_with
from world import World

from shared.core.blob import Blob
from shared.core.ports import Lake


class ListedLake:
    """Port `Lake` in front of another one: `calls` are the folders that were listed, `names` how many blobs."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self.calls: list[str] = []
        self.names = 0

    def __getattr__(self, name: str) -> Any:
        """Every other call is the lake's own."""
        return getattr(self._lake, name)

    def list(self, prefix: str) -> Iterator[Blob]:
        """The lake's list, counted."""
        self.calls.append(prefix)
        for blob in self._lake.list(prefix):
            self.names += 1
            yield blob

    def page(self, prefix: str, marker: str, most: int) -> tuple[Sequence[Blob], str]:
        """The lake's page, counted."""
        self.calls.append(prefix)
        found = self._lake.page(prefix, marker, most)
        self.names += len(found[0])
        return found

    def begin(self) -> None:
        """Count anew."""
        self.calls, self.names = [], 0


def count_listings(world: World) -> ListedLake:
    """Let the world's workflows list through a lake that counts."""
    lake = ListedLake(world.ports.core.lake)
    world.ports = world.trainer.ports = ports_with(world.ports, core__lake=lake)
    return lake
