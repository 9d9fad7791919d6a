"""Local settings and the environment, read the way the Functions tools read them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from functions.names import STORAGE
from shared.core.errors import BadInput, Misconfigured

NAME = "local.settings.json"
SAMPLE = "local.settings.sample.json"
# How much of the Functions host's long waits after a kill or a timeout happens here, from 0 to 1.
WAITS = "LOCAL_WAITS"


def read_environment(directory: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The `Values` of local.settings.json in `directory`, or of the sample beside it; the environment wins.

    A fresh clone has the sample only, and everything runs with it: its storage emulator, which Microsoft's host needs,
    counts when a person has made local.settings.json of it.
    """
    if (directory / NAME).exists():
        return {**_values(directory / NAME), **environ}
    sample = _values(directory / SAMPLE) if (directory / SAMPLE).exists() else {}
    return {**{key: value for key, value in sample.items() if key != STORAGE}, **environ}


def read_object(path: Path) -> dict[str, Any]:
    """The JSON object in the file; BadInput says where it is broken."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadInput(f"{path.name} is not JSON: {error.msg} at {where}.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path.name} cannot be read ({error}); accepted: a file of JSON in UTF-8.") from error
    if not isinstance(content, dict):
        raise BadInput(f"{path.name} holds no JSON object; accepted: {{...}}.")
    return content


def _values(path: Path) -> dict[str, str]:
    content = read_object(path)
    if content.get("IsEncrypted"):
        raise Misconfigured("IsEncrypted", f"is true in {NAME}", "false; run `func settings decrypt` first")
    values = content.get("Values", {})
    if not isinstance(values, dict):
        raise BadInput(f"{NAME} has a Values that is no object; accepted: names with texts.")
    for key, value in values.items():
        if not isinstance(value, str):
            raise Misconfigured(key, f"in {NAME} is {json.dumps(value)}, not a text", f'"{value}" in quotation marks')
    return values
