"""Models as ONNX graphs: inspection, rehearsal, encoding and scoring."""
