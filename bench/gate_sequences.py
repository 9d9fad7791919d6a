"""Sequences of increments: models are trained and registered, the gate judges them, and looks again at grown rows.

Registry, looks, certificates' occasions and deployments are the product's own, in SQLite and a folder.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

from bench.gate_pairs import Trained, train, truth
from bench.gate_rows import BANK, RECODED, SWAPPED, World
from shared.bootstrap import build_ports
from shared.datasets.feature_frame import judges_by_hash
from shared.ports import Ports
from shared.release.gate.champion import Contest, make_contest
from shared.release.gate.contestants import Contestant, load_contestant
from shared.release.gate.gate import Occasion, judge_contest
from shared.release.gate.growth import least_rows
from shared.release.gate.judging_rows import JudgingRows, as_judging_rows, fresh_rows
from shared.release.verdict import Verdict
from shared.serving.deployment import Deployment

KINDS = ("cumulative", "incremental", "tiny", "duplicated", "drifted", "recoded")
# A pair is followed through so many increments after its rows reached the least number that decides.
FOLLOWED = 5
# Pairs whose rows do not reach that number by then are left.
MOST_INCREMENTS = 12
CHALLENGERS = 2
_AT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Judged:
    """One pair: of which kind of sequence, what is true, and what the gate said in the end.

    `waited`: after how many increments since the least number of rows was reached; -1 when it never was.
    """

    sequence: str
    truth: str
    said: str
    waited: int


@dataclass(frozen=True, slots=True)
class Step:
    """What one model learns from, and how the rows come that judge it later."""

    taught: pa.Table
    world: World


def judged_pairs(kind: str, seed: int, truth_rows: int, challengers: int = CHALLENGERS) -> Iterator[Judged]:
    """Every pair of one sequence; the champion changes when the gate ships, as in the product."""
    with tempfile.TemporaryDirectory(prefix="gate-") as home:
        ports = open_ports(Path(home))
        first, *later = steps(kind, seed)
        champion = registered(ports, first)
        deploy(ports, champion)
        for number, step in enumerate(later[:challengers]):
            challenger = registered(ports, step)
            population = step.world.population(truth_rows, 1_000_000 + seed)
            true = truth(challenger, champion, population).kind
            verdict, waited = followed(ports, challenger, step, seed * 100 + number * 20)
            yield Judged(kind, true, verdict.state, waited)
            if verdict.passed:
                deploy(ports, challenger)
                champion = challenger


def open_ports(home: Path) -> Ports:
    """The ports of a laptop in that folder."""
    settings = {"MLOPS_HOME": str(home), "TRAINER_URL": "none:", "APPROVALS": "none", "LOG_SAMPLE": "0"}
    return build_ports(settings, {BANK.name: BANK}, lambda: _AT)


def registered(ports: Ports, step: Step) -> Contestant:
    """The model of the step, registered and read again as the gate reads it."""
    number = len(ports.training.registry.list(BANK.name)) + 1
    trained: Trained = train(step.taught, number)
    return load_contestant(ports, BANK, ports.training.registry.register(trained.artefact))


def deploy(ports: Ports, contestant: Contestant) -> None:
    """The next generation serves this model."""
    current, model = ports.release.deployments.current(BANK.name), contestant.model
    generation = current.generation + 1 if current else 1
    made = Deployment(BANK.name, generation, model.name, model.version, model.sha256, _AT, "bench", "passed")
    ports.release.deployments.promote(made)


def followed(ports: Ports, challenger: Contestant, step: Step, seed: int) -> tuple[Verdict, int]:
    """The last verdict on the challenger, and how many increments it took since there were rows enough to compare.

    As in the product a further judgement takes a quarter more fresh rows.
    """
    rows = judging_rows(challenger, step.taught)
    verdict, waited = judged(ports, make_contest(ports, challenger, rows), 1), -1
    sizes = np.random.default_rng(seed).integers(2_000, 6_000, MOST_INCREMENTS)
    for number, size in enumerate(sizes.tolist()):
        waited += waited >= 0 or looked(verdict)
        if verdict.state != "undecided" or waited >= FOLLOWED:
            break
        rows = joined(rows, judging_rows(challenger, step.world.draw(size, 50_000_000 + seed + number)))
        contest = make_contest(ports, challenger, rows)
        if len(contest.fresh.actual) >= least_rows(verdict):
            verdict = judged(ports, contest, verdict.number + 1)
    return verdict, waited


def looked(verdict: Verdict) -> bool:
    """Whether there were rows enough to compare with the champion."""
    return verdict.judging is not None and verdict.judging.look > 0


def judged(ports: Ports, contest: Contest, number: int) -> Verdict:
    """The gate's judgement of that number."""
    current = ports.release.deployments.current(BANK.name)
    occasion = Occasion(current.generation if current else 0, number, f"dataset-{number}")
    return judge_contest(ports, contest, (), occasion)


def judging_rows(challenger: Contestant, rows: pa.Table) -> JudgingRows:
    """Those of the rows that judge and that the challenger did not learn from."""
    every = as_judging_rows(BANK, challenger.loaded.contract.names, rows)
    assert every.keys is not None  # noqa: S101 - they were just made
    every = every.take(np.flatnonzero(judges_by_hash(every.keys["identity"].to_numpy())))
    return every.take(fresh_rows(BANK, every, (challenger.learned,) if challenger.learned else ()))


def joined(one: JudgingRows, other: JudgingRows) -> JudgingRows:
    """The rows of both."""
    assert one.keys is not None  # noqa: S101 - judging_rows makes them
    assert other.keys is not None  # noqa: S101 - like above
    tables, keys = (pa.concat_tables([one.table, other.table]), pa.concat_tables([one.keys, other.keys]))
    return JudgingRows(tables, np.concatenate([one.actual, other.actual]), keys)


def steps(kind: str, seed: int) -> Iterator[Step]:
    """The first champion's rows, then those of each challenger."""
    draw = np.random.default_rng(seed)
    world = World()
    if kind == "cumulative":
        sizes = [_between(draw, 400, 1_500), *draw.integers(2_000, 8_000, CHALLENGERS)]
        every = world.draw(int(sum(sizes)), seed)
        yield from (Step(every.slice(0, int(rows)), world) for rows in np.cumsum(sizes))
    elif kind == "incremental":
        yield from (Step(world.draw(_between(draw, 400, 16_000), seed * 10 + n), world) for n in range(1 + CHALLENGERS))
    elif kind == "tiny":
        yield Step(world.draw(int(draw.integers(8_000, 20_000)), seed * 10), world)
        sizes = draw.integers(400, 1_500, CHALLENGERS)
        yield from (Step(world.draw(int(size), seed * 10 + n), world) for n, size in enumerate(sizes, 1))
    elif kind == "duplicated":
        first = world.draw(int(draw.integers(3_000, 6_000)), seed * 10)
        few = [world.draw(int(draw.integers(400, 1_000)), seed * 10 + n) for n in (1, 2)]
        copies = [pa.concat_tables([rows] * 4) for rows in few]
        # Now and then it is the champion's own file that comes twice.
        last = pa.concat_tables([first] * 2) if seed % 3 == 0 else copies[1]
        yield from (Step(rows, world) for rows in (first, copies[0], last))
    else:
        yield from _changed(kind, seed, draw)


def _changed(kind: str, seed: int, draw: np.random.Generator) -> Iterator[Step]:
    """A champion of the world before, and challengers that learned from the changed one, half of them alone from it."""
    before = World().draw(int(draw.integers(2_000, 8_000)), seed * 10)
    after = World(float(draw.uniform(0.5, 2)), SWAPPED) if kind == "drifted" else World(words=RECODED)
    yield Step(before, World())
    known = [before] if seed % 2 else []
    for number in range(CHALLENGERS):
        known.append(after.draw(_between(draw, 400, 8_000), seed * 10 + 1 + number))
        yield Step(pa.concat_tables(known), after)


def _between(draw: np.random.Generator, least: int, most: int) -> int:
    """A number of rows, any order of magnitude as likely as another."""
    return int(math.exp(draw.uniform(math.log(least), math.log(most))))
