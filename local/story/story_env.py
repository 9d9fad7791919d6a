"""What the story is played on: real ports in a home of its own, and every door through which something comes in."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from local.host.events.lake_watch import blob_created
from local.story.app import App
from local.story.calendar import Calendar
from local.story.inline_trainer import InlineTrainer, Progress
from local.story.outage import FlakyLake
from local.story.plant import SCENARIO, Change, Plant, csv_of, requests_of
from shared.bootstrap import build_ports
from shared.core.blob import Blob
from shared.core.errors import Transient
from shared.core.ledger import Entry
from shared.core.messages import model_message
from shared.core.scenario import Scenario
from shared.ports import Ports
from shared.release.approvals import decide
from shared.serving.answers import answer
from shared.serving.model_router import ModelRouter

NAME = SCENARIO.name
PERSON = "ada"
SETTINGS = {
    "TRAINING_PROFILE": "demo",
    "TRAINER_URL": "none:",
    "APPROVALS": "prod",
    "ROLLOUT": "20:10",
    # How fast this machine is at the moment is no part of the story.
    "HEALTH_RULES": "rows:100,shift:0.25,latency_ms:60000,slower:1000",
    "LOG_SAMPLE": "0",
}
_LINES = 1_000_000


class StoryEnv:
    """The system of the story, and what it has said so far."""

    def __init__(self, home: Path, progress: Progress, tell: Callable[[Sequence[Entry]], None]) -> None:
        """`progress` is told how far a training is, `tell` every new line of the journal."""
        self.calendar, self.plant, self._home, self._tell = Calendar(), Plant(), home, tell
        built = build_ports({**SETTINGS, "MLOPS_HOME": str(home)}, {NAME: SCENARIO}, self.calendar)
        # Whoever sends files reaches the lake on a way of their own.
        self._sender, self.lake = built.core.lake, FlakyLake(built.core.lake)
        trainer = InlineTrainer(home, progress)
        self.ports: Ports = replace(
            built, core=replace(built.core, lake=self.lake), training=replace(built.training, trainer=trainer)
        )
        self.app = App(self.ports, home, self.calendar, trainer, self._listen)
        self._heard = 0
        self._said: set[tuple[str, str]] = set()
        # Labels of predictions that nobody knows yet.
        self.autumn: list[bytes] = []

    @property
    def scenario(self) -> Scenario:
        """The one scenario there is."""
        return self.ports.core.scenarios[NAME]

    def labelled(self, drop: str, rows: int, change: Change | None = None) -> None:
        """Sensors and quality land as a drop to learn from."""
        tables = self.plant.batches(rows, self._now_ms(), change)
        for name, table in tables.items():
            self.app.work(self.land(f"incoming/{NAME}/{drop}/{name}.csv", csv_of(table)))

    def week(self, drop: str, rows: int, change: Change | None = None) -> bytes:
        """Sensors land and are predicted; returns the labels that will be known later."""
        tables = self.plant.batches(rows, self._now_ms(), change)
        self.app.work(self.land(f"scoring/{NAME}/{drop}/sensors.csv", csv_of(tables["sensors"])))
        return csv_of(tables["quality"])

    def labels(self, drop: str, content: bytes) -> None:
        """Labels of earlier predictions land."""
        self.app.work(self.land(f"actuals/{NAME}/{drop}/quality.csv", content))

    def land(self, path: str, content: bytes) -> str:
        """Store a file on the day it is in the story, whoever can reach the lake; returns its event."""
        self._sender.put(path, content, if_absent=False)
        moment = self.calendar().timestamp()
        os.utime(self._home / "lake" / path, (moment, moment))
        return _event(self.ports.core.container, self._sender.stat(path))

    def timers(self) -> None:
        """One round of the timers."""
        self.app.timers()

    def approve(self, reason: str) -> None:
        """A second person says yes to what waits."""
        for one in self.ports.release.approvals.list(NAME):
            if one.state == "open":
                decide(self.ports, one.id, "approve", by=PERSON, reason=reason)
                self.app.work(model_message(one.scenario, one.version))

    def ask(self, requests: int, rows: int, change: Change | None = None) -> dict[str, int]:
        """So many scoring requests under different keys; how many each model answered."""
        router = ModelRouter(self.ports, pointer_seconds=0)
        sensors = self.plant.batches(requests * rows, self._now_ms(), change)["sensors"]
        answered: dict[str, int] = {}
        for number, body in enumerate(requests_of(sensors, rows)):
            deployed, _ = router.answer(NAME, f"line-{number}", partial(answer, self.scenario, body=body))
            answered[deployed.model.id] = answered.get(deployed.model.id, 0) + 1
        router.flush()
        return answered

    def say(self, entries: Sequence[Entry]) -> None:
        """Tell what the system knows without a sentence in the journal; the same once."""
        new = [one for one in entries if (one.kind, one.key) not in self._said]
        self._said.update((one.kind, one.key) for one in new)
        self._tell(new)

    def _listen(self) -> None:
        """Hand on what the journal says since the last time."""
        entries = self.ports.core.history.entries(_LINES)
        new, self._heard = entries[: len(entries) - self._heard], len(entries)
        self._tell(list(reversed(new)))

    def _now_ms(self) -> int:
        return int(self.calendar().timestamp() * 1000)


def _event(container: str, blob: Blob | None) -> str:
    if blob is None:
        raise Transient("The file that was landed is gone.")
    modified = blob.modified.timestamp()
    return json.dumps(blob_created(blob.path, blob.etag, blob.size, 0, modified, container=container))
