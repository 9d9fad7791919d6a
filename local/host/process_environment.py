"""The environment variables of the process while a host runs."""

from __future__ import annotations

import os
from collections.abc import Mapping


class ProcessEnvironment:
    """Sets os.environ for the worker library and the app, and restores it afterwards."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self._before: dict[str, str] = {}

    def __enter__(self) -> None:
        """Set the variables."""
        self._before = dict(os.environ)
        os.environ.update(self._values)

    def __exit__(self, *_: object) -> None:
        """Restore the variables."""
        for name in self._values:
            if name in self._before:
                os.environ[name] = self._before[name]
            else:
                os.environ.pop(name, None)
