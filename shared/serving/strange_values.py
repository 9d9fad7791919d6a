"""What a model did not learn from: categories that it does not know, and numbers far outside its range.

Both are scored, so they are counted per column and told. A column of which nothing is known is refused: the answers
would be those of rows without that column.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from shared.core.errors import Quarantined
from shared.core.scenario import Scenario
from shared.core.text_cleaning import has_word
from shared.serving.encoded_rows import EncodedRows
from shared.training.unlearned.learned_ranges import LearnedRanges, numbers_of
from shared.training.unlearned.spelling import causes
from shared.training.unlearned.unknown_values import (
    UnknownColumns,
    counts_of,
    together,
    unknown_of_rows,
    unknown_of_table,
    wordless,
    written,
)

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from shared.training.input_contract import Feature, InputContract
    from shared.training.unlearned.extremes import Extremes

_SHOWN = 40
_LISTED = 8
_IN_HEADERS = " =,()?._-+"


@dataclass(frozen=True, slots=True)
class StrangeValues:
    """By column the unknown categories and the number of far values; `marked` look like a misread thousands mark."""

    unknown: UnknownColumns = field(default_factory=dict)
    far: Mapping[str, int] = field(default_factory=dict)
    marked: frozenset[str] = frozenset()

    def and_also(self, other: StrangeValues) -> StrangeValues:
        """Both together; a column is marked when all its far values look so."""
        far = {name: self.far.get(name, 0) + other.far.get(name, 0) for name in (*self.far, *other.far)}
        plain = (self.far.keys() - self.marked) | (other.far.keys() - other.marked)
        marked = frozenset(name for name in self.marked | other.marked if name not in plain)
        return StrangeValues(together((self.unknown, other.unknown)), far, marked)

    @property
    def unknown_text(self) -> str:
        """The rows with an unknown category, such as `job=3, month=1`; empty without any."""
        return written(counts_of(self.unknown))

    @property
    def far_text(self) -> str:
        """The rows with a far number, such as `nr.employed=10 (thousands mark?)`; empty without any."""
        return written(self.far, dict.fromkeys(self.marked, " (thousands mark?)"))


NOTHING = StrangeValues()


def strange_of_table(
    table: pa.Table, matrix: np.ndarray, learned: LearnedRanges, within: Extremes | None = None
) -> StrangeValues:
    """What is strange in a table; `matrix` is the table as it was encoded, `within` its extremes where known."""
    if learned.contract.text is not None:
        name = learned.contract.text.name
        return StrangeValues(wordless(table.column(name).to_pylist(), matrix[:, 0].tolist(), name))
    far, marked = far_of_matrix(matrix, learned, within)
    return StrangeValues(unknown_of_table(table, matrix, learned.contract, within), far, marked)


def strange_of_rows(rows: Sequence[Mapping[str, Any]], learned: LearnedRanges) -> StrangeValues:
    """What is strange in the rows of a request, which the model has taken already."""
    contract = learned.contract
    if contract.text is not None:
        return _strange_texts(rows, contract.text)
    if isinstance(rows, EncodedRows) and rows.fits(contract):
        # Nearly every request ends here.
        if not learned.is_strange(rows.matrix):
            return NOTHING
        far, marked = far_of_matrix(rows.matrix, learned)
    else:
        far, marked = far_of_matrix(numbers_of(rows, contract), learned)
    unknown = unknown_of_rows(rows, contract)
    return StrangeValues(unknown, far, marked) if unknown or far else NOTHING


def _strange_texts(rows: Sequence[Mapping[str, Any]], feature: Feature) -> StrangeValues:
    texts, stop_words = [row[feature.name] for row in rows], frozenset(feature.values)
    judged = ["a word" if has_word(text or "", stop_words) else "" for text in texts]
    return NOTHING if all(judged) else StrangeValues(wordless(texts, judged, feature.name))


def far_of_matrix(
    matrix: np.ndarray, learned: LearnedRanges, within: Extremes | None = None
) -> tuple[Mapping[str, int], frozenset[str]]:
    """The far numbers of a matrix, and the columns in which they look like a misread thousands mark."""
    far = learned.far(matrix, within)
    names = learned.contract.names
    marked = frozenset(name for name in far if learned.marked(name, matrix[:, names.index(name)]))
    return far, marked


def told(unknown: str, far: str, rejected: str = "", ignored: str = "") -> str:
    """The sentences that name each; empty when there is none."""
    sentences = [f"Rows that were set aside and not scored: {rejected}."] if rejected else []
    sentences += [f"Columns that were not read: {ignored}."] if ignored else []
    sentences += [f"Values that the model does not know: {unknown}."] if unknown else []
    if far:
        sentences.append(f"Values far outside what the model learned from: {far}.")
    return " ".join(sentences)


def strange_headers(strange: StrangeValues) -> dict[str, str]:
    """The response headers that tell it; what a header cannot hold is percent-encoded."""
    texts = {"x-mlops-unknown-values": strange.unknown_text, "x-mlops-far-values": strange.far_text}
    return {name: quote(text, safe=_IN_HEADERS) for name, text in texts.items() if text}


def refuse_unknown_column(scenario: Scenario, strange: StrangeValues, contract: InputContract, where: str) -> None:
    """Quarantined when the model knows no value of a column; values that the scenario declares are known."""
    columns = [column for table in scenario.tables for column in table.columns]
    declared = {column.name for column in columns if column.values}
    accepted = {column.name: column.accepted for column in columns if column.accepted}
    lost = [
        name
        for name, unknown in strange.unknown.items()
        if unknown.whole and name not in declared and not set(unknown.examples) <= set(accepted.get(name, ()))
    ]
    if lost and contract.text is not None:
        raise Quarantined("unknown_values", f"{where}: {no_words(lost[0])}", column=lost[0])
    if lost:
        raise Quarantined("unknown_values", _sentence(scenario, strange, contract, where, lost), column=lost[0])


def no_words(name: str) -> str:
    """Why nothing is judged where no text has a word."""
    return f"no {name!r} holds a word that the model reads, so there is nothing to judge; accepted: texts with words."


def _sentence(
    scenario: Scenario, strange: StrangeValues, contract: InputContract, where: str, lost: Sequence[str]
) -> str:
    known = {feature.name: feature.values for feature in contract.features}
    plain = next((name for name in lost if name not in scenario.personal), "")
    accepted = f" (in column {plain!r}: {_listing(known[plain])})" if plain else ""
    words = lost_words(scenario, {name: strange.unknown[name] for name in lost}, contract)
    return f"{where}: {words}; accepted: values that the model learned{accepted}."


def lost_words(scenario: Scenario, lost: UnknownColumns, contract: InputContract) -> str:
    """The columns of which nothing is known, an example and the causes; values of a person are not shown."""
    known = {feature.name: feature.values for feature in contract.features}
    why = dict.fromkeys(word for name, one in lost.items() for word in causes(one.examples, known[name]).values())
    plain = next((name for name in lost if name not in scenario.personal), "")
    shown = f", such as {_quoted(lost[plain].examples[0])} in {plain!r}" if plain else ""
    columns = ", ".join(map(repr, lost))
    noun = "column" if len(lost) == 1 else "columns"
    return f"the model knows no value of {noun} {columns}{shown}{f' ({", ".join(why)})' if why else ''}"


def _listing(values: Collection[str]) -> str:
    shown = ", ".join(_quoted(value) for value in list(values)[:_LISTED])
    return shown if len(values) <= _LISTED else f"{shown} and {len(values) - _LISTED} more"


def _quoted(value: str) -> str:
    return repr(value if len(value) <= _SHOWN else f"{value[: _SHOWN - 1]}…")
