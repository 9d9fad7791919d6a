"""Everything outside, behind protocols: one bundle per room. Built once per process by `shared.bootstrap`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.alerts.ports import AlertsBundle
    from shared.core.ports import CoreBundle
    from shared.datasets.ports import DatasetsBundle
    from shared.monitoring.ports import MonitoringBundle
    from shared.operations.ports import OperationsBundle
    from shared.prediction.ports import PredictionBundle
    from shared.profiles.ports import ProfilesBundle
    from shared.release.ports import ReleaseBundle
    from shared.serving.ports import ServingBundle
    from shared.training.ports import TrainingBundle


@dataclass(frozen=True, slots=True)
class Ports:
    """The bundles of all rooms; `ports.<room>.<port>`. A workflow names the ports of its own room as what it takes."""

    core: CoreBundle
    datasets: DatasetsBundle
    profiles: ProfilesBundle
    training: TrainingBundle
    serving: ServingBundle
    release: ReleaseBundle
    prediction: PredictionBundle
    alerts: AlertsBundle
    monitoring: MonitoringBundle
    operations: OperationsBundle
