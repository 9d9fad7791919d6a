"""A host that serves small deployed models over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from command import until
from world import PLACES, World, marks_csv, points_csv, prices_csv

from functions.names import ANONYMOUS, HTTP
from local.host.functions_host import Host
from local.host.http.keys import Keys
from shared.core.ledger import TERMINAL, Kind

APP = Path(__file__).resolve().parents[1] / "functions" / "api_app"
# No timer fires within a test, and nothing trains.
SETTINGS = {
    "PLAN_SCHEDULE": "0 0 0 1 1 *",
    "RECONCILE_SCHEDULE": "0 0 0 1 1 *",
    "MONITOR_SCHEDULE": "0 0 0 1 1 *",
    "RETENTION_SCHEDULE": "0 0 0 1 1 *",
    "TRAINER_URL": "none:",
    "LOG_SAMPLE": "1",
}


@dataclass(frozen=True, slots=True)
class Api:
    """A running host, and the world it works on."""

    url: str
    keys: Keys
    world: World

    def client(self, scope: str = "") -> httpx.Client:
        """Requests with the key of that scope, or without any."""
        headers = {"x-functions-key": self.keys.newest_for_scope(scope)} if scope else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=300)

    def land(self, path: str, content: bytes) -> None:
        """Store a file and work it off; the running host hears of it, too, and is through with it."""
        self.world.handle(self.world.land(path, content))
        until(lambda: self._heard_twice(path), f"the host's own event of {path}")

    def _heard_twice(self, path: str) -> bool:
        blob = self.world.ports.core.lake.stat(path)
        assert blob is not None
        key = f"{path}@{blob.etag.strip('"')}"
        entry = self.world.ports.core.history.find(Kind.BLOB, key)
        return bool(entry and entry.repeats and entry.state in TERMINAL)

    def key_for(self, function: str) -> str:
        """A key that opens the function; empty where none is needed."""
        (scopes,) = [route.scopes for route in HTTP if route.function == function]
        return "" if scopes[0] == ANONYMOUS else self.keys.newest_for_scope(scopes[0])


@contextmanager
def serving(home: Path) -> Iterator[Api]:
    """points, marks and prices are deployed; pairs is declared."""
    world = World(home)
    for name, files in (
        ("points", {"points.csv": points_csv()}),
        ("marks", {"marks.csv": marks_csv(), "places.csv": PLACES}),
        ("prices", {"prices.csv": prices_csv()}),
    ):
        world.handle(*(world.land(f"incoming/{name}/d1/{file}", content) for file, content in files.items()))
        assert world.ports.release.deployments.current(name) is not None
    host = Host(APP, home, SETTINGS, port=0)
    host.start()
    try:
        yield Api(f"http://127.0.0.1:{host.port}/api", host.keys, world)
    finally:
        host.stop()
