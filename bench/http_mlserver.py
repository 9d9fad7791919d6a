"""MLServer's model of the HTTP benchmark: a tensor for each column, or one of encoded rows; labels come out."""

from __future__ import annotations

import numpy as np
import onnxruntime as ort
from batch_data import CATEGORIES, NUMBERS
from mlserver import MLModel
from mlserver.codecs import NumpyCodec, StringCodec
from mlserver.types import InferenceRequest, InferenceResponse


class Trees(MLModel):
    """The ONNX model behind the Open Inference protocol."""

    async def load(self) -> bool:
        """Open the model on one thread, as the other servers do."""
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = ort.InferenceSession(self.settings.parameters.uri, options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name
        self._tables = {name: {value: float(code) for code, value in enumerate(v)} for name, v in CATEGORIES.items()}
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """The label of every row."""
        one = len(payload.inputs) == 1
        rows = NumpyCodec.decode_input(payload.inputs[0]).astype(np.float32, copy=False) if one else self._rows(payload)
        found = self._session.run(["probabilities"], {self._input: rows})[0]
        labels = (found[:, 1] >= 0.5).astype(np.int64)
        return InferenceResponse(model_name=self.name, outputs=[NumpyCodec.encode_output("label", labels)])

    def _rows(self, payload: InferenceRequest) -> np.ndarray:
        given = {one.name: one for one in payload.inputs}
        numbers = [NumpyCodec.decode_input(given[name]).ravel() for name in NUMBERS]
        codes = [[self._tables[n].get(text, -1.0) for text in StringCodec.decode_input(given[n])] for n in CATEGORIES]
        return np.array([*numbers, *codes], dtype=np.float32).T
