"""Answering requests: deployed models, request decoding, the prediction log, serving metrics."""
