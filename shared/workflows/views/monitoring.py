"""How far data, answers and quality have moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shared.domain.paths import dataset_folder
from shared.domain.records import DatasetVersion
from shared.ports import Ports
from shared.workflows.models import read_json
from shared.workflows.views.asked import Asked
from shared.workflows.views.plain import plain

_SHOWN = 24


def monitoring(ports: Ports, asked: Asked) -> Mapping[str, Any]:
    """Drift of every judged column against the baseline, dataset by dataset, and what was decided about training."""
    scenario = asked.scenario(ports)
    versions = ports.datasets.list(scenario.name)[-_SHOWN:]
    value = {
        "scenario": scenario.name,
        "title": scenario.title,
        "datasets": {
            "columns": [{"id": one.id, "at": one.created_at, "rows": one.rows} for one in versions],
            "cells": [cell for one in versions for cell in _cells(ports, one)],
        },
    }
    return dict(plain(value))


def _cells(ports: Ports, version: DatasetVersion) -> Iterator[Mapping[str, Any]]:
    """One cell a judged column: its largest distance as a share of what makes it a drift."""
    path = f"{dataset_folder(version.scenario, version.id)}validation.json"
    if ports.lake.stat(path) is None:
        return
    for table, columns in read_json(ports, path)["drift"].items():
        for name, column in columns.items():
            shares = [(one["value"] / one["critical"], one) for one in column["distances"] if one["critical"]]
            share, most = max(shares, key=lambda pair: pair[0], default=(None, None))
            yield {
                "at": version.id,
                "feature": name,
                "table": table,
                "share": share,
                "test": most["name"] if most else None,
                "value": most["value"] if most else None,
                "critical": most["critical"] if most else None,
                "drifted": column["drifted"],
                "reason": column["reason"],
            }
