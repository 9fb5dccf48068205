"""The page in a real browser, opened from disk with the network off.

Chromium is looked for on the path. Without one these tests are skipped, unless
`REQUIRE_BROWSER` is set, as `.ci/run` does.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from augscore.auditing.report.page.document import to_html
from tests.auditing.report import example, example_ops, example_pictures

Scheme = Literal["light", "dark"]
PHONE, DESKTOP = 360, 1280
ALL = [place for place, op in enumerate(example_ops.OPS) for _ in op.curves]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
REQUIRED = bool(os.environ.get("REQUIRE_BROWSER"))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None and not REQUIRED,
        reason="no Chromium on the path: apt-get install chromium",
    ),
]


@dataclass
class Opened:
    """A page, with all that it complained of and asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def asked(self, request: Request) -> None:
        self.requests.append(request.url)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM, "REQUIRE_BROWSER is set, and there is no Chromium on the path"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--headless", "--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(to_html(example.full(), example_pictures.pictures()), encoding="utf-8")
    return path


def context_of(
    browser: Browser, width: int, scheme: Scheme, scripts: bool = True
) -> BrowserContext:
    return browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        offline=True,
        java_script_enabled=scripts,
    )


def open_in(context: BrowserContext, report: Path) -> Opened:
    opened = Opened(context.new_page())
    opened.page.on("console", lambda message: opened.complaints.append(message.text))
    opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.page.on("dialog", lambda dialog: opened.complaints.append(dialog.message))
    opened.page.on("request", opened.asked)
    opened.page.goto(report.as_uri())
    return opened


def shown(page: Page) -> list[int]:
    """Places of the operations whose curves the picture of all of them shows."""
    style = "all => all.filter(e => getComputedStyle(e).display !== 'none').map(e => +e.dataset.op)"
    places: list[int] = page.locator("polyline[data-op]").evaluate_all(style)
    return places


@pytest.fixture
def desktop(browser: Browser, report: Path) -> Iterator[Opened]:
    with context_of(browser, DESKTOP, "light") as context:
        opened = open_in(context, report)
        yield opened
        assert opened.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_it_opens_without_complaint_request_or_sideways_scrolling(
    browser: Browser, report: Path, tmp_path: Path, width: int, scheme: Scheme
) -> None:
    with context_of(browser, width, scheme) as context:
        opened = open_in(context, report)
        assert opened.page.evaluate("document.documentElement.scrollWidth") == width
        shot = opened.page.screenshot(path=tmp_path / "page.png", full_page=True)
        assert len(shot) > 100_000
        assert opened.complaints == []
        asked = [url for url in opened.requests if not url.startswith("data:image/jpeg;base64,")]
        assert asked == [report.as_uri()]
        pictures = "[...document.images].every(i => i.complete && i.naturalWidth > 90)"
        assert opened.page.evaluate(pictures)


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_numbers_unfolded_under_a_curve_leave_its_card_as_wide_as_it_was(
    browser: Browser, report: Path, width: int
) -> None:
    wide = "all => all.map(e => Math.round(e.getBoundingClientRect().width))"
    with context_of(browser, width, "light") as context:
        page = open_in(context, report).page
        cards = page.locator(".card")
        before = cards.evaluate_all(wide)
        page.locator("details").evaluate_all("all => all.forEach(e => { e.open = true; })")
        pictures = page.locator(".card > figure")
        assert cards.evaluate_all(wide) == before
        assert max(pictures.evaluate_all(wide)) <= max(before)
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_dark_is_dark(browser: Browser, report: Path) -> None:
    grounds = {}
    for scheme in ("light", "dark"):
        with context_of(browser, DESKTOP, scheme) as context:
            page = open_in(context, report).page
            grounds[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert grounds == {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 21, 26)"}


def test_curves_are_toggled_by_mouse(desktop: Opened) -> None:
    page = desktop.page
    card = page.locator("article[data-op='0']")
    assert shown(page) == ALL
    page.get_by_label("Solarize", exact=True).click()
    assert shown(page) == ALL[1:]
    assert not card.is_visible()
    page.get_by_label("Solarize", exact=True).click()
    assert shown(page) == ALL
    assert card.is_visible()


def test_curves_are_toggled_by_keyboard(desktop: Opened) -> None:
    page = desktop.page
    page.get_by_label("Solarize", exact=True).focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert shown(page) == [0, *ALL[2:]]
    page.get_by_role("button", name="Hide all").focus()
    page.keyboard.press("Enter")
    assert shown(page) == []
    page.get_by_role("button", name="Show all").focus()
    page.keyboard.press("Enter")
    assert shown(page) == ALL


def test_the_pointer_is_told_a_value(desktop: Opened) -> None:
    page = desktop.page
    chart = page.locator("#op-0 svg.chart").first
    chart.scroll_into_view_if_needed()
    tip = page.locator("#tip")
    assert not tip.is_visible()
    chart.locator("[data-tip]").nth(3).hover()
    assert tip.inner_text() == "threshold 0.4 · strength 0.420 (0.387 to 0.453)"
    box = tip.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= DESKTOP
    page.mouse.move(2, 2)
    assert not tip.is_visible()


def test_the_keyboard_is_told_every_value(desktop: Opened) -> None:
    page = desktop.page
    tip = page.locator("#tip")
    page.locator("#op-0 svg.chart").first.focus()
    page.keyboard.press("Home")
    assert tip.inner_text().startswith("threshold 1 · strength 0.93")
    page.keyboard.press("ArrowRight")
    assert tip.inner_text().startswith("threshold 0.8 ·")
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    assert tip.inner_text().startswith("threshold 0 ·")
    page.keyboard.press("Escape")
    assert not tip.is_visible()


def test_the_keyboard_begins_at_the_skip_link_and_shows_where_it_is(desktop: Opened) -> None:
    page = desktop.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    box = page.locator(".skip").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Findings"
    outline = "getComputedStyle(document.activeElement).outlineWidth"
    assert page.evaluate(outline) == "3px"


def test_hostile_names_do_nothing(desktop: Opened) -> None:
    page = desktop.page
    page.wait_for_timeout(100)
    assert page.evaluate("document.querySelectorAll('img[onerror], [src=x]').length") == 0
    assert page.get_by_text(example_ops.HOSTILE_FILE, exact=True).count() >= 2
    assert page.get_by_role("heading", name=example_ops.HOSTILE_OP, exact=True).count() == 1


def test_the_content_policy_is_in_force(desktop: Opened) -> None:
    """A script, a handler and a style that were smuggled in are all refused."""
    page = desktop.page
    smuggled = """() => {
        const box = document.createElement("div");
        box.innerHTML = `<p id="sly" style="color: rgb(1, 2, 3)"
            onclick="document.title = 1">x</p>`;
        document.body.append(box);
        const script = document.createElement("script");
        script.textContent = "document.title = 'taken'";
        document.body.append(script);
        document.getElementById("sly").click();
        return [document.title, getComputedStyle(document.getElementById("sly")).color];
    }"""
    title, colour = page.evaluate(smuggled)
    assert title.startswith("FAIL: contrastive-96")
    assert colour != "rgb(1, 2, 3)"
    refused = [text for text in desktop.complaints if "Content Security Policy" in text]
    assert len(refused) == 3
    desktop.complaints.clear()


def test_without_scripts_everything_is_there(browser: Browser, report: Path) -> None:
    with context_of(browser, DESKTOP, "light", scripts=False) as context:
        page = open_in(context, report).page
        assert shown(page) == ALL
        assert not page.locator("input").first.is_visible()
        assert not page.get_by_role("button").first.is_visible()
        table = page.locator("#op-0 table")
        assert not table.is_visible()
        page.locator("#op-0 summary").click()
        assert table.is_visible()


def test_it_prints(browser: Browser, report: Path, tmp_path: Path) -> None:
    with context_of(browser, DESKTOP, "dark") as context:
        page = open_in(context, report).page
        pdf = page.pdf(path=tmp_path / "page.pdf", format="A4", print_background=True)
        assert pdf.startswith(b"%PDF")
        assert 5 <= pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page/") <= 16
        page.emulate_media(media="print")
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == "rgb(255, 255, 255)"
        assert not page.locator(".all").is_visible()


def test_an_audit_that_has_little_opens_too(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "thin.html"
    path.write_text(to_html(example.thin(), ()), encoding="utf-8")
    with context_of(browser, PHONE, "light") as context:
        opened = open_in(context, path)
        assert opened.page.evaluate("document.documentElement.scrollWidth") == PHONE
        assert opened.complaints == []
