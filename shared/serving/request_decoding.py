"""The usual scoring request, decoded and checked at once: one type per input contract instead of a check per cell.

A request that does not fit here goes to `request_parsing`, which accepts it after all or says in words what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain
from operator import attrgetter
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
from msgspec import UNSET, Meta, Raw, Struct, UnsetType, defstruct

from shared.core.scenario import Column, Scenario
from shared.core.strict_json import may_have_duplicate_keys
from shared.serving.encoded_rows import EncodedRows
from shared.serving.request_contract import declared_inputs
from shared.serving.scored_request import Rows
from shared.training.input_contract import CategoryCodes, Feature, InputContract

_LARGEST = float(np.finfo(np.float32).max)
Finite = Annotated[float, Meta(ge=-_LARGEST, le=_LARGEST)]
_Number = Finite | None
_Text = str | None
_Anything = float | str | UnsetType | None


class _Parameters(Struct, forbid_unknown_fields=True):
    method: Literal["predict", "predict_proba"] = "predict"


class ParsedRequest(Struct, frozen=True):
    """The rows of a request, the method it names, and the form of the response.

    `results`: an object. `json_text`: the older contract, a string that holds JSON. `lists` and `text`: as sent.
    """

    rows: Rows
    method: str
    form: Literal["results", "json_text", "lists", "text"]


class NeedsFullParse(Struct, frozen=True):
    """A request that the decoder does not take; `bad_row` counts from 0, None when no single row is to blame."""

    bad_row: int | None = None


class _RawInputs(Struct):
    data: list[Raw]


class _RawBody(Struct):
    Inputs: _RawInputs | UnsetType = UNSET
    data: list[Raw] | UnsetType = UNSET


_ROW = re.compile(r"\.data\[(\d+)\]")
_RAW = msgspec.json.Decoder(_RawBody)


def raw_row(body: bytes, row: int, max_rows: int) -> bytes:
    """The row's own JSON, without reading the others; empty when there is no such row or there are too many."""
    try:
        value = _RAW.decode(body)
        rows = value.data if value.Inputs is UNSET else value.Inputs.data
        return b"" if rows is UNSET or len(rows) > max_rows else bytes(rows[row])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, IndexError):
        return b""


def row_type(scenario: Scenario, inputs: Sequence[tuple[str, str]], title: str = "Row") -> type[Struct]:
    """The type of a row: each (name, kind) that a model takes, other fields of the scenario as they are, no more."""
    names = [name for name, _ in inputs]
    extras = [name for name in scenario.accepted_fields if name not in names]
    declared = declared_inputs(scenario, names)
    fields: list[Any] = [(f"f{n}", _cell_type(kind, declared.get(name))) for n, (name, kind) in enumerate(inputs)]
    fields += [(f"x{n}", _Anything, UNSET) for n in range(len(extras))]
    rename = dict(zip([field[0] for field in fields], (*names, *extras), strict=True))
    return defstruct(title, fields, rename=rename, forbid_unknown_fields=True)


def _cell_type(kind: str, column: Column | None) -> Any:
    """A number within the declared range, a listed value, or any text; each may be missing."""
    if kind != "number":
        return _Text if column is None or not column.values else Literal[column.values] | None
    if column is None:
        return _Number
    low = -_LARGEST if column.minimum is None else column.minimum
    high = _LARGEST if column.maximum is None else column.maximum
    return Annotated[float, Meta(ge=low, le=high)] | None


class RequestDecoder:
    """Decodes requests with rows as objects, for one contract of numbers and categories."""

    def __init__(self, scenario: Scenario, contract: InputContract, max_rows: int) -> None:
        """`contract` is the model's own object: an equal copy would be compared feature by feature at each request."""
        row = row_type(scenario, [(feature.name, feature.kind) for feature in contract.features])
        plain = row.__struct_fields__
        rows = Annotated[list[row], Meta(min_length=1, max_length=max_rows)]  # type: ignore[valid-type]
        inputs = defstruct("Inputs", [("data", rows)], forbid_unknown_fields=True)
        body = defstruct(
            "Body",
            [
                ("Inputs", inputs | UnsetType, UNSET),
                ("data", rows | UnsetType, UNSET),
                ("GlobalParameters", _Parameters | UnsetType, UNSET),
            ],
            forbid_unknown_fields=True,
        )
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(body)
        self.contract = contract
        self.scenario = scenario
        self._width = len(contract.names)
        self._extras = plain[self._width :]
        self._cells = attrgetter(*plain[: self._width]) if self._width > 1 else _single(plain[0])
        codes = [_codes_of(feature) for feature in contract.features]
        columns = declared_inputs(scenario, contract.names)
        self._whole = [n for n, name in enumerate(contract.names) if name in columns and columns[name].kind == "int"]
        self._codes = [(n, code_of) for n, code_of in enumerate(codes) if code_of is not None]

    def decode(self, body: bytes) -> ParsedRequest | NeedsFullParse:
        """The request, or that it needs the full parse."""
        try:
            value = self._decoder.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return NeedsFullParse(_bad_row(str(error)))
        legacy = value.Inputs is UNSET
        data = value.data if legacy else value.Inputs.data
        if data is UNSET or not (legacy or value.data is UNSET) or (legacy and value.GlobalParameters is not UNSET):
            return NeedsFullParse()
        if may_have_duplicate_keys(body, self._count_keys(value, data, legacy=legacy)):
            return NeedsFullParse()
        method = "predict" if value.GlobalParameters is UNSET else value.GlobalParameters.method
        matrix = self._matrix(data)
        if self._whole and (matrix[:, self._whole] % 1 > 0).any():
            return NeedsFullParse()
        rows = EncodedRows(self.contract, matrix, data, self._cells)
        return ParsedRequest(rows, method, "json_text" if legacy else "results")

    def _count_keys(self, value: Any, data: Sequence[Any], *, legacy: bool) -> int:
        """How many keys the decoded body has."""
        outer = 1 if legacy else 2
        if value.GlobalParameters is not UNSET:
            # `method` may have been left out; then the count is too high and the request gets the full parse.
            outer += 2
        extras = sum(getattr(row, name) is not UNSET for row in data for name in self._extras) if self._extras else 0
        return outer + len(data) * self._width + extras

    def _matrix(self, data: Sequence[Any]) -> np.ndarray:
        # Number by number: numpy takes twice as long for lists in a list.
        cells = chain.from_iterable(map(self._encoded, data))
        return np.fromiter(cells, np.float32, len(data) * self._width).reshape(-1, self._width)

    def _encoded(self, row: Any) -> list[Any]:
        cells = list(self._cells(row))
        for n, codes in self._codes:
            cells[n] = codes[cells[n]]
        return cells


def _bad_row(error: str) -> int | None:
    """The row that a message of the decoder names."""
    # A row that is no object may be a list of numbers, which the full parse takes.
    found = None if error.startswith("Expected `object`") else _ROW.search(error)
    return int(found[1]) if found else None


def _single(name: str) -> Any:
    return lambda row: (getattr(row, name),)


def _codes_of(feature: Feature) -> CategoryCodes | None:
    if feature.kind == "number":
        return None
    return CategoryCodes(feature.values)
