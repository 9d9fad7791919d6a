"""The summary of the demo."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.console.demo_summary import print_summary
from local.console.session import Session
from local.host.http.key_file import load_keys


def test_the_demo_shows_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a terminal keeps opens nothing: the summary says how to look a key up."""
    monkeypatch.setenv("MLOPS_HOME", str(tmp_path))
    keys = load_keys(tmp_path)
    session = Session()
    print_summary(session, [], 1.0, None)
    session.ports.core.history._engine.dispose()  # type: ignore[attr-defined]
    told = capsys.readouterr().out
    assert "keys list --reveal" in told
    assert "-H 'x-functions-key: <key>'" in told
    assert [key for key in (keys.master, *keys.functions.values()) if key in told] == []
