"""Trials on batches: two models answer the same windows, one of them hidden, and late labels compare them."""
