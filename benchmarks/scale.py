"""Times dedup on made feeds of 10,000 to 1,000,000 articles: does the cost of an article stay what it is?

    python benchmarks/scale.py [--most 1000000] [--runs 1] [--timeout 3600] [--write]

Each run is a whole process, file to folder. Figures per article are without start-up, which is the cost of a
run on ten articles. A second series holds one hot story, which half of the articles are copies of, each with
its own dateline and local paragraph, and ends every article in one footer; its row tells whether the story
came out as one cluster of all its copies. Feeds are made once, into benchmarks/.work. `--write` puts the
table into benchmarks/README.md and draws benchmarks/scale.png.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

if not __package__:  # run as a file: its siblings are found from the folder above
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import venvs
from benchmarks.corpus import HERE, WORK, Made, warm
from benchmarks.measure import REPO, Cost, RunError, conditions, find, median, run_once
from benchmarks.startup import ten_articles
from benchmarks.tables import markdown, write_into_readme

SERIES = {
    "stories": [Made(size) for size in (10_000, 30_000, 100_000, 300_000, 1_000_000)],
    "hot story": [Made(size, hot=size // 2) for size in (10_000, 30_000, 100_000)],
}
START_UP_RUNS = 5
OUT = WORK / "scale"
PICTURE = HERE / "scale.png"
HEADER = (
    *("feed", "articles", "MB", "wall s", "CPU s", "peak MiB"),
    *("wall ms an article", "CPU ms an article", "KiB an article", "hot story"),
)


@dataclass
class Size:
    """One row of the table: a feed, what its runs cost, and what became of the hot story in it."""

    series: str
    made: Made
    costs: list[Cost] = field(default_factory=list)
    stopped: str = ""
    hot: str = ""

    def run(self, timeout: float) -> None:
        """Run once, if nothing stopped it yet."""
        if self.stopped:
            return
        warm(self.made.feed)
        command, log = find(self.made.feed, OUT), WORK / "scale.stdout"
        try:
            self.costs.append(run_once(command, cwd=REPO, out=log, timeout=timeout))
        except RunError as error:
            self.stopped = str(error)
            return
        if self.made.hot:
            self.hot = fate(self.made.truth, OUT / "clusters.csv")

    def point(self, start_up: Cost) -> dict[str, float | str]:
        """What one article costs beside start-up: milliseconds and KiB."""
        cost, each = median(self.costs), self.made.articles
        return {
            "series": self.series,
            "articles": each,
            "wall": (cost.wall - start_up.wall) / each * 1000,
            "cpu": (cost.cpu - start_up.cpu) / each * 1000,
            "memory": (cost.peak - start_up.peak) / each * 1024,
        }

    def cells(self, start_up: Cost) -> list[str]:
        """Its row of the table."""
        megabytes = self.made.feed.stat().st_size / 1e6
        told = [self.series, f"{self.made.articles:,}", f"{megabytes:,.0f}"]
        if self.stopped or not self.costs:
            return [*told, self.stopped or "not run", *[""] * (len(HEADER) - len(told) - 1)]
        cost, point = median(self.costs), self.point(start_up)
        figures = f"{cost.wall:.1f}", f"{cost.cpu:.1f}", f"{cost.peak:.0f}"
        each = f"{point['wall']:.3f}", f"{point['cpu']:.3f}", f"{point['memory']:.2f}"
        return [*told, *figures, *each, self.hot]


def fate(truth: Path, clusters: Path) -> str:
    """What became of the hot story: one cluster of all its copies and no others, or what it is instead."""
    with truth.open(encoding="utf-8", newline="") as source:
        hot = {row["id"] for row in csv.DictReader(source) if row["story"] == "0"}
    held: Counter[str] = Counter()
    others: Counter[str] = Counter()
    with clusters.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            (held if row["article_id"] in hot else others)[row["cluster_id"]] += 1
    lost, strangers = len(hot) - held.total(), sum(others[cluster] for cluster in held)
    if len(held) == 1 and not lost and not strangers:
        return f"one cluster of {len(hot):,}"
    return f"NOT ONE: {len(hot):,} in {len(held):,} clusters, {lost:,} lost, {strangers:,} of others"


def report(rows: Sequence[Size], start_up: Cost, runs: int) -> str:
    """The table, and under what conditions it was measured."""
    start = f"{start_up.wall:.2f} s of wall time, {start_up.cpu:.2f} s of CPU time, {start_up.peak:.0f} MiB"
    where = (
        f"Start-up, taken off the figures of an article: {start}. "
        f"Median of {runs} runs in turn, file cache warm; {conditions()}. "
        "Peak is that of the one process there is."
    )
    return f"{markdown(HEADER, [row.cells(start_up) for row in rows])}\n\n{where}"


def draw(rows: Sequence[Size], start_up: Cost) -> None:
    """The picture, by a process in matplotlib's own environment."""
    points, script = WORK / "scale.json", HERE / "plot.py"
    points.write_text(json.dumps([row.point(start_up) for row in rows if row.costs]), encoding="utf-8")
    subprocess.run([venvs.python(script), script, points, PICTURE], check=True)


def main() -> int:
    """Run every size in turn and print the table; 1 when a hot story was not one cluster."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--most", type=int, default=1_000_000, metavar="N", help="leave out larger feeds")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=3600, help="seconds a run may take")
    parser.add_argument("--write", action="store_true", help="put table and picture into benchmarks")
    options = parser.parse_args()
    fit = [
        Size(name, made) for name, sizes in SERIES.items() for made in sizes if made.articles <= options.most
    ]
    for row in fit:
        row.made.make()
    start_up = ten_articles(START_UP_RUNS)
    for turn in range(options.runs):
        for row in fit:
            row.run(options.timeout)
            told = row.stopped or f"{row.costs[-1].wall:.1f} s {row.hot}"
            print(f"turn {turn + 1}: {row.series}, {row.made.articles:,}: {told}", file=sys.stderr)
    table = report(fit, start_up, options.runs)
    print(table)
    if options.write:
        draw(fit, start_up)
        write_into_readme("scale", table)
    return int(any(row.hot.startswith("NOT") for row in fit))


if __name__ == "__main__":
    sys.exit(main())
