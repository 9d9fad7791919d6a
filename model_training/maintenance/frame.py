"""The tables of a drop become the rows a failure model is trained on and scores."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from model_training.maintenance.features import MachineHistory, features_of
from model_training.maintenance.names import FEATURES, LABELS, MACHINE, SPANS, TIME
from model_training.maintenance.records import EARLIEST, failing, records_of
from model_training.maintenance.stretches import hours_of, split_stretches, times_of
from model_training.runtime.threads import cores
from shared.core.errors import Quarantined
from shared.core.wording import counted

if TYPE_CHECKING:
    import pandas as pd


def assemble(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One row per machine and three hours: `datetime`, `machineID`, the 37 features and, given failures, y_1..y_4.

    Rows are ordered by time, then machine. Where the 48 hours after a row are not all recorded, its labels are
    unknown (NaN). Machines without telemetry have no rows; records of other machines are ignored. Quarantined for a
    machine that is not in `machines`, and for telemetry that `split_stretches` refuses.
    """
    telemetry, failures = tables["telemetry"], tables.get("failures")
    ages = _ages(tables["machines"], telemetry)
    history = MachineHistory(records_of(tables["maint"], "comp"), records_of(failures, "failure"), ages)
    # numpy releases the interpreter lock, so machines are computed in parallel.
    with ThreadPoolExecutor(cores()) as pool:
        stretches = split_stretches(telemetry)
        rows = pool.map(partial(features_of, history=history), stretches)
        pieces = [(piece.machine, at, matrix) for piece, (at, matrix) in zip(stretches, rows, strict=True)]
    machine = np.concatenate([np.full(len(at), number) for number, at, _ in pieces] or [np.empty(0, np.int64)])
    if not len(machine):
        raise _too_short()
    hour = np.concatenate([at for _, at, _ in pieces])
    matrix = np.concatenate([rows for _, _, rows in pieces])
    if failures is None:
        return _frame(hour, machine, matrix, FEATURES)
    labels = np.concatenate([failing(history.failures, number, at) for number, at, _ in pieces])
    labels[hour + EARLIEST > hours_of(telemetry[TIME]).max()] = np.nan
    return _frame(hour, machine, np.hstack([matrix, labels]), (*FEATURES, *LABELS))


def _frame(hour: np.ndarray, machine: np.ndarray, matrix: np.ndarray, names: tuple[str, ...]) -> pd.DataFrame:
    import pandas as pd

    order = np.lexsort((machine, hour))
    frame = pd.DataFrame(matrix[order], columns=list(names))
    frame.insert(0, TIME, times_of(hour[order]))
    frame.insert(1, MACHINE, machine[order])
    return frame


def _ages(machines: pd.DataFrame, telemetry: pd.DataFrame) -> dict[int, float]:
    ages = dict(zip(machines[MACHINE].tolist(), machines["age"].astype(float).tolist(), strict=True))
    unknown = ~telemetry[MACHINE].isin(ages).to_numpy()
    if unknown.any():
        row = int(unknown.argmax())
        number = telemetry[MACHINE].iloc[row]
        sentence = (
            f"Table 'telemetry', column {MACHINE!r}, row {row + 1}: machine {number} is not in table 'machines'; "
            f"accepted: one of its {counted(len(ages), 'machine')}."
        )
        raise Quarantined("unknown_machine", sentence, table="telemetry", column=MACHINE, row=row + 1)
    return ages


def _too_short() -> Quarantined:
    sentence = (
        f"Table 'telemetry': no machine has {max(SPANS)} hours in a row up to an hour of the three-hour grid; "
        f"accepted: at least {max(SPANS)} hours without a gap for one machine."
    )
    return Quarantined("too_few_rows", sentence, table="telemetry")
