"""The Open Inference Protocol: its types, its requests, and values as bytes."""

# With this header only so many bytes of a body are JSON, and values follow behind them.
JSON_LENGTH = "inference-header-content-length"
