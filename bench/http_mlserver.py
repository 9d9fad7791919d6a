"""MLServer's model of the HTTP benchmark: one float tensor of encoded rows in, one tensor of labels out."""

from __future__ import annotations

import numpy as np
import onnxruntime as ort
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse


class Trees(MLModel):
    """The ONNX model behind the Open Inference protocol."""

    async def load(self) -> bool:
        """Open the model on one thread, as the other servers do."""
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = ort.InferenceSession(self.settings.parameters.uri, options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """The label of every row."""
        rows = NumpyCodec.decode_input(payload.inputs[0]).astype(np.float32, copy=False)
        found = self._session.run(["probabilities"], {self._input: rows})[0]
        labels = (found[:, 1] >= 0.5).astype(np.int64)
        return InferenceResponse(model_name=self.name, outputs=[NumpyCodec.encode_output("label", labels)])
