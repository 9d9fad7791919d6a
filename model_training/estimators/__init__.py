"""The candidates: estimators that are fitted in memory and convert to an ONNX graph."""
