"""Which graph of a version is put into service: the judged fit, or the refit that its certificate lets serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.release.verdict import Verdict
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


def chosen_graph(ports: ReleasePorts, model: Model, verdict: Verdict) -> Model:
    """The graph that serves when the version is put into service by this certificate.

    A version that served or was tried before, in any environment, continues with the same graph.
    """
    refit = model.graph(model.refit_sha256)
    chosen = refit if refit is not None and verdict.refit == refit.sha256[:12] else model.judged
    return graph_in_use(ports, model) or chosen


def graph_in_use(ports: ReleasePorts, model: Model) -> Model | None:
    """The graph of the version that served or was tried last; None when none ever was."""
    served, tried = ports.release.deployments.list(model.name, "*"), ports.release.rollouts.list(model.name)
    used = [(one.at, one.sha256) for one in served if one.version == model.version]
    used += [(one.at, one.sha256) for one in tried if one.version == model.version]
    return model.graph(max(used)[1]) if used else None
