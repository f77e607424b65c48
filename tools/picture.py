"""The picture of the report that README opens with: the page of the demo feed, a cluster of it opened.

`python -m tools.picture FILE.png` writes it. It needs playwright and a Chromium on the path.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tools import gold

_WIDTH, _HEIGHT = 1400, 1300
_TO_THE_TOP = "(place, above) => scrollTo(0, place.getBoundingClientRect().top + scrollY - above)"
_ABOVE = 6  # pixels of ground above the table that the picture starts with


def take(out: Path) -> None:
    """Write the picture; raises `SystemExit` where there is no Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("there is no chromium on the path; install it")
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        page_file = gold.write_demo(Path(place) / "demo")
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=chromium, args=sandbox)
        page = browser.new_page(
            viewport={"width": _WIDTH, "height": _HEIGHT}, color_scheme="light", reduced_motion="reduce"
        )
        page.goto(page_file.as_uri())
        _open(page)
        out.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=out)
        browser.close()


def _open(page: Page) -> None:
    """The largest cluster, and in it the copy that its outlet has added to: the last one."""
    page.locator("#clusters th a").first.click()
    page.locator("#c1 .members > li:last-child summary").click()
    page.mouse.move(0, 0)
    page.locator("#clusters").evaluate(_TO_THE_TOP, _ABOVE)


if __name__ == "__main__":
    take(Path(sys.argv[1]))
