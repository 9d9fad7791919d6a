"""For which newsgroup was this written? Labelled texts in two tables, one to train and one to test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from model_training.text.names import CLASSICAL, DEEP, LABELS
from shared.core.scenario import Bar, Batch, Column, GeneratorOptions, Scenario, Split, Table


def _assemble(tables: Mapping[str, Any]) -> Any:
    from model_training.text.tables import assemble

    return assemble(tables, LABELS)


def _generate(rows: int, seed: int, options: GeneratorOptions) -> Mapping[str, Any]:
    from model_training.generators import text_classification

    return text_classification.generate(rows, seed, options)


def statistics(tables: Mapping[str, Any]) -> Mapping[str, float]:
    """The text statistics of all given Arrow tables, which a profile keeps."""
    from model_training.text.statistics import text_statistics

    texts = [text for table in tables.values() for text in table["text"].to_pylist() if text is not None]
    labelled = [table["target"].to_pylist() for table in tables.values() if "target" in table.column_names]
    classes = [target for targets in labelled for target in targets if target is not None]
    return text_statistics(texts, classes, len(LABELS))


def words(tables: Mapping[str, Any]) -> Mapping[str, list[str]]:
    """The twenty words that distinguish each class, from all labelled texts of the Arrow tables."""
    from model_training.text.top_words import top_words

    pairs = [pair for table in tables.values() if "target" in table.column_names for pair in _labelled(table)]
    return top_words([text for text, _ in pairs], [target for _, target in pairs], LABELS)


def _labelled(table: Any) -> list[tuple[str, int]]:
    pairs = zip(table["text"].to_pylist(), table["target"].to_pylist(), strict=True)
    return [(text, target) for text, target in pairs if text is not None and target is not None]


_COLUMNS = (
    Column("text", "text"),
    Column("target", "int", values=tuple(str(position) for position in range(len(LABELS)))),
    # Further columns of the published files: a number that identifies a text, and the name of its class.
    Column("id", "int", nulls=True, optional=True, identifies=True),
    Column("category", "text", nulls=True, optional=True, values=LABELS),
)

SCENARIO = Scenario(
    name="text_classification",
    title="For which newsgroup was this written?",
    tables=(Table("raw_train", _COLUMNS), Table("raw_test", _COLUMNS)),
    label_table="raw_train",
    target="target",
    numeric=(),
    text="text",
    task="multiclass",
    labels=LABELS,
    split=Split("given", column="judges"),
    metric="accuracy",
    bar=Bar("accuracy", 0.80),
    candidates=(*CLASSICAL, DEEP),
    batch=Batch("drops", "raw_test", "0 */5 * * * *", report=("id",)),
    request_fields=("text",),
    slices=("target",),
    statistics=statistics,
    words=words,
    # Classes of about one size, written in English.
    limits=(("class_share_std", 0.05), ("share_not_english", 0.0)),
    assemble=_assemble,
    generate=_generate,
)
