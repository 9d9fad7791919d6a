"""The candidates for tables: estimators, each fitted in memory and convertible to an ONNX graph."""
