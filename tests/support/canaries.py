"""Planted secrets and personal cells, the forms they may leak in, and everything a run leaves behind."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from world import POINTS

PEOPLE = {"points": replace(POINTS, personal=("x", "color"))}
# What opens something: it may stand nowhere.
SECRETS = {
    name: f"canary{number}.{name}/Zq+9"
    for number, name in enumerate(("password", "webhook", "sas", "header", "query", "bearer", "good_key"))
}
# What a person's row says: it may stand in the files that hold the rows, and nowhere else.
CELLS = {
    name: f"Personkanarie{number}{name}"
    for number, name in enumerate(("number", "category", "window", "asked", "field", "kind", "text", "broken"))
}
# The files that hold rows: what came, what was made of it, what was refused; and counts of categories beside them.
_ROWS = re.compile(r"\.(?:csv|parquet|onnx)$|^lake/datasets/.*/(?:profile\.json|report\.html)$")
_OPENS = "keys.json"


def forms(secret: str) -> Iterator[str]:
    """The text itself, and as URLs, JSON, base64 at any offset, and hexadecimal digits write it."""
    yield from (secret, quote(secret, safe=""), quote(secret), json.dumps(secret)[1:-1].replace("/", "\\/"))
    yield secret.encode().hex()
    for offset in range(3):
        # The first and the last characters depend on what stands beside them.
        text = base64.b64encode(b"x" * offset + secret.encode()).decode().rstrip("=")
        inner = text[(0, 2, 3)[offset] : len(text) - bool((offset + len(secret)) % 3)]
        yield from {inner, inner.replace("+", "-").replace("/", "_")}


def found(texts: Mapping[str, str], planted: Mapping[str, str]) -> list[str]:
    """Which planted text stands where, in which form."""
    return [
        f"{name} in {place}: …{text[max(0, text.index(form) - 60) : text.index(form) + 40]}…"
        for name, secret in planted.items()
        for form in forms(secret)
        for place, text in texts.items()
        if form in text
    ]


def files(home: Path) -> dict[str, str]:
    """Every file of a home but the keys and those that hold rows; databases byte by byte."""
    return {
        str(path.relative_to(home)): path.read_bytes().decode("latin-1")
        for path in sorted(home.rglob("*"))
        if path.is_file() and path.name != _OPENS and not _ROWS.search(path.relative_to(home).as_posix())
    }


def tables(url: str) -> dict[str, str]:
    """Every table of the state as text, but those of predictions: they hold rows."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        names = [name for name in sa.inspect(connection).get_table_names() if not name.startswith("predictions_")]
        shown = {
            name: repr(connection.execute(sa.text(f'SELECT * FROM "{name}"')).all())  # noqa: S608 -- its own names
            for name in names
        }
    engine.dispose()
    return shown
