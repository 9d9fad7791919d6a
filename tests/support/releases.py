"""A world in which versions are released: dropping data, asking, deciding."""

from __future__ import annotations

from pathlib import Path

from served_model import score_rows
from world import InlineTrainer, World, points_csv

from shared.core.messages import model_message
from shared.core.paths import Landing
from shared.operations.status import DropOutcome, drop_outcome
from shared.release.approval import Approval
from shared.release.looks import newest_entry
from shared.serving.model_router import ModelRouter


def asking_world(folder: Path, weight: float = 3.0, **settings: str) -> World:
    """A world whose prod asks for approval, as a deployed app does by default."""
    return World(folder, trainer=InlineTrainer(weight), **{"APPROVALS": "prod", **settings})


def drop(world: World, name: str, *, seed: int = 1, weight: float | None = None) -> DropOutcome:
    """Land labelled points, train a model of that weight on them, and tell how the drop ended."""
    if weight is not None:
        world.trainer.weight = weight
    world.handle(world.land(f"incoming/points/{name}/points.csv", points_csv(seed=seed)))
    outcome = drop_outcome(world.ports, Landing("incoming", world.ports.core.scenarios["points"], name, ""))
    assert outcome is not None
    return outcome


def waiting(world: World) -> Approval:
    """The one open request."""
    (found,) = [one for one in world.ports.release.approvals.list() if one.state == "open"]
    return found


def go_on(world: World, version: int) -> str:
    """What a worker does after a decision; how the version's release stands then."""
    world.handle(model_message("points", version))
    entry = newest_entry(world.ports, f"points:{version}")
    assert entry is not None
    return entry.state


def ask(router: ModelRouter, count: int, *, prefix: str = "k", x: float = 0.5) -> dict[int, int]:
    """So many requests under different keys; how many each version answered."""
    rows = [{"x": x, "color": "red"}]
    answered: dict[int, int] = {}
    for number in range(count):
        deployed, _ = router.answer("points", f"{prefix}{number}", lambda model: score_rows(model, rows))
        answered[deployed.model.version] = answered.get(deployed.model.version, 0) + 1
    router.flush()
    return answered
