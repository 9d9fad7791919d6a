"""Quality, gains and answered requests as entries, so that they can be shown between those of the journal."""

from __future__ import annotations

from collections.abc import Mapping

from shared.core.ledger import Entry
from shared.monitoring.measures import QualityMeasure, Scorecard
from shared.ports import Ports


def qualities(ports: Ports, scenario: str) -> list[Entry]:
    """Every quality revision of the windows with labels, oldest window first."""
    windows = [latest.window for latest in ports.monitoring.qualities.latest(scenario)]
    measures = [measure for window in windows for measure in ports.monitoring.qualities.revisions(scenario, window)]
    return [_quality(measure) for measure in measures if measure.labelled]


def gains(ports: Ports, scenario: str) -> list[Entry]:
    """The realised gains of the promotions, as far as they are known."""
    cards = ports.monitoring.scorecards.list(scenario)
    return [_gain(card) for card in cards if card.realised_gain is not None]


def answers(ports: Ports, scenario: str, answered: Mapping[str, int]) -> list[Entry]:
    """How many requests each model answered."""
    counts = ", ".join(f"{model} answered {count}" for model, count in sorted(answered.items()))
    return [Entry("requests", scenario, "done", f"{counts} requests.", ports.core.clock())]


def _quality(measure: QualityMeasure) -> Entry:
    value = "no value yet" if measure.value is None else f"{measure.metric} {measure.value:.3f}"
    expected = "" if measure.expected is None else f" (expected {measure.expected:.3f})"
    reason = f"{value}{expected} with {measure.coverage:.0%} of the labels, {measure.state}: {measure.verdict}."
    return Entry("quality", f"{measure.window} {measure.revision}", measure.state, reason, measure.measured_at)


def _gain(card: Scorecard) -> Entry:
    predicted = "" if card.predicted_gain is None else f"predicted {card.predicted_gain:+.3f}, "
    reason = f"{card.model}: {predicted}realised gain {card.realised_gain:+.3f} {card.metric}."
    return Entry("scorecard", f"{card.generation} {reason}", "done", reason, card.computed_at or card.promoted_at)
