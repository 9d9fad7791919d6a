"""The page of a server that starts is opened when it answers."""

from __future__ import annotations

import threading
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import pytest

from local.tools.open_when_up import main


def test_it_waits_for_the_server_and_opens_the_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The server comes up during the second pause."""
    server = HTTPServer(
        ("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=tmp_path), bind_and_activate=False
    )
    server.server_bind()
    url, pauses, shown = f"http://127.0.0.1:{server.server_address[1]}/", [], []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            server.server_activate()
            threading.Thread(target=server.serve_forever, daemon=True).start()

    assert main([url, "#/experiments"], shown.append, pause) == 0
    server.shutdown()
    server.server_close()
    assert (len(pauses), shown) == (2, [f"{url}#/experiments"])
    assert f"{url}#/experiments" in capsys.readouterr().out


def test_it_gives_up(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is opened where nothing comes up; a person is told what to open later."""
    shown: list[str] = []
    assert main(["http://127.0.0.1:9/", "#/experiments"], shown.append, lambda _: None) == 1
    told = "http://127.0.0.1:9/ does not answer yet; open http://127.0.0.1:9/#/experiments when it does.\n"
    assert (shown, capsys.readouterr().out) == ([], told)
