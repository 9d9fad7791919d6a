"""The Open Inference Protocol: its types, its requests, and values as bytes."""
