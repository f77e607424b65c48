"""Times how long dedup takes to begin: its help, ten articles, and ten articles with nothing compiled yet.

    python benchmarks/startup.py [--runs 5] [--write]

Medians; the three take turns. `--write` puts the table into benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

if not __package__:  # run as a file: its siblings are found from the folder above
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.corpus import WORK, Made
from benchmarks.measure import REPO, Cost, conditions, find, median, run_once
from benchmarks.tables import markdown, write_into_readme

TEN = Made(10)
OUT = WORK / "out"
TIMEOUT = 600
HEADER = ("what is run", "wall s", "CPU s", "peak MiB")


@dataclass
class Start:
    """One row of the table."""

    name: str
    command: Sequence[str]
    compiled: bool = True
    """Whether it finds the user's cache folder as it is, or an empty one."""
    costs: list[Cost] = field(default_factory=list)

    def run(self) -> Cost:
        """Run once."""
        with tempfile.TemporaryDirectory() as empty:
            env = {} if self.compiled else {"XDG_CACHE_HOME": empty}
            return run_once(self.command, cwd=REPO, out=WORK / "startup.stdout", timeout=TIMEOUT, env=env)


def ten_articles(runs: int) -> Cost:
    """What a run on ten articles takes, kernels compiled: the median of `runs` after one to warm up."""
    TEN.make()
    start = Start("", find(TEN.feed, OUT))
    start.run()
    return median([start.run() for _ in range(runs)])


def report(rows: Sequence[Start], runs: int) -> str:
    """The table, and under what conditions it was measured."""
    cells = []
    for row in rows:
        cost = median(row.costs)
        cells.append((row.name, f"{cost.wall:.2f}", f"{cost.cpu:.2f}", f"{cost.peak:.0f}"))
    return f"{markdown(HEADER, cells)}\n\nMedian of {runs} runs in turn; {conditions()}."


def main() -> None:
    """Run all in turn and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    options = parser.parse_args()
    TEN.make()
    ten = find(TEN.feed, OUT)
    rows = [
        Start("`dedup --help`", (sys.executable, "-m", "dedup", "--help")),
        Start("ten articles, kernels compiled", ten),
        Start("ten articles, the very first run", ten, compiled=False),
    ]
    for row in rows[:2]:
        row.run()  # warms up
    for turn in range(options.runs):
        for row in rows:
            row.costs.append(row.run())
            print(f"turn {turn + 1}: {row.name}: {row.costs[-1].wall:.2f} s", file=sys.stderr)
    table = report(rows, options.runs)
    print(table)
    if options.write:
        write_into_readme("start-up", table)


if __name__ == "__main__":
    main()
