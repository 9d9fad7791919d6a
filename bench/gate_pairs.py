"""Pairs of models on generated bank rows: trained as the product does, and what is true of them on unseen rows."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.gate_rows import BANK, World
from model_training.data.rows import Prepared
from model_training.estimators.candidates import FitPlan
from model_training.estimators.families import fit_candidates
from model_training.steps.manifest import holdout_keys, learned
from model_training.steps.prepare import prepare_rows
from shared.adapters.onnx.scoring import OnnxScoring
from shared.release.gate.champion import Contest, compare
from shared.release.gate.contestants import Contestant, fresh_part
from shared.release.gate.judging_rows import JudgingRows, as_judging_rows
from shared.release.verdict import Check, Verdict
from shared.training.fingerprints import fingerprints
from shared.training.intervals import BootstrapComparison
from shared.training.learned_rows import LEARNED, LearnedRows
from shared.training.model import Artefact, Model

MARGIN = 0.01
CANDIDATE = "lightgbm"
HOLDOUT = "holdout.parquet"


@dataclass(frozen=True, slots=True)
class Trained:
    """A model as it would be served, the rows that judge it, and what a run would hand to the registry."""

    contestant: Contestant
    judging: JudgingRows
    artefact: Artefact


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
    return World(drift).draw(rows, seed)


def train(rows: pa.Table, version: int) -> Trained:
    """The one candidate fitted as training does, on the rows of role `learn`; its graph, and its judging rows."""
    prepared = prepare_rows({"clients": rows}, BANK, 1)
    learnt = prepared.rows.take(prepared.parts.train)
    (candidate,) = fit_candidates((CANDIDATE,), learnt, FitPlan("demo", 1, _quiet))
    artefact = _artefact(candidate.to_onnx(), prepared, version)
    manifest = artefact.manifest
    at = datetime(2026, 1, version % 28 + 1, tzinfo=UTC)
    model = Model(BANK.name, version, manifest["sha256"], artefact.run, "", {}, "", at)
    prints = fingerprints(BANK, prepared.frame)
    taught = np.concatenate([prepared.parts.train, prepared.parts.validation])
    known = LearnedRows.of(prints, taught, None)
    contestant = Contestant(BANK, model, OnnxScoring().load(artefact.onnx, manifest), manifest, known)
    judging = as_judging_rows(BANK, BANK.features, prepared.frame).take(prepared.parts.test)
    return Trained(contestant, judging, artefact)


def _artefact(onnx: bytes, prepared: Prepared, version: int) -> Artefact:
    """What a run hands to the registry, as far as the gate's comparison reads it."""
    sink = io.BytesIO()
    pq.write_table(prepared.frame.take(prepared.parts.test), sink, write_page_checksum=True)
    (keys, key_facts), (prints, learned_facts) = holdout_keys(prepared), learned(prepared)
    digest = hashlib.sha256(sink.getvalue()).hexdigest()
    manifest = {
        "sha256": hashlib.sha256(onnx).hexdigest(),
        "contract": prepared.contract.to_json(),
        "task": BANK.task,
        "metrics": {},
        "holdout": {"file": HOLDOUT, "sha256": digest, "keys": key_facts},
        "learned": learned_facts,
    }
    files = {HOLDOUT: sink.getvalue(), key_facts["file"]: keys, LEARNED: prints}
    return Artefact(BANK.name, f"run-{version}", f"dataset-{version}", onnx, manifest, files)


def verdict(challenger: Trained, champion: Trained) -> Verdict:
    """What the gate's comparison says of the challenger on the rows of now, at its first look."""
    one, other, rows = challenger.contestant, champion.contestant, challenger.judging
    contest = Contest(one, other, rows, *fresh_part(one, other, rows))
    checks: tuple[Check, ...] = tuple(compare(contest, 1))
    return Verdict(challenger.contestant.model.id, challenger.contestant.model.sha256, checks)


def truth(challenger: Contestant, champion: Contestant, rows: JudgingRows) -> Truth:
    """How the two models compare on these rows."""
    answers, others = (one.answers(rows) for one in (challenger, champion))
    return Truth(*BootstrapComparison(BANK.task, BANK.metric, rows.actual).lead(answers, others))


def _quiet(*_told: object, **_facts: object) -> None:
    """Nobody watches."""
