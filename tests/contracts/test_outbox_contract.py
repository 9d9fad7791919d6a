"""What every outbox promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from contracts.stores import Stores

from shared.core.notice import Notice
from shared.core.ports import Outbox

NOTICE = Notice(
    "n1", "Mlops.ModelDeployed", "/mlops", "deployments/adult/1", datetime(2024, 2, 29, tzinfo=UTC), {"a": [1, "ä"]}
)


@pytest.fixture
def outbox(stores: Stores) -> Outbox:
    """The outbox of the database."""
    return stores.make("outbox")


class TestOutbox:
    """Port `Outbox`."""

    def test_a_notice_waits_until_it_is_sent(self, outbox: Outbox) -> None:
        """Whole, and not longer."""
        outbox.add(NOTICE)
        assert outbox.pending() == [NOTICE]
        outbox.sent("n1")
        outbox.sent("unknown")
        assert outbox.pending() == []

    def test_the_same_id_changes_nothing(self, outbox: Outbox) -> None:
        """Neither before nor after it was sent."""
        outbox.add(NOTICE)
        outbox.add(replace(NOTICE, subject="other"))
        assert outbox.pending() == [NOTICE]
        outbox.sent("n1")
        outbox.add(NOTICE)
        assert outbox.pending() == []

    def test_the_oldest_goes_first(self, outbox: Outbox) -> None:
        """In the order of writing, so many as asked for."""
        for name in ("z", "m", "a"):
            outbox.add(replace(NOTICE, id=name))
        assert [notice.id for notice in outbox.pending(2)] == ["z", "m"]
