"""The dashboard in Chromium: every page, wide and narrow, light and dark, by keyboard, with hostile data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from local.host.http.sign_in import issue

pytestmark = pytest.mark.slow
PAGES = (
    "overview",
    "datasets",
    "runs",
    "models",
    "compare",
    "releases",
    "predictions",
    "monitoring",
    "lineage",
    "history",
)
WIDE, NARROW = 1280, 390
READY = "#body[data-drawn]"
_INK = "new Set(document.querySelector('.uplot canvas').getContext('2d').getImageData(0, 0, 400, 200).data).size"
_AXE = "async () => (await axe.run({resultTypes: ['violations']})).violations"


@contextmanager
def opened(browser: Any, site: dict[str, str], where: str, width: int = WIDE, theme: str = "light") -> Iterator[Any]:
    """A signed-in page; at the end nothing may have failed, been logged as an error, or left this machine."""
    wrong: list[str] = []
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce")
    # Not in the sandboxed frame of a report, which has no storage.
    signed = f"sessionStorage.getItem('mlops.key') ?? sessionStorage.setItem('mlops.key', '{site['operate']}')"
    context.add_init_script(f"window === top && ({signed})")
    page = context.new_page()
    page.on("console", lambda message: wrong.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("requestfailed", lambda request: wrong.append(f"failed: {request.url}") if _failed(request) else None)
    page.on("request", lambda request: wrong.append(request.url) if not request.url.startswith(site["url"]) else None)
    page.on("response", lambda answer: wrong.append(f"{answer.status}: {answer.url}") if answer.status >= 400 else None)
    page.goto(f"{site['url']}dashboard#/{where}")
    page.wait_for_selector(READY)
    yield page
    context.close()
    assert wrong == []


def _failed(request: Any) -> bool:
    """Whether a request went wrong, and was not given up by the browser because its page is being left."""
    return str(request.failure) != "net::ERR_ABORTED"


@pytest.mark.parametrize(
    ("width", "theme", "judged"), [(WIDE, "light", PAGES), (NARROW, "dark", ("overview", "predictions"))]
)
def test_every_page_is_whole(  # noqa: PLR0917 -- three of them are fixtures
    browser: Any, site: dict[str, str], axe: str, width: int, theme: str, judged: tuple[str, ...]
) -> None:
    """No error, no failed or foreign request, no finding of axe, nothing wider than the screen."""
    with opened(browser, site, "overview?scenario=points", width, theme) as shown:
        shown.evaluate(axe)
        for page in PAGES:
            _go(shown, page)
            shown.wait_for_selector("#body p:text-is('Loading …')", state="detached")
            assert shown.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
            assert shown.inner_text("h1").lower() == page
            assert len(shown.inner_text("#body")) > 100
            found = _findings(shown) if page in judged else []
            assert found == [], f"{page}: {json.dumps(found, indent=1)}"


def _findings(page: Any) -> list[Any]:
    """What axe finds, of any weight: its rule, and some of the elements."""
    return [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in page.evaluate(_AXE)]


def _go(page: Any, name: str, scenario: str = "points") -> None:
    page.evaluate(f"location.hash = '#/{name}?scenario={scenario}'")
    page.wait_for_selector(f"#body[data-drawn='#/{name}?scenario={scenario}']")


@pytest.mark.parametrize("scenario", ["prices", "marks", "pairs"])
def test_every_task_and_an_empty_scenario_are_shown(browser: Any, site: dict[str, str], scenario: str) -> None:
    """Numbers, several labels at once, and nothing at all."""
    with opened(browser, site, f"models?scenario={scenario}") as page:
        for name in ("predictions", "releases", "monitoring", "datasets"):
            _go(page, name, scenario)
            assert page.query_selector("#body .fault") is None


def test_a_command_is_copied(browser: Any, site: dict[str, str]) -> None:
    """By the button beside it, as it stands there; where the page may not copy, it is selected."""
    with opened(browser, site, "runs?scenario=pairs", NARROW) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        shown = page.inner_text("#body .typed code")
        assert shown.startswith("mlops train pairs")
        page.click("#body .typed button")
        page.wait_for_selector("#body .typed [role='status']:text-is('Copied.')")
        assert page.evaluate("navigator.clipboard.readText()") == shown
        page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('refused')) }")
        page.click("#body .typed button")
        page.wait_for_selector("#body .typed [role='status']:text-is('Selected.')")
        assert page.evaluate("String(getSelection())").strip() == shown


def test_charts_are_drawn(browser: Any, site: dict[str, str]) -> None:
    """A canvas with ink for lines and points, curves for ROC and calibration."""
    with opened(browser, site, "datasets?scenario=points") as page:
        page.wait_for_selector(".uplot canvas")
        assert page.evaluate(_INK) > 10
        _go(page, "models")
        page.wait_for_selector("svg[aria-label^='ROC'] polyline")
        assert "AUC" in page.get_attribute("svg[aria-label^='ROC']", "aria-label")
        assert page.query_selector("svg[aria-label^='Calibration'] polyline") is not None


def test_two_versions_stand_beside_each_other(browser: Any, site: dict[str, str]) -> None:
    """Their curves on one chart, what differs in words, and either side can be chosen."""
    with opened(browser, site, "models?scenario=points") as page:
        page.click("#compare")
        page.wait_for_selector("#body[data-drawn^='#/compare']")
        assert len(page.query_selector_all("svg[aria-label^='ROC of'] polyline")) == 2
        page.select_option("#a-choice", "1")
        page.wait_for_selector("#body[data-drawn*='a=1']")
        assert "different datasets" in page.inner_text("#body")
        assert page.query_selector("#body td svg circle") is not None
        page.wait_for_selector(".uplot canvas")


def test_a_row_leads_to_its_files_in_the_graph(browser: Any, site: dict[str, str]) -> None:
    """From a row to the graph of lineage, whose lines join boxes that are there; an unknown name is one sentence."""
    with opened(browser, site, "predictions?scenario=points") as page:
        page.click("td a[title^='Where this prediction']")
        page.wait_for_selector("#body[data-drawn^='#/lineage']")
        page.wait_for_selector(".wires path.near", state="attached")
        kinds = page.eval_on_selector_all(".graph section", "all => all.map(one => one.ariaLabel)")
        assert kinds == ["Files", "Dataset", "Run", "Model", "Release, inputs", "Window", "Row"]
        assert len(page.query_selector_all(".wires path")) >= 7
        page.fill("#of", "nothing/of/this.csv")
        page.keyboard.press("Enter")
        page.wait_for_selector(".fault:has-text('Nothing was made of')")
        assert page.query_selector("#of") is not None


def test_windows_are_named_by_time_and_drop(browser: Any, site: dict[str, str]) -> None:
    """The id is in the tooltip; how sure the model was is a histogram; the newest windows of the heat map are seen."""
    with opened(browser, site, "predictions?scenario=points", NARROW) as page:
        first = page.locator(".stack .row").first
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d s4", first.locator("span").first.inner_text())
        assert re.match(r"s4-[0-9a-f]{8}, points:", first.locator("a").get_attribute("title"))
        assert page.locator("svg.histogram rect").count() > 2
        assert "s4" in page.locator("#window-choice option").first.inner_text()
        _go(page, "monitoring")
        page.wait_for_function("() => { const one = document.querySelector('table.heat').closest('.scroll');"
                               " return one.scrollLeft + one.clientWidth >= one.scrollWidth - 1 }")  # fmt: skip
        # A chart is drawn with the next frame.
        page.locator(".uplot").nth(1).wait_for()


def test_the_history_is_filtered_and_paged(browser: Any, site: dict[str, str]) -> None:
    """By kind; a breach that was opened is not done."""
    with opened(browser, site, "history") as page:
        page.select_option("#kind-choice", "drop")
        page.wait_for_selector("#body[data-drawn*='kind=drop']")
        assert {text.split()[0] for text in page.locator(".list .what").all_inner_texts()} == {"drop"}
        page.select_option("#state-choice", "gone")
        page.wait_for_selector("#body[data-drawn*='state=gone']")
        assert "No line fits." in page.inner_text("#body")


def test_hostile_names_stay_text(browser: Any, site: dict[str, str]) -> None:
    """Markup in a file's cell and in a model's limits is shown as it stands."""
    with opened(browser, site, "history?why=points/bad") as page:
        assert "<img src=x" in page.inner_text("#body")
        assert page.query_selector("#body img") is None
        _go(page, "models")
        assert "never seen <img" in page.inner_text("#body")
        assert page.title() == "Models · MLOps"


def test_nothing_is_shown_without_a_key(browser: Any, site: dict[str, str]) -> None:
    """A wrong key and one of another scope get one sentence that names both; the right one opens."""
    page = browser.new_page()
    page.goto(f"{site['url']}dashboard")
    for key in ("wrong", site["score"]):
        page.fill("#key", key)
        with page.expect_response(lambda answer: answer.status == 401):
            page.keyboard.press("Enter")
        page.wait_for_selector(".fault:has-text('scope is another')")
        assert page.query_selector("#body") is None
    page.fill("#key", site["operate"])
    page.keyboard.press("Enter")
    page.wait_for_selector(READY)
    assert site["operate"] not in page.url
    page.click("text=Sign out")
    assert page.evaluate("sessionStorage.length") == 0
    page.close()


def test_a_one_time_link_signs_in_once(browser: Any, site: dict[str, str], home: Path) -> None:
    """The token leaves the address at once; a tab that is opened later borrows the key, another browser cannot."""
    link = f"{site['url']}dashboard#sign-in={issue(home)}"
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    page.wait_for_selector(READY)
    assert page.url.endswith("dashboard#/overview")
    other = context.new_page()
    other.goto(f"{site['url']}dashboard#/history")
    other.wait_for_selector("#body[data-drawn='#/history']")
    context.close()
    stranger = browser.new_page()
    stranger.goto(link)
    stranger.wait_for_selector(".fault:has-text('This link was used')")
    stranger.close()


def test_the_keyboard_reaches_what_the_mouse_does(browser: Any, site: dict[str, str]) -> None:
    """Skip link, pages in order, a visible focus, a dialog that gives the focus back."""
    with opened(browser, site, "overview?scenario=points") as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.focus(".brand")
        for name in PAGES[:2]:
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.dataset.page") == name
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.keyboard.press("Enter")
        page.wait_for_selector("#body[data-drawn^='#/datasets']")
        page.focus("#report")
        page.keyboard.press("Enter")
        page.wait_for_selector("dialog iframe")
        assert page.get_attribute("dialog iframe", "sandbox") == ""
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog", state="detached")
        assert page.evaluate("document.activeElement.id") == "report"


def test_a_rollback_asks_who_and_why(browser: Any, site: dict[str, str]) -> None:
    """The candidate goes first, then the generation before serves again; only a filled form acts; both show at once."""
    with opened(browser, site, "releases?scenario=points") as page:
        before = page.inner_text("ol.timeline li.on b")
        assert page.inner_text("#rollback").startswith("↩ Take out points:")
        page.click("#rollback")
        page.click("dialog button[type=submit]")
        assert page.query_selector("dialog[open]") is not None
        _sign(page)
        page.wait_for_selector("#rollback:text('Roll back to points:1')")
        page.click("#rollback")
        _sign(page)
        page.wait_for_selector("ol.timeline li.on :text('ana: Customers complain.')")
        after = page.inner_text("ol.timeline li.on b")
    assert int(after.split()[-1]) == int(before.split()[-1]) + 1


def _sign(page: Any) -> None:
    page.fill("#by", "ana")
    page.fill("#reason", "Customers complain.")
    page.click("dialog button[type=submit]")


def test_an_approver_decides_on_the_certificate(browser: Any, site: dict[str, str]) -> None:
    """Every check is shown first, on the first page too; a key of another scope is refused, one of approve is taken."""
    page = browser.new_page()
    page.add_init_script(f"sessionStorage.setItem('mlops.key', '{site['operate']}')")
    page.goto(f"{site['url']}dashboard")
    page.click("li:has-text('an approver') button:has-text('Reject')")
    page.wait_for_selector("dialog td .badge.good")
    page.fill("#approver-key", site["operate"])
    _sign(page)
    page.wait_for_selector("dialog .fault:has-text('another')")
    page.fill("#approver-key", site["approve"])
    _sign(page)
    page.wait_for_selector("dialog", state="detached")
    page.wait_for_selector("li:has-text('an approver')", state="detached")
    _go(page, "releases")
    page.wait_for_selector("table .badge:has-text('rejected')")
    page.close()


def test_a_running_run_is_watched_and_cancelled(browser: Any, site: dict[str, str]) -> None:
    """Its step, candidate, best score and log stand there as text; a key of approvers looks, one of operate cancels."""
    with opened(browser, site, "runs?scenario=points") as page:
        shown = page.inner_text("#body")
        assert all(text in shown for text in ("42 %", "3 of 8", "0.8125", "tuning <img src=x", "95 s"))
        assert page.query_selector("#body img") is None
        assert "42% step 42" in page.inner_text("#log")
    page = browser.new_page()
    page.add_init_script(f"sessionStorage.setItem('mlops.key', '{site['approve']}')")
    page.goto(f"{site['url']}dashboard#/runs?scenario=points")
    page.click("#cancel")
    page.click("dialog button[type=submit]")
    page.wait_for_selector("dialog .fault:has-text('scope is another')")
    page.fill("#operator-key", site["operate"])
    page.click("dialog button[type=submit]")
    page.wait_for_selector("dialog", state="detached")
    page.wait_for_selector("#body .card:first-child .badge:has-text('cancelled')")
    assert page.query_selector("#cancel") is None
    page.close()


def test_the_first_page_decides(browser: Any, site: dict[str, str]) -> None:
    """Failures take two lines and leave when they are acknowledged; the offered baseline is accepted there."""
    with opened(browser, site, "overview") as page:
        reasons = page.query_selector_all("section:has(h2:text-is('Failed or refused')) .why")
        heights = [one.evaluate("element => [element.clientHeight, element.scrollHeight]") for one in reasons]
        assert all(shown <= 44 for shown, _ in heights)
        assert any(shown < whole for shown, whole in heights)
        failed = page.locator("li:has(#acknowledge-0):has(.badge.bad) .what").inner_text()
        page.click("#acknowledge-0")
        _sign(page)
        page.wait_for_selector("dialog", state="detached")
        page.wait_for_selector(f"li:has(.badge.bad) .what:text-is('{failed}')", state="detached")
        assert "no baseline" in page.inner_text("section:has(h2:text-is('Hints')) li:has(#accept-prices)")
        page.click("#accept-prices")
        _sign(page)
        page.wait_for_selector("#accept-prices", state="detached")


def test_a_link_leads_to_the_same_view(browser: Any, site: dict[str, str]) -> None:
    """What was chosen stands in the address: scenario, version, column; the theme is kept."""
    with opened(browser, site, "datasets?scenario=points&statistic=std&column=x") as page:
        assert page.input_value("#scenario-choice") == "points"
        assert page.input_value("#statistic-choice") == "std"
        assert page.get_attribute("#spark-x", "aria-pressed") == "true"
        page.select_option("#scenario-choice", "prices")
        page.wait_for_selector("#body[data-drawn='#/datasets?scenario=prices']")
        page.wait_for_load_state("networkidle")
        page.click("text=Dark")
        page.reload()
        page.wait_for_selector(READY)
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.parametrize(("theme", "ground"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(28, 32, 34)")])
def test_the_page_of_the_api_has_one_entry_a_route(browser: Any, site: dict[str, str], theme: str, ground: str) -> None:
    """A title, groups, the scenario as a parameter with its names, in the colours of the system, without an error."""
    wrong: list[str] = []
    page = browser.new_page(color_scheme=theme)
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{site['url']}docs")
    page.fill("#key", site["score"])
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-path='/score/{scenario}']")
    assert page.inner_text("h1") == "API of this app"
    paths = page.locator(".opblock-summary-path").evaluate_all("all => all.map(one => one.dataset.path)")
    assert len(paths) > len(set(paths)) - 1 > 20
    assert [path for path in paths if "score" in path] == ["/score/{scenario}"]
    page.click(".opblock-summary:has([data-path='/score/{scenario}'])")
    options = page.locator("tr[data-param-name=scenario] option")
    # What a click opens is drawn a moment later.
    options.first.wait_for(state="attached")
    names = options.all_inner_texts()
    assert {"marks", "points", "prices"} <= set(names)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == ground
    assert wrong == []
    page.close()


def test_the_file_needs_no_network(browser: Any, home: Path, tmp_path: Path) -> None:
    """The exported page shows every page from its own data and asks nobody."""
    from world import World

    from local.console.dashboard_file import dashboard_html

    file = tmp_path / "dashboard.html"
    file.write_text(dashboard_html(World(home).ports), encoding="utf-8")
    asked: list[str] = []
    wrong: list[str] = []
    page = browser.new_page()
    page.on("request", lambda request: asked.append(request.url) if not request.url.startswith("data:") else None)
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(file.as_uri())
    for name in PAGES:
        _go(page, name)
        assert page.query_selector("#body .fault") is None
    assert (asked, wrong) == ([file.as_uri()], [])
    page.close()
