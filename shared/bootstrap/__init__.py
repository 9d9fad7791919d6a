"""The composition root: settings become adapters, adapters become `Ports`. Nowhere else is a backend chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from shared.bootstrap.backends import JobMaker, ShardsJobMaker
from shared.bootstrap.home_time import clock_of, utc_now
from shared.core.scenario import with_quiet
from shared.ports import Ports
from shared.release.policy_settings import read_policies
from shared.settings import read_settings

if TYPE_CHECKING:
    from shared.core.ports import Clock
    from shared.core.scenario import Scenarios


def build_ports(
    environ: Mapping[str, str],
    scenarios: Scenarios,
    clock: Clock | None = None,
    *,
    make_job: JobMaker | None = None,
    code: Callable[[], str] = lambda: "mlops-online:1",
    make_shards_job: ShardsJobMaker | None = None,
) -> Ports:
    """Ports for these settings; Misconfigured when one is missing or cannot be used.

    Without a `clock` it is the home's where all is local, else the machine's. `make_job` builds the job of a run where
    training runs in Azure ML, `make_shards_job` that of an attempt at a large window; `code` names the environment,
    with its version, that this code was published as for endpoints there.
    """
    from shared.bootstrap.bundles import Root, open_root

    settings = read_settings(environ)
    declared = with_quiet(scenarios, settings.quiet_seconds)
    root: Root = open_root(environ, settings, read_policies(environ, declared), declared, clock or clock_of(settings))
    datasets = root.datasets()
    return Ports(
        core=root.core,
        datasets=datasets,
        profiles=root.profiles(),
        training=root.training(datasets.versions, make_job),
        serving=root.serving(),
        release=root.release(code),
        prediction=root.prediction(datasets.tables, make_shards_job),
        alerts=root.alerts(),
        monitoring=root.monitoring(),
        operations=root.operations(),
    )


__all__ = ["JobMaker", "build_ports", "utc_now"]
