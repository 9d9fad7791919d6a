"""64-bit fingerprints of rows: who a row is about, and what a model sees of it; equal rows have equal ones everywhere.

Numbers count by their value, texts without the spaces around them, times to the millisecond, and every kind of
missing value is one. The answer is never part of a fingerprint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from shared.core.scenario import Scenario

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

# Changing it gives every row another role.
_SALT = "role of a row"
_MISSING = 0x9E3779B97F4A7C15
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """Of each row (rows,), as unsigned 64-bit numbers.

    `identity`: the entity, else the key, else the inputs. `inputs`: the inputs. `cluster`: rows that hang together
    (an entity, or one of its days where the entity names a time) have the same one.
    """

    identity: np.ndarray
    inputs: np.ndarray
    cluster: np.ndarray


def fingerprints(scenario: Scenario, frame: pa.Table) -> Fingerprints:
    """The fingerprints of the rows of a feature table."""
    inputs = fingerprint(frame, [name for name in scenario.features if name in frame.column_names])
    names = _identity_columns(scenario, frame)
    if not names:
        return Fingerprints(inputs, inputs, inputs)
    identity = fingerprint(frame, names)
    return Fingerprints(identity, inputs, _cluster(scenario, frame, names, identity))


def fingerprint(frame: pa.Table, names: Sequence[str]) -> np.ndarray:
    """One number for the values of these columns in each row (rows,)."""
    import numpy as np

    found = np.full(frame.num_rows, _text_hash(_SALT), dtype=np.uint64)
    for name in sorted(names):
        found = _mixed(found ^ _mixed(_values(frame[name]) + np.uint64(_text_hash(name))))
    return found


def _identity_columns(scenario: Scenario, frame: pa.Table) -> Sequence[str]:
    """The columns that say who a row is about; none where only its inputs do."""
    declared = (scenario.entity, *(table.key for table in scenario.tables if table.name == scenario.batch.table))
    for names in declared:
        if names and all(name in frame.column_names for name in names):
            return names
    return ()


def _cluster(scenario: Scenario, frame: pa.Table, names: Sequence[str], identity: np.ndarray) -> np.ndarray:
    import numpy as np

    if scenario.time not in names:
        return identity
    days = _milliseconds(frame[scenario.time]) // _DAY_MS
    return _mixed(fingerprint(frame, [name for name in names if name != scenario.time]) ^ days.astype(np.uint64))


def _values(column: pa.ChunkedArray) -> np.ndarray:
    """A number for each value of the column (rows,)."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return _mixed(_milliseconds(column).astype(np.uint64))
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind):
        numbers = np.asarray(column.cast(pa.float64()).fill_null(np.nan).to_numpy(), dtype=np.float64) + 0.0
        return np.where(np.isnan(numbers), np.uint64(_MISSING), _mixed(numbers.view(np.uint64)))
    coded = pc.utf8_trim_whitespace(column.cast(pa.large_string())).combine_chunks().dictionary_encode()
    hashes = np.array([*map(_text_hash, coded.dictionary.to_pylist()), _MISSING], dtype=np.uint64)
    found: np.ndarray = hashes[coded.indices.fill_null(len(hashes) - 1).to_numpy(zero_copy_only=False)]
    return found


def _milliseconds(column: pa.ChunkedArray) -> np.ndarray:
    """Times as whole milliseconds (rows,); a column of numbers holds them already."""
    import numpy as np
    import pyarrow as pa

    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("ms"), safe=False)
    return np.asarray(column.cast(pa.int64(), safe=False).fill_null(0).to_numpy(), dtype=np.int64)


def _text_hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest(), "little")


def _mixed(numbers: np.ndarray) -> np.ndarray:
    """Every bit of the number spread over all 64 (splitmix64: Steele, Lea and Flood, OOPSLA 2014)."""
    import numpy as np

    mixed: np.ndarray = numbers + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))
