"""Texts and sensors of public bug reports, beside the project: each file ends as its README says."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from command import REAL_DATA
from texts import text_graph
from world import World

from functions.scoring import Scorer
from model_training.scenarios import SCENARIOS
from shared import dispatch, due_work
from shared.core.errors import BadInput, Fault
from shared.core.paths import Landing
from shared.intake.ingest import ingest
from shared.serving.deployment import Deployment
from shared.serving.inference.open_inference import infer
from shared.training.input_contract import Feature, InputContract
from shared.training.model import Artefact

CASES = REAL_DATA.parent / "cases"
pytestmark = [
    pytest.mark.skipif(not CASES.is_dir(), reason="the cases do not lie beside the project: nothing here was checked"),
    pytest.mark.xdist_group("text_cases"),
]
TEXT, IIOT = SCENARIOS["text_classification"], SCENARIOS["iiot_quality"]
NEWLINES = "76-quoted-newlines-emoji"
SENSORS = "74-nan-words-for-sensors"
REFUSED = {
    "75-spark-csv-backslash-quotes": "line 2: a backslash stands before a quotation mark",
    "77-leading-zero-ids": "line 4, column 'id': '1.234E+15' is not a whole number but a spreadsheet's rounded form",
    "78-empty-and-blank-texts": "line 3, column 'text': the cell is missing (2 of 3 are)",
}
TEXT_CASES = frozenset((*REFUSED, NEWLINES, SENSORS))


class Newsgroups:
    """A home in which a small model of texts serves: it counts three words."""

    def __init__(self, home: Path) -> None:
        self.world = World(home, scenarios={TEXT.name: TEXT, IIOT.name: IIOT})
        graph = text_graph(labels=len(TEXT.labels))
        digest = hashlib.sha256(graph).hexdigest()
        contract = InputContract((Feature("text", "text", ("the", "of")),), TEXT.labels)
        manifest = {"sha256": digest, "contract": contract.to_json(), "task": TEXT.task, "metrics": {}}
        ports, at = self.world.ports, self.world.clock()
        model = ports.training.registry.register(Artefact(TEXT.name, "run", "d1", graph, manifest))
        deployed = Deployment(TEXT.name, 1, TEXT.name, model.version, digest, at, "me", "")
        ports.release.deployments.promote(deployed)

    def predict(self, name: str, content: bytes) -> tuple[str, str, int]:
        """State, reason and rows of the window of a file, which is worked off here."""
        ports = self.world.ports
        before = {one.id for one in ports.prediction.windows.list(TEXT.name)}
        ports.core.lake.put(f"scoring/{TEXT.name}/{name}/raw_test.csv", content)
        for message in due_work.plan(ports):
            dispatch.on_window(ports, message)
        (window,) = [one for one in ports.prediction.windows.list(TEXT.name) if one.id not in before]
        commit = ports.prediction.predictions.find_commit(TEXT.name, window.id)
        return window.state, commit.unknown_values if commit else window.reason, commit.rows if commit else 0

    def ask(self, body: Any) -> Any:
        """The answer of the scoring route."""
        return json.loads(Scorer(self.world.ports).score(TEXT.name, json.dumps(body).encode(), "")[0])


@pytest.fixture(scope="module")
def newsgroups(tmp_path_factory: pytest.TempPathFactory) -> Newsgroups:
    """One home for all."""
    return Newsgroups(tmp_path_factory.mktemp("texts"))


def content(case: str) -> bytes:
    """The file of a folder."""
    return (CASES / case / "raw_test.csv").read_bytes()


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_of_texts_is_refused_with_its_cause(newsgroups: Newsgroups, case: str) -> None:
    """75, 77, 78: in one sentence that names line and column."""
    state, reason, _ = newsgroups.predict(case[:2], content(case))
    assert state == "quarantined"
    assert REFUSED[case] in reason


def test_texts_with_line_ends_and_emoji_are_scored(newsgroups: Newsgroups) -> None:
    """76: two rows, as the quotation marks say."""
    assert newsgroups.predict("76", content(NEWLINES)) == ("committed", "", 2)


def test_an_id_with_zeros_before_it_is_not_another_number(newsgroups: Newsgroups) -> None:
    """The kind of 77: 007 and 7 would be one id."""
    state, reason, _ = newsgroups.predict("zeros", b"id,text\n7,moon river\n007,rocket moon\n")
    assert state == "quarantined"
    assert "line 3, column 'id': '007' has zeros before the number" in reason


def test_texts_without_a_word_are_told_and_alone_refused(newsgroups: Newsgroups) -> None:
    """The kind of 78: signs, digits and what nobody sees."""
    some = newsgroups.predict("some", "text\nmoon river\n...\n\u200b\n".encode())
    assert some == ("committed", "text=2", 3)
    state, reason, _ = newsgroups.predict("none", b"text\n...\n123\n")
    assert state == "quarantined"
    assert "no 'text' holds a word that the model reads" in reason


@pytest.mark.parametrize("text", [None, "", "   ", "...", "\u200b"])
def test_a_request_without_a_word_gets_no_class(newsgroups: Newsgroups, text: str | None) -> None:
    """The kind of 78 at the doors that take JSON."""
    tensor = {"name": "text", "shape": [1, 1], "datatype": "BYTES", "data": [text]}
    with pytest.raises(BadInput):
        newsgroups.ask({"data": [{"text": text}]})
    with pytest.raises(BadInput):
        newsgroups.ask({"text": text})
    from shared.serving.deployed_model import load_deployed

    current = newsgroups.world.ports.release.deployments.current(TEXT.name)
    assert current is not None
    with pytest.raises(BadInput):
        infer(TEXT, load_deployed(newsgroups.world.ports, current), json.dumps({"inputs": [tensor]}).encode())


def test_nan_is_a_missing_cell(newsgroups: Newsgroups) -> None:
    """74: the sentence is about the sensor without any value, as it is of the same rows in Parquet."""
    ports = newsgroups.world.ports
    for file in ("sensors.csv", "quality.csv"):
        ports.core.lake.put(f"incoming/{IIOT.name}/d1/{file}", (CASES / SENSORS / file).read_bytes())
    with (CASES / SENSORS / "sensors.csv").open("rb") as source:
        read = ports.datasets.tables.read(source, "sensors.csv", IIOT.table("sensors"))
    assert read["S3"][0].as_py() is None
    try:
        outcome = ingest(ports, Landing("incoming", IIOT, "d1", ""))
        state, reason = outcome.state, outcome.reason
    except Fault as fault:
        state, reason = fault.state, fault.reason
    assert (state, reason.partition(":")[0]) == ("quarantined", "Table 'sensors', column 'S4'")
