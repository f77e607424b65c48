"""The report as a browser shows it: Debian's Chromium, headless."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.report.page.folders import RIGHT_MARK, RTL_OVERRIDE, STORY, lone_pair, page_of
from tools import gold

playwright = pytest.importorskip("playwright.sync_api", reason="NOT RUN: no browser (install playwright)")
CHROMIUM = shutil.which("chromium")
AXE = os.environ.get("DEDUP_AXE")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="NOT RUN: no browser (install chromium)")

SERIOUS = ("serious", "critical")
HOSTILE = (
    f"<script>document.title='taken'</script> </script><img src=x onerror=\"document.title='taken'\">"
    f"' \" ` {RTL_OVERRIDE}desrever {RIGHT_MARK} ]]> <!-- {STORY}"
)
_PATIENCE = 10_000  # milliseconds
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        started = driver.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield started
        started.close()


@pytest.fixture
def opened(browser: Any) -> Iterator[Open]:
    """Opens a page; in the end nothing may have been asked for but it, and nothing complained of."""
    asked: list[str] = []
    complaints: list[str] = []
    contexts = []

    def open_page(path: Path, **how: Any) -> Any:
        context = browser.new_context(reduced_motion="reduce", **how)
        contexts.append(context)
        context.set_default_timeout(_PATIENCE)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
    assert {url.partition("#")[0] for url in asked if not url.startswith("file:")} == set()
    assert len(asked) == len(contexts)


def demo() -> Path:
    return gold.GOLD


def headlines(page: Any) -> list[str]:
    links = page.locator("#clusters tbody:not([hidden]) th a")
    return [text.strip() for text in links.all_inner_texts()]


def column(page: Any, number: int) -> list[str]:
    cells = page.locator(f"#clusters tbody:not([hidden]) tr:first-child > :nth-child({number})")
    return [text.strip() for text in cells.all_inner_texts()]


@pytest.mark.parametrize("name", ["Articles", "Outlets"])
def test_a_column_of_numbers_is_sorted_both_ways(opened: Open, name: str) -> None:
    page = opened(demo())
    number = 2 if name == "Articles" else 3
    button = page.get_by_role("button", name=name)
    seen = []
    for _ in range(2):
        button.click()
        values = [
            int(re.findall(r"\d+", text)[0]) if text[0].isdigit() else 0 for text in column(page, number)
        ]
        way = page.get_by_role("columnheader", name=name).get_attribute("aria-sort")
        assert values == sorted(values, reverse=way == "descending")
        seen.append(way)
    assert sorted(seen) == ["ascending", "descending"]
    assert page.locator("th[aria-sort]").count() == 1


def test_headlines_are_sorted_by_keyboard_alone(opened: Open) -> None:
    page = opened(demo())
    page.get_by_role("button", name="Headline").focus()
    page.keyboard.press("Enter")
    in_order = headlines(page)
    assert in_order == page.evaluate("names => [...names].sort((a, b) => a.localeCompare(b))", in_order)
    page.keyboard.press("Space")
    assert headlines(page) == in_order[::-1]


def test_clusters_are_found_by_words_outlet_and_relation(opened: Open) -> None:
    page = opened(demo())
    every = headlines(page)
    page.get_by_label("Find").fill("FERRY RUNS")
    assert headlines(page) == ["Ferry runs aground in fog off Port Severin; all 214 aboard safe"]
    assert page.locator("#found").inner_text() == f"1 of {len(every)} clusters on this page"
    page.get_by_label("Find").fill("no such words")
    assert headlines(page) == []
    page.get_by_label("Find").fill("")
    page.get_by_label("Relation").select_option("excerpt")
    assert 0 < len(headlines(page)) < len(every)
    assert all("excerpt" in text for text in column(page, 5))
    page.get_by_label("Relation").select_option("any")
    assert headlines(page) == every


def test_a_headline_opens_and_closes_its_cluster(opened: Open) -> None:
    page = opened(demo())
    members = page.locator("#clusters tbody").first.locator(".members")
    assert not members.is_visible()
    page.locator("#clusters th a").first.click()
    assert members.is_visible()
    assert members.locator("> li").count() == 7
    assert "first" in members.locator("> li").first.inner_text()
    page.locator("#clusters th a").first.click()
    assert not members.is_visible()


def test_a_passage_is_followed_from_one_side_to_the_other_and_back(opened: Open) -> None:
    page = opened(demo())
    page.locator("#clusters th a").first.click()
    page.locator("#c1 .members > li:last-child summary").click()
    number = page.locator("#c1m7a2")
    number.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector(':target').id") == "c1m7b2"
    there = page.locator("#c1m7b2")
    assert "in the other text" in there.get_attribute("aria-label")
    playwright.expect(there).to_be_in_viewport()
    there.click()
    assert page.evaluate("document.querySelector(':target').id") == "c1m7a2"


def test_a_link_to_a_passage_opens_what_it_lies_in(opened: Open) -> None:
    page = opened(demo())
    page.evaluate("location.hash = '#c1m7b2'")
    playwright.expect(page.locator("#c1m7b2")).to_be_in_viewport()


def test_everything_can_be_read_without_javascript(opened: Open) -> None:
    page = opened(demo(), java_script_enabled=False)
    assert not page.locator("#tools").is_visible()
    assert page.locator("#clusters tbody").count() == 12
    page.locator("#clusters details summary").first.click()
    page.locator("#c1 .members > li:last-child summary").click()
    assert page.locator("#c1m7b1 + mark").is_visible()
    page.locator("#c1m7a2").click()
    assert page.url.endswith("#c1m7b2")


@pytest.mark.parametrize("width", [400, 1400])
def test_the_page_never_scrolls_sideways(opened: Open, width: int) -> None:
    page = opened(demo(), viewport={"width": width, "height": 900})
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(opened: Open, scheme: str) -> None:
    if not AXE:
        pytest.skip("NOT RUN: no axe-core (set DEDUP_AXE to its axe.min.js)")
    page = opened(demo(), color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.evaluate(Path(AXE).read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document)")["violations"]
    serious = {
        each["id"]: [node["html"][:200] for node in each["nodes"][:3]]
        for each in found
        if each["impact"] in SERIOUS
    }
    assert serious == {}


def test_hostile_content_is_shown_as_text(opened: Open, tmp_path: Path) -> None:
    facts = {"title": HOSTILE, "source": HOSTILE, "url": "javascript:document.title='taken'"}
    page_of(tmp_path / "r", **lone_pair(HOSTILE, **facts))
    page = opened(tmp_path / "r" / "report.html")
    page.locator("#clusters th a").first.click()
    page.locator(".members summary").first.click()
    words = page.locator(".words").first
    shown = HOSTILE.replace(RTL_OVERRIDE, "U+202E")
    assert shown in words.inner_text()
    assert "taken" not in page.title()
    assert page.locator("script").count() == 1
    assert page.locator("img").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0


def test_ten_megabytes_of_one_word_break_nothing(opened: Open, tmp_path: Path) -> None:
    page_of(tmp_path / "r", **lone_pair("ha" * 5_000_000, title="h" * 100_000))
    page = opened(tmp_path / "r" / "report.html", viewport={"width": 400, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert page.locator(".words").first.is_visible()


def test_a_script_that_slipped_in_would_not_run(browser: Any) -> None:
    page = browser.new_page()  # the browser complains of the refusal, as it should
    page.goto(demo().as_uri())
    refused = page.evaluate(
        """() => new Promise(done => {
            document.addEventListener("securitypolicyviolation", event => done(event.effectiveDirective));
            const script = document.createElement("script");
            script.textContent = "document.title = 'taken'";
            document.body.append(script);
        })"""
    )
    assert refused.startswith("script-src")
    assert page.title() != "taken"
    page.close()
