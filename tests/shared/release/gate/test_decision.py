"""What follows from an interval: passed, refused, or too little to tell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from world import POINTS, PRICES

from shared.core.scenario import Gate, Split
from shared.release.gate.comparison import Lead, decide, margin_of
from shared.release.gate.judging_rows import JudgingRows, fresh_rows
from shared.release.gate.usefulness import usefulness_check
from shared.release.verdict import Check, Verdict
from shared.training.learned_rows import LearnedRows


def _lead(low: float, high: float, rows: int = 1_000, positives: int = 100) -> Lead:
    return Lead("auc", 0.8, 0.8 - (low + high) / 2, low, high, 0.01, rows, positives)


@pytest.mark.parametrize(
    ("low", "high", "said", "words"),
    [
        (0.001, 0.03, "pass", "Better."),
        (-0.009, 0.005, "pass", "Not worse"),
        (-0.03, -0.011, "fail", "Worse by more than the margin of 0.01"),
        (-0.015, 0.02, "fail", "Not shown to be as good"),
        (-0.03, 0.06, "undecided", "half width is 0.0450, more than twice the margin"),
        (0.01, 0.2, "pass", "Better."),
    ],
)
def test_the_interval_decides(low: float, high: float, said: str, words: str) -> None:
    """Not the sign of the difference: its lower end against the margin, its upper end, its width."""
    verdict, sentence = decide(POINTS, _lead(low, high))
    assert verdict == said
    assert words in sentence


@pytest.mark.parametrize(("rows", "positives"), [(199, 100), (1_000, 49)])
def test_few_rows_are_undecided_whatever_they_show(rows: int, positives: int) -> None:
    """200 independent rows and 50 of the rarest answer are the least."""
    verdict, sentence = decide(POINTS, _lead(0.1, 0.2, rows, positives))
    assert verdict == "undecided"
    assert "are needed" in sentence


def test_superior_asks_for_more() -> None:
    """A scenario may declare that only a better model serves."""
    strict = replace(POINTS, gate=Gate("superior"))
    assert decide(strict, _lead(-0.005, 0.008))[0] == "fail"
    assert decide(strict, _lead(0.001, 0.008))[0] == "pass"


def test_the_margin_is_a_share_or_follows_the_unit() -> None:
    """0.01 of an AUC; 2 % of an error in the unit of what is predicted; or what is declared."""
    assert margin_of(POINTS, 0.9) == 0.01
    assert margin_of(PRICES, 50.0) == 1.0
    assert margin_of(replace(POINTS, gate=Gate(margin=0.03)), 0.9) == 0.03


def test_of_an_error_less_is_a_gain() -> None:
    """The same interval of an error is turned round."""
    found = Lead("rmse", 1.0, 1.2, -0.3, -0.1, 0.02, 1_000, 1_000)
    assert found.gain == (0.1, 0.3)
    assert decide(PRICES, found)[0] == "pass"


def _rows(hours: list[float]) -> JudgingRows:
    count = len(hours)
    prints = np.arange(count, dtype=np.uint64)
    keys = pa.table({"identity": prints, "inputs": prints + np.uint64(100), "cluster": prints, "hours": hours})
    return JudgingRows(pa.table({"x": hours}), np.zeros(count, dtype=np.int64), keys)


def _learned(*prints: int, newest: float | None = None) -> LearnedRows:
    return LearnedRows(np.array(sorted(prints), dtype=np.uint64), newest)


def test_a_learned_key_or_equal_inputs_make_a_row_stale() -> None:
    """By either fingerprint, of either model."""
    rows = _rows([0.0, 1.0, 2.0, 3.0])
    assert fresh_rows(POINTS, rows, (_learned(1), _learned(102))).tolist() == [0, 3]
    assert fresh_rows(POINTS, rows, (_learned(), _learned())).tolist() == [0, 1, 2, 3]


def test_of_a_time_split_only_rows_after_everything_learned_judge() -> None:
    """Later than the newest row of both models, and the gap in hours, or the gap in rows behind the champion's."""
    rows = _rows([10.0, 11.0, 12.0, 13.0, 14.0])
    hourly = replace(POINTS, split=Split("time", gap_hours=1.5))
    assert fresh_rows(hourly, rows, (_learned(newest=5.0), _learned(newest=10.0))).tolist() == [2, 3, 4]
    counted = replace(POINTS, split=Split("time", gap=1))
    assert fresh_rows(counted, rows, (_learned(newest=5.0), _learned(newest=10.0))).tolist() == [2, 3, 4]
    assert fresh_rows(counted, rows, (_learned(newest=9.0), _learned(newest=5.0))).tolist() == [0, 1, 2, 3, 4]


def test_without_times_a_time_split_goes_by_inputs() -> None:
    """Batch numbers may start again: the same number with other inputs is another row."""
    rows = _rows([0.0, 1.0, 2.0])
    assert rows.keys is not None
    rows = replace(rows, keys=rows.keys.drop_columns("hours"))
    ordered = replace(POINTS, split=Split("time"))
    assert fresh_rows(ordered, rows, (_learned(0), _learned(101))).tolist() == [0, 2]


def _judged(actual: np.ndarray) -> JudgingRows:
    return JudgingRows(pa.table({"x": np.zeros(len(actual))}), actual, None)


def test_a_model_must_beat_the_answer_that_is_always_the_same() -> None:
    """By its interval; noise does not, and on few rows nothing is said against it yet."""
    random = np.random.default_rng(1)
    actual = (random.random(1_000) < 0.3).astype(np.int64)
    good = 1 / (1 + np.exp(-2 * (actual + random.normal(size=1_000))))
    noise = random.random(1_000)
    assert _useful(actual, good).verdict == "pass"
    assert _useful(actual, noise).verdict == "fail"
    assert _useful(actual[:60], noise[:60]).verdict == "undecided"
    accurate = replace(POINTS, metric="accuracy")
    never = np.column_stack([np.full(1_000, 0.9), np.full(1_000, 0.1)])
    assert usefulness_check(accurate, _judged(actual), never).verdict == "fail"


def _useful(actual: np.ndarray, given: np.ndarray) -> Check:
    return usefulness_check(POINTS, _judged(actual), np.column_stack([1 - given, given]))


@pytest.mark.parametrize(
    ("verdicts", "state"),
    [
        (("pass", "skip"), "passed"),
        (("pass", "undecided"), "undecided"),
        (("trade_off", "pass"), "trade_off"),
        (("undecided", "trade_off"), "undecided"),
        (("fail", "undecided"), "refused"),
    ],
)
def test_a_verdict_is_as_good_as_its_checks(verdicts: tuple[str, ...], state: str) -> None:
    """Only `passed` deploys; what failed refuses before anything is left to a person."""
    checks = tuple(Check(f"c{number}", one, None, None, one) for number, one in enumerate(verdicts))  # type: ignore[arg-type]  # the words of the cases
    verdict = Verdict("points:1", "a" * 64, checks, 3)
    assert verdict.state == state
    assert verdict.passed is (state == "passed")
    assert verdict.digest != replace(verdict, generation=4).digest
