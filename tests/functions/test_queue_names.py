"""The queues that code writes to are those that triggers read."""

from __future__ import annotations

from functions.names import QUEUES
from shared.core.messages import Queue


def test_the_code_and_the_triggers_name_the_same_queues() -> None:
    """`functions.names` stands alone, so that a cold start loads nothing else."""
    assert tuple(Queue) == QUEUES
