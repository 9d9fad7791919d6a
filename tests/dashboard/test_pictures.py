"""The pictures of the page on the dashboard."""

from __future__ import annotations

import re
from pathlib import Path

from local.tools.pictures import PICTURES

DOCS = Path(__file__).resolve().parents[2] / "docs"
MOST_BYTES = 300_000


def test_the_page_shows_what_the_script_draws() -> None:
    """Each picture is there and shown once; together they are small."""
    shown = re.findall(r"\]\(dashboard-(\w+)\.webp\)", (DOCS / "dashboard.md").read_text(encoding="utf-8"))
    assert sorted(shown) == sorted(picture.name for picture in PICTURES)
    files = sorted(DOCS.glob("dashboard-*.*"))
    assert [file.name for file in files] == sorted(f"dashboard-{name}.webp" for name in shown)
    assert sum(file.stat().st_size for file in files) < MOST_BYTES
    assert all(file.read_bytes()[8:12] == b"WEBP" for file in files)
