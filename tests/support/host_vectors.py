"""The recorded app on the local host, and the comparison of what it does with what Microsoft's host did."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

from host_client import Client, Json
from host_parts import HandClock

from local.host.functions_host import Host
from local.host.http.given_keys import give_keys
from local.host.queues.queue_store import Message, QueueStore, open_queues

VECTORS = Path(__file__).resolve().parents[1] / "host_vectors"
VARIES = "<varies>"
# What the app notes of a request that has none of it.
_DEFAULTS = {"form": {}, "files": {}, "json": "!ValueError"}
_ANY_TIME = ("t", "pid", "kind")
_MANY = 5
_HINT = "mlops keys list --events"


def rows_of(name: str) -> list[Json]:
    """The recorded cases or scenarios of a file."""
    return [json.loads(line) for line in (VECTORS / name).read_text(encoding="utf-8").split("\n") if line]


def scenario(file: str, name: str) -> Json:
    """One recorded scenario."""
    return next(row for row in rows_of(file) if row["name"] == name)


class VectorHost:
    """The recorded app on a local host whose clock stands still until a test moves it."""

    def __init__(self, home: Path) -> None:
        self.clock = HandClock(time.time())
        self._home = home
        self._seen = home / "seen.jsonl"
        self._seen.touch()
        self._app = home / "app"
        self._app.mkdir()
        shutil.copy(VECTORS / "app" / "function_app.py", self._app)
        shutil.copy(VECTORS / "app" / "host.quick.json", self._app / "host.json")
        self.host = Host(self._app, home, self._settings(), port=0, clock=self.clock)

    def _settings(self) -> dict[str, str]:
        switches = {"off_true": "true", "off_one": "1", "off_upper": "TRUE", "off_false": "false", "off_zero": "0"}
        switches["q_off"] = "true"
        settings = {f"AzureWebJobs.{name}.Disabled": value for name, value in switches.items()}
        limit = {"FUNCTIONS_REQUEST_BODY_SIZE_LIMIT": "2097152"}
        return {**settings, **limit, "VECTORS_SEEN": str(self._seen), "VQ": "vq", "VECTORS_TIMERS": "0"}

    @contextmanager
    def up(self) -> Iterator[Client]:
        """The host works inside the block; its client has the recorded keys."""
        self.host.start(lambda: give_keys(self._home, VECTORS / "keys.json", ("echo", "other")))
        try:
            self.settle()
            yield Client(self.host.port, json.loads((VECTORS / "keys.json").read_bytes()))
        finally:
            self.host.stop()

    def settle(self) -> None:
        """Wait until nothing is due."""
        self.until(self.host.idle)

    def until(self, true: Callable[[], bool]) -> None:
        """Wait for something that must happen."""
        ends = time.monotonic() + 300
        while not true():
            assert time.monotonic() < ends, self.seen(0)[-5:]
            time.sleep(0.002)

    def mark(self) -> int:
        """How much the functions have noted so far."""
        return self._seen.stat().st_size

    def seen(self, mark: int, *kinds: str) -> list[Json]:
        """What the functions noted since the mark."""
        with self._seen.open("rb") as file:
            file.seek(mark)
            rows = [json.loads(line) for line in file.read().splitlines()]
        return [row for row in rows if not kinds or row["kind"] in kinds]

    @contextmanager
    def queues(self) -> Iterator[QueueStore]:
        """The queues of this home; what is done inside the block becomes visible as a whole at its end."""
        store, database = open_queues(self._home, self.clock)
        try:
            with database.transaction():
                yield store
        finally:
            database.close()

    def take_messages(self, queue: str) -> list[Message]:
        """The messages of a queue, which is empty afterwards."""
        with self.queues() as store:
            messages = list(store.list(queue))
            for message in store.get(queue, len(messages), 60.0):
                store.delete(message)
            return messages


def differences(world: VectorHost, client: Client, case: Json) -> list[str]:
    """Send a case; what differs from the recorded answer and from what the functions saw, in words."""
    mark = world.mark()
    answer = client.send(case["request"])
    world.settle()
    kinds = ("http", "event", "queue", "timer") if "t_minute" in case["name"] else ("http", "event", "queue")
    saw = [_noted(row) for row in world.seen(mark, *kinds)]
    wanted, found = _comparable(case["response"], client), _comparable(answer, client)
    if wanted["status"] == HTTPStatus.UNAUTHORIZED and _HINT in str(found.get("body")):
        # Words for a person where the recorded body is empty.
        found["body"] = ""
        found["headers"] = {**found["headers"], "content-length": "0"}
        del found["headers"]["content-type"]
    if "body_json" in wanted:
        found["body_json"] = json.loads(found.pop("body"))
    return [*_unlike(wanted, found, ""), *_unlike(_sorted(case["seen"]), _sorted(_placed(saw, client)), "seen")]


def _comparable(answer: Json, client: Client) -> Json:
    """The answer without its date, without the length of a body that holds the port, and without its sample."""
    plain: Json = _placed(answer, client)
    plain.pop("body_sample", None)
    for one in [plain, *plain.get("more", [])]:
        if isinstance(one.get("headers"), dict):
            one["headers"].pop("date", None)
            if "<base>" in str(one.get("body")):
                one["headers"].pop("content-length")
    return plain


def _placed(value: Any, client: Client) -> Any:
    return json.loads(json.dumps(value).replace(client.place, "<base>"))


def _noted(row: Json) -> Json:
    """What a function noted, without times and defaults; a later library's CloudEvent also has these attributes."""
    kept = {
        name: value
        for name, value in row.items()
        if name not in _ANY_TIME and (name not in _DEFAULTS or _DEFAULTS[name] != value)
    }
    if kept.get("kind_of") == "CloudEvent":
        kept = {name: value for name, value in kept.items() if name not in ("time", "specversion")}
    return kept


def _sorted(rows: Any) -> Any:
    if not isinstance(rows, list):
        return rows
    ordered = sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))
    return {"functions_called": len(rows), "first": ordered[0]} if len(rows) > _MANY else ordered or None


def _unlike(wanted: Any, found: Any, where: str) -> list[str]:
    if wanted in (VARIES, found):
        return []
    if isinstance(wanted, dict) and isinstance(found, dict):
        names = [name for name in {**wanted, **found} if wanted.get(name) != VARIES]
        parts = [_unlike(wanted.get(name, "absent"), found.get(name, "absent"), f"{where}.{name}") for name in names]
        return [line for part in parts for line in part]
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        pairs = enumerate(zip(wanted, found, strict=True))
        return [line for place, (one, two) in pairs for line in _unlike(one, two, f"{where}[{place}]")]
    return [f"{where}: wanted {json.dumps(wanted)[:200]}, is {json.dumps(found)[:200]}"]
