"""What a scenario declares about turning a probability into a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shared.core.errors import Misconfigured
from shared.core.wording import counted

type Rule = Literal["best_f1", "cost", "recall", "precision", "alarm_share", "cost_matrix"]
_NEEDS_SHARE = ("recall", "precision", "alarm_share")


@dataclass(frozen=True, slots=True)
class Decision:
    """From which probability a label is predicted. Training chooses the threshold on rows outside its fits.

    `best_f1`: the largest F1. `cost`: the least sum, where each false alarm costs
    `false_alarm` and each missed row `missed`.
    `recall`: the fewest alarms with at least `share` of the true rows. `precision`: the most true rows among alarms
    that are right at least for `share` of them. `alarm_share`: the most true rows when at most `share` of all rows
    raise an alarm. Of several classes the most probable one is predicted, or by `Decision.cost_matrix` the one that
    costs least; numbers need no decision.
    """

    rule: Rule = "best_f1"
    share: float = 0.0
    false_alarm: float = 1.0
    missed: float = 1.0
    costs: tuple[tuple[float, ...], ...] = ()

    @classmethod
    def cost_matrix(cls, *rows: Sequence[float]) -> Decision:
        """The least cost of several classes: row n holds what each prediction costs when class n is true."""
        return cls("cost_matrix", costs=tuple(tuple(float(cost) for cost in row) for row in rows))

    def __post_init__(self) -> None:
        """Misconfigured when the rule's numbers make no sense."""
        if self.rule in _NEEDS_SHARE and not 0 < self.share <= 1:
            raise Misconfigured(f"Decision({self.rule!r})", f"has the share {self.share:g}", "above 0, up to 1")
        if self.rule == "cost" and not (self.false_alarm > 0 and self.missed > 0):
            costs = f"costs {self.false_alarm:g} for a false alarm and {self.missed:g} for a missed row"
            raise Misconfigured("Decision('cost')", costs, "two numbers above 0")
        if self.rule == "cost_matrix":
            self._check_costs()

    def check_fits(self, scenario: str, task: str, labels: int) -> None:
        """Misconfigured when the task cannot be decided by this rule."""
        where = f"The decision of scenario {scenario!r}"
        if self.rule == "cost_matrix" and (task != "multiclass" or len(self.costs) != labels):
            size = f"is a cost matrix for {counted(len(self.costs), 'class', 'classes')}"
            raise Misconfigured(where, size, f"one for the {labels} of a {task} task")
        if task == "multiclass" and self.rule not in ("best_f1", "cost_matrix"):
            raise Misconfigured(where, f"is {self.rule!r}", "Decision() or a cost matrix")

    def _check_costs(self) -> None:
        square = all(len(row) == len(self.costs) > 1 for row in self.costs) and self.costs
        right = square and all(
            row[at] == 0 and all(cost > 0 for other, cost in enumerate(row) if other != at)
            for at, row in enumerate(self.costs)
        )
        if not right:
            accepted = "a square of at least two classes, 0 where the prediction is right and above 0 elsewhere"
            raise Misconfigured("Decision.cost_matrix", f"has the rows {list(map(list, self.costs))}", accepted)

    @property
    def sentence(self) -> str:
        """The rule in words."""
        matrix = " / ".join(" ".join(f"{cost:g}" for cost in row) for row in self.costs)
        return {
            "best_f1": "the largest F1",
            "cost": f"the least cost: {self.false_alarm:g} a false alarm, {self.missed:g} a missed row",
            "recall": f"the fewest alarms with a recall of at least {self.share:g}",
            "precision": f"the most true rows with a precision of at least {self.share:g}",
            "alarm_share": f"the most true rows with alarms in at most {self.share:.1%} of the rows",
            "cost_matrix": f"the least cost by the matrix {matrix}",
        }[self.rule]
