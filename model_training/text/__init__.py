"""Text classifiers: a shared vocabulary, candidates on its matrix, and their ONNX graphs from cleaned strings."""
