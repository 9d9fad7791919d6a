"""Pairs of models on generated bank rows: what the gate says of them, and what is true on rows that nobody learned."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from model_training.data.rows import Prepared
from model_training.estimators.candidates import FitPlan
from model_training.estimators.families import fit_candidates
from model_training.scenarios import SCENARIOS
from model_training.steps.prepare import prepare_rows
from shared.adapters.onnx.scoring import OnnxScoring
from shared.core.scenario import GeneratorOptions
from shared.release.gate.champion import Contest, compare
from shared.release.gate.contestants import Contestant, fresh_part
from shared.release.gate.judging_rows import JudgingRows, actual_values
from shared.release.verdict import Check, Verdict
from shared.training.fingerprints import fingerprints
from shared.training.intervals import BootstrapComparison
from shared.training.learned_rows import LearnedRows
from shared.training.model import Model

BANK = SCENARIOS["bank_marketing"]
MARGIN = 0.01
CANDIDATE = "lightgbm"


@dataclass(frozen=True, slots=True)
class Trained:
    """A model as it would be served, and the rows that judge it."""

    contestant: Contestant
    judging: JudgingRows


@dataclass(frozen=True, slots=True)
class Truth:
    """The 95 % interval of the difference on rows that neither model learned from."""

    low: float
    high: float

    @property
    def kind(self) -> str:
        """`worse`: wholly below minus the margin. `better`: wholly above two margins. Else `between`."""
        if self.high < -MARGIN:
            return "worse"
        return "better" if self.low > 2 * MARGIN else "between"


def clients(rows: int, seed: int, drift: float = 0.0) -> pa.Table:
    """So many generated clients."""
    return dict(BANK.generate(rows, seed, GeneratorOptions(drift=drift)))["clients"]  # type: ignore[misc]  # it has a generator


def train(rows: pa.Table, version: int) -> Trained:
    """The one candidate fitted as training does, on the rows of role `learn`; its graph, and its judging rows."""
    prepared = prepare_rows({"clients": rows}, BANK, 1)
    learnt = prepared.rows.take(prepared.parts.train)
    (candidate,) = fit_candidates((CANDIDATE,), learnt, FitPlan("demo", 1, _quiet))
    onnx = candidate.to_onnx()
    manifest = {
        "sha256": hashlib.sha256(onnx).hexdigest(),
        "contract": prepared.contract.to_json(),
        "task": BANK.task,
    }
    at = datetime(2026, 1, version % 28 + 1, tzinfo=UTC)
    model = Model(BANK.name, version, manifest["sha256"], f"run-{version}", "", {}, "", at)
    prints = fingerprints(BANK, prepared.frame)
    taught = np.concatenate([prepared.parts.train, prepared.parts.validation])
    learned = LearnedRows.of(prints, taught, None)
    contestant = Contestant(BANK, model, OnnxScoring().load(onnx, manifest), manifest, learned)
    return Trained(contestant, _judging(prepared))


def _judging(prepared: Prepared) -> JudgingRows:
    prints = fingerprints(BANK, prepared.frame)
    keys = pa.table({name: getattr(prints, name) for name in ("identity", "inputs", "cluster")})
    every = JudgingRows(prepared.frame, actual_values(BANK, prepared.frame), keys)
    return every.take(prepared.parts.test)


def verdict(challenger: Trained, champion: Trained) -> Verdict:
    """What the gate's comparison says of the challenger."""
    one, other, rows = challenger.contestant, champion.contestant, challenger.judging
    contest = Contest(one, other, rows, *fresh_part(one, other, rows), champion.judging)
    checks: tuple[Check, ...] = tuple(compare(contest, 1))
    return Verdict(challenger.contestant.model.id, challenger.contestant.model.sha256, checks)


def truth(challenger: Trained, champion: Trained, rows: JudgingRows) -> Truth:
    """How the two models compare on these rows."""
    answers, others = (one.contestant.answers(rows) for one in (challenger, champion))
    return Truth(*BootstrapComparison(BANK.task, BANK.metric, rows.actual).lead(answers, others))


def population(rows: int, seed: int, drift: float = 0.0) -> JudgingRows:
    """Rows of the same generator that no model has seen."""
    table = clients(rows, seed, drift)
    return JudgingRows(table, actual_values(BANK, table), None)


def drops(kind: str, seed: int) -> Iterator[pa.Table]:
    """The training data of one model after another: what each kind of sequence hands to training."""
    draw = np.random.default_rng(seed)
    if kind == "cumulative":
        size = int(draw.integers(1_000, 3_000))
        every = clients(4 * size, seed)
        yield from (every.slice(0, size * number) for number in (1, 2, 4))
    elif kind == "incremental":
        for number, size in enumerate(draw.integers(3_000, 12_000, 3)):
            yield clients(int(size), seed * 10 + number)
    elif kind == "tiny":
        yield clients(int(draw.integers(8_000, 20_000)), seed * 10)
        for number in (1, 2):
            yield clients(int(draw.integers(400, 1_500)), seed * 10 + number)
    elif kind == "duplicated":
        first = clients(int(draw.integers(3_000, 6_000)), seed * 10)
        yield first
        yield pa.concat_tables([first, first])
        second = clients(int(draw.integers(400, 1_500)), seed * 10 + 1)
        yield pa.concat_tables([second] * 4)
    else:
        raise ValueError(kind)


KINDS = ("cumulative", "incremental", "tiny", "duplicated")


def _quiet(*_told: object, **_facts: object) -> None:
    """Nobody watches."""
