"""Queues in a file: visibility, receipts, poison, restart."""

from __future__ import annotations

from pathlib import Path

import pytest
from host_parts import HandClock, database, queues

from local.host.database import HostDatabase
from local.host.queues.queue_store import MAX_BYTES, TIME_TO_LIVE, QueueStore, open_queues
from shared.core.errors import BadInput, Permanent


def test_messages_come_oldest_first_and_are_hidden_from_others(store: QueueStore) -> None:
    """A taken message is not taken again while its lease lasts."""
    store.put("work", "one", "two", "three")
    assert [message.body for message in store.get("work", 2, 30)] == ["one", "two"]
    assert [message.body for message in store.get("work", 2, 30)] == ["three"]
    assert store.get("work", 2, 30) == []
    assert store.get("other", 2, 30) == []


def test_a_lease_that_ends_makes_the_message_visible_and_counts(store: QueueStore, clock: HandClock) -> None:
    """The dequeue count says how often a message was taken; the first reader's receipt is worth nothing any more."""
    store.put("work", "one")
    (first,) = store.get("work", 1, 30)
    clock.forward(30)
    (second,) = store.get("work", 1, 30)
    assert (first.dequeue_count, second.dequeue_count, first.id) == (1, 2, second.id)
    assert not store.delete(first)
    assert not store.renew(first, 30)
    assert not store.release(first, 0)
    assert store.delete(second)
    assert store.list() == []


def test_a_renewed_lease_lasts_longer(store: QueueStore, clock: HandClock) -> None:
    """Renewing counts from now."""
    store.put("work", "one")
    (message,) = store.get("work", 1, 30)
    clock.forward(29)
    assert store.renew(message, 30)
    clock.forward(29)
    assert store.get("work", 1, 30) == []


def test_a_released_message_waits_its_delay(store: QueueStore, clock: HandClock) -> None:
    """The next attempt comes when the delay is over, not before."""
    store.put("work", "one")
    (message,) = store.get("work", 1, 30)
    store.release(message, 45)
    clock.forward(44)
    assert store.get("work", 1, 30) == []
    assert store.next_visible("work") == clock() + 1
    clock.forward(1)
    assert len(store.get("work", 1, 30)) == 1


def test_what_was_in_flight_when_a_host_died_is_visible_when_its_lease_ends(tmp_path: Path, clock: HandClock) -> None:
    """Sooner by as much as is wished; a message that waits out its delay goes on waiting."""
    memory = database(tmp_path)
    store = queues(memory, clock)
    store.put("work", "in flight", "failed before", "untouched")
    _, failed = store.get("work", 2, 3600)
    store.release(failed, 45)
    memory.close()
    memory = database(tmp_path)
    reopened = queues(memory, clock)
    assert reopened.recover(3000) == 1
    assert [message.body for message in reopened.get("work", 5, 3600)] == ["untouched"]
    clock.forward(599)
    assert [message.body for message in reopened.get("work", 5, 3600)] == ["failed before"]
    clock.forward(1)
    assert [(message.body, message.dequeue_count) for message in reopened.get("work", 5, 30)] == [("in flight", 2)]
    memory.close()


def test_poison_is_moved_whole_and_can_be_listed(store: QueueStore) -> None:
    """The message leaves its queue and arrives on the poison queue, in one step, as a new message."""
    store.put("work", "bad")
    (message,) = store.get("work", 1, 30)
    store.poison(message)
    (poison,) = store.list_poison()
    assert (poison.queue, poison.body, poison.dequeue_count) == ("work-poison", "bad", 0)
    assert store.list("work") == []


def test_a_reader_that_lost_the_message_cannot_poison_it(store: QueueStore, clock: HandClock) -> None:
    """A stale receipt changes nothing."""
    store.put("work", "one")
    (stale,) = store.get("work", 1, 1)
    clock.forward(1)
    store.get("work", 1, 30)
    store.poison(stale)
    assert store.list_poison() == []


def test_a_message_that_comes_again_stands_behind_those_that_wait(store: QueueStore, clock: HandClock) -> None:
    """It was not visible as long as they are."""
    store.put("work", "first")
    (first,) = store.get("work", 1, 30)
    store.put("work", "second")
    clock.forward(1)
    assert store.release(first, 0)
    assert [message.body for message in store.get("work", 2, 30)] == ["second", "first"]


def test_messages_that_expired_hide_none_that_did_not(store: QueueStore, clock: HandClock) -> None:
    """However many of them stand in front."""
    store.put("work", *map(str, range(10)))
    clock.forward(TIME_TO_LIVE - 1)
    store.put("work", "fresh")
    clock.forward(1)
    assert [message.body for message in store.get("work", 4, 30)] == ["fresh"]
    assert [message.body for message in store.list()] == ["fresh"]


def test_messages_expire_after_seven_days(store: QueueStore, clock: HandClock) -> None:
    """As in Azure, an unread message does not live for ever."""
    store.put("work", "old")
    clock.forward(TIME_TO_LIVE)
    assert store.get("work", 1, 30) == []
    assert store.list() == []


@pytest.mark.parametrize("name", ["ab", "Work", "a--b", "-ab", "ab-", "a_b", "a" * 64, "", "work\n"])
def test_a_name_azure_would_refuse_is_refused(store: QueueStore, name: str) -> None:
    """What works here works there."""
    with pytest.raises(BadInput, match="accepted: 3 to 63"):
        store.put(name, "x")


def test_a_message_too_large_for_azure_refuses_all_of_them(store: QueueStore) -> None:
    """All or none: the small one is not kept either. The limit counts bytes, not letters."""
    with pytest.raises(BadInput, match=r"49,153 bytes; accepted: at most 49,152"):
        store.put("work", "small", "ä" * (MAX_BYTES // 2) + "x")
    assert store.list() == []
    store.put("work", "x" * MAX_BYTES)


def test_another_process_puts_and_wakes_the_host(tmp_path: Path, clock: HandClock) -> None:
    """A command may put a message on a running host's queue; the host wakes up at a file that the command touches."""
    store, memory = open_queues(tmp_path, clock)
    store.put("work", "one")
    memory.close()
    assert (tmp_path / "wake" / "signal").exists()


def test_a_failed_transaction_leaves_nothing(memory: HostDatabase, store: QueueStore) -> None:
    """The outer transaction decides about the inner one."""

    def put_and_fail() -> None:
        with memory.transaction():
            store.put("work", "one")
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        put_and_fail()
    assert store.list() == []
    store.put("work", "two")
    assert [message.body for message in store.list()] == ["two"]


def test_a_newer_memory_is_not_guessed_at(tmp_path: Path) -> None:
    """An unknown version is refused."""
    memory = database(tmp_path)
    memory.run("PRAGMA user_version = 99")
    memory.close()
    with pytest.raises(Permanent, match="newer version"):
        database(tmp_path)
