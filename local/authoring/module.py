"""The module of a draft: a declaration that says of every guess why it was made."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from local.authoring.columns import told
from local.authoring.draft import BAR_SHARE, Draft
from local.authoring.literals import Call, Code, literal, quoted
from local.authoring.shapes import shapes_of
from shared.core.scenario import Column
from shared.serving.prediction_rows import sql_name

_OWN = frozenset({"prediction_id", "window", "entity_key", "prediction", "probability", "carried"}) | frozenset(
    {"run_id", "model", "model_sha256", "dataset", "scored_at"}
)
_MOST_SLICES = 3
_ABOUT_SHAPES = "# What generated rows are like: quantiles and shares of the file, and no row of it."
_ABOUT_LABELS = "the probability is that of the second one; swap them to look for the other"
_TEXT_CANDIDATES = ("multinomial_nb", "complement_nb", "linear_svc_l2", "sgd_l2", "ridge")
_NUMBER_CANDIDATES = ("lightgbm", "ridge", "extra_trees")


def module_of(draft: Draft) -> str:
    """The source of the module."""
    shapes = shapes_of(draft)
    imported = sorted({type(one).__name__ for one in shapes.columns} | {"Shapes"})
    drawn = f"{_ABOUT_SHAPES}\n_SHAPES = {literal(shapes, before=len('_SHAPES = '))}"
    table, scenario = "\n".join(_table(draft)), "\n".join(_scenario(draft))
    return f"{_top(draft, imported)}\n\n{table}\n\n{drawn}\n\n\n{_generate(draft)}\n\n\n{scenario}\n"


def _top(draft: Draft, imported: list[str]) -> str:
    names = ["Bar", "Batch", "Column", "GeneratorOptions", "Scenario", "Split", "Table"]
    shapes = f"from model_training.generators.shapes import {', '.join(imported)}"
    return "\n".join(
        [
            f'"""{_title(draft)} Guessed from {_rows(draft)}: look at each comment."""',
            "",
            "from __future__ import annotations",
            "",
            "from collections.abc import Mapping",
            "from typing import Any",
            "",
            shapes,
            f"from shared.core.scenario import {', '.join(names)}",
        ]
    )


def _rows(draft: Draft) -> str:
    return f"{draft.rows.num_rows:,} rows"


def _title(draft: Draft) -> str:
    shown = " ".join(", ".join(draft.named.targets).replace('"', "'").replace("\\", "/").split())
    return f"What is {shown[:60]}?"


def _table(draft: Draft) -> Iterator[str]:
    yield "# Each file of this table is held against these columns."
    yield "_TABLE = Table("
    yield f"    {quoted(draft.table)},"
    yield "    ("
    for one in draft.columns:
        yield from _comment(told(one), 8)
        yield f"        {literal(_column(one.guess.column), 8)},"
    yield "    ),"
    if draft.named.key:
        yield from _comment("a guess unless you named it: a row whose key is known already replaces the older row", 4)
        yield f"    key={literal(draft.named.key, 4, 4)},"
    yield from _comment("other columns of a file to predict lie beside the predictions; refuse, ignore or carry", 4)
    yield '    extra="carry",'
    yield ")"


def _column(column: Column) -> Call:
    """The call that declares the column: what has its default is left out."""
    kept: dict[str, Any] = {
        one.name: getattr(column, one.name) for one in fields(column) if getattr(column, one.name) != one.default
    }
    return Call("Column", (kept.pop("name"), kept.pop("kind")), kept)


def _generate(draft: Draft) -> str:
    return "\n".join(
        [
            "def _generate(rows: int, seed: int, options: GeneratorOptions) -> Mapping[str, Any]:",
            "    from model_training.generators.drawing import draw",
            "",
            f"    return {{{quoted(draft.table)}: draw(_SHAPES, rows, seed, options)}}",
        ]
    )


def _scenario(draft: Draft) -> Iterator[str]:
    yield "SCENARIO = Scenario("
    for name, value, why in _fields(draft):
        yield from _comment(why, 4)
        yield f"    {name}={literal(value, 4, len(name) + 1)},"
    yield ")"


def _fields(draft: Draft) -> Iterator[tuple[str, Any, str]]:
    answer, named = draft.answer, draft.named
    yield "name", draft.name, ""
    yield "title", _title(draft), "the question, as people read it"
    yield "tables", (Code("_TABLE"),), ""
    yield "label_table", draft.table, ""
    yield "target", "" if answer.task == "multilabel" else named.targets[0], ""
    yield "numeric", draft.used("number"), ""
    if draft.used("category"):
        yield "categorical", draft.used("category"), ""
    if draft.used("text"):
        yield "text", draft.used("text")[0], ""
    yield "task", answer.task, f"guessed from {answer.reason}"
    yield "labels", answer.labels, _ABOUT_LABELS if answer.task == "binary" else ""
    if draft.entity:
        yield "entity", draft.entity, "what a prediction is about; rows of one stay in one part of the split"
    if named.time:
        yield "time", named.time, "the order of the rows"
    if draft.leaks:
        yield "leakage", tuple(name for name, _ in draft.leaks), "tell the answer alone: known before it, or with it?"
    yield from _judging(draft)
    yield from _serving(draft)
    yield "generate", Code("_generate"), ""


def _judging(draft: Draft) -> Iterator[tuple[str, Any, str]]:
    regression = draft.answer.task == "regression"
    if draft.named.time:
        yield "split", Call("Split", ("time",)), "the newest rows judge, because rows have a time"
    else:
        yield "split", Call("Split", ("random",)), "rows that judge are drawn by chance; with a time column the newest"
    yield "metric", "rmse" if regression else "auc", "ranks the candidates"
    yield "bar", Call("Bar", (draft.metric, draft.bar)), _about_bar(draft)
    if regression:
        yield "candidates", _NUMBER_CANDIDATES, ""
    if draft.used("text"):
        yield "candidates", _TEXT_CANDIDATES, ""


def _about_bar(draft: Draft) -> str:
    if draft.score is None or not draft.knows:
        return "chance: say how good a model has to be to serve"
    share = f"{BAR_SHARE:.0%} of the way from chance ({draft.chance:g})"
    return f"a quick model reaches {draft.score:.3f}; a model needs {share} to that to serve"


def _serving(draft: Draft) -> Iterator[tuple[str, Any, str]]:
    slices = tuple(_slices(draft))
    batch = Call("Batch", ("drops", draft.table, "0 */5 * * * *"), {"report": slices} if slices else {})
    yield "batch", batch, "files to predict are looked for every five minutes, and when one lands"
    yield "request_fields", draft.inputs, "what a request has for each row"
    if slices:
        yield "slices", slices, "a model is also judged on the rows of each of their values"
    if draft.personal:
        yield "personal", draft.personal, "by their names or values; kept answers leave them out"


def _slices(draft: Draft) -> Iterator[str]:
    """A few categories with listed values, of which none is about people or named like a column of predictions."""
    columns = {one.name: one for one in draft.columns}
    good = [name for name in draft.inputs if columns[name].guess.column.values and not columns[name].personal]
    yield from [name for name in good if sql_name(name).casefold() not in _OWN][:_MOST_SLICES]


def _comment(text: str, indent: int) -> Iterator[str]:
    if text:
        whole = " ".join(text.split())
        sentence = f"{whole[:1].upper()}{whole[1:]}{'' if whole.endswith('?') else '.'}"
        yield from (f"{' ' * indent}# {line}" for line in textwrap.wrap(sentence, 112 - indent))
