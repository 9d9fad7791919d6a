"""A router for a world whose clock is moved by hand."""

from __future__ import annotations

from world import World

from shared.serving.metrics import ServingMetrics
from shared.serving.model_router import ModelRouter


def router_of(world: World) -> ModelRouter:
    """It reads the pointer each time and counts by the world's clock, however fast the test is."""
    router = ModelRouter(world.ports, pointer_seconds=0)
    router._metrics = ServingMetrics(world.ports, seconds=lambda: world.clock().timestamp())
    return router
