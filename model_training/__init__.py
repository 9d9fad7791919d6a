"""The machine learning: scenarios, features, training steps, ONNX export."""
