"""The card of a model: one HTML file, pictures inline, no script, nothing loaded from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shared.profiles.report
from shared.core.scenario import Scenario

if TYPE_CHECKING:
    from jinja2 import Template


EVALUATION, CARD = "evaluation.json", "card.html"
_IDENTITY = ("scenario", "run", "dataset", "algorithm", "sha256")


def files_of(scenario: Scenario, manifest: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, bytes]:
    """The files that describe a model, by name: the facts for programs, with its identity, and the card for people."""
    evaluation = {name: manifest[name] for name in _IDENTITY if name in manifest} | dict(facts)
    return {EVALUATION: json.dumps(evaluation, indent=1).encode(), CARD: render(scenario, manifest, facts)}


def render(scenario: Scenario, manifest: Mapping[str, Any], facts: Mapping[str, Any]) -> bytes:
    """The page as UTF-8; every name and value from the data is escaped. Equal manifest and facts give equal bytes."""
    from model_training.evaluation.view import card_view

    return _template().render(card_view(scenario, manifest, facts)).encode()


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    # The card shares the style of the dataset report.
    folders = [Path(__file__).parent, Path(shared.profiles.report.__file__).parent]
    loader = FileSystemLoader(folders)
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("card.html")
