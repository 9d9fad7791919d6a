"""From a fitted candidate to one ONNX graph with proven parity."""
