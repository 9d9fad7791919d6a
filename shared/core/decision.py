"""What a scenario declares about turning a probability into a decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shared.core.errors import Misconfigured

type Rule = Literal["best_f1", "cost", "recall", "precision", "alarm_share"]
_NEEDS_SHARE = ("recall", "precision", "alarm_share")


@dataclass(frozen=True, slots=True)
class Decision:
    """From which probability a label is predicted. Training chooses the threshold on rows outside its fits.

    `best_f1`: the largest F1. `cost`: the least sum, where each false alarm costs
    `false_alarm` and each missed row `missed`.
    `recall`: the fewest alarms with at least `share` of the true rows. `precision`: the most true rows among alarms
    that are right at least for `share` of them. `alarm_share`: the most true rows when at most `share` of all rows
    raise an alarm. Of several classes the most probable one is predicted; numbers need no decision.
    """

    rule: Rule = "best_f1"
    share: float = 0.0
    false_alarm: float = 1.0
    missed: float = 1.0

    def __post_init__(self) -> None:
        """Misconfigured when the rule's numbers make no sense."""
        if self.rule in _NEEDS_SHARE and not 0 < self.share <= 1:
            raise Misconfigured(f"Decision({self.rule!r})", f"has the share {self.share:g}", "above 0, up to 1")
        if self.rule == "cost" and not (self.false_alarm > 0 and self.missed > 0):
            costs = f"costs {self.false_alarm:g} for a false alarm and {self.missed:g} for a missed row"
            raise Misconfigured("Decision('cost')", costs, "two numbers above 0")

    @property
    def sentence(self) -> str:
        """The rule in words."""
        return {
            "best_f1": "the largest F1",
            "cost": f"the least cost: {self.false_alarm:g} a false alarm, {self.missed:g} a missed row",
            "recall": f"the fewest alarms with a recall of at least {self.share:g}",
            "precision": f"the most true rows with a precision of at least {self.share:g}",
            "alarm_share": f"the most true rows with alarms in at most {self.share:.1%} of the rows",
        }[self.rule]
