"""The environment of the story: real ports in a home of its own, and functions for everything that comes in."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from local.host.events.blob_event import blob_created
from local.story.flaky_lake import FlakyLake
from local.story.function_app import FunctionApp
from local.story.inline_trainer import InlineTrainer, Progress
from local.story.plant import SCENARIO, Change, Plant, csv_of, requests_of
from local.story.story_clock import StoryClock
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
    # Latency does not count, because the machine's speed is no part of the story.
    "HEALTH_RULES": "rows:100,shift:0.25,latency_ms:60000,slower:1000",
    "LOG_SAMPLE": "0",
    # The story lands whole drops, and its clock is not that of the files.
    "QUIET_SECONDS": "0",
}
_LINES = 1_000_000


class StoryEnv:
    """The system of the story, and how much of its journal was shown."""

    def __init__(self, home: Path, progress: Progress, show: Callable[[Sequence[Entry]], None]) -> None:
        """`progress` receives the progress of a training, `show` every new line of the journal."""
        self.clock, self.plant, self._home, self._show = StoryClock(), Plant(), home, show
        built = build_ports({**SETTINGS, "MLOPS_HOME": str(home)}, {NAME: SCENARIO}, self.clock)
        # Senders of files reach the lake also while the functions cannot.
        self._sender, self.lake = built.core.lake, FlakyLake(built.core.lake)
        trainer = InlineTrainer(home, progress)
        self.ports: Ports = replace(
            built, core=replace(built.core, lake=self.lake), training=replace(built.training, trainer=trainer)
        )
        self.app = FunctionApp(self.ports, home, self.clock, trainer, self._show_new)
        self._shown_lines = 0
        self._shown_keys: set[tuple[str, str]] = set()
        # Labels of autumn, which land in December.
        self.autumn: list[bytes] = []

    @property
    def scenario(self) -> Scenario:
        """The story's only scenario."""
        return self.ports.core.scenarios[NAME]

    def land_labelled(self, drop: str, rows: int, change: Change | None = None) -> None:
        """Land sensors and quality as a drop to train on."""
        tables = self.plant.batches(rows, self._now_ms(), change)
        for event in [self.land(f"incoming/{NAME}/{drop}/{name}.csv", csv_of(table)) for name, table in tables.items()]:
            self.app.process(event)

    def land_week(self, drop: str, rows: int, change: Change | None = None) -> bytes:
        """Land sensors, which are predicted; returns their labels, which land later."""
        tables = self.plant.batches(rows, self._now_ms(), change)
        self.app.process(self.land(f"scoring/{NAME}/{drop}/sensors.csv", csv_of(tables["sensors"])))
        return csv_of(tables["quality"])

    def land_labels(self, drop: str, content: bytes) -> None:
        """Land labels of earlier predictions."""
        self.app.process(self.land(f"actuals/{NAME}/{drop}/quality.csv", content))

    def land(self, path: str, content: bytes) -> str:
        """Store a file with the story's time, also while the lake is away; returns its event."""
        self._sender.put(path, content, if_absent=False)
        moment = self.clock().timestamp()
        os.utime(self._home / "lake" / path, (moment, moment))
        return _event(self.ports.core.container, self._sender.stat(path))

    def timers(self) -> None:
        """Run the timers once."""
        self.app.timers()

    def approve(self, reason: str) -> None:
        """Approve open requests as a second person."""
        for approval in self.ports.release.approvals.list(NAME):
            if approval.state == "open":
                decide(self.ports, approval.id, "approve", by=PERSON, reason=reason)
                self.app.process(model_message(approval.scenario, approval.version))

    def send_requests(self, requests: int, rows: int, change: Change | None = None) -> dict[str, int]:
        """Send scoring requests with different keys; returns how many each model answered."""
        router = ModelRouter(self.ports, pointer_seconds=0)
        sensors = self.plant.batches(requests * rows, self._now_ms(), change)["sensors"]
        counts: dict[str, int] = {}
        for number, body in enumerate(requests_of(sensors, rows)):
            deployed, _ = router.answer(NAME, f"line-{number}", partial(answer, self.scenario, body=body))
            counts[deployed.model.id] = counts.get(deployed.model.id, 0) + 1
        router.flush()
        return counts

    def show_once(self, entries: Sequence[Entry]) -> None:
        """Show entries that the journal does not have, each one once."""
        new = [entry for entry in entries if (entry.kind, entry.key) not in self._shown_keys]
        self._shown_keys.update((entry.kind, entry.key) for entry in new)
        self._show(new)

    def _show_new(self) -> None:
        """Show the journal's lines since the last call."""
        entries = self.ports.core.history.entries(_LINES)
        new, self._shown_lines = entries[: len(entries) - self._shown_lines], len(entries)
        self._show(list(reversed(new)))

    def _now_ms(self) -> int:
        return int(self.clock().timestamp() * 1000)


def _event(container: str, blob: Blob | None) -> str:
    if blob is None:
        raise Transient("The landed file is gone.")
    modified = blob.modified.timestamp()
    return json.dumps(blob_created(blob.path, blob.etag, blob.size, 0, modified, container=container))
