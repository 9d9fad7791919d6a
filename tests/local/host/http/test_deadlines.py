"""Waits of a connection that may last so long."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import host_parts
import pytest

from local.host.http.deadlines import Deadline


def run(work: Callable[[Deadline], Awaitable[None]]) -> None:
    """Run the work as a task with a deadline of its own."""

    async def main() -> None:
        deadline = Deadline()
        try:
            await work(deadline)
        finally:
            deadline.close()

    host_parts.run(main())


def test_a_wait_that_takes_too_long_is_ended_and_the_next_one_begins_anew() -> None:
    """Twice, so that the first end leaves nothing behind."""

    async def work(deadline: Deadline) -> None:
        for _ in range(2):
            with pytest.raises(TimeoutError), deadline.within(0.01):
                await asyncio.Event().wait()
        with deadline.within(30):
            await asyncio.sleep(0)

    run(work)


def test_the_timer_of_a_wait_that_ended_in_time_ends_no_later_wait() -> None:
    """Neither a longer one after it, nor one without a deadline."""

    async def work(deadline: Deadline) -> None:
        with deadline.within(0.01):
            await asyncio.sleep(0)
        with deadline.within(30):
            await asyncio.sleep(0.03)
        with deadline.within(0.01):
            await asyncio.sleep(0)
        await asyncio.sleep(0.03)

    run(work)


def test_a_shorter_wait_after_a_long_one_is_ended_in_its_own_time() -> None:
    """The timer of the long one would come too late."""

    async def work(deadline: Deadline) -> None:
        with deadline.within(600):
            await asyncio.sleep(0)
        with pytest.raises(TimeoutError), deadline.within(0.01):
            await asyncio.Event().wait()

    run(work)


def test_who_is_cancelled_from_outside_hears_that() -> None:
    """It is no timeout."""

    async def work(deadline: Deadline) -> None:
        with deadline.within(30):
            await asyncio.Event().wait()

    async def main() -> None:
        async def connection() -> None:
            await work(Deadline())

        task = asyncio.create_task(connection())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    host_parts.run(main())
