"""The usual request, decoded and checked in one go: a type per input contract instead of a look at every cell.

Whatever does not fit here is read again by `answer`, which says in words what was wrong, or accepts it after all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import chain
from operator import attrgetter
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
from msgspec import UNSET, Meta, Raw, Struct, UnsetType, defstruct

from shared.core.scenario import Scenario
from shared.serving.encoded_rows import EncodedRows
from shared.training.input_contract import Feature, InputContract

_LARGEST = float(np.finfo(np.float32).max)
Finite = Annotated[float, Meta(ge=-_LARGEST, le=_LARGEST)]
_Number = Finite | None
_Text = str | None
_Anything = float | str | UnsetType | None
_UNKNOWN = -1.0


class _Parameters(Struct, forbid_unknown_fields=True):
    method: Literal["predict", "predict_proba"] = "predict"


class Asked(Struct, frozen=True):
    """A request: its rows, and how it wants to be answered."""

    rows: EncodedRows
    method: str
    legacy: bool


class Doubt(Struct, frozen=True):
    """A request that has to be looked at closely; `row` counts from 0 and did not fit, None when it was not a row."""

    row: int | None = None


class _RawInputs(Struct):
    data: list[Raw]


class _RawBody(Struct):
    Inputs: _RawInputs | UnsetType = UNSET
    data: list[Raw] | UnsetType = UNSET


_ROW = re.compile(r"\.data\[(\d+)\]")
_RAW = msgspec.json.Decoder(_RawBody)


def raw_row(body: bytes, row: int, max_rows: int) -> bytes:
    """The row's own JSON, without reading the others; nothing when there is no such row, or are more than accepted."""
    try:
        value = _RAW.decode(body)
        rows = value.data if value.Inputs is UNSET else value.Inputs.data
        return b"" if rows is UNSET or len(rows) > max_rows else bytes(rows[row])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, IndexError):
        return b""


def row_type(scenario: Scenario, inputs: Sequence[tuple[str, str]], beside: Any = _Anything) -> type[Struct]:
    """A row of each (name, kind) that a model takes, and of what callers may have `beside`; nothing else."""
    names = [name for name, _ in inputs]
    extras = [name for name in scenario.request_fields if name not in names]
    fields: list[Any] = [(f"f{n}", _Number if kind == "number" else _Text) for n, (_, kind) in enumerate(inputs)]
    fields += [(f"x{n}", beside, UNSET) for n in range(len(extras))]
    rename = dict(zip([field[0] for field in fields], (*names, *extras), strict=True))
    return defstruct(f"row_{scenario.name}", fields, rename=rename, forbid_unknown_fields=True)


class Typed:
    """Decodes requests with rows as objects, for one contract of numbers and categories."""

    def __init__(self, scenario: Scenario, contract: InputContract, max_rows: int) -> None:
        """`contract` is the model's own object: rows for an equal one would be compared feature by feature."""
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
        self._width = len(contract.names)
        self._extras = plain[self._width :]
        self._cells = attrgetter(*plain[: self._width]) if self._width > 1 else _single(plain[0])
        codes = [_codes_of(feature) for feature in contract.features]
        self._codes = [(n, found.get) for n, found in enumerate(codes) if found is not None]

    def decode(self, body: bytes) -> Asked | Doubt:
        """What was asked, or what has to be looked at closely."""
        try:
            value = self._decoder.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            said = str(error)
            # What is no object may be a list of numbers, which only the close look takes.
            place = None if said.startswith("Expected `object`") else _ROW.search(said)
            return Doubt(int(place[1])) if place else Doubt()
        legacy = value.Inputs is UNSET
        data = value.data if legacy else value.Inputs.data
        if data is UNSET or not (legacy or value.data is UNSET):
            return Doubt()
        if body.count(b":") != self._fields(value, data, legacy=legacy):
            return Doubt()
        method = "predict" if value.GlobalParameters is UNSET else value.GlobalParameters.method
        if legacy and value.GlobalParameters is not UNSET:
            return Doubt()
        return Asked(EncodedRows(self.contract, self._matrix(data), data, self._cells), method, legacy)

    def _fields(self, value: Any, data: Sequence[Any], *, legacy: bool) -> int:
        """How many fields the body has when none stands twice; every colon beyond is looked at."""
        outer = 1 if legacy else 2
        if value.GlobalParameters is not UNSET:
            # `method` may have been left out; then the request is read closely.
            outer += 2
        extras = sum(getattr(row, name) is not UNSET for row in data for name in self._extras) if self._extras else 0
        return outer + len(data) * self._width + extras

    def _matrix(self, data: Sequence[Any]) -> np.ndarray:
        # Number by number: lists in a list take numpy twice as long.
        cells = chain.from_iterable(map(self._encoded, data))
        return np.fromiter(cells, np.float32, len(data) * self._width).reshape(-1, self._width)

    def _encoded(self, row: Any) -> list[Any]:
        cells = list(self._cells(row))
        for n, code in self._codes:
            cells[n] = code(cells[n], _UNKNOWN)
        return cells


def _single(name: str) -> Any:
    return lambda row: (getattr(row, name),)


def _codes_of(feature: Feature) -> Mapping[Any, float] | None:
    if feature.kind == "number":
        return None
    return {value: float(code) for code, value in enumerate(feature.values)}
