"""No row is in two parts, time is not turned back, and parts that can judge nothing are refused."""

from __future__ import annotations

import numpy as np
import pytest

from model_training.split import split_rows
from shared.domain.scenario import Split
from shared.errors import Quarantined

LABELS = np.random.default_rng(0).integers(0, 2, 1_000)


def test_time_parts_follow_each_other_with_gaps() -> None:
    """The rows before a cut are older than those after it by more than the gap."""
    parts = split_rows(LABELS, ("no", "yes"), Split("time", gap=20), 1)
    assert parts.sizes == {"train": 680, "validation": 130, "test": 150}
    assert parts.validation.min() - parts.train.max() == 21
    assert parts.test.min() - parts.validation.max() == 21


def test_random_parts_hold_every_row_once_with_equal_shares() -> None:
    """Seventy, fifteen and fifteen per cent of each class, disjoint and complete."""
    rare = (np.arange(1_000) % 10 == 0).astype(int)
    parts = split_rows(rare, ("no", "yes"), Split("random"), 1)
    rows = np.concatenate([parts.train, parts.validation, parts.test])
    assert sorted(rows.tolist()) == list(range(1_000))
    assert [int(rare[part].sum()) for part in (parts.train, parts.validation, parts.test)] == [70, 15, 15]


def test_a_seed_is_a_split() -> None:
    """Equal seeds cut equally, others differently."""
    first, again, other = (split_rows(LABELS, ("0", "1"), Split("random"), seed).test for seed in (1, 1, 2))
    assert (first == again).all()
    assert not (first == other).all()


def test_too_few_rows_are_quarantined() -> None:
    """A test part of three rows says nothing; the sentence counts it."""
    with pytest.raises(Quarantined, match="leaves 3 rows in its validation part"):
        split_rows(LABELS[:20], ("0", "1"), Split("random"), 1)


def test_a_part_without_one_label_is_quarantined() -> None:
    """When the last weeks hold only good batches, the time-ordered test part cannot judge."""
    labels = np.concatenate([LABELS[:900], np.ones(200, dtype=int)])
    with pytest.raises(Quarantined, match=r"test part of the time split has no row labelled '0'"):
        split_rows(labels, ("0", "1"), Split("time"), 1)
