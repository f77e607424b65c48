"""The gold file of the report: the page of the demo feed, made anew.

`python -m tools.gold` writes it. A test holds the report to it byte for byte; look at what has changed before
you commit it.
"""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from pathlib import Path

import dedup
from dedup.report.page import write_report

REPO = Path(__file__).resolve().parent.parent
GOLD = REPO / "tests" / "report" / "page" / "gold" / "demo.html"
DEMO = ("data/wire.jsonl", "data/outlet.csv", "data/desk")
_AS_OF = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)  # told on the page, so it must not be today


def write_demo(folder: Path) -> Path:
    """Write the result of the demo feed and its report into a folder; its page is given."""
    before = Path.cwd()
    os.chdir(REPO)  # the page names its inputs as they were given
    try:
        dedup.write(dedup.find_duplicates(list(DEMO), as_of=_AS_OF), folder)
    finally:
        os.chdir(before)
    return write_report(folder)[0]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        GOLD.parent.mkdir(parents=True, exist_ok=True)
        GOLD.write_bytes(write_demo(Path(place) / "demo").read_bytes())
