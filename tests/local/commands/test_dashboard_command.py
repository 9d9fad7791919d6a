"""`mlops dashboard --open`: the browser gets a link that signs in once, and nobody else sees it."""

from __future__ import annotations

import json
import os
from pathlib import Path

from command import Command, until

from local.host.http.key_file import KeyFile
from local.host.http.sign_in import SignIn
from local.host.running import HomeLock

# What a desktop has: a program that opens an address. It writes it down whole, or not at all.
_OPENER = '#!/bin/sh\nprintf %s "$1" > "$OPENED.part" && mv "$OPENED.part" "$OPENED"\n'


def test_the_browser_gets_a_link_that_signs_in_once(tmp_path: Path) -> None:
    """The token is behind the #, and neither standard output nor the home holds it."""
    home, opened, opener = tmp_path / "home", tmp_path / "opened", tmp_path / "bin" / "xdg-open"
    opener.parent.mkdir()
    opener.write_text(_OPENER)
    opener.chmod(0o700)
    lock = HomeLock(home)
    lock.acquire()
    lock.announce(7123)
    path = f"{opener.parent}:{os.environ['PATH']}"
    answer = Command(home)("dashboard", "--open", PATH=path, OPENED=str(opened))
    assert answer.code == 0
    page, _, token = until(lambda: opened.exists() and opened.read_text(), "the browser").partition("#sign-in=")
    assert page == "http://127.0.0.1:7123/api/dashboard"
    assert token not in answer.out + answer.err
    assert "opened in your browser, signed in. Elsewhere it needs a key: mlops keys list --reveal" in answer.out
    headers = {"host": "127.0.0.1:7123", "content-type": "application/json"}
    door = SignIn(KeyFile(home))
    assert [door.answer(headers, json.dumps({"token": token}).encode()).status for _ in range(2)] == [200, 401]
    lock.release()


def test_without_a_host_nothing_is_opened(tmp_path: Path) -> None:
    """It says how one is started, and makes no token."""
    answer = Command(tmp_path / "home")("dashboard", "--open")
    assert "start it: mlops up" in answer.out
    assert not (tmp_path / "home" / "sign-in").exists()


def test_an_exported_page_is_replaced_and_that_is_told(tmp_path: Path) -> None:
    """A place that takes no file is named before any work, and a full disk leaves the old page."""
    mlops, file, full = Command(tmp_path / "home"), tmp_path / "page.html", tmp_path / "full.html"
    assert "in place of" not in mlops("dashboard", "export", file).out
    assert " MB, in place of the file that was there. It holds data" in mlops("dashboard", "export", file).out
    assert mlops("dashboard", "export", file, "--json").json["replaced"]
    assert file.read_text().startswith("<!doctype html>")
    full.symlink_to("/dev/full")
    (tmp_path / "folder.html").mkdir()
    folder = f"{tmp_path / 'folder.html'} is a folder; accepted: FILE with the name of a file."
    assert mlops("dashboard", "export", tmp_path / "folder.html").sentence == folder
    assert mlops("dashboard", "export", full).sentence == f"{full} cannot be used: No space left on device."
