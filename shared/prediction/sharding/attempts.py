"""Attempts of an engine at the shards of a window that are not scored yet, each described in the lake.

What is scored is read from receipts, never from what an engine says: an event that is lost, a job that ends twice and a
driver that dies change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from shared.core.errors import Corrupt, Permanent, Quarantined
from shared.core.lake_reading import read_json
from shared.core.paths import predictions_folder, shards_folder, window_folder
from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.prediction.shard import (
    ScoredShard,
    Shard,
    ShardWork,
    problems_folder,
    receipts_folder,
)
from shared.prediction.sharding.planning import mend_shards
from shared.prediction.window_plan import WindowPlan

if TYPE_CHECKING:
    from shared.prediction.ports import PredictionPorts

# So many attempts in a row that scored nothing end the window.
MAX_FRUITLESS = 3
# An attempt that left no receipt for so long hangs, and is ended.
DEADLINE = timedelta(hours=4)

type MakeWork = Callable[[int, Sequence[Shard]], ShardWork]


def scored_shards(ports: PredictionPorts, scenario: str, window: str, base: str = "") -> dict[int, ScoredShard]:
    """The shards that are scored, by number: those with a receipt, whose prediction file is whole.

    `base` is the first version of a window that is a correction.
    """
    # Receipts of earlier versions of the system name files beside the plan.
    folders = (predictions_folder(scenario, base or window), window_folder(scenario, window))
    sizes = {blob.path: blob.size for folder in folders for blob in ports.core.lake.list(folder)}
    found = {}
    for blob in ports.core.lake.list(receipts_folder(scenario, window)):
        scored = ScoredShard.from_json(read_json(ports, blob.path), blob.path)
        if sizes.get(scored.path) == scored.size:
            found[scored.number] = scored
    return found


def newest_work(ports: PredictionPorts, scenario: str, window: str) -> ShardWork | None:
    """The newest attempt, or None before the first."""
    paths = _paths(ports, scenario, window)
    return ShardWork.from_json(read_json(ports, paths[-1]), paths[-1]) if paths else None


def go_on(
    ports: PredictionPorts, scenario: Scenario, plan: WindowPlan, missing: Sequence[Shard], make: MakeWork
) -> None:
    """See to it that an engine works on the missing shards: the newest attempt, or another where that has ended.

    Permanent when attempts end again and again and score nothing.
    """
    engine, work = ports.prediction.engine, newest_work(ports, plan.scenario, plan.window)
    if work is None:
        work = _begin(ports, make(1, missing))
    elif engine.started(work):
        if engine.alive(work):
            _end_hung(ports, work)
            return
        problems = _problems(ports, work)
        _refuse_data(problems)
        _refuse_fruitless(ports, work, missing)
        if problems:
            mend_shards(ports, scenario, plan)
        work = _begin(ports, make(work.attempt + 1, missing))
    left = replace(work, shards=tuple(missing))
    try:
        engine.submit(left)
    except Corrupt:
        mend_shards(ports, scenario, plan)
        engine.submit(left)


def stop(ports: PredictionPorts, scenario: str, window: str) -> None:
    """End what an engine still does for a window that is given up; a message may name one that there never was."""
    if ports.prediction.windows.find(scenario, window) is None:
        return
    work = newest_work(ports, scenario, window)
    if work is not None and ports.prediction.engine.alive(work):
        ports.prediction.engine.cancel(work)


def _begin(ports: PredictionPorts, work: ShardWork) -> ShardWork:
    """The attempt of that number in the lake; another call may have been faster."""
    ports.core.lake.put(work.path, work.to_bytes())
    return ShardWork.from_json(read_json(ports, work.path), work.path)


def _paths(ports: PredictionPorts, scenario: str, window: str) -> list[str]:
    return [blob.path for blob in ports.core.lake.list(f"{shards_folder(scenario, window)}work/")]


def _end_hung(ports: PredictionPorts, work: ShardWork) -> None:
    receipts = ports.core.lake.list(receipts_folder(work.scenario, work.window))
    newest = max((blob.modified for blob in receipts), default=work.at)
    if ports.core.clock() - max(newest, work.at) > DEADLINE:
        ports.prediction.engine.cancel(work)


def _refuse_fruitless(ports: PredictionPorts, work: ShardWork, missing: Sequence[Shard]) -> None:
    """Count the attempts since a shard was scored last: they have the same shards to score."""
    open_now = {shard.number for shard in missing}
    fruitless = 0
    for path in reversed(_paths(ports, work.scenario, work.window)):
        before = ShardWork.from_json(read_json(ports, path), path)
        if {shard.number for shard in before.shards} != open_now:
            break
        fruitless += 1
    if fruitless >= MAX_FRUITLESS:
        shards = counted(len(missing), "shard")
        told = [str(one["reason"]) for one in _problems(ports, work)]
        why = told[0] if told else f"the log of job {work.name} says why"
        raise Permanent(f"{counted(fruitless, 'attempt')} ended and left {shards} without predictions: {why}")


def _refuse_data(problems: Sequence[Mapping[str, Any]]) -> None:
    """Quarantined when a worker refused the data: another attempt would refuse it too."""
    for one in problems:
        if "code" in one:
            raise Quarantined(one["code"], one["reason"], column=one["column"])


def _problems(ports: PredictionPorts, work: ShardWork) -> list[Mapping[str, Any]]:
    return [read_json(ports, blob.path) for blob in ports.core.lake.list(problems_folder(work))]
