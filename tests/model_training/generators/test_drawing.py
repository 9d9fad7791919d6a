"""Rows drawn from shapes: seeded, of their kinds, with the shares and the signal that the shapes have."""

from __future__ import annotations

import subprocess
import sys

import pyarrow as pa
import pyarrow.compute as pc

from model_training.generators.drawing import draw
from model_training.generators.shapes import Categories, Names, Nothing, Numbers, Shapes, Times, Words
from shared.core.scenario import GeneratorOptions

SHAPES = Shapes(
    (0.9, 0.1),
    columns=(
        Names("id", prefix="c-"),
        Names("shop", different=5),
        Times("at", begin="2024-01-01T00:00:00+00:00", seconds=60),
        Numbers("age", quantiles=((20, 30, 40), (60, 70, 80)), whole=True),
        Numbers("price", quantiles=((1.0, 2.0, 9.0), (1.0, 2.0, 9.0)), missing=(0.0, 0.5)),
        Categories("plan", values=("a", "b"), shares=((0.8, 0.2), (0.1, 0.9))),
        Words("note", words=(("fine", "good"), ("bad",)), length=3),
        Nothing("empty"),
        Categories("left", values=("no", "yes"), shares=((1.0, 0.0), (0.0, 1.0))),
    ),
)


def test_each_shape_makes_its_kind() -> None:
    """Names, times, whole numbers, numbers with missing cells, categories, texts, nothing."""
    table = draw(SHAPES, 4_000, 1, GeneratorOptions())
    kinds = {field.name: field.type for field in table.schema}
    assert kinds == {
        "id": pa.string(),
        "shop": pa.int64(),
        "at": pa.timestamp("us", "UTC"),
        "age": pa.int64(),
        "price": pa.float64(),
        "plan": pa.string(),
        "note": pa.string(),
        "empty": pa.string(),
        "left": pa.string(),
    }
    assert pc.count_distinct(table["id"]).as_py() == 4_000
    assert set(table["shop"].to_pylist()) == {1, 2, 3, 4, 5}
    assert (pc.max(table["at"]).as_py() - pc.min(table["at"]).as_py()).total_seconds() == 3_999 * 60
    assert table["empty"].null_count == 4_000


def test_groups_differ_as_their_shapes_do() -> None:
    """Shares, numbers, categories, words and missing cells of each answer."""
    frame = draw(SHAPES, 4_000, 1, GeneratorOptions()).to_pandas()
    left, stayed = frame[frame["left"] == "yes"], frame[frame["left"] == "no"]
    assert 0.08 < len(left) / len(frame) < 0.12
    assert (stayed["age"].max(), left["age"].min()) == (40, 60)
    assert 0.77 < (stayed["plan"] == "a").mean() < 0.83
    assert set(left["note"]) == {"bad bad bad"}
    assert stayed["price"].isna().sum() == 0
    assert 0.4 < left["price"].isna().mean() < 0.6


def test_every_answer_comes_however_few_the_rows() -> None:
    """A sample of two rows shows both; the same seed gives the same rows, and drift moves the numbers."""
    assert set(draw(SHAPES, 2, 1, GeneratorOptions())["left"].to_pylist()) == {"no", "yes"}
    assert draw(SHAPES, 50, 3, GeneratorOptions()) == draw(SHAPES, 50, 3, GeneratorOptions())
    usual, moved = (pc.mean(draw(SHAPES, 500, 1, GeneratorOptions(drift=by))["age"]).as_py() for by in (0.0, 1.0))
    assert moved - usual > 5


def test_shapes_load_nothing_heavy() -> None:
    """A module that declares them is read at every cold start."""
    code = "import sys, model_training.generators.shapes; print({'numpy', 'pyarrow', 'pandas'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
