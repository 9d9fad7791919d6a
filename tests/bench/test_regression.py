"""A benchmark fails only where every round is slower than what is committed, by more than a tenth."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench"
SPEC = importlib.util.spec_from_file_location("regression", BENCH / "regression.py")
assert SPEC is not None
assert SPEC.loader is not None
regression = importlib.util.module_from_spec(SPEC)


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    with pytest.MonkeyPatch.context() as patch:
        # The script puts its folder on the path, where its profile.py would hide the library's.
        patch.syspath_prepend(str(BENCH))
        SPEC.loader.exec_module(regression)


@pytest.mark.parametrize(
    ("rounds", "committed", "word"),
    [
        ([1.2, 1.3, 1.11], 1.0, "slower"),
        ([1.2, 1.3, 1.09], 1.0, "kept"),
        ([0.9, 1.0, 0.8], 1.0, "kept"),
        ([0.8, 0.85, 0.89], 1.0, "faster"),
        ([5.0], None, "new"),
    ],
)
def test_the_whole_interval_decides(rounds: list[float], committed: float | None, word: str) -> None:
    """One round within the margin keeps the ratio: a busy machine makes single rounds slow."""
    assert regression.judge(rounds, committed) == word


def test_every_committed_ratio_is_of_a_case() -> None:
    """A case that is renamed would never be compared again."""
    committed = json.loads((BENCH / "ratios.json").read_text())
    assert committed.keys() == regression.CASES.keys()
    assert all(ratio > 0 for ratio in committed.values())
