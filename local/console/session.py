"""A command's session: its settings, its ports, and a host while it needs one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from local.console.output import err
from local.host.local_settings import WAITS, read_environment
from local.host.running import running_host
from model_training.azureml.maker import make_job, make_shards_job, online_environment
from shared.bootstrap import build_ports
from shared.core.errors import BadInput, Fault, Misconfigured
from shared.core.scenario import Scenario, Scenarios, no_scenario
from shared.operations.lost_state import lost_state
from shared.ports import Ports
from shared.settings import Settings, read_settings

if TYPE_CHECKING:
    from local.host.functions_host import Host

# Defaults of a laptop without local.settings.json; a deployed app gets these values from its settings.
# A laptop has no second person, so it deploys without approval; a deployed app requires approval by default.
DEFAULTS = {
    "PLAN_SCHEDULE": "0 */5 * * * *",
    "RECONCILE_SCHEDULE": "*/20 * * * * *",
    "MONITOR_SCHEDULE": "0 10 * * * *",
    "RETENTION_SCHEDULE": "0 10 2 * * *",
    "APPROVALS": "none",
    "LOG_SAMPLE": "1.0",
}
APP = Path(__file__).resolve().parents[2]
PORT, HOME = 7071, "MLOPS_HOME"


class Session:
    """Settings and ports of this process, built on first use."""

    def __init__(self, preferred: Mapping[str, str] | None = None) -> None:
        """`preferred` settings win over those in files and lose to the environment."""
        files = read_environment(APP, {})
        self.environ = {**DEFAULTS, **files, **(preferred or {}), **os.environ}
        self.settings: Settings = read_settings(self.environ)
        made = not self.settings.home.exists()
        _make_writable(self.settings.home)
        if made and HOME not in os.environ:
            _tell_new_home(self.settings.home)
        self._ports: Ports | None = None

    @property
    def scenarios(self) -> Scenarios:
        """Every declared scenario. Imported here, so that a mistake in one is a sentence of the command."""
        from model_training.scenarios import SCENARIOS

        return SCENARIOS

    @property
    def ports(self) -> Ports:
        """The same ports the function app gets."""
        if self._ports is None:
            self._ports = build_ports(
                self.environ,
                self.scenarios,
                make_job=make_job,
                code=online_environment,
                make_shards_job=make_shards_job,
            )
        return self._ports

    def scenario(self, name: str) -> Scenario:
        """The scenario of that name; BadInput lists the known ones."""
        if name not in self.scenarios:
            raise BadInput(f"There is {no_scenario(self.scenarios, name)}.")
        return self.scenarios[name]

    def named(self, name: str | None) -> str | None:
        """The name of a known scenario, or None; BadInput lists the known ones."""
        return name if name is None else self.scenario(name).name

    @contextmanager
    def host(self) -> Iterator[None]:
        """Inside the block a host runs on this home: the running one, or one started here."""
        if running_host(self.settings.home) is not None:
            yield
            return
        # A verb that starts a host for its own work waits for no lease of one that was killed.
        self.environ.setdefault(WAITS, "0")
        with self.own_host(port=0):
            yield

    @contextmanager
    def own_host(self, port: int) -> Iterator[Host]:
        """Start a host in this process and stop it at the end."""
        # Imported here: most verbs only read and need no host.
        from local.host.events.subscriptions import SUBSCRIPTIONS
        from local.host.functions_host import Host

        self._make_container()
        self._tell_lost_state()
        # No other host runs on this home, so the claims of a killed host are released.
        host = Host(APP, self.settings.home, self.environ, port=port, subscriptions=SUBSCRIPTIONS, clock=self._seconds)
        host.start(
            before=lambda: self.ports.core.ledger.abandon(
                "The host that held this claim was stopped; the work continues now."
            )
        )
        try:
            yield host
        finally:
            host.stop()

    def _seconds(self) -> float:
        return self.ports.core.clock().timestamp()

    def _make_container(self) -> None:
        """The lake's container, where an emulator holds it: the first thing that is written goes there."""
        place = self.settings.lake_address
        if place is not None and place.emulated:
            from local.azurite.azurite_settings import make_container

            make_container(place)

    def _tell_lost_state(self) -> None:
        # A lake that cannot be listed now is no reason not to start.
        with suppress(Fault):
            if sentence := lost_state(self.ports.core.lake, self.ports.datasets.versions):
                err.print(f"{sentence} `mlops doctor` says what to do.", style="yellow", soft_wrap=True, markup=False)


def _tell_new_home(home: Path) -> None:
    """Who types a command in another folder would take an empty answer for that of the home they know."""
    sentence = f"{home} is a new home, in which nothing has happened; {HOME} names another folder."
    err.print(sentence, style="yellow", soft_wrap=True, markup=False)


def _make_writable(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(HOME, f"is {home} ({error.strerror})", "a folder you may write to") from error
    if not os.access(home, os.W_OK | os.X_OK):
        raise Misconfigured(HOME, f"is {home}, which is read-only", "a folder you may write to")
