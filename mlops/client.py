"""A read-only client on the same ports as the function app."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from local.console.session import APP, DEFAULTS
from local.host.local_settings import read_environment
from mlops.datasets import Datasets
from mlops.models import Models
from mlops.predictions import Predictions
from model_training.scenarios import SCENARIOS
from shared.bootstrap import build_ports
from shared.core.errors import Missing
from shared.core.scenario import find_scenario
from shared.ports import Ports
from shared.settings import read_settings

_SQLITE = "sqlite:///"


class Client:
    """Dataset versions, models and predictions of one installation. Each call reads what is there then."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self.datasets = Datasets(ports)
        self.models = Models(ports)

    @property
    def scenarios(self) -> list[str]:
        """The names of the declared scenarios."""
        return sorted(self._ports.core.scenarios)

    def predictions(
        self, scenario: str, *, window: str = "", since: datetime | None = None, until: datetime | None = None
    ) -> Predictions:
        """Predicted rows: of one window, or of windows scored in [since, until); nothing is read yet.

        Of a window that was corrected the newest version counts. Missing names the known scenarios; ValueError for a
        time without a zone.
        """
        declared = find_scenario(self._ports.core.scenarios, scenario)
        return Predictions.chosen(self._ports, declared, window, since, until)

    def __repr__(self) -> str:
        return f"Client(scenarios={self.scenarios})"


def connect(home: str | Path | None = None, **settings: str) -> Client:
    """A client with the settings of the command: these arguments, then the environment, then `local.settings.json`.

    `home` is the folder of an embedded installation (`MLOPS_HOME`). Missing when nothing has been made there yet;
    Misconfigured names a setting that cannot be used.
    """
    environ = {**DEFAULTS, **read_environment(APP, os.environ), **settings}
    if home is not None:
        environ["MLOPS_HOME"] = str(home)
    database = read_settings(environ).database_url
    if database.startswith(_SQLITE) and not Path(database.removeprefix(_SQLITE)).exists():
        raise Missing(f"There is no {database.removeprefix(_SQLITE)} yet: run `make demo`, or name another home.")
    return Client(build_ports(environ, SCENARIOS))
