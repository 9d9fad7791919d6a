"""Where this repository lies, and what a job needs of it."""

from __future__ import annotations

from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
# .amlignore says the same to those who give the whole checkout.
CODE = ("model_training", "shared", "pyproject.toml")
