"""No row is in two parts, time is not turned back, and parts that can judge nothing are refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model_training.data.split import Answers, Parts, draw_half, missing_labels, split_rows
from shared.core.errors import Quarantined
from shared.core.scenario import Split
from shared.datasets.feature_frame import MOST_JUDGING


def _hashes(rows: int, seed: int = 3) -> np.ndarray:
    """A hash for each row, as salted fingerprints are."""
    return np.random.default_rng(seed).integers(0, 2**64, rows, dtype=np.uint64)


def _cut(values: np.ndarray, names: tuple[str, ...], split: Split, seed: int) -> Parts:
    return split_rows(Answers("binary", names, values, _hashes(len(values))), split, seed)


LABELS = np.random.default_rng(0).integers(0, 2, 1_000)
HASHES = _hashes(1_000)


def test_time_parts_follow_each_other_with_gaps() -> None:
    """The rows before a cut are older than those after it by more than the gap."""
    parts = _cut(LABELS, ("no", "yes"), Split("time", gap=20), 1)
    assert parts.sizes == {"train": 680, "validation": 130, "test": 150}
    assert parts.validation.min() - parts.train.max() == 21
    assert parts.test.min() - parts.validation.max() == 21


def test_random_parts_hold_every_row_once() -> None:
    """About a tenth judges; of the others fifteen per cent of all rows choose, with equal shares of each class."""
    rare = (np.arange(1_000) % 10 == 0).astype(int)
    parts = _cut(rare, ("no", "yes"), Split("random"), 1)
    rows = np.concatenate([parts.train, parts.validation, parts.test])
    assert sorted(rows.tolist()) == list(range(1_000))
    assert 80 <= len(parts.test) <= 120
    assert len(parts.validation) == pytest.approx(150, abs=1)
    learnt = np.concatenate([parts.train, parts.validation])
    assert rare[parts.validation].mean() == pytest.approx(rare[learnt].mean(), abs=0.005)


def test_who_judges_is_decided_by_the_hash_alone() -> None:
    """Neither the seed, nor the labels, nor rows that come later give a row another role."""
    judged = set(_cut(LABELS, ("0", "1"), Split("random"), 1).test.tolist())
    assert judged == set(_cut(LABELS, ("0", "1"), Split("random"), 2).test.tolist())
    assert judged == set(_cut(1 - LABELS, ("0", "1"), Split("random"), 1).test.tolist())
    half_of_them = split_rows(Answers("binary", ("0", "1"), LABELS[:500], HASHES[:500]), Split("random"), 1)
    assert set(half_of_them.test.tolist()) == {row for row in judged if row < 500}


def test_a_seed_draws_the_rows_that_choose() -> None:
    """Equal seeds draw equally, others differently."""
    first, again, other = (_cut(LABELS, ("0", "1"), Split("random"), seed).validation for seed in (1, 1, 2))
    assert (first == again).all()
    assert not np.array_equal(first, other)


def test_repeated_rows_have_one_role() -> None:
    """The same file twice: every copy of a row is in the part where the first one is."""
    answers = Answers("binary", ("0", "1"), np.tile(LABELS, 2), np.tile(HASHES, 2))
    parts = split_rows(answers, Split("random"), 1)
    for rows in (parts.train, parts.validation, parts.test):
        assert set((rows[rows < 1_000] + 1_000).tolist()) == set(rows[rows >= 1_000].tolist())


@pytest.mark.parametrize("kind", ["random", "time", "given"])
def test_rows_that_only_learn_neither_choose_nor_judge(kind: str) -> None:
    """Where order does not forbid it they are learned from; other rows keep their roles."""
    learners, judges = np.arange(1_000) % 3 == 0, np.arange(1_000) >= 800
    answers = Answers("binary", ("0", "1"), LABELS, HASHES, test=judges if kind == "given" else None)
    split = Split(kind, column="judges")  # type: ignore[arg-type]
    before, parts = split_rows(answers, split, 1), split_rows(replace(answers, learn_only=learners), split, 1)
    assert not learners[parts.validation].any()
    assert parts.test.tolist() == before.test[~learners[before.test]].tolist()
    if kind != "time":
        assert set(np.flatnonzero(learners)) <= set(parts.train)


def test_at_most_so_many_rows_judge() -> None:
    """Those with the smallest hashes, so that a row may stop judging as data grows and never starts."""
    hashes = _hashes(300_000)
    values = (hashes % np.uint64(2)).astype(int)
    small, large = (
        split_rows(Answers("binary", ("0", "1"), values[:rows], hashes[:rows]), Split("random"), 1).test
        for rows in (150_000, 300_000)
    )
    assert len(large) == MOST_JUDGING
    assert set(large[large < 150_000].tolist()) < set(small.tolist())


def test_too_few_rows_are_quarantined() -> None:
    """Three rows to choose by say nothing; the sentence counts them."""
    with pytest.raises(Quarantined, match="leaves 3 rows in its validation part"):
        _cut(LABELS[:20], ("0", "1"), Split("random"), 1)


def test_a_label_that_is_missing_among_the_judging_rows_is_no_quarantine() -> None:
    """When the last weeks hold only good batches, there is a model, and a sentence says why it cannot be judged."""
    labels = np.concatenate([LABELS[:900], np.ones(200, dtype=int)])
    parts = _cut(labels, ("0", "1"), Split("time"), 1)
    answers = Answers("binary", ("0", "1"), labels, _hashes(1_100))
    assert "judging part has no row labelled '0'" in missing_labels(answers, parts.test)
    assert missing_labels(answers, parts.train) == ""


def test_a_gap_of_hours_is_measured_by_the_time_column() -> None:
    """Rows of four machines at the same hours: the last training row is at least 51 hours before the next part."""
    hours = np.repeat(np.arange(250.0) * 3, 4)
    parts = split_rows(Answers("binary", ("0", "1"), LABELS, HASHES, hours), Split("time", gap_hours=51), 1)
    assert hours[parts.validation].min() - hours[parts.train].max() == 51
    assert hours[parts.test].min() - hours[parts.validation].max() == 51
    assert parts.sizes["test"] == 150


def test_hours_without_a_time_column_are_refused() -> None:
    """A gap in hours cannot be kept when nothing says when a row was."""
    with pytest.raises(Quarantined, match="needs the time column"):
        _cut(LABELS, ("0", "1"), Split("time", gap_hours=1), 1)


def test_the_data_may_say_which_rows_judge() -> None:
    """The test part is what the column says; validation rows are drawn from the others with equal shares."""
    judges = np.arange(1_000) % 4 == 0
    parts = split_rows(Answers("binary", ("0", "1"), LABELS, HASHES, None, judges), Split("given", column="judges"), 1)
    assert parts.test.tolist() == np.flatnonzero(judges).tolist()
    assert len(parts.validation) + len(parts.train) == 750
    assert abs(LABELS[parts.validation].mean() - LABELS[~judges].mean()) < 0.01


def test_several_labels_keep_their_shares_and_must_all_be_learnt() -> None:
    """A label that is the same in all training rows cannot be learnt; in the test part one that varies is enough."""
    values = (np.random.default_rng(1).random((1_000, 3)) < (0.5, 0.2, 0.05)).astype(int)
    parts = split_rows(Answers("multilabel", ("a", "b", "c"), values, HASHES), Split("random"), 1)
    assert values[parts.test].mean(axis=0) == pytest.approx(values.mean(axis=0), abs=0.06)
    values[850:, 2] = 0
    assert split_rows(Answers("multilabel", ("a", "b", "c"), values, HASHES), Split("time"), 1).sizes["test"] == 150
    values[:, 2] = 0
    with pytest.raises(Quarantined, match=r"train part of the time split label 'c' is 0 in all 700 rows"):
        split_rows(Answers("multilabel", ("a", "b", "c"), values, HASHES), Split("time"), 1)


def test_numbers_that_do_not_vary_are_refused() -> None:
    """A constant number can be neither learnt nor judged."""
    with pytest.raises(Quarantined, match="'price' is 7 in all 748 rows"):
        split_rows(Answers("regression", ("price",), np.full(1_000, 7.0), HASHES), Split("random"), 1)


def test_half_is_half_of_every_answer() -> None:
    """The half that is explored has the shares of the whole, and only rows of it."""
    answers, rows = Answers("binary", ("0", "1"), (np.arange(1_000) % 10 == 0).astype(int), HASHES), np.arange(200, 900)
    chosen = draw_half(answers, rows, 1)
    assert len(chosen) == 350
    assert answers.values[chosen].sum() == 35
    assert set(chosen) < set(rows.tolist())
