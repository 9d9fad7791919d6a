"""Generated bank rows whose truth is known: as they are, drifted, with other habits, or with other words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from model_training.scenarios import SCENARIOS
from shared.core.scenario import GeneratorOptions
from shared.release.gate.judging_rows import JudgingRows, actual_values

Words = Mapping[str, Mapping[str, str]]
BANK = SCENARIOS["bank_marketing"]
# Other words for values that fewer than half of the rows have: a drop with more is refused before it is learned.
RECODED = {
    "contact": {"telephone": "landline"},
    "poutcome": {"success": "bought", "failure": "declined"},
    "job": {"student": "pupil", "retired": "pensioner", "blue-collar": "worker"},
}
# Who said yes by one way is now called by the other one.
SWAPPED = {"contact": {"telephone": "cellular", "cellular": "telephone"}}


@dataclass(frozen=True, slots=True)
class World:
    """Where rows come from: so many standard deviations of drift, and which values have other words or meanings."""

    drift: float = 0.0
    words: Words = field(default_factory=dict)

    def draw(self, rows: int, seed: int) -> pa.Table:
        """So many rows; equal seeds give equal rows."""
        table: pa.Table = dict(BANK.generate(rows, seed, GeneratorOptions(drift=self.drift)))["clients"]  # type: ignore[misc]  # it has a generator
        return with_other_words(table, self.words)

    def population(self, rows: int, seed: int) -> JudgingRows:
        """So many rows that no model has seen."""
        table = self.draw(rows, seed)
        return JudgingRows(table, actual_values(BANK, table), None)


def with_other_words(table: pa.Table, words: Words) -> pa.Table:
    """The rows with other words for some values of some columns."""
    for name, others in words.items():
        old = new = table[name]
        for value, word in others.items():
            new = pc.if_else(pc.equal(old, value), word, new)
        table = table.set_column(table.column_names.index(name), name, new)
    return table
