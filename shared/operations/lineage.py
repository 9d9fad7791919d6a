"""The lineage of a prediction back to its bytes, and the impact of a blob, dataset version or model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.core.ledger import Entry
from shared.datasets.version import DatasetVersion
from shared.operations.erasure_record import ErasureRecord
from shared.prediction.revision import ScoredWindow
from shared.release.verdict import Verdict
from shared.serving.deployment import Deployment
from shared.training.model import Model
from shared.training.run import Run


@dataclass(frozen=True, slots=True)
class Trace:
    """A prediction with everything that led to it; what the state does not hold (any more) is None.

    `erased` tells what erasures took out of its window, its files and its dataset.
    """

    scenario: str
    prediction: Mapping[str, Any]
    window: ScoredWindow
    deployment: Deployment | None
    model: Model | None
    gate: Verdict | None
    run: Run | None
    dataset: DatasetVersion | None
    events: tuple[Entry, ...]
    erased: tuple[ErasureRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class Impact:
    """Everything a blob, a dataset version or a model had an effect on.

    `windows` may be the first ones only; `window_count` and `predictions`, their rows, count all.
    """

    kind: str
    target: str
    events: tuple[Entry, ...]
    datasets: tuple[DatasetVersion, ...]
    runs: tuple[Run, ...]
    models: tuple[Model, ...]
    windows: tuple[ScoredWindow, ...]
    window_count: int
    predictions: int
