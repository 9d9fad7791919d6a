"""mlops keys."""

from __future__ import annotations

from pathlib import Path

from command import Command

from local.host.http.key_file import load_keys
from local.host.http.keys import EVENT_GRID


def test_keys_are_listed_and_rotated_without_being_shown(tmp_path: Path) -> None:
    """A whole key is printed with --reveal only; an unknown scope is refused with the known ones."""
    mlops = Command(tmp_path / "home")
    rotated = mlops("keys", "rotate", "approve", "--json")
    assert rotated.code == 0
    listed = mlops("keys", "list", "--json")
    names = [row["name"] for row in listed.json]
    assert names == ["score-1", "approve-1", "operate-1", "approve-2"]
    keys = load_keys(tmp_path / "home")
    assert not any(key in rotated.out + listed.out for key in keys.functions.values())
    revealed = mlops("keys", "list", "--reveal", "--json").json
    assert [row["key"] for row in revealed] == list(keys.functions.values())
    (events,) = mlops("keys", "list", "--events", "--reveal", "--json").json
    assert (events["name"], events["key"]) == (EVENT_GRID, keys.systems[EVENT_GRID])
    refused = mlops("keys", "rotate", "everything")
    assert (refused.code, "score, approve, operate" in refused.sentence) == (2, True)
