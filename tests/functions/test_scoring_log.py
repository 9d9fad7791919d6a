"""What the scorer hands to the prediction log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ports_with import ports_with
from world import World, points_csv

from functions.scoring import Scorer
from shared.serving.logged_request import LoggedRequest


class Log:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.added: list[LoggedRequest] = []

    def should_sample(self) -> bool:
        """All."""
        return True

    def add(self, request: LoggedRequest) -> None:
        """Keep it."""
        self.added.append(request)


def test_the_log_hears_how_many_bytes_a_request_had(tmp_path: Path) -> None:
    """By which it bounds what waits in memory; on both routes."""
    world, log = World(tmp_path), Log()
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    scorer = Scorer(ports_with(world.ports, serving__log=log))
    body = b'{"data": [{"x": 2.0, "color": "red"}]}'
    scorer.score("points", body, "")
    tensors: Any = b'{"inputs": [{"name": "x", "shape": [1], "datatype": "FP64", "data": [2.0]}, %s]}'
    tensors %= b'{"name": "color", "shape": [1], "datatype": "BYTES", "data": ["red"]}'
    scorer.infer("points", tensors, "")
    assert [one.size for one in log.added] == [len(body), len(tensors)]
    world.close()
