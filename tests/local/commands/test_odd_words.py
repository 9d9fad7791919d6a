"""Words that a shell makes by mistake: an empty one is no missing one, and of an option given twice none is chosen."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import Command

EMPTY = "is empty; accepted: a text with a word at least."


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (["history", "--since", ""], f"--since {EMPTY}"),
        (["history", "--state=", "--limit", "5"], f"--state {EMPTY}"),
        (["models", "list", " "], f"SCENARIO {EMPTY}"),
        (["replay", "a", ""], f"KEYS {EMPTY}"),
        (["scenario", "new", "churn", "--from", "a.csv", "--target", "y", "--target", ""], f"--target {EMPTY}"),
        (["history", "--limit", "5", "--limit", "6"], "--limit is given 2 times; accepted: once."),
        (["logs", "-f", "--limit", "1", "--limit", "1", "--limit", "1"], "--limit is given 3 times; accepted: once."),
    ],
)
def test_an_empty_text_is_no_missing_one(tmp_path: Path, line: list[str], sentence: str) -> None:
    """The sentence names the option or the argument; nothing is done, not even a home made."""
    answer = Command(tmp_path / "home")(*line)
    assert (answer.code, answer.out, answer.sentence) == (2, "", sentence)
    assert not (tmp_path / "home").exists()


def test_what_may_stand_twice_may_do_so(tmp_path: Path) -> None:
    """A flag, and an option that takes several texts."""
    mlops = Command(tmp_path / "home")
    assert mlops("history", "--json", "--json").json == []
    several = mlops("scenario", "new", "churn", "--from", "a.csv", "--from", "b.csv", "--target", "y")
    assert several.sentence == "There is no file a.csv; accepted: a CSV or Parquet file."
