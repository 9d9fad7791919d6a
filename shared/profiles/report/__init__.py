"""The page of a dataset version: one HTML file, pictures inline, no script, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Template


def render(facts: Mapping[str, Any]) -> bytes:
    """Return the page as UTF-8; every name and value from the data is escaped.

    `facts`: `dataset`, `scenario`, `title`, `rows`, `sources`, `profile`, `validation`, `baseline` (or None) and
    `history` (records, oldest first).
    """
    from shared.profiles.report.view import view

    return _template().render(view(facts)).encode()


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html")
