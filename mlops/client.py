"""A read-only client on the same ports as the function app."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from local.console.session import APP, DEFAULTS
from local.host.local_settings import WAITS, read_environment
from mlops.datasets import Datasets
from mlops.models import Models
from mlops.predictions import Predictions
from model_training.scenarios import SCENARIOS
from shared.bootstrap import build_ports
from shared.core.errors import Misconfigured, Missing
from shared.core.scenario import find_scenario
from shared.core.wording import did_you_mean
from shared.ports import Ports
from shared.prediction.options.shard_settings import SETTING as SCORER_ROWS
from shared.release.policy_settings import NAMES as POLICIES
from shared.settings import NAMES, read_settings
from shared.training.options.option_settings import NAMES as OPTIONS

_SQLITE = "sqlite:///"
# Settings of the platform, of which the host reads some.
_PLATFORM = ("AzureWebJobs", "AzureFunctions", "FUNCTIONS_", "APPLICATIONINSIGHTS_", "WEBSITE_", "AZURE_", "SPARK_")


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

        Of a window that was corrected the newest version counts. Missing names the known scenarios; BadInput for
        a time that is no datetime with a zone.
        """
        declared = find_scenario(self._ports.core.scenarios, scenario)
        return Predictions.chosen(self._ports, declared, window, since, until)

    def __repr__(self) -> str:
        return f"Client(scenarios={self.scenarios})"


def connect(home: str | Path | None = None, **settings: str) -> Client:
    """A client with the settings of the command: these arguments, then the environment, then `local.settings.json`.

    `home` is the folder of an embedded installation (`MLOPS_HOME`). Missing when nothing has been made there yet;
    Misconfigured names a setting that is not known or cannot be used.
    """
    _check_names(settings)
    environ = {**DEFAULTS, **read_environment(APP, os.environ), **settings}
    if home is not None:
        environ["MLOPS_HOME"] = str(home)
    database = read_settings(environ).database_url
    if database.startswith(_SQLITE) and not Path(database.removeprefix(_SQLITE)).exists():
        raise Missing(f"There is no {database.removeprefix(_SQLITE)} yet: run `make demo`, or name another home.")
    return Client(build_ports(environ, SCENARIOS))


def _check_names(settings: Mapping[str, object]) -> None:
    """Misconfigured for a name that nothing reads, and for a value that is no text."""
    of_scenarios = (
        f"{name}_{scenario.upper()}" for name in (*POLICIES, *OPTIONS, SCORER_ROWS) for scenario in SCENARIOS
    )
    known = [*NAMES, *DEFAULTS, WAITS, *of_scenarios]
    for name, value in settings.items():
        if name not in known and not name.startswith(_PLATFORM):
            raise Misconfigured(name, f"is not known{did_you_mean(name, known)}", "a name in docs/settings.md")
        if not isinstance(value, str):
            raise Misconfigured(name, f"is {value!r}, which is no text", f'"{value}" in quotation marks')
