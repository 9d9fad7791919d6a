"""The rows of bench/automl.py: a case on one seed, the same for every way."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from model_training.data.answers import answers_of  # noqa: E402 - the path is set first
from model_training.scenarios import SCENARIOS  # noqa: E402 - like above
from model_training.text.tables import divide  # noqa: E402 - like above
from shared.core.scenario import Scenario, Split  # noqa: E402 - like above
from shared.datasets.feature_frame import JUDGING, feature_frame, judges_by_hash  # noqa: E402 - like above
from shared.training.fingerprints import fingerprints  # noqa: E402 - like above

CASES = ("bank", "bank with duration", "text")
_JUDGES = "judges"
_BANK, _TEXT = SCENARIOS["bank_marketing"], SCENARIOS["text_classification"]
# An odd number: products with its powers are other orders of the same hashes.
_SHUFFLE = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Case:
    """The tables of a drop and the scenario that learns from them; `judges` says which rows judge."""

    scenario: Scenario
    tables: Mapping[str, pa.Table]

    def parts(self) -> tuple[pa.Table, pa.Table]:
        """The rows to learn from and the untouched ones: inputs, and the answer as the position of its label."""
        frame = feature_frame(self.tables, self.scenario)
        judging, answers = frame[_JUDGES], pa.array(answers_of(frame, self.scenario).values)
        rows = frame.select(list(self.scenario.features)).append_column(self.scenario.target, answers)
        return rows.filter(pa.compute.invert(judging)), rows.filter(judging)


def case_of(name: str, data: Path, seed: int) -> Case:
    """The case; seed 0 has the judging rows of the project itself, every other seed as many others by the same rule."""
    if name == "text":
        options = pacsv.ParseOptions(newlines_in_values=True)
        table = pacsv.read_csv(data / "newsgroups" / "newsgroups4_train.csv", parse_options=options)
        return Case(_TEXT, divide(table, seed=seed))
    table = pacsv.read_csv(data / "bank_marketing" / "bankmarketing_train.csv")
    # The same share of all rows chooses as in the scenario's own split.
    split = Split("given", column=_JUDGES, validation=_BANK.split.validation / (1 - JUDGING))
    leakage = () if name == "bank with duration" else _BANK.leakage
    judges = pa.array(judges_by_hash(_reordered(fingerprints(_BANK, table).identity, seed)))
    return Case(replace(_BANK, split=split, leakage=leakage), {"clients": table.append_column(_JUDGES, judges)})


def _reordered(identity: np.ndarray, seed: int) -> np.ndarray:
    """The hashes in another order for each seed; equal ones stay equal."""
    with np.errstate(over="ignore"):
        return identity * np.prod(np.full(seed, _SHUFFLE), dtype=np.uint64)
