"""Function keys."""

from __future__ import annotations

import ast
import json
import stat
from pathlib import Path

import pytest

import local.host.http.keys
from functions.names import KEY_SCOPES
from local.host.http.given_keys import give_keys
from local.host.http.key_file import KeyFile, load_keys, rotate
from local.host.http.keys import EVENT_GRID, fingerprint
from shared.core.errors import BadInput, Misconfigured


def test_keys_are_made_once_and_only_their_owner_can_read_them(tmp_path: Path) -> None:
    """Mode 600, at least 256 bits each, all different, the same at the next start."""
    keys = load_keys(tmp_path)
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600
    all_keys = [keys.master, *keys.functions.values(), *keys.systems.values()]
    assert len(set(all_keys)) == 2 + len(KEY_SCOPES)
    assert all(len(key) * 6 >= 256 for key in all_keys)
    assert load_keys(tmp_path).master == keys.master


def test_each_level_opens_to_its_keys_only(tmp_path: Path) -> None:
    """Anonymous needs none; function takes function keys and the master key; admin takes the master key alone."""
    keys = load_keys(tmp_path)
    function = keys.newest_for_scope("score")
    system = keys.systems[EVENT_GRID]
    offered = (None, "", "wrong", system, function, keys.master, keys.master.swapcase())
    opened = {
        level: [keys.opens("score", level, key) for key in offered] for level in ("ANONYMOUS", "FUNCTION", "ADMIN")
    }
    assert opened == {
        "ANONYMOUS": [True] * 7,
        "FUNCTION": [False, False, False, False, True, True, True],
        "ADMIN": [False, False, False, False, False, True, True],
    }
    assert [keys.opens_event_grid(key) for key in ("wrong", system, function, keys.master)] == [
        False,
        True,
        False,
        True,
    ]
    assert [keys.kind(key) for key in (None, function, system, keys.master)] == ["other", "other", "system", "master"]


def test_a_scope_opens_its_functions_only(tmp_path: Path) -> None:
    """A key of another scope opens nothing; status is read with any; a function without scopes as well."""
    keys = load_keys(tmp_path)
    opened = {
        name: [keys.opens(name, "FUNCTION", keys.newest_for_scope(scope)) for scope in KEY_SCOPES]
        for name in ("score", "status", "somebody_elses")
    }
    assert opened == {"score": [True, False, False], "status": [True] * 3, "somebody_elses": [True] * 3}


def test_given_keys_become_those_of_the_home(tmp_path: Path) -> None:
    """Names with values, or the file of another home; anything else is refused by what would be accepted."""
    file = tmp_path / "given.json"
    names = {"master": "m", "system": "s", "othersystem": "o", "host": "h", "odd": "x", "echo": "e"}
    file.write_text(json.dumps(names), encoding="utf-8")
    give_keys(tmp_path / "home", file, ("echo",))
    keys = load_keys(tmp_path / "home")
    assert [keys.kind(names[name]) for name in names] == ["master", "system", "system", "host", "host", "other"]
    assert [keys.opens(function, "function", "e") for function in ("echo", "other")] == [True, False]
    give_keys(tmp_path / "second", tmp_path / "home" / "keys.json", ())
    assert load_keys(tmp_path / "second") == keys
    for content in ('{"master": "m"}', '{"master": 1, "system": "s"}', "[]"):
        file.write_text(content, encoding="utf-8")
        with pytest.raises(BadInput, match="accepted"):
            give_keys(tmp_path / "third", file, ())


@pytest.mark.fault(72)
def test_a_key_is_replaced_while_the_one_before_it_works(tmp_path: Path) -> None:
    """Two of a scope are active, a running host sees the new one at once, and other scopes keep theirs."""
    file = KeyFile(tmp_path)
    first, other = file.keys().newest_for_scope("score"), file.keys().newest_for_scope("operate")
    second = rotate(tmp_path, "score")
    assert file.keys().newest_for_scope("score") == second
    assert [file.keys().opens("score", "function", key) for key in (first, second)] == [True, True]
    third = rotate(tmp_path, "score")
    assert [file.keys().opens("score", "function", key) for key in (first, second, third)] == [False, True, True]
    assert file.keys().newest_for_scope("operate") == other
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600
    with pytest.raises(BadInput, match="score, approve, operate"):
        rotate(tmp_path, "admin")


def test_a_key_never_shows_itself(tmp_path: Path) -> None:
    """Neither in a repr nor in its fingerprint."""
    keys = load_keys(tmp_path)
    assert keys.master not in repr(keys)
    assert len(fingerprint(keys.master)) == 8
    assert fingerprint(keys.master) not in keys.master


@pytest.mark.fault(72)
def test_keys_are_never_compared_with_equals() -> None:
    """Comparison goes through compare_digest over all keys: the code has no == and no early return in the loop."""
    tree = ast.parse(Path(local.host.http.keys.__file__).read_text(encoding="utf-8"))
    compare = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "matches")
    called = {node.attr for node in ast.walk(compare) if isinstance(node, ast.Attribute)}
    assert "compare_digest" in called
    assert not any(isinstance(node, ast.Compare | ast.Break) for node in ast.walk(compare))
    loop = next(node for node in ast.walk(compare) if isinstance(node, ast.For))
    assert not any(isinstance(node, ast.Return) for node in ast.walk(loop))


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"masterKey": {"value": ""}}', '{"masterKey": 3}'])
def test_a_broken_file_is_refused(tmp_path: Path, content: str) -> None:
    """An empty key would open everything: nothing is guessed."""
    (tmp_path / "keys.json").write_text(content, encoding="utf-8")
    with pytest.raises(Misconfigured, match=r"keys\.json cannot be read"):
        load_keys(tmp_path)
