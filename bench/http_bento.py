"""BentoML's service of the HTTP benchmark: a pydantic model of the row, look-up tables, onnxruntime."""

import os

import bentoml
import numpy as np
import onnxruntime as ort
import pydantic
from batch_data import CATEGORIES, NUMBERS

_FIELDS = {**dict.fromkeys(NUMBERS, (float, ...)), **dict.fromkeys(CATEGORIES, (str, ...))}
Row = pydantic.create_model("Row", **_FIELDS)


@bentoml.service(workers=1)
class Rows:
    """The ONNX model behind BentoML's own protocol."""

    def __init__(self) -> None:
        """Open the model on one thread, as the other servers do."""
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        model = os.environ["BENCH_MODEL"]
        self._session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name
        self._tables = {name: {value: float(code) for code, value in enumerate(v)} for name, v in CATEGORIES.items()}

    @bentoml.api
    def score(self, rows: list[Row]) -> dict:
        """The label of every row."""
        matrix = [
            [*(getattr(one, n) for n in NUMBERS), *(self._tables[n].get(getattr(one, n), -1.0) for n in CATEGORIES)]
            for one in rows
        ]
        found = self._session.run(["probabilities"], {self._input: np.array(matrix, dtype=np.float32)})[0]
        return {"Results": ["1" if one else "0" for one in found[:, 1] >= 0.5]}
