"""The function app as a factory: triggers are closures over `ports`, which is first called by the first event."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING

import azure.functions as func

from functions import (
    approvals,
    dashboard,
    decisions,
    deployments,
    http_api,
    inference,
    intake,
    lineage,
    pipelines,
    static,
    timers,
    workers,
)
from functions.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable

    from functions.scoring import Scorer
    from shared.ports import Ports


def create_app(ports: Callable[[], Ports]) -> func.FunctionApp:
    """All triggers of the project on one app. A missing setting fails one invocation, not the app."""
    _quiet_libraries()
    app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
    app.register_functions(intake.blueprint())
    app.register_functions(workers.blueprint(ports))
    app.register_functions(timers.blueprint(ports))
    turns = Turns(cache(lambda: _scorer(ports())))
    app.register_functions(http_api.blueprint(ports, turns))
    app.register_functions(inference.blueprint(turns))
    app.register_functions(pipelines.blueprint(ports))
    app.register_functions(static.blueprint())
    app.register_functions(lineage.blueprint(ports))
    app.register_functions(dashboard.blueprint(ports))
    app.register_functions(approvals.blueprint(ports))
    app.register_functions(decisions.blueprint(ports))
    app.register_functions(deployments.blueprint(ports))
    return app


def _quiet_libraries() -> None:
    # Not in host.json: there every Python logger has the category of its function, whatever its name.
    for name in ("azure", "urllib3"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _scorer(ports: Ports) -> Scorer:
    from functions.scoring import Scorer

    return Scorer(ports)
