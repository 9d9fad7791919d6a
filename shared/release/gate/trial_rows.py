"""The labelled rows of a challenger's trial: windows that came after it, whose late labels judge it as drops do."""

from __future__ import annotations

import io
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from shared.core.lake_reading import read_bytes
from shared.core.paths import trial_labels_folder
from shared.release.gate.contestants import Contestant
from shared.release.gate.judging_rows import JudgingRows, as_judging_rows
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


def newest_trial_rows(ports: ReleasePorts, model: Model) -> str:
    """The name of the newest labelled rows of the version's trial; empty without any."""
    paths = [blob.path for blob in ports.core.lake.list(trial_labels_folder(model.name, model.version))]
    return PurePosixPath(max(paths)).stem if paths else ""


def with_trial_rows(ports: ReleasePorts, challenger: Contestant, rows: JudgingRows, name: str) -> JudgingRows:
    """The judging rows of drops, and those of the trial that are not among them."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    model = challenger.model
    path = f"{trial_labels_folder(model.name, model.version)}{name}.parquet"
    frame = pq.read_table(io.BytesIO(read_bytes(ports, path)), page_checksum_verification=True)
    tried = as_judging_rows(challenger.scenario, challenger.loaded.contract.names, frame)
    assert rows.keys is not None  # noqa: S101 - both come from feature tables
    assert tried.keys is not None  # noqa: S101
    names = [key for key in rows.keys.column_names if key in tried.keys.column_names]
    known = [np.isin(tried.keys[key].to_numpy(), rows.keys[key].to_numpy()) for key in ("identity", "inputs")]
    tried = tried.take(np.flatnonzero(~np.all(known, axis=0)))
    table = pa.concat_tables([rows.table, tried.table.cast(rows.table.schema, safe=False)])
    keys = pa.concat_tables([rows.keys.select(names), tried.keys.select(names)]) if tried.keys else None
    return JudgingRows(table, np.concatenate([rows.actual, tried.actual]), keys)
