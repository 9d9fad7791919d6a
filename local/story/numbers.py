"""What the system says in rows instead of sentences, as lines that can stand between those of the journal."""

from __future__ import annotations

from collections.abc import Mapping

from shared.core.ledger import Entry
from shared.monitoring.measures import QualityMeasure, Scorecard
from shared.ports import Ports


def qualities(ports: Ports, scenario: str) -> list[Entry]:
    """Every quality that was ever stated of a window with labels, oldest window first."""
    windows = [one.window for one in ports.monitoring.qualities.latest(scenario)]
    stated = [one for window in windows for one in ports.monitoring.qualities.revisions(scenario, window)]
    return [_quality(one) for one in stated if one.labelled]


def gains(ports: Ports, scenario: str) -> list[Entry]:
    """What the promotions came to, as far as it is known."""
    cards = ports.monitoring.scorecards.list(scenario)
    return [_gain(card) for card in cards if card.realised_gain is not None]


def answers(ports: Ports, scenario: str, answered: Mapping[str, int]) -> list[Entry]:
    """Who answered how many requests."""
    told = ", ".join(f"{model} answered {count}" for model, count in sorted(answered.items()))
    return [Entry("requests", scenario, "done", f"{told} requests.", ports.core.clock())]


def _quality(one: QualityMeasure) -> Entry:
    value = "no number yet" if one.value is None else f"{one.metric} {one.value:.3f}"
    promised = "" if one.expected is None else f" (promised {one.expected:.3f})"
    reason = f"{value}{promised} with {one.coverage:.0%} of the labels, {one.state}: {one.verdict}."
    return Entry("quality", f"{one.window} {one.revision}", one.state, reason, one.measured_at)


def _gain(card: Scorecard) -> Entry:
    predicted = "" if card.predicted_gain is None else f"predicted {card.predicted_gain:+.3f}, "
    reason = f"{card.model}: {predicted}realised gain {card.realised_gain:+.3f} {card.metric}."
    return Entry("scorecard", f"{card.generation} {reason}", "done", reason, card.computed_at or card.promoted_at)
