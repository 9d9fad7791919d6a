"""`python -m local.tools.pictures HOME [FOLDER]`: the pictures of docs/dashboard.md, from the home of a played story.

It needs Chromium and tests/dashboard/requirements.txt. The story: `mlops demo --story`; it prints its home.
"""

from __future__ import annotations

import base64
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from local.console.dashboard_file import dashboard_html
from shared.bootstrap import build_ports
from shared.core.errors import Misconfigured

SCENARIO = "iiot_quality"
_QUALITY = 40
_READY = "#body[data-drawn='#/{place}']"


@dataclass(frozen=True, slots=True)
class Picture:
    """A page, as it looks on a screen of that size; `height` is what is shown of it."""

    name: str
    page: str
    width: int = 1120
    height: int = 700
    theme: str = "light"


PICTURES = (
    Picture("overview", "overview"),
    Picture("datasets", "datasets"),
    Picture("runs", "runs"),
    Picture("models", "models"),
    Picture("compare", "compare"),
    Picture("predictions", "predictions", theme="dark"),
    Picture("monitoring", "monitoring"),
    Picture("lineage", "lineage", height=500),
    Picture("narrow", "releases", width=390, height=760),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write every picture into the folder (docs by default) and say how large they are."""
    from model_training.scenarios import SCENARIOS

    given = sys.argv[1:] if arguments is None else arguments
    home, folder = Path(given[0]), Path(given[1] if len(given) > 1 else "docs")
    ports = build_ports({**os.environ, "MLOPS_HOME": str(home), "TRAINER_URL": "none:"}, SCENARIOS)
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "dashboard.html"
        file.write_text(dashboard_html(ports), encoding="utf-8")
        written = draw(file, folder)
    print(f"{len(PICTURES)} pictures, {written / 1000:.0f} kB, in {folder}")  # noqa: T201 - its output
    return 0


def draw(file: Path, folder: Path) -> int:
    """Draw all pictures of that exported page; returns their bytes."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        raise Misconfigured("chromium", "is not on the path", "an installed Chromium")
    with import_module("playwright.sync_api").sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        total = sum(_draw(browser, file, folder, picture) for picture in PICTURES)
        browser.close()
    return total


def _draw(browser: Any, file: Path, folder: Path, picture: Picture) -> int:
    size = {"width": picture.width, "height": picture.height}
    page = browser.new_page(viewport=size, color_scheme=picture.theme, reduced_motion="reduce")
    place = f"{picture.page}?scenario={SCENARIO}"
    page.goto(f"{file.as_uri()}#/{place}")
    page.wait_for_selector(_READY.format(place=place))
    # Charts are drawn in the frame after the page.
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    shot = page.context.new_cdp_session(page).send(
        "Page.captureScreenshot", {"format": "webp", "quality": _QUALITY, "captureBeyondViewport": False}
    )
    page.close()
    content = base64.b64decode(shot["data"])
    (folder / f"dashboard-{picture.name}.webp").write_bytes(content)
    return len(content)


if __name__ == "__main__":
    sys.exit(main())
