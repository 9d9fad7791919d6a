"""The two tables of labelled texts as one frame; a column says which rows are test rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from shared.core.errors import Quarantined

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

TRAIN, TEST = "raw_train", "raw_test"


def assemble(tables: Mapping[str, pd.DataFrame], labels: Sequence[str]) -> pd.DataFrame:
    """The texts of all given tables: id, text, whether it is a test row, and the name of its class where it is known.

    Position n of `target` is labels[n]. Quarantined when a row's `category` is not the name of its target.
    """
    import pandas as pd

    parts = [_part(name, tables[name], labels) for name in (TRAIN, TEST) if name in tables]
    return pd.concat(parts, ignore_index=True)


def divide(table: pa.Table, share: float = 0.2, seed: int = 0) -> dict[str, pa.Table]:
    """Split one table of labelled texts into the two tables of a drop; `share` of each class becomes test rows."""
    import numpy as np
    import pyarrow as pa

    random, target = np.random.default_rng(seed), table["target"].to_numpy()
    judges = np.zeros(len(target), dtype=bool)
    for label in np.unique(target):
        rows = np.flatnonzero(target == label)
        judges[random.permutation(rows)[: round(len(rows) * share)]] = True
    return {TRAIN: table.filter(pa.array(~judges)), TEST: table.filter(pa.array(judges))}


def _part(name: str, table: pd.DataFrame, labels: Sequence[str]) -> pd.DataFrame:
    part = table[["text"]].assign(judges=name == TEST)
    if "id" in table:
        # A row without an id must not turn the others into fractions.
        part["id"] = table["id"].astype("Int64")
    if "target" in table:
        part["target"] = table["target"].map(dict(enumerate(labels)))
        _check_category(name, table, part["target"])
    return part


def _check_category(name: str, table: pd.DataFrame, named: pd.Series[str]) -> None:
    """Check the names against the numbers: in another order every prediction would be wrong."""
    if "category" not in table:
        return
    other = (table["category"].notna() & named.notna() & (table["category"] != named)).to_numpy()
    if other.any():
        row = int(other.argmax())
        value, accepted = table["category"].iloc[row], named.iloc[row]
        sentence = f"Table {name!r}, column 'category', row {row + 1}: {value!r} is not the class of its target; "
        raise Quarantined("category", f"{sentence}accepted: {accepted!r}.", table=name, column="category", row=row + 1)
