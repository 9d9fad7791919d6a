"""The kinds of estimators that compete, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from model_training.estimators import boosted, forests, linear
from model_training.estimators.estimator import Fit
from shared.core.errors import Refused
from shared.core.scenario import Task

# These see one column per category; trees split codes well enough.
ONE_HOT = frozenset({"logistic", "ridge", "linear"})
# Their rows lie one after the other in memory, which their fit would copy them for.
ROW_BY_ROW = frozenset({"logistic"})
# Their fit takes doubles, and would copy other rows.
DOUBLES = frozenset({"boosting"})
# The first of these that competes is the simple reference: a larger candidate has to beat it clearly.
REFERENCES = ("logistic", "ridge", "linear")
# Of candidates that tie the first of these is registered: linear models, small trees, many deep trees, networks.
_SIMPLEST_FIRST = (
    *("linear", "ridge", "logistic", "boosting", "lightgbm", "forest", "extra_trees"),
    *("nearest_centroid", "multinomial_nb", "complement_nb", "bernoulli_nb", "perceptron", "passive_aggressive"),
    *("sgd_l2", "sgd_l1", "sgd_elasticnet", "linear_svc_l2", "linear_svc_l1", "svc_l1_select_l2"),
    *("random_forest", "knn", "deep"),
)
_TREES: Mapping[str, Fit] = {
    "lightgbm": boosted.lightgbm,
    "boosting": forests.boosting,
    "forest": forests.forest,
    "extra_trees": forests.extra_trees,
}


def fits(task: Task) -> Mapping[str, Fit]:
    """The fit functions for the task, by name."""
    if task == "regression":
        return {**_TREES, "ridge": linear.ridge, "linear": linear.linear}
    return {**_TREES, "logistic": linear.logistic}


def simplicity(name: str, members: Sequence[str] = ()) -> int:
    """The place of a candidate among all, the simplest first; a vote is less simple than any single candidate."""
    return len(_SIMPLEST_FIRST) + len(members) if members else _SIMPLEST_FIRST.index(name)


def check_names(names: Sequence[str], scenario: str, task: Task) -> None:
    """Refused names the first candidate that the task does not know, and those it knows."""
    known = fits(task)
    for name in names:
        if name not in known:
            accepted = ", ".join(sorted(known))
            raise Refused(f"Scenario {scenario!r} lists the candidate {name!r}; accepted for {task}: {accepted}.")
