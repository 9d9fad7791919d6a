"""What a candidate answered to rows that were in no fit that answers them: decisions are chosen on these."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

FILE = "unseen_answers.parquet"


@dataclass(frozen=True, slots=True)
class UnseenAnswers:
    """`actual` as `shared.training.metrics` has it; answers float32 (rows, columns), NaN where no fit could answer."""

    actual: np.ndarray
    answers: np.ndarray

    def packed(self) -> bytes:
        """The rows as Parquet: `actual_n` and `answer_n` for each column."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        actual = self.actual.reshape(len(self.answers), -1)
        columns = {f"actual_{at}": column for at, column in enumerate(actual.T)}
        columns |= {f"answer_{at}": column for at, column in enumerate(self.answers.T)}
        sink = io.BytesIO()
        pq.write_table(pa.table(columns), sink, write_page_checksum=True)
        return sink.getvalue()

    @classmethod
    def unpacked(cls, data: bytes) -> UnseenAnswers:
        """What `packed` wrote."""
        import numpy as np
        import pyarrow.parquet as pq

        table = pq.read_table(io.BytesIO(data), page_checksum_verification=True)
        actual, answers = (
            np.column_stack([table[name].to_numpy() for name in table.column_names if name.startswith(kind)])
            for kind in ("actual_", "answer_")
        )
        one_label = actual.shape[1] == 1 < answers.shape[1]
        return cls(actual[:, 0] if one_label else actual, answers)
