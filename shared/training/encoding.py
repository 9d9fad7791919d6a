"""Rows become the model's matrix: float32, one column per feature, in the order of the input contract.

Training and scoring both encode here, so a category can never be a different number on the two sides. A model of
text takes one column of cleaned strings instead: an object array (rows, 1) in which a missing text is empty.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from shared.core.errors import BadInput, Quarantined
from shared.training.input_contract import UNKNOWN, CategoryCodes, Feature, InputContract

if TYPE_CHECKING:
    import pyarrow as pa

_NUMBERS = frozenset({int, float})
_CATEGORIES = frozenset({str, type(None)})
_LARGEST = float(np.finfo(np.float32).max)


def encode(table: pa.Table | pa.RecordBatch, contract: InputContract) -> np.ndarray:
    """A C-contiguous float32 matrix (rows, features): null numbers are NaN, null or unknown categories are -1.

    Of a text an object array (rows, 1). Quarantined when a feature's column is absent or holds another type.
    """
    return TableEncoder(contract).encode(table)


class TableEncoder:
    """Encodes the blocks of a table for one contract: a dictionary that comes again is not looked up again.

    Safe to share between threads.
    """

    def __init__(self, contract: InputContract) -> None:
        self._contract = contract
        # By category the dictionary of the last block and its codes, replaced at once.
        self._last: dict[str, tuple[pa.Array, np.ndarray]] = {}

    def encode(self, table: pa.Table | pa.RecordBatch, into: np.ndarray | None = None) -> np.ndarray:
        """The matrix of `encode`, in the first rows of the float32 matrix `into` where one is given."""
        if self._contract.text is not None:
            return _texts(table, self._contract.text)
        features = self._contract.features
        matrix = np.empty((table.num_rows, len(features)), np.float32) if into is None else into[: table.num_rows]
        present = {name: position for position, name in enumerate(table.schema.names)}
        # A number beyond float32 becomes infinite: who may not have one looks for it in the whole matrix.
        with np.errstate(over="ignore"):
            for position, feature in enumerate(features):
                if feature.name not in present:
                    raise Quarantined("missing_column", _absent(feature.name, present), column=feature.name)
                self._fill(matrix[:, position], table.column(present[feature.name]), feature)
        return matrix

    def _fill(self, cells: np.ndarray, column: pa.Array | pa.ChunkedArray, feature: Feature) -> None:
        start = 0
        for chunk in column.chunks if hasattr(column, "chunks") else (column,):
            # To float32 part by part: their common type would round large integers twice.
            values = self._codes(chunk, feature) if feature.kind == "category" else _numbers(chunk, feature)
            cells[start : start + len(chunk)] = values
            start += len(chunk)

    def _codes(self, array: pa.Array, feature: Feature) -> np.ndarray:
        """Look each distinct value up once, then the rows by position."""
        import pyarrow as pa

        encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
        codes = self._codes_of(encoded.dictionary, feature)
        indices = encoded.indices
        if indices.null_count:
            indices = indices.cast(pa.int64()).fill_null(len(codes) - 1)
        # Arrow has checked the positions; to check them again costs a fifth.
        taken: np.ndarray = codes.take(indices.to_numpy(), mode="clip")
        return taken

    def _codes_of(self, dictionary: pa.Array, feature: Feature) -> np.ndarray:
        """The code of each value of a dictionary, and one more for what a null points to."""
        last = self._last.get(feature.name)
        if last is not None and last[0].type == dictionary.type and last[0].equals(dictionary):
            return last[1]
        codes = _looked_up(dictionary, feature)
        self._last[feature.name] = dictionary, codes
        return codes


def _looked_up(dictionary: pa.Array, feature: Feature) -> np.ndarray:
    import pyarrow as pa
    import pyarrow.compute as pc

    codes = np.full(len(dictionary) + 1, UNKNOWN, dtype=np.float32)
    found = pc.index_in(dictionary.cast(pa.string()), value_set=pa.array(feature.values, pa.string()))
    codes[:-1] = found.fill_null(int(UNKNOWN)).to_numpy()
    return codes


def _texts(table: pa.Table | pa.RecordBatch, feature: Feature) -> np.ndarray:
    import pyarrow as pa

    if feature.name not in table.schema.names:
        raise Quarantined("missing_column", _absent(feature.name, table.schema.names), column=feature.name)
    column = table.column(feature.name)
    plain = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not (pa.types.is_string(plain) or pa.types.is_large_string(plain)):
        sentence = f"Column {feature.name!r} holds {plain}; the model takes a text there."
        raise Quarantined("wrong_type", sentence, column=feature.name)
    return cleaned(column.to_pylist(), feature)


def cleaned(texts: Sequence[str | None], feature: Feature) -> np.ndarray:
    """Texts without what the model does not look at, as an object array (rows, 1); a missing one is empty."""
    from shared.core.text_cleaning import clean

    stop_words = frozenset(feature.values)
    made = np.empty((len(texts), 1), dtype=object)
    made[:, 0] = [clean(text or "", stop_words) for text in texts]
    return made


def categories_of(column: pa.Array | pa.ChunkedArray) -> tuple[str, ...]:
    """The distinct values of a column as text, sorted, without null: the `values` of a category feature."""
    import pyarrow as pa

    decoded = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
    return tuple(sorted(value for value in decoded.unique().cast(pa.string()).to_pylist() if value is not None))


def _absent(name: str, present: Collection[str]) -> str:
    return f"Column {name!r} is missing; the model needs it and the table has {', '.join(map(repr, present))}."


def _numbers(array: pa.Array, feature: Feature) -> np.ndarray:
    import pyarrow as pa

    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    kind = array.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)):
        sentence = f"Column {feature.name!r} holds {kind}; the model takes a number there."
        raise Quarantined("wrong_type", sentence, column=feature.name)
    return _nan_for_null(array)


def _nan_for_null(array: pa.Array) -> np.ndarray:
    if not array.null_count:
        values: np.ndarray = array.to_numpy(zero_copy_only=False)
        return values
    # Filled before the cast: a block with a null must round its other numbers like a block without one.
    filled: np.ndarray = array.fill_null(0).to_numpy(zero_copy_only=False).astype(np.float32)
    filled[array.is_null().to_numpy(zero_copy_only=False)] = np.nan
    return filled


class RowEncoder:
    """Encodes the rows of requests for one contract; prepared once per model because it runs per request."""

    def __init__(self, contract: InputContract) -> None:
        self._contract = contract
        self._names = contract.names
        self._known = frozenset(contract.names)
        self._positions = [
            CategoryCodes(feature.values) if feature.kind == "category" else None for feature in contract.features
        ]

    def encode(self, rows: Sequence[Mapping[str, Any]], allowed: Collection[str] = (), first: int = 1) -> np.ndarray:
        """The matrix like `encode` of a table; BadInput names the row (from `first`) and the field that is no good."""
        encoded = [self._row(number, row, allowed) for number, row in enumerate(rows, first)]
        if self._contract.text is not None:
            return cleaned([row[self._contract.text.name] for row in rows], self._contract.text)
        return np.array(encoded, dtype=np.float32).reshape(len(encoded), len(self._names))

    def _row(self, number: int, row: Mapping[str, Any], allowed: Collection[str]) -> list[float]:
        if not isinstance(row, Mapping):
            raise BadInput(f"Row {number} is {_called(row)}; accepted: an object with the fields {_list(self._names)}.")
        missing = [name for name in self._names if name not in row]
        if missing:
            raise BadInput(f"Row {number}: field {missing[0]!r} is missing; accepted: a value or null for every field.")
        if len(row) > len(self._names):
            self._check_extra(number, row, allowed)
        pairs = zip(self._contract.features, self._positions, strict=True)
        return [_cell(number, feature, positions, row[feature.name]) for feature, positions in pairs]

    def _check_extra(self, number: int, row: Mapping[str, Any], allowed: Collection[str]) -> None:
        extra = [str(name) for name in row if name not in self._known and name not in allowed]
        if extra:
            accepted = (*self._names, *(name for name in allowed if name not in self._known))
            raise BadInput(f"Row {number}: unknown field {_list(extra)}; accepted: {_list(accepted)}.")


def encode_rows(
    rows: Sequence[Mapping[str, Any]], contract: InputContract, allowed: Collection[str] = ()
) -> np.ndarray:
    """The matrix (rows, features) like `encode`; BadInput names the row (from 1) and the field.

    Null is a missing value. Fields beyond the contract are refused unless they are in `allowed`.
    """
    return RowEncoder(contract).encode(rows, allowed)


def _cell(number: int, feature: Feature, positions: Mapping[Any, float] | None, value: Any) -> float:
    if feature.kind == "text":
        if type(value) not in _CATEGORIES:
            raise BadInput(_refusal(number, feature.name, value, "text or null"))
        return UNKNOWN
    if positions is None:
        return _number(number, feature.name, value)
    if type(value) is int and str(value) in positions:
        # A category that was a whole number in the training data may be sent as one.
        return positions[str(value)]
    if type(value) not in _CATEGORIES:
        raise BadInput(_refusal(number, feature.name, value, "text or null"))
    return positions[value]


def _number(number: int, name: str, value: Any) -> float:
    if value is None:
        return float("nan")
    if type(value) not in _NUMBERS:
        raise BadInput(_refusal(number, name, value, "a number or null"))
    if not -_LARGEST <= value <= _LARGEST:  # NaN fails this too
        raise BadInput(_refusal(number, name, value, "a finite number within the range of float32, or null"))
    return float(value)


def _refusal(number: int, name: str, value: object, accepted: str) -> str:
    return f"Row {number}, field {name!r}: {_called(value)} is not accepted; accepted: {accepted}."


def _called(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 40 else f"{shown[:37]}..."  # noqa: PLR2004 - what fits in a sentence


def _list(names: Collection[str]) -> str:
    return ", ".join(map(repr, names))
