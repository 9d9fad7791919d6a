"""A server that forks a child for each line `[what, home, calls]` and answers with the child's exit code.

It imports everything once and starts no thread, so that a fork is safe and takes milliseconds.
"""

from __future__ import annotations

import json
import os
import pkgutil
import sys
import traceback
from datetime import timedelta
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from killing import Countdown, counted  # noqa: E402 -- the path is set first
from world import World, blob_event, world_at  # noqa: E402 -- the path is set first

import shared.adapters  # noqa: E402 -- the path is set first
from shared import dispatch  # noqa: E402 -- the path is set first
from shared.workflows.approvals import decide  # noqa: E402 -- the path is set first
from shared.workflows.backfill import Backfill, begin, plan_backfill  # noqa: E402 -- the path is set first
from shared.workflows.messages import model_message  # noqa: E402 -- the path is set first


def script(home: Path, calls: int | None) -> None:
    """The whole loop for one file to learn from and one to predict; dies at port call number `calls`."""
    world = world_at(home)
    plain, countdown = world.ports, Countdown(calls)
    world.ports = counted(world.ports, countdown)
    world.trainer.ports = world.ports
    for area in ("incoming", "scoring"):
        path = f"{area}/points/d1/points.csv"
        blob = plain.lake.stat(path)
        assert blob is not None
        world.handle(blob_event(path, blob.etag, blob.size, container=plain.container))
        approve_open(world)
    (home / "calls").write_text(str(countdown.seen))


def approve_open(world: World) -> None:
    """What a second person does where approval is asked for, and the release that goes on by it."""
    for one in world.ports.approvals.list():
        if one.state == "open":
            decide(world.ports, one.id, "approve", by="ada", reason="looked at it")
            world.handle(model_message(one.scenario, one.version))


def recover(home: Path, calls: int | None) -> None:
    """What a restarted host does: free the dead worker's claims, redeliver, sweep."""
    world = world_at(home)
    world.ports.ledger.abandon("the host was restarted")
    countdown = Countdown(calls)
    world.ports = counted(world.ports, countdown)
    world.trainer.ports = world.ports
    for _ in range(3):
        world.sweep()
        approve_open(world)


def backfill(home: Path, calls: int | None) -> None:
    """What `mlops backfill` does for every window there is; dies at port call number `calls`."""
    world = world_at(home)
    world.ports.ledger.abandon("the command before was killed")
    countdown = Countdown(calls)
    world.ports = counted(world.ports, countdown)
    when = world.clock()
    year = timedelta(days=365)
    scenario = world.ports.scenarios["points"]
    steps = plan_backfill(world.ports, Backfill(scenario, when - year, when + year, "me", "again"))
    for due in begin(world.ports, steps):
        dispatch.on_window(world.ports, dispatch.window_message(due))
    (home / "calls").write_text(str(countdown.seen))


def live(what: str, home: Path, calls: int | None) -> int:
    """The exit code of a child that does it."""
    child = os.fork()
    if child == 0:
        try:
            {"script": script, "recover": recover, "backfill": backfill}[what](home, calls)
        except BaseException:  # noqa: BLE001 -- the child must end here, whatever happened
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def serve() -> None:
    """Answer until the input ends."""
    import_module("pandas")
    for found in pkgutil.walk_packages(shared.adapters.__path__, "shared.adapters."):
        import_module(found.name)
    for line in sys.stdin:
        what, home, calls = json.loads(line)
        print(live(what, Path(home), calls), flush=True)  # noqa: T201 -- the answer


if __name__ == "__main__":
    serve()
