"""How thoroughly a training run searches."""

from __future__ import annotations

PROFILES = ("default", "demo")
