"""The year of `mlops demo --story`, played once: each chapter ends as it has to, the journal is the expected one."""

from __future__ import annotations

import io
import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer
from command import Command
from rich.console import Console

from local.story import scenes
from local.story.chapter import Chapter, Ending, Line
from local.story.chapters import CHAPTERS
from local.story.plant import SCENARIO
from local.story.play import play
from local.story.printer import StoryPrinter, is_shown
from local.story.story_env import StoryEnv
from local.story.summary import play_story
from shared.bootstrap import build_ports
from shared.core.ledger import Entry

pytestmark = pytest.mark.slow
EXPECTED = (Path(__file__).parent / "story_year.txt").read_text()
TITLES = [chapter.title for chapter in CHAPTERS]
WINDOWS = scenes.WEEKS + 4 + scenes.DRIFTED + scenes.AFTER
# What differs from run to run, or with a library's next version.
_MARKS = (
    (r"\d{8}T\d{6}Z-[0-9a-f]{8}", "<id>"),
    (r"iiot_quality-<id>-\w{8}", "<run>"),
    (r"\b[0-9a-f]{32}\b", "<approval>"),
    (r"until \d{4}-\d\d-\d\d \d\d:\d\d UTC", "until <time>"),
    (r"answered \d+", "answered #"),
    (r"[+-]?\d+\.\d+", "#"),
    (r"gave this message up: .*", "gave this message up: …"),
)


@dataclass(frozen=True, slots=True)
class Year:
    """How the chapters ended, where, and what was printed meanwhile."""

    home: Path
    endings: Sequence[Ending]
    printed: str

    def ending(self, title: str) -> Ending:
        """Of the chapter with that title."""
        return next(one for one in self.endings if one.chapter.title == title)

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the story's database."""
        with closing(sqlite3.connect(self.home / "mlops.db")) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    """The whole story, with the real training, in a home of its own."""
    home = tmp_path_factory.mktemp("year")
    printed = io.StringIO()
    endings = play(home, CHAPTERS, StoryPrinter(Console(width=100, file=printed)), lambda _step, _done: None)
    return Year(home, endings, printed.getvalue())


def comparable(entries: Iterable[Entry]) -> str:
    """One line a sentence: kind, state, and the sentence with its marks."""
    return "\n".join(f"{one.kind} {one.state}: {_marked(one.reason)}" for one in entries if is_shown(one))


def _marked(text: str) -> str:
    for pattern, mark in _MARKS:
        text = re.sub(pattern, mark, text)
    return text


@pytest.mark.parametrize("title", TITLES)
def test_a_chapter_ends_as_expected(year: Year, title: str) -> None:
    """The journal names the planted fault, and nothing else follows from it."""
    ending = year.ending(title)
    assert list(map(str, ending.missing)) == []
    assert ending.reason


def test_the_journal_is_the_expected_one(year: Year) -> None:
    """Sentence by sentence, chapter by chapter; the file beside this test is that journal."""
    found = [f"# {one.chapter.title}\n{comparable(one.journal)}" for one in year.endings]
    assert "\n\n".join(found) + "\n" == EXPECTED


def test_three_models_are_trained_in_a_year(year: Year) -> None:
    """Three trainings in a year: the first one, one for the drift, one for the archive's files."""
    reasons = [reason for (reason,) in year.sql("select reason from retrain_decision where decided = 'retrain'")]
    assert reasons == ["new_data", "drift", "new_data"]
    assert year.sql("select count(*) from run") == [(3,)]


def test_the_bad_canary_never_served_alone(year: Year) -> None:
    """The pointer of prod names the model of autumn at the end of the year."""
    pointer = "select generation, version from deployment where environment = 'prod' order by generation"
    assert year.sql(pointer) == [(1, 1), (2, 2)]


def test_every_row_was_predicted_once(year: Year) -> None:
    """Also those that landed while the lake was away."""
    counted = year.sql("select count(*), count(distinct batchnumber) from predictions_iiot_quality")
    assert counted == [(WINDOWS * scenes.ROWS, WINDOWS * scenes.ROWS)]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=TITLES)
def test_history_knows_the_keys_of_the_summary(year: Year, chapter: Chapter) -> None:
    """Each `history --why` of the summary finds the sentence of the summary."""
    ports = build_ports({"MLOPS_HOME": str(year.home), "TRAINER_URL": "none:"}, {SCENARIO.name: SCENARIO})
    assert ports.core.history.why(chapter.why)


def test_the_story_is_printed_while_it_is_played(year: Year) -> None:
    """Every title, everything that was planted, and a mark at each ending."""
    for chapter in CHAPTERS:
        assert chapter.title in year.printed
        assert chapter.planted in year.printed
        assert f"✓ {chapter.verdict}" in year.printed


def _nothing(env: StoryEnv) -> None:
    env.timers()


UNTRUE = Chapter("A calm", "nothing", _nothing, "a model", (Line("model", "done", "serves"),), "model")


def test_a_chapter_that_ends_otherwise_ends_the_command_badly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 4, and which line of the journal was missed."""
    monkeypatch.setenv("MLOPS_HOME", str(tmp_path))
    with pytest.raises(typer.Exit) as ended:
        play_story([UNTRUE], json=True)
    assert ended.value.exit_code == 4
    answer = json.loads(capsys.readouterr().out)
    (chapter,) = answer["chapters"]
    assert (chapter["as_expected"], chapter["missing"]) == (False, ["model done: “serves”"])
    # In a home of its own: the user's has no database by it.
    assert answer["home"].startswith(f"{tmp_path}/story/")
    assert not (tmp_path / "mlops.db").exists()


def test_the_story_goes_alone(tmp_path: Path) -> None:
    """Rows or a server would change the story."""
    answer = Command(tmp_path / "home")("demo", "--story", "--serve")
    assert (answer.code, answer.sentence) == (
        2,
        "--story allows no other option but --json; accepted: --story, with or without --json.",
    )
