"""Equal rows of tables of any size: what lies on the disk gives the answers of what is looked at as a whole."""

from __future__ import annotations

import io
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.scenario import Column, Table
from shared.datasets.hash_partitions import HashPartitions
from shared.datasets.repeated_keys import first_repeat
from shared.datasets.row_index import ArrayIndex, IndexWriter, index_of, unpack
from shared.datasets.row_standing import held, kept_rows, repeats, standing
from shared.datasets.rows import TableRows

WIDE = st.lists(st.integers(0, 12), max_size=40)
KEYED = Table("t", (Column("id", "int"), Column("v", "text")), key=("id",))
PLAIN = Table("t", (Column("id", "int"), Column("v", "text")))


def table(ids: list[int]) -> pa.Table:
    """Rows of both contracts; equal ids are equal rows."""
    return pa.table({"id": pa.array(ids, pa.int64()), "v": pa.array([f"v{one}" for one in ids], pa.string())})


def index(ids: list[int], contract: Table) -> ArrayIndex:
    """The index of such rows."""
    return ArrayIndex(index_of(table(ids), contract))


@settings(max_examples=60, deadline=None)
@given(values=st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 3), max_size=200), size=st.integers(1, 50))
def test_what_is_spilled_comes_back(values: list[int], size: int) -> None:
    """Every hash with its row, equal hashes together and their rows ascending, however little memory holds."""
    partitions = HashPartitions(buffered=size)
    for start in range(0, len(values), 7):
        partitions.add(np.array(values[start : start + 7], np.uint64))
    pieces = [list(zip(hashes.tolist(), rows.tolist(), strict=True)) for hashes, rows in partitions]
    assert sorted(row for piece in pieces for _, row in piece) == list(range(len(values)))
    assert all(values[row] == found for piece in pieces for found, row in piece)
    together = [{found for found, _ in piece} for piece in pieces]
    assert sum(map(len, together)) == len(set(values))
    for piece in pieces:
        for wanted in {found for found, _ in piece}:
            rows = [row for found, row in piece if found == wanted]
            assert rows == sorted(rows)


@settings(max_examples=80, deadline=None)
@given(ids=st.lists(st.none() | st.integers(0, 30), max_size=40), block=st.integers(1, 9))
@pytest.mark.parametrize("order", ["first", "second"])
def test_the_first_repeated_key_is_found(ids: list[int | None], block: int, order: str) -> None:
    """The same pair of rows as by comparing every row with every other one; a missing cell equals a missing one."""
    rows = TableRows(pa.table({"id": pa.array(ids, pa.int64())}), block)
    places = {one: [at for at, other in enumerate(ids) if other == one] for one in set(ids)}
    pairs = [(found[0], found[1]) for found in places.values() if len(found) > 1]
    wanted = min(pairs, key=lambda pair: pair[("first", "second").index(order)], default=None)
    assert first_repeat(rows, ["id"], order) == wanted  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(parts=st.lists(WIDE, min_size=1, max_size=4))
def test_of_equal_rows_those_that_stand_are_those_of_the_rule(parts: list[list[int]]) -> None:
    """With a key the last of all, without one as often as in the part that holds it most often."""
    keyed = kept_rows([index(one, KEYED) for one in parts], keyed=True)
    stands = [one for ids, mask in zip(parts, keyed, strict=True) for one, kept in zip(ids, mask, strict=True) if kept]
    if len(parts) > 1:
        assert Counter(stands) == Counter(set().union(*parts))
    plain = kept_rows([index(one, PLAIN) for one in parts], keyed=False)
    counted = Counter(
        one for ids, mask in zip(parts, plain, strict=True) for one, kept in zip(ids, mask, strict=True) if kept
    )
    assert counted == Counter({one: max(ids.count(one) for ids in parts) for one in set().union(*parts)})


@settings(max_examples=60, deadline=None)
@given(mine=WIDE, others=st.lists(WIDE, max_size=3))
def test_rows_are_counted_as_often_as_both_hold_them(mine: list[int], others: list[list[int]]) -> None:
    """What a part holds of the rows that stand, what it repeats itself, and whether two versions have the same rows."""
    indexes = [index(one, PLAIN) for one in others]
    every = [np.ones(len(one), bool) for one in others]
    stands = Counter(one for ids in others for one in ids)
    assert held(index(mine, PLAIN), indexes, every) == (Counter(mine) & stands).total()
    assert repeats(index(mine, PLAIN)) == len(mine) - len(set(mine))
    shuffled = index(sorted(mine, reverse=True), PLAIN)
    same = standing([shuffled], [np.ones(len(mine), bool)]) == standing(indexes, every)
    assert same == (Counter(mine) == stands)


@pytest.mark.parametrize("contract", [KEYED, PLAIN])
def test_an_index_that_comes_block_by_block_is_that_of_all_rows(contract: Table) -> None:
    """Its bytes come back as they were; others are no index."""
    ids, writer = list(range(100)), IndexWriter(contract)
    for start in range(0, 100, 7):
        writer.add(table(ids[start : start + 7]))
    stored = writer.done()
    assert np.array_equal(np.concatenate(list(stored.blocks())), index_of(table(ids), contract))
    with stored.open() as source:
        content = source.read()
    again = stored.__class__(stored.spool, 100, stored.width)
    assert np.array_equal(np.concatenate(list(again.blocks())), np.concatenate(list(stored.blocks())))
    found = unpack(io.BytesIO(content), 100)
    assert found is not None
    assert np.array_equal(np.concatenate(list(found.blocks())), index_of(table(ids), contract))
    assert unpack(io.BytesIO(content[:-1]), 100) is None
    assert unpack(io.BytesIO(content[:40] + b"?" + content[41:]), 100) is None
