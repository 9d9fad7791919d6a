"""Several threads work on items; what is given on does not show it."""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import ContextVar
from threading import Barrier, Event

import pytest

from shared.adapters.onnx.in_order import AHEAD, work_in_order


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_every_result_is_given_on_once_and_in_order(workers: int) -> None:
    """However the threads overtake each other."""
    for count in (0, 1, AHEAD * workers, 200):
        given: list[int] = []
        work_in_order(range(count), lambda item: item * item, given.append, workers)
        assert given == [item * item for item in range(count)]


def test_all_threads_work_at_once() -> None:
    """One more would wait in vain."""
    together = Barrier(3, timeout=300)
    given: list[int] = []
    work_in_order(range(3), lambda _: together.wait(), given.append, 3)
    assert sorted(given) == [0, 1, 2]


def test_a_later_item_may_be_finished_first() -> None:
    """It waits for its turn."""
    second_done, given = Event(), list[int]()

    def work(item: int) -> int:
        if item == 0:
            assert second_done.wait(300)
        if item == 1:
            second_done.set()
        return item

    work_in_order(range(9), work, given.append, 2)
    assert given == list(range(9))


def test_no_more_is_read_than_the_next_result_needs() -> None:
    """A slow writer holds the reader back."""
    read, given, lead = list[int](), list[int](), list[int]()

    def items() -> Iterator[int]:
        for item in range(50):
            read.append(item)
            yield item

    def give(item: int) -> None:
        lead.append(len(read) - len(given))
        given.append(item)

    work_in_order(items(), lambda item: item, give, 2)
    assert max(lead) <= AHEAD * 2
    assert given == list(range(50))


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_the_first_failure_in_order_is_raised(workers: int) -> None:
    """What was given on before it stays, and nothing comes after it."""
    given: list[int] = []

    def work(item: int) -> int:
        if item in {7, 8, 30}:
            raise ValueError(item)
        return item

    with pytest.raises(ValueError, match=r"^7$"):
        work_in_order(range(60), work, given.append, workers)
    assert given == list(range(7))


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_an_item_that_cannot_be_read_is_told_before_the_ones_in_progress(workers: int) -> None:
    """Which results come before it depends on the number of threads alone."""
    given: list[int] = []

    def items() -> Iterator[int]:
        yield from range(20)
        raise OSError("torn")

    def work(item: int) -> int:
        if item == 19:
            raise ValueError(item)
        return item

    with pytest.raises(OSError, match="torn"):
        work_in_order(items(), work, given.append, workers)
    assert given == list(range(20 - AHEAD * workers + 1))


@pytest.mark.parametrize("workers", [1, 3])
def test_a_failure_of_the_writer_stops_the_work(workers: int) -> None:
    """No item is read after it that was not asked for before."""
    read: list[int] = []

    def items() -> Iterator[int]:
        for item in range(1000):
            read.append(item)
            yield item

    def give(item: int) -> None:
        raise OSError(f"full at {item}")

    with pytest.raises(OSError, match="full at 0"):
        work_in_order(items(), lambda item: item, give, workers)
    assert len(read) <= AHEAD * workers


def test_every_thread_has_the_context_of_the_caller() -> None:
    """So a span or a limit of time is known wherever the item is read."""
    limit: ContextVar[int] = ContextVar("limit", default=0)
    limit.set(7)
    together, given = Barrier(2, timeout=300), list[int]()

    def work(_: int) -> int:
        together.wait()
        return limit.get()

    work_in_order(range(2), work, given.append, 2)
    assert given == [7, 7]
