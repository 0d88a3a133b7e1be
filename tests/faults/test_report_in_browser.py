"""The report in a real browser: what is hostile stays text, what is there can be read and reached, on paper too."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from fixtures.report.outcomes import RunReport, Status
from fixtures.report.page import summary_html, whole_page
from fixtures.report.parts.exchange import keep_tile
from fixtures.report.rubric import RUBRIC
from fixtures.settings.options import HELD_OUT_TILES
from tests.unit.report.report_support import FACTS, HOSTILE, mixed, passed, run_report, with_prediction, write_bundle
from tests.unit.report.test_report import run_pytest

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no `chromium` on this machine: the report is not opened in a browser")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
BAD = "\n".join([*HOSTILE, "\x1b[31mred\x1b[0m \x00 \u202e"])
REPORTS = {
    "green": with_prediction(run_report(passed())),
    "red": with_prediction(run_report(mixed(), problems=("1 resource was left behind.",))),
    "live": replace(with_prediction(run_report(mixed(), "LIVE")), redacted=False, nonce="blue-heron-7"),
    "nothing": replace(run_report(()), facts={}),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium, which is asked for nothing but files."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of each report, with a bundle beside it."""
    return {name: write_page(tmp_path_factory.mktemp(name), report) for name, report in REPORTS.items()}


@pytest.fixture(scope="module")
def engineers(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The page of a real run of pytest: one test with a hostile ID, and one that fails."""
    window = browser.new_page()
    window.goto((run_pytest(tmp_path_factory.mktemp("pytest")) / "report.html").as_uri())
    yield window
    window.close()


def write_page(folder: Path, report: RunReport, text: str = "INFO: started") -> Path:
    """A page as it is opened: in its bundle, with a tile."""
    bundle = folder / "bundle"
    if report.facts:
        write_bundle(bundle, report, text)
        keep_tile(next(iter(sorted(HELD_OUT_TILES.glob("*.jpg")))), bundle)
    body = summary_html(report, bundle)
    page = bundle / "report.html"
    page.parent.mkdir(exist_ok=True)
    page.write_text(f'<!DOCTYPE html><html lang="en"><title>Report</title><body>{body}', encoding="utf-8")
    return page


def opened(browser: Browser, page: Path, **how: Any) -> Page:
    """The page in a window of its own; what it asks for beside itself fails the test."""
    context = browser.new_context(**how)
    window = context.new_page()
    asked: list[str] = []
    window.on("request", lambda request: asked.append(request.url))
    window.goto(page.as_uri())
    assert [url for url in asked if not url.startswith("data:")] == [page.as_uri()]
    return window


def violations(window: Page) -> str:
    """What axe finds, in its own words; empty when it finds nothing."""
    results = Axe().run(window, options={"resultTypes": ["violations"]})  # the rest takes twice as long, and nobody reads it
    return results.generate_report() if results.violations_count else ""


@pytest.mark.parametrize(
    ("name", "width", "theme"),
    [
        ("green", 1280, "light"),
        ("green", 360, "dark"),
        ("red", 360, "light"),
        ("red", 820, "dark"),
        ("live", 820, "light"),
        ("nothing", 1280, "dark"),
    ],
)
def test_axe_finds_nothing(browser: Browser, pages: dict[str, Path], name: str, width: int, theme: Any) -> None:
    """Contrast, names, order and landmarks hold in both themes and at three widths, with every detail unfolded."""
    window = opened(browser, pages[name], viewport={"width": width, "height": 900}, color_scheme=theme)
    window.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    assert violations(window) == ""
    window.context.close()


def test_axe_finds_what_is_wrong(browser: Browser, pages: dict[str, Path]) -> None:
    """A page that hides its words from some is not passed: the check above can fail."""
    window = opened(browser, pages["green"])
    window.add_style_tag(content=".lc-claim { color: #dddddd !important }")
    assert "color-contrast" in violations(window)
    window.context.close()


@pytest.mark.parametrize("name", REPORTS)
def test_no_page_is_wider_than_its_screen(browser: Browser, pages: dict[str, Path], name: str) -> None:
    """Nobody scrolls sideways to read a verdict, on the smallest phone either."""
    window = opened(browser, pages[name], viewport={"width": 360, "height": 640})
    window.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    assert window.evaluate("document.documentElement.scrollWidth") == 360
    window.context.close()


def test_hostile_content_is_shown_as_text(browser: Browser, tmp_path: Path) -> None:
    """In every place at once: no script of it runs, no element of it is made, and its letters are there to read."""
    report = REPORTS["red"]
    outcomes = tuple(
        replace(o, status=Status.FAIL, expected=BAD, observed=BAD, advice=BAD, reason=BAD, evidence=(*o.evidence, BAD))
        for o in report.outcomes
    )
    bad = replace(
        report, outcomes=outcomes, facts=dict.fromkeys(FACTS, BAD), problems=(BAD,), run_id=BAD, nonce=BAD, mode=BAD
    )
    window = opened(browser, write_page(tmp_path, bad, BAD))
    assert window.title() == "Report"
    assert window.locator("img").count() == 1
    assert window.locator("h1, main").count() == 2
    assert window.locator("[onerror], [onmouseover]").count() == 0
    text = window.locator("main").inner_text()
    assert text.count("<script>document.title = 'owned'</script>") > 100
    assert "red \\x00 \\u202e" in text
    window.context.close()


def test_the_engineers_table_shows_a_hostile_test_id_as_text(engineers: Page) -> None:
    """pytest-html draws the table with a script of its own: the ID reaches it escaped."""
    assert engineers.locator(".col-testId", has_text="test_a[<img src=x onerror=alert(1)>]").count() == 1
    assert engineers.locator("#results-table img[onerror]").count() == 0


def test_axe_finds_nothing_in_the_engineers_table(engineers: Page) -> None:
    """pytest-html's own page has no language, no landmark and boxes without names: all are mended."""
    assert violations(engineers) == ""


def test_the_keyboard_opens_and_sorts_the_engineers_table(engineers: Page) -> None:
    """Rows and headers are its only controls, and pytest-html gives them to the mouse alone."""
    row = engineers.locator("tr.collapsible", has_text="test_b")
    log = engineers.locator("tbody", has=row).locator(".log")
    before = log.is_visible()
    row.locator(".col-result").focus()
    engineers.keyboard.press("Enter")
    assert log.is_visible() != before
    assert engineers.evaluate("document.activeElement.className").startswith("col-result")
    engineers.locator("th.sortable", has_text="Test").focus()
    engineers.keyboard.press("Enter")
    names = engineers.locator("td.col-testId").all_inner_texts()
    engineers.keyboard.press("Enter")
    assert engineers.locator("td.col-testId").all_inner_texts() == names[::-1]


def test_the_page_reads_the_same_without_scripts(browser: Browser, pages: dict[str, Path]) -> None:
    """Verdict, rubric and all that stands behind them are static; a click unfolds a line."""
    window = opened(browser, pages["red"], java_script_enabled=False)
    assert window.locator("h1").inner_text() == "23 of 27 criteria PASS"
    assert window.locator(".lc-line").count() == len(RUBRIC)
    assert window.locator(".lc-chart svg").count() == 2
    assert not window.locator("#lc-NET-1 dd").first.is_visible()
    window.locator("#lc-NET-1 summary").click()
    assert window.locator("#lc-NET-1 dd").first.is_visible()
    window.context.close()


def test_the_keyboard_reaches_everything(browser: Browser, pages: dict[str, Path]) -> None:
    """Each link, each fold and each part that scrolls gets the focus in turn, and shows that it has it."""
    window = opened(browser, pages["green"], viewport={"width": 360, "height": 900})
    wanted = window.evaluate(
        """() => [...document.querySelectorAll('a[href], summary, [tabindex="0"]')]
            .filter(each => each.checkVisibility()).map((each, number) => { each.dataset.stop = number; return number })"""
    )
    reached, shown = set(), set()
    for _ in range(len(wanted) + 5):
        window.keyboard.press("Tab")
        stop = window.evaluate(
            "[document.activeElement.dataset.stop, getComputedStyle(document.activeElement).outlineStyle !== 'none']"
        )
        reached.add(stop[0])
        shown.add(stop[1])
    assert {str(number) for number in wanted} <= reached
    assert shown - {None} >= {True}
    window.context.close()


def test_the_strip_hides_no_target(browser: Browser, pages: dict[str, Path]) -> None:
    """Who follows a link to a criterion sees its line below the strip that stays on top."""
    window = opened(browser, pages["red"], viewport={"width": 1280, "height": 700})
    window.locator(".lc-board a[href='#lc-LOAD-1']").click()
    line, strip = window.locator("#lc-LOAD-1").bounding_box(), window.locator(".lc-strip").bounding_box()
    assert line["y"] >= strip["y"] + strip["height"]
    window.context.close()


def cut_off(window: Page) -> list[str]:
    """What is larger than the room that it is shown in, by class."""
    return list(
        window.evaluate(
            """() => [...document.querySelectorAll('.lc *')].filter(each =>
                !each.closest('svg') && !each.closest('.lc-aside') && each.checkVisibility() &&
                getComputedStyle(each).overflow !== 'visible' &&
                (each.scrollHeight > each.clientHeight + 1 || each.scrollWidth > each.clientWidth + 1)
            ).map(each => each.className)"""
        )
    )


def test_the_print_has_every_detail_and_cuts_nothing(browser: Browser, pages: dict[str, Path]) -> None:
    """On A4 all details are open, nothing is wider than the paper, and no part scrolls."""
    window = opened(browser, pages["red"], viewport={"width": 360, "height": 640})
    assert cut_off(window) != []  # on a phone the charts scroll
    window.set_viewport_size({"width": 718, "height": 1000})  # A4 less its margins, at 96 dpi
    window.emulate_media(media="print")
    assert window.locator("#lc-NET-2 dd").first.is_visible()
    assert window.locator("#lc-NET-1 dd").first.is_visible()
    assert window.evaluate("document.documentElement.scrollWidth") <= 718
    assert cut_off(window) == []
    window.context.close()


def test_the_page_of_a_run_that_was_killed_says_so_first(browser: Browser, tmp_path: Path) -> None:
    """What stays of it is a whole page, and its verdict begins with what it is not."""
    page = tmp_path / "report.html"
    page.write_text(whole_page(replace(REPORTS["red"], problems=("This run has not ended.",))), encoding="utf-8")
    window = opened(browser, page)
    assert window.locator(".lc-problems li").inner_text() == "This run has not ended."
    assert violations(window) == ""
    window.context.close()
