"""A server that forks a child for each line `[what, home, calls]` and answers with the child's exit code.

It imports everything once and starts no thread, so that a fork is safe and takes milliseconds. Libraries that start one
when they are imported are told not to by its environment; whether they listen is looked at.
"""

from __future__ import annotations

import gc
import json
import os
import pkgutil
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from killing import Countdown, counted, named  # noqa: E402 -- the path is set first
from planted import SECRET, planted_world, subject  # noqa: E402 -- the path is set first
from ports_with import ports_with  # noqa: E402 -- the path is set first
from streamed import LABELS, streamed_world  # noqa: E402 -- the path is set first
from tried import LABELS as TRIAL_LABELS  # noqa: E402 -- the path is set first
from tried import tried_world  # noqa: E402 -- the path is set first
from world import World, blob_event, world_at  # noqa: E402 -- the path is set first

import shared.adapters  # noqa: E402 -- the path is set first
from shared import dispatch  # noqa: E402 -- the path is set first
from shared.adapters.onnx.scoring import OnnxScoring  # noqa: E402 -- the path is set first
from shared.core.messages import model_message  # noqa: E402 -- the path is set first
from shared.monitoring.monitor import monitor  # noqa: E402 -- the path is set first
from shared.operations.erasure.erase import approve_erasure, erase, request_erasure  # noqa: E402 -- the path is set first
from shared.operations.erasure.records import requests  # noqa: E402 -- the path is set first
from shared.prediction.backfill import BackfillRequest, plan_backfill, plan_corrections  # noqa: E402 -- the path is set first
from shared.release.approvals import decide  # noqa: E402 -- the path is set first
from shared.serving.ports import Rehearsal  # noqa: E402 -- the path is set first

REFIT = 3.1
FILES = tuple(f"{area}/points/d1/points.csv" for area in ("incoming", "scoring"))


class AtOnce(OnnxScoring):
    """Rehearses in this process, which is short of time and not of safety."""

    def rehearse(self, onnx: bytes, manifest: Mapping[str, Any]) -> Rehearsal:
        """What the model answers, and that it took no time."""
        answers = self.load(onnx, manifest).score_rows(manifest["golden"]["rows"])
        return Rehearsal(tuple(map(tuple, answers.tolist())), 0.0, 0.0)


def mortal(world: World, countdown: Countdown) -> None:
    """From now on the world dies by the countdown; its models have a refit, which serves."""
    world.trainer.refit = REFIT
    world.ports = counted(ports_with(world.ports, serving__scoring=AtOnce()), countdown)
    world.trainer.ports = world.ports


def script(home: Path, calls: int | None, end: signal.Signals = signal.SIGKILL) -> None:
    """The whole loop for one file to learn from and one to predict; dies at port call number `calls`."""
    world, countdown = world_at(home), Countdown(calls, home if calls is None else None, end)
    files = [world.ports.core.lake.stat(path) for path in FILES]
    mortal(world, countdown)
    for blob in files:
        assert blob is not None
        world.handle(blob_event(blob.path, blob.etag, blob.size, container=world.ports.core.container))
        approve_open(world)
    told(home, countdown)


def halting(home: Path, calls: int | None) -> None:
    """The same loop, which halts at port call number `calls` instead."""
    script(home, calls, signal.SIGSTOP)


def told(home: Path, countdown: Countdown) -> None:
    """Leave how many calls there were, and which of them found something changed."""
    (home / "calls").write_text(json.dumps({"calls": countdown.seen, "moments": countdown.moments()}))


def approve_open(world: World) -> None:
    """What a second person does where approval is asked for, and the release that goes on by it."""
    for one in world.ports.release.approvals.list():
        if one.state == "open":
            decide(world.ports, one.id, "approve", by="ada", reason="looked at it")
            world.handle(model_message(one.scenario, one.version))


def recover(
    home: Path, calls: int | None, *, days: float = 0, silent: bool = False, made: Callable[[Path], World] = world_at
) -> None:
    """What a restarted host does: free the dead worker's claims, redeliver, sweep."""
    world = made(home)
    world.clock.advance(days=days)
    world.trainer.silent = silent
    world.ports.core.ledger.abandon("the host was restarted")
    mortal(world, Countdown(calls))
    for _ in range(3):
        world.sweep()
        approve_open(world)


def backfill(home: Path, calls: int | None) -> None:
    """What `mlops backfill` does for every window there is; dies at port call number `calls`."""
    world, countdown = world_at(home), Countdown(calls, home if calls is None else None)
    world.ports.core.ledger.abandon("the command before was killed")
    mortal(world, countdown)
    when = world.clock()
    year = timedelta(days=365)
    scenario = world.ports.core.scenarios["points"]
    steps = plan_backfill(world.ports, BackfillRequest(scenario, when - year, when + year, "me", "again"))
    for due in plan_corrections(world.ports, steps):
        dispatch.on_window(world.ports, due.message)
    told(home, countdown)


def increments(home: Path, calls: int | None) -> None:
    """A second drop is added, then the first is sent again with other rows; dies at port call number `calls`."""
    world, countdown = world_at(home), Countdown(calls, home if calls is None else None)
    world.trainer.silent = True
    blobs = [world.ports.core.lake.stat(f"incoming/points/{drop}/points.csv") for drop in ("d2", "d1")]
    mortal(world, countdown)
    for blob in blobs:
        assert blob is not None
        world.handle(blob_event(blob.path, blob.etag, blob.size, container=world.ports.core.container))
    told(home, countdown)


def feedback(home: Path, calls: int | None) -> None:
    """The sweep after the labels of a scored window have had their time; dies at port call number `calls`."""
    world, countdown = world_at(home), Countdown(calls, home if calls is None else None)
    world.clock.advance(days=31)
    world.trainer.silent = True
    mortal(world, countdown)
    world.sweep()
    told(home, countdown)


def labels_alone(home: Path, calls: int | None) -> None:
    """Labels that came alone bring the rows of their stream; dies at port call number `calls`."""
    world, countdown = streamed_world(home), Countdown(calls, home if calls is None else None)
    world.trainer.silent = True
    blob = world.ports.core.lake.stat(LABELS)
    mortal(world, countdown)
    assert blob is not None
    world.handle(blob_event(blob.path, blob.etag, blob.size, container=world.ports.core.container))
    told(home, countdown)


def forget(home: Path, calls: int | None) -> None:
    """What `mlops forget` does for the planted person, by two people; dies at port call number `calls`."""
    world, countdown = planted_world(home), Countdown(calls, home if calls is None else None)
    world.ports.core.ledger.abandon("the command before was killed")
    mortal(world, countdown)
    if not any(one.finished_at for one in requests(world.ports, "points")):
        request_erasure(world.ports, subject(), SECRET, by="ada", reason="ticket 12")
        request = approve_erasure(world.ports, subject(), SECRET, by="grace")
        erase(world.ports, world.ports.core.scenarios["points"], subject(), request)
    told(home, countdown)


def trial(home: Path, calls: int | None) -> None:
    """Hidden answers, a look at late labels, and the way back; dies at port call number `calls`."""
    world, countdown = tried_world(home), Countdown(calls, home if calls is None else None)
    blob = world.ports.core.lake.stat(TRIAL_LABELS)
    mortal(world, countdown)
    assert blob is not None
    monitor(world.ports, "points")
    world.handle(blob_event(blob.path, blob.etag, blob.size, container=world.ports.core.container))
    monitor(world.ports, "points")
    world.sweep()
    told(home, countdown)


def recover_trial(home: Path, calls: int | None) -> None:
    """What a restarted host does with it: its timers monitor and sweep."""
    world = tried_world(home)
    world.ports.core.ledger.abandon("the host was restarted")
    mortal(world, Countdown(calls))
    for _ in range(3):
        world.sweep()
        monitor(world.ports, "points")


def recover_streamed(home: Path, calls: int | None) -> None:
    """What a restarted host does with them."""
    recover(home, calls, silent=True, made=streamed_world)


def recover_later(home: Path, calls: int | None) -> None:
    """What a restarted host does a month later; the training that it asks for goes on elsewhere."""
    recover(home, calls, days=31, silent=True)


def orphan(home: Path, calls: int | None) -> int:
    """The host dies at that call and another recovers; then the orphaned worker goes on with its call, to its end.

    Returns the recovery's exit code: an orphan may fail, because its work was taken over.
    """
    late = start("halting", home, calls)
    os.waitpid(late, os.WUNTRACED)
    ended = live("recover", home, None)
    os.kill(late, signal.SIGCONT)
    os.waitpid(late, 0)
    return ended


def live(what: str, home: Path, calls: int | None) -> int:
    """The exit code of a child that does it."""
    if what == "orphan":
        return orphan(home, calls)
    return os.waitstatus_to_exitcode(os.waitpid(start(what, home, calls), 0)[1])


def start(what: str, home: Path, calls: int | None) -> int:
    """The process id of a child that does it."""
    child = os.fork()
    if child == 0:
        try:
            lives = {"script": script, "recover": recover, "backfill": backfill, "increments": increments}
            lives |= {"feedback": feedback, "recover_later": recover_later}
            lives |= {"forget": forget, "halting": halting, "trial": trial, "recover_trial": recover_trial}
            lives |= {"labels_alone": labels_alone, "recover_streamed": recover_streamed}
            lives[what](home, calls)
        except BaseException:  # noqa: BLE001 -- the child must end here, whatever happened
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return child


def serve() -> None:
    """Answer until the input ends."""
    for name in ("pandas", "jinja2.ext", "pyarrow.dataset", "sqlalchemy.dialects.sqlite"):
        import_module(name)
    for found in pkgutil.walk_packages(shared.adapters.__path__, "shared.adapters."):
        # Alembic's environment can be loaded by Alembic only.
        if not found.name.endswith(".migrations.env"):
            import_module(found.name)
    named()
    assert len(list(Path("/proc/self/task").glob("*"))) <= 1, "an import has started a thread"
    # A child that collects garbage leaves what was imported alone, so that it need not copy those pages.
    gc.freeze()
    for line in sys.stdin:
        what, home, calls = json.loads(line)
        print(live(what, Path(home), calls), flush=True)  # noqa: T201 -- the answer


if __name__ == "__main__":
    serve()
