"""The machine learning: scenarios, features, training steps, ONNX export."""

# Before numpy: it chooses numpy's loops for this processor.
import shared  # noqa: F401
