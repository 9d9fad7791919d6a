"""The release verbs on a home without a release."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import Command

LISTS = ("approvals --json", "rollout list --json", "rollout evaluate --json")
WRONG = (
    ("approve nothing --by ada", 2, "no request for approval"),
    ("reject nothing --by ada", 2, "no request for approval"),
    ("gate show bank_marketing", 2, "name:version"),
    ("gate show bank_marketing:9", 2, "registered versions: none"),
    ("gate override bank_marketing:9 --reason x --by ada", 2, "registered versions: none"),
    ("rollout show bank_marketing", 3, "No rollout is active"),
    ("approvals nothing", 2, "known: bank_marketing"),
)


@pytest.fixture(scope="module")
def mlops(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """The command on an empty home."""
    return Command(tmp_path_factory.mktemp("release") / "home")


def test_what_is_missing_is_named_in_one_sentence(mlops: Command) -> None:
    """Each has the exit code of its kind and says what is accepted."""
    for words, code, told in WRONG:
        answer = mlops(*words.split())
        assert answer.code == code, (words, answer.err)
        assert told in answer.sentence


def test_lists_may_be_empty(mlops: Command, tmp_path: Path) -> None:
    """An empty JSON list, exit code 0."""
    for words in LISTS:
        answer = mlops(*words.split())
        assert (answer.code, answer.json) == (0, []), words
    assert mlops("approvals").out.strip() == "Open approvals: none."
