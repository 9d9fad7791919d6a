"""What every store of windows promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from contracts.stores import Stores

from shared.core.errors import Conflict, Missing
from shared.prediction.ports import Windows
from shared.prediction.window import Window

AT = datetime(2024, 10, 27, 0, 30, tzinfo=UTC)


def window(name: str, *inputs: str, scenario: str = "adult") -> Window:
    """A window as its planner hands it in."""
    return Window(scenario, name, 0, inputs, "planned", AT)


@pytest.fixture
def windows(stores: Stores) -> Windows:
    """The store of the database."""
    return stores.make("windows")


class TestWindows:
    """Port `Windows`."""

    def test_windows_are_numbered_from_one(self, windows: Windows) -> None:
        """Each scenario for itself, in the order of their claims; inputs keep their order."""
        first = windows.claim(window("b", "y@2", "x@1"))
        second = windows.claim(window("a", "z@3"))
        other = windows.claim(window("a", "x@1", scenario="bank"))
        assert (first, second.ordinal, other.ordinal) == (replace(window("b", "y@2", "x@1"), ordinal=1), 2, 1)
        assert windows.list("adult") == [first, second]
        assert len(windows.list()) == 3

    def test_an_input_belongs_to_one_window(self, windows: Windows) -> None:
        """The sentence names both; nothing of the refused window is kept."""
        windows.claim(window("a", "x@1"))
        with pytest.raises(Conflict, match=r"'x@1' belongs to window 'a'"):
            windows.claim(window("b", "y@1", "x@1"))
        assert windows.claimed("adult", ("x@1", "y@1", "x@2")) == {"x@1"}
        assert windows.claim(window("c", "y@1")).ordinal == 2

    def test_the_same_id_is_the_same_window(self, windows: Windows) -> None:
        """It takes the inputs it does not have yet, and keeps its number and state."""
        windows.claim(window("a", "x@1"))
        windows.close("adult", "a", "committed", "")
        again = windows.claim(window("a", "x@1", "x@2"))
        assert again == Window("adult", "a", 1, ("x@1", "x@2"), "committed", AT)
        assert windows.list() == [again]
        assert windows.claimed("adult", ("x@1", "x@2", "z@1")) == {"x@1", "x@2"}

    def test_a_further_input_may_not_be_taken(self, windows: Windows) -> None:
        """Not by the same id either."""
        windows.claim(window("a", "x@1"))
        windows.claim(window("b", "y@1"))
        with pytest.raises(Conflict, match=r"'y@1' belongs to window 'b'"):
            windows.claim(window("a", "x@1", "y@1"))

    def test_thousands_of_inputs_make_one_window(self, windows: Windows) -> None:
        """More than a statement takes parameters, and a taken one is found among them."""
        names = tuple(f"telemetry/{n}@0x{n:X}" for n in range(3000))
        assert windows.claim(window("a", *names)).inputs == names
        assert windows.list("adult")[0].inputs == names
        with pytest.raises(Conflict, match=r"2999@"):
            windows.claim(window("b", *(f"new/{n}@1" for n in range(1500)), names[-1]))

    @pytest.mark.fault(47)
    def test_of_many_planners_one_takes_an_input(
        self, windows: Windows, together: Callable[[list[Callable[[], object]]], list[object]]
    ) -> None:
        """And numbers stay unique and gap-free."""
        answers = together([lambda n=n: windows.claim(window(f"w{n}", "x@1")) for n in range(8)])
        assert sum(isinstance(answer, Window) for answer in answers) == 1
        assert sum(isinstance(answer, Conflict) for answer in answers) == 7
        answers = together([lambda n=n: windows.claim(window(f"v{n}", f"{n}@1")) for n in range(8)])
        assert sorted(answer.ordinal for answer in answers) == list(range(2, 10))

    def test_a_closed_window_says_why(self, windows: Windows) -> None:
        """States can be asked for."""
        windows.claim(window("a", "x@1"))
        windows.claim(window("b", "y@1"))
        windows.close("adult", "b", "quarantined", "column age is missing")
        assert [one.reason for one in windows.list("adult", "quarantined")] == ["column age is missing"]
        assert [one.id for one in windows.list(state="planned")] == ["a"]
        with pytest.raises(Missing, match="'c' of adult"):
            windows.close("adult", "c", "committed", "")

    def test_a_window_is_found_by_its_name_and_inputs_by_their_folder(self, windows: Windows) -> None:
        """A folder's name is no pattern."""
        first = windows.claim(window("a", "scoring/adult/d_1/x@1", "scoring/adult/d_1/y@1"))
        windows.claim(window("b", "scoring/adult/dx1/x@1"))
        assert windows.find("adult", "a") == first
        assert windows.find("adult", "c") is None
        assert windows.below("adult", "scoring/adult/d_1/") == dict.fromkeys(first.inputs, "a")

    def test_what_a_closed_window_never_read_is_free(self, windows: Windows) -> None:
        """Another window may take it."""
        windows.claim(window("a", "x@1", "x@2"))
        windows.close("adult", "a", "quarantined", "x changed", ["x@1"])
        assert windows.claimed("adult", ("x@1", "y@1", "x@2")) == {"x@1"}
        assert windows.claim(window("b", "x@2")).inputs == ("x@2",)

    def test_a_window_that_was_closed_without_rows_takes_no_further_inputs(self, windows: Windows) -> None:
        """Nobody would read them; the same inputs again are no more than a repetition."""
        first = windows.claim(window("a", "x@1"))
        windows.close("adult", "a", "quarantined", "x changed", ["x@1"])
        with pytest.raises(Conflict, match="was closed"):
            windows.claim(window("a", "x@2"))
        assert windows.claim(window("a", "x@1")).inputs == first.inputs
