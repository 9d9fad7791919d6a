"""Joins sensor rows with the quality of their batch, although batch numbers start again after a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.errors import Quarantined

if TYPE_CHECKING:
    import pandas as pd

BATCH = "BatchNumber"
RESTART = "restart"


def restarts(numbers: pd.Series) -> pd.Series:
    """For each row, the number of restarts up to it: a restart is where the batch number falls."""
    return (numbers.diff() < 0).cumsum().rename(RESTART)


def with_quality(sensors: pd.DataFrame, quality: pd.DataFrame | None) -> pd.DataFrame:
    """The sensor rows in their order, with `restart` and, given `quality`, the label of their batch (null: unknown).

    A batch is (BatchNumber, restart); without a column `restart` the labels restart where their number falls.
    Quarantined when a batch has two labels.
    """
    rows = sensors.assign(**{RESTART: restarts(sensors[BATCH])})
    if quality is None:
        return rows
    told = RESTART in quality and quality[RESTART].notna().all()
    labels = quality if told else quality.assign(**{RESTART: restarts(quality[BATCH])})
    labels = labels[labels[RESTART] >= 0]
    _check_single(labels)
    return rows.merge(labels, on=[BATCH, RESTART], how="left", sort=False)


def _check_single(labels: pd.DataFrame) -> None:
    repeated = labels.duplicated([BATCH, RESTART]).to_numpy()
    if repeated.any():
        row = int(repeated.argmax()) + 1
        number = labels[BATCH].iloc[row - 1]
        sentence = f"Table 'quality', row {row}: batch {number} has a label already; accepted: one label per batch."
        raise Quarantined("repeated_label", sentence, table="quality", column=BATCH, row=row)
