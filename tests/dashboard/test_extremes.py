"""The dashboard where things are extreme: long names, 200 scored windows, 50 columns, nothing at all, damaged files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from crowded_world import COLUMNS, NAME, WINDOWS
from sampling import Sample
from world import World

from local.console.dashboard_file import dashboard_html

pytestmark = pytest.mark.slow
PAGES = (
    "overview", "datasets", "runs", "models", "compare", "releases", "predictions", "monitoring", "lineage", "history",
)  # fmt: skip
SCREENS = [(width, theme) for width in (390, 768, 1280) for theme in ("light", "dark")]
_AXE = "async () => (await axe.run({resultTypes: ['violations']})).violations"
_TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"
# A label of which a part is hidden, or that covers its neighbour.
_CUT = """() => [...document.querySelectorAll('.heat th, .bars .name, .spark .head > :first-child, dt')]
  .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.innerText)"""
_SEEN = "one => { const box = one.getBoundingClientRect(); return box.left >= 0 && box.right <= innerWidth }"


def judge(page: Any, name: str, found: list[str], *, axe: bool) -> None:
    """Note what is wider than the screen, and everything that axe finds."""
    if page.evaluate(_TOO_WIDE) > 0:
        found.append(f"{name} is wider than the screen")
    judged = page.evaluate(_AXE) if axe else ()
    found.extend(f"{name}: {one['id']} {[node['html'][:160] for node in one['nodes']][:3]}" for one in judged)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("width", "theme"), SCREENS)
def test_long_names_and_many_windows_fit_every_screen(  # noqa: PLR0917 -- fixtures
    browser: Any, crowded_site: dict[str, str], axe: str, width: int, theme: str, sample: Sample
) -> None:
    """Nothing hangs out, axe has no finding of any weight, the console no error."""
    found: list[str] = []
    # Axe takes a second for each.
    judged = sample(PAGES, 3, "pages that axe looks at")
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce")
    page.add_init_script(f"window === top && sessionStorage.setItem('mlops.key', '{crowded_site['operate']}')")
    page.on("console", lambda message: found.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.goto(f"{crowded_site['url']}dashboard")
    page.wait_for_selector("#body[data-drawn]")
    page.evaluate(axe)
    for name in PAGES:
        page.evaluate(f"location.hash = '#/{name}?scenario={NAME}'")
        page.wait_for_selector(f"#body[data-drawn='#/{name}?scenario={NAME}']")
        page.wait_for_selector("#body p:text-is('Loading …')", state="detached")
        judge(page, name, found, axe=name in judged)
        found.extend(f"{name}: {label} is cut" for label in page.evaluate(_CUT))
        if name in SEEN_FIRST:
            found.extend(f"{name}: {what}" for what in SEEN_FIRST[name](page))
    page.close()
    assert found == []


def newest_of_predictions(page: Any) -> Iterator[str]:
    """What is wrong with the list of windows: the newest stands first, there and in the choice."""
    first = page.locator(".stack .row a").first
    if f"_{WINDOWS - 1}-" not in first.get_attribute("title"):
        yield f"the first window is {first.get_attribute('title')}"
    if not page.locator("#window-choice option").first.inner_text().endswith(f"_{WINDOWS - 1}"):
        yield "the first choice is another window"
    if page.input_value("#window-choice") != first.get_attribute("title").partition(",")[0]:
        yield "another window is chosen"


def newest_of_monitoring(page: Any) -> Iterator[str]:
    """What is wrong with the heat map: its newest column is in sight, no two columns or rows have one name."""
    heads = page.locator("table.heat >> nth=0 >> thead th a")
    if not heads.last.evaluate(_SEEN):
        yield "the newest window is out of sight"
    names = heads.all_inner_texts()
    if len(set(names)) < len(names) or not names[-1].endswith(str(WINDOWS - 1)):
        yield f"windows are named {names}"
    rows = page.locator("table.heat >> nth=0 >> tbody th").all_inner_texts()
    if sorted(rows) != sorted(COLUMNS):
        yield f"columns are named {rows}"


SEEN_FIRST: Mapping[str, Callable[[Any], Iterator[str]]] = {
    "predictions": newest_of_predictions,
    "monitoring": newest_of_monitoring,
}


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("width", "theme"), SCREENS)
def test_an_empty_installation_says_what_to_do(browser: Any, axe: str, tmp_path: Path, width: int, theme: str) -> None:
    """Every page of a file that was written before anything landed: a sentence and a command, nothing broken."""
    file, found = tmp_path / "empty.html", []
    file.write_text(dashboard_html(World(tmp_path / "home").ports), encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme)
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.goto(file.as_uri())
    page.wait_for_selector("#body[data-drawn]")
    # The page forbids what is not its own: the tool goes around that, as a debugger does.
    page.evaluate(axe)
    for name in PAGES:
        page.evaluate(f"location.hash = '#/{name}?scenario=points'")
        page.wait_for_selector(f"#body[data-drawn='#/{name}?scenario=points']")
        assert page.query_selector("#body .fault") is None, name
        assert page.query_selector("#body .empty") is not None, name
        judge(page, name, found, axe=name == "overview")
    page.close()
    assert found == []


def test_damaged_files_are_told_and_the_rest_is_shown(browser: Any, crowded_site: dict[str, str]) -> None:
    """Each page of a scenario with half a manifest says so by the path, and shows what it can."""
    page = browser.new_page(viewport={"width": 390, "height": 900})
    page.add_init_script(f"window === top && sessionStorage.setItem('mlops.key', '{crowded_site['operate']}')")
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.goto(f"{crowded_site['url']}dashboard")
    page.wait_for_selector("#body[data-drawn]")
    for name in PAGES:
        page.evaluate(f"location.hash = '#/{name}?scenario=broken'")
        page.wait_for_selector(f"#body[data-drawn='#/{name}?scenario=broken']")
        assert len(page.inner_text("#body")) > 60
        judge(page, name, wrong, axe=False)
        if name == "models":
            assert "models/broken/1/manifest.json is not JSON" in page.inner_text("#body .fault >> nth=0")
            assert page.inner_text("table caption:text-is('Model versions')") is not None
        if name == "datasets":
            assert "baseline.json" in page.inner_text("#body")
    page.close()
    assert wrong == []
