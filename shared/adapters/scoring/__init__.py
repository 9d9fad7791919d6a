"""ONNX models: judged, loaded from bytes, and run over requests and windows."""
