"""The training profiles: how thoroughly a run searches."""

from __future__ import annotations

from typing import Literal, get_args

Profile = Literal["default", "demo"]
PROFILES: tuple[str, ...] = get_args(Profile)
