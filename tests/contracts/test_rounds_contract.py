"""What every store of listing rounds promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from contracts.stores import Stores

from shared.core.ports import Rounds
from shared.core.timers.listing_round import Round

AT = datetime(2024, 2, 29, 12, tzinfo=UTC)
UNDER_WAY = Round("files", AT, "scoring/adult/", "marker " * 100, 5000, AT, 12_345_678_901)


@pytest.fixture
def rounds(stores: Stores) -> Rounds:
    """The store of the database."""
    return stores.make("rounds")


class TestRounds:
    """Port `Rounds`."""

    def test_a_round_stands_where_it_was_left(self, rounds: Rounds) -> None:
        """Whole, and each under its own name."""
        assert rounds.find("files") is None
        rounds.save(UNDER_WAY)
        rounds.save(replace(UNDER_WAY, name="plan/adult"))
        assert rounds.find("files") == UNDER_WAY
        assert [one.name for one in rounds.list()] == ["files", "plan/adult"]

    def test_the_last_who_saves_decides(self, rounds: Rounds) -> None:
        """A round that ended leaves nothing of where it stood."""
        ended = Round("files", AT)
        for one in (UNDER_WAY, ended, ended):
            rounds.save(one)
        assert rounds.list() == [ended]
