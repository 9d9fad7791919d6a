"""The usual scoring request, decoded and checked at once: one type per input contract instead of a check per cell.

A request that does not fit here goes to `request_parsing`, which accepts it after all or says in words what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType, defstruct

from shared.core.scenario import Scenario
from shared.core.strict_json import may_have_duplicate_keys
from shared.serving.encoded_rows import EncodedRows
from shared.serving.request_contract import declared_inputs
from shared.serving.rows.row_forms import AnyRows, RowForm, form_of_learned
from shared.serving.scored_request import Rows
from shared.training.unlearned.learned_ranges import LearnedRanges

# Of a body that is no JSON, or no such request.
_MISFITS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class _Parameters(Struct, forbid_unknown_fields=True):
    method: Literal["predict", "predict_proba"] = "predict"


class ParsedRequest(Struct, frozen=True, gc=False):
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
    except (*_MISFITS, IndexError):
        return b""


def _body_decoder(row: type[Struct], max_rows: int) -> msgspec.json.Decoder[Any]:
    """Decodes bodies whose rows have this type."""
    rows = Annotated[list[row], Meta(min_length=1, max_length=max_rows)]  # type: ignore[valid-type]
    inputs = defstruct("Inputs", [("data", rows)], forbid_unknown_fields=True)
    fields = {"Inputs": inputs, "data": rows, "GlobalParameters": _Parameters}
    optional = [(name, kind | UnsetType, UNSET) for name, kind in fields.items()]
    return msgspec.json.Decoder(defstruct("Body", optional, forbid_unknown_fields=True))


class RequestDecoder:
    """Decodes requests with rows as objects, for one contract of numbers and categories."""

    def __init__(self, scenario: Scenario, learned: LearnedRanges, max_rows: int) -> None:
        """`learned` is the model's own object: an equal copy would be compared feature by feature at each request."""
        self.contract = learned.contract
        self.scenario = scenario
        self.declared = declared_inputs(scenario, self.contract.names)
        self._max_rows = max_rows
        form = form_of_learned(scenario, learned)
        self._learned = None if form is None else (form, _body_decoder(form.row, max_rows))

    @cached_property
    def _any(self) -> tuple[AnyRows, msgspec.json.Decoder[Any]]:
        form = AnyRows(self.scenario, self.contract)
        return form, _body_decoder(form.row, self._max_rows)

    def decode(self, body: bytes) -> ParsedRequest | NeedsFullParse:
        """The request, or that it needs the full parse."""
        if self._learned is not None:
            try:
                return self._decode(*self._learned, body)
            except _MISFITS:
                # It may hold values that the model did not learn from.
                pass
        try:
            return self._decode(*self._any, body)
        except _MISFITS as error:
            return NeedsFullParse(_bad_row(str(error)))

    def _decode(self, form: RowForm, decoder: msgspec.json.Decoder[Any], body: bytes) -> ParsedRequest | NeedsFullParse:
        value = decoder.decode(body)
        inputs, parameters = value.Inputs, value.GlobalParameters
        legacy = inputs is UNSET
        data = value.data if legacy else inputs.data
        # `data` stands in one place, and parameters beside inputs.
        if data is UNSET or (parameters if legacy else value.data) is not UNSET:
            return NeedsFullParse()
        keys = _count_keys(form, data) + (1 if legacy else 2)
        method = "predict"
        if parameters is not UNSET:
            # `method` may have been left out; then the count is too high and the request gets the full parse.
            keys, method = keys + 2, parameters.method
        matrix = form.matrix(data)
        if may_have_duplicate_keys(body, keys) or form.has_fractions(data, matrix):
            return NeedsFullParse()
        rows = EncodedRows(self.contract, matrix, data, form.cells, form.learned)
        return ParsedRequest(rows, method, "json_text" if legacy else "results")


def _count_keys(form: RowForm, data: Sequence[Any]) -> int:
    """How many keys the decoded rows have together."""
    inputs = len(data) * form.width
    if not form.extras:
        return inputs
    return inputs + sum(getattr(row, name) is not UNSET for row in data for name in form.extras)


def _bad_row(error: str) -> int | None:
    """The row that a message of the decoder names."""
    # A row that is no object may be a list of numbers, which the full parse takes.
    found = None if error.startswith("Expected `object`") else _ROW.search(error)
    return int(found[1]) if found else None
