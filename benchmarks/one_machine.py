"""Tells when Spark is not needed: what one machine does in a minute, an hour, a night, and in its memory.

    python benchmarks/one_machine.py

It measures nothing: all comes from the tables of benchmarks/README.md that scale.py and nightly.py wrote.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

if not __package__:  # run as a file: its siblings are found from the folder above
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.tables import README, markdown

LIMITS = (
    ("a minute", "wall", 60),
    ("an hour", "wall", 3600),
    ("a night of 8 hours", "wall", 8 * 3600),
    ("16 GiB of memory", "peak", 16 * 1024),
    ("64 GiB of memory", "peak", 64 * 1024),
)
HEADER = ("in", "articles of one feed", "minutes", "memory, GiB", "known by")


@dataclass(frozen=True)
class Size:
    """What a feed of so many articles takes: seconds, and MiB."""

    articles: float
    wall: float
    peak: float


def sizes(page: str) -> list[Size]:
    """The feeds of plain stories that scale.py ran, as the page's table has them, the largest last."""
    rows = [cells for cells in table(page, "scale") if cells[0] == "stories" and cells[3][:1].isdigit()]
    known = [Size(*(float(cells[place].replace(",", "")) for place in (1, 3, 5))) for cells in rows]
    return sorted(known, key=lambda size: size.articles)


def table(page: str, name: str) -> list[list[str]]:
    """The cells of the first table between the markers of a name, its header left out."""
    block = page.partition(f"<!-- {name}: begin -->")[2].partition(f"<!-- {name}: end -->")[0]
    first = re.search(r"(?:^\|.*\n)+", block, re.MULTILINE)
    lines = first.group().splitlines()[2:] if first else []
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def within(figure: str, limit: float, known: Sequence[Size]) -> Size:
    """The feed that takes `limit` seconds (`wall`) or MiB (`peak`).

    Between two sizes, and beyond the last, by the line through the two nearest ones on a logarithmic scale;
    beyond the last an article takes no less than in the last.
    """
    if len(known) < 2:
        raise ValueError(f"two sizes at least are needed, got {len(known)}")
    place = next((n for n, size in enumerate(known) if getattr(size, figure) >= limit), len(known) - 1)
    before, after = known[max(0, place - 1)], known[max(1, place)]
    least = 1.0 if limit > getattr(known[-1], figure) else 0.0

    def power(name: str) -> float:
        grown = math.log(getattr(after, name) / getattr(before, name))
        return max(least, grown / math.log(after.articles / before.articles))

    times = (limit / getattr(after, figure)) ** (1 / power(figure))
    return Size(
        after.articles * times, after.wall * times ** power("wall"), after.peak * times ** power("peak")
    )


def report(page: str) -> str:
    """The table, and what the page says of an archive."""
    known = sizes(page)
    rows = [_row(told, within(figure, limit, known), known) for told, figure, limit in LIMITS]
    *_, last = table(page, "nightly")
    night = re.search(r"Nights of ([\d,]+) articles", page)
    wall, peak = (float(last[place].replace(",", "")) for place in (1, 3))
    return (
        f"{markdown(HEADER, rows)}\n\n"
        "Two cores, no Spark. What does not come all at once goes into an archive: a night of "
        f"{night.group(1) if night else '?'} articles, beside {last[0]} archived ones, took {wall:.0f} s "
        f"and {peak / 1024:.1f} GiB."
    )


def _row(told: str, size: Size, known: Sequence[Size]) -> tuple[str, ...]:
    is_beyond = size.articles > known[-1].articles
    return (
        told,
        f"{float(f'{size.articles:.1e}'):,.0f}",  # more than two figures would be more than is known
        f"{size.wall / 60:,.0f}",
        f"{size.peak / 1024:,.0f}",
        f"projected from {known[-1].articles:,.0f}" if is_beyond else "measured sizes around it",
    )


if __name__ == "__main__":
    print(report(README.read_text(encoding="utf-8")))
