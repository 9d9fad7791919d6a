"""A card and its facts come with every model, whatever it answers, and say the same each time."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pyarrow as pa
import pytest
from world import MARKS, POINTS, PRICES

from model_training.evaluation.card import CARD, EVALUATION, render
from model_training.runs.training import fit
from model_training.scenarios import SCENARIOS
from model_training.steps.register import Package
from shared.core.scenario import Bar, Column, GeneratorOptions, Scenario, Split

ROWS = 600
_RANDOM = np.random.default_rng(6)
X, Z = _RANDOM.normal(size=ROWS), _RANDOM.normal(size=ROWS)
SURE = X + 0.5 * _RANDOM.normal(size=ROWS)
COLOR = np.where(_RANDOM.random(ROWS) < 0.5, "red", "<b>blue</b> & co")
TWO = {"candidates": ("lightgbm", "logistic")}
TIME = Split("time")


def _text() -> Scenario:
    return replace(SCENARIOS["text_classification"], candidates=("ridge", "random_forest"))


def _quiet(*_told: object, **_facts: object) -> None:
    """Nobody watches."""


def _made(kind: str) -> tuple[Package, Scenario]:
    ids = np.arange(ROWS)
    colors = replace(POINTS, slices=("color", "x", "gone"), split=TIME, leakage=("x",), numeric=("x", "id"), **TWO)  # type: ignore[arg-type]
    (table,) = POINTS.tables
    answer = Column("y", "text", values=("a", "b", "<i>c</i>"))
    answered = replace(table, columns=(*table.columns[:-1], answer))
    kinds = replace(
        POINTS, tables=(answered,), task="multiclass", labels=answer.values, metric="log_loss",
        bar=Bar("accuracy", 0.5), slices=("color",), **TWO,  # type: ignore[arg-type]
    )  # fmt: skip
    marks = replace(MARKS, slices=("place",), **TWO)  # type: ignore[arg-type]
    prices = replace(PRICES, slices=("x",), candidates=("lightgbm", "ridge"))
    places = pa.table({"place": ["a", "b"], "z": [0.5, -0.5]})
    yes = np.where(SURE > 0, "yes", "no")
    three = np.array(["a", "b", "<i>c</i>"])[np.digitize(SURE, [-0.5, 0.5])]
    up, down = (SURE > 0.2).astype(np.int64), (SURE < 0.3).astype(np.int64)
    place = np.where(ids % 2 == 0, "a", "b")
    labelled = pa.table({"id": ids, "x": X, "place": place, "up": up, "down": down})
    tables = {
        "binary": ({"points": pa.table({"id": ids, "x": X, "color": COLOR, "y": yes})}, colors),
        "multiclass": ({"points": pa.table({"id": ids, "x": X, "color": COLOR, "y": three})}, kinds),
        "multilabel": ({"marks": labelled, "places": places}, marks),
        "regression": ({"prices": pa.table({"id": ids, "x": X, "z": Z, "y": 5 * SURE})}, prices),
        "text": (dict(_text().generate(ROWS, 1, GeneratorOptions())), _text()),  # type: ignore[misc]
    }  # fmt: skip
    chosen, scenario = tables[kind]
    return fit(chosen, scenario, "demo", 1, _quiet), scenario


KINDS = ("binary", "multiclass", "multilabel", "regression", "text")


@pytest.fixture(scope="module")
def made() -> dict[str, tuple[Package, Scenario]]:
    """A model of each kind."""
    return {kind: _made(kind) for kind in KINDS}


class _Read(HTMLParser):
    """Counts tags that are left open, and collects what is shown."""

    _VOID = frozenset({"meta", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 -- the parser's signature
        self.tags.append(tag)
        if tag not in self._VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 -- the parser's signature
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def _read(package: Package) -> _Read:
    read = _Read()
    read.feed(package.files[CARD].decode())
    assert read.open == []
    return read


@pytest.mark.parametrize("kind", KINDS)
def test_the_card_is_whole_small_and_alone(kind: str, made: dict[str, tuple[Package, Scenario]]) -> None:
    """Well-formed, below 300 KB, no script, nothing loaded from elsewhere, and it names the bytes it speaks of."""
    package, scenario = made[kind]
    page, read = package.files[CARD].decode(), _read(package)
    assert len(package.files[CARD]) < 300_000
    assert "script" not in read.tags
    assert not re.search(r"(src|href)=", page)
    assert "://" not in page
    assert package.manifest["sha256"] in page
    assert scenario.title in read.text
    assert "None" not in read.text
    assert "nan" not in read.text.lower().replace("finance", "")


@pytest.mark.parametrize("kind", KINDS)
def test_the_facts_are_those_of_the_manifest(kind: str, made: dict[str, tuple[Package, Scenario]]) -> None:
    """evaluation.json has no number of its own for what the manifest says, an interval around each, and every slice."""
    package, scenario = made[kind]
    told = json.loads(package.files[EVALUATION])
    assert told["sha256"] == package.manifest["sha256"]
    for name, line in told["metrics"].items():
        assert line["value"] == package.manifest["metrics"][name]
        assert line["baseline"] == package.manifest["baseline"][name]
        assert line["interval"][0] <= line["value"] <= line["interval"][1]
    assert told["metrics"][scenario.metric]["interval"] == package.manifest["interval"][scenario.metric]
    for column in scenario.slices:
        rows = [one["rows"] for one in told["slices"] if one["column"] == column]
        assert sum(rows) == (0 if column == "gone" else package.manifest["split"]["test"])


def test_each_kind_shows_what_belongs_to_it(made: dict[str, tuple[Package, Scenario]]) -> None:
    """Residuals for numbers, words for texts, thresholds for labels, curves for all but numbers."""
    told = {kind: json.loads(package.files[EVALUATION]) for kind, (package, _) in made.items()}
    shown = {kind: _read(package).text for kind, (package, _) in made.items()}
    assert {kind for kind in KINDS if "residuals" in told[kind]} == {"regression"}
    assert {kind for kind in KINDS if "Residuals" in shown[kind]} == {"regression"}
    assert {kind for kind in KINDS if told[kind]["thresholds"]} == {"binary", "multilabel"}
    assert {kind for kind in KINDS if told[kind]["words"]} <= {"text"}
    assert {kind for kind in KINDS if told[kind].get("roc")} == set(KINDS) - {"regression"}
    for kind in KINDS:
        found = told[kind]
        assert found["words"] or found["importance"] or found["unexplained"]
        assert all(sentence in shown[kind] for sentence in found["limits"])
        assert all(len(one["true"]) <= 201 for one in found.get("roc", {}).values())
    assert list(told["multilabel"]["confusions"]) == ["up", "down"]
    assert sum(map(sum, told["multiclass"]["confusion"])) == told["multiclass"]["rows"]["test"]


def test_a_name_from_the_data_is_never_markup(made: dict[str, tuple[Package, Scenario]]) -> None:
    """A category or label that looks like HTML is shown as it is."""
    package, _ = made["binary"]
    assert "<b>blue" not in package.files[CARD].decode()
    assert "<b>blue</b> & co" in _read(package).text
    other, _ = made["multiclass"]
    assert "<i>" not in other.files[CARD].decode()
    assert "<i>c</i>" in _read(other).text


def test_what_would_leak_and_both_splits_are_on_the_card(made: dict[str, tuple[Package, Scenario]]) -> None:
    """The declared split decides; the other one and the leak stand beside it, in words."""
    package, _ = made["binary"]
    told, shown = json.loads(package.files[EVALUATION]), _read(package).text
    assert told["split"] == "time"
    assert told["splits"] == {"random": package.manifest["metrics"]["auc_random"]}
    assert told["with_leakage"] == package.manifest["metrics"]["auc_with_leakage"]
    assert "with x, which leaks the answer" in shown
    assert "Not judged by 'gone'" in shown


@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_equal_inputs_tell_the_same(kind: str, made: dict[str, tuple[Package, Scenario]]) -> None:
    """Trained again, every byte of the facts is the same, and so is the card but for the seconds of the fits."""
    package, scenario = made[kind]
    again, _ = _made(kind)
    assert again.files[EVALUATION] == package.files[EVALUATION]
    assert again.onnx == package.onnx
    # Fits take other seconds; and somebody may be editing the sources while this runs.
    manifest = {**again.manifest, **{name: package.manifest[name] for name in ("candidates", "code")}}
    told = json.loads(again.files[EVALUATION])
    assert render(scenario, manifest, told) == package.files[CARD]
