"""Times whole runs, file to CSV, of dedup and its competitors in turn, and prints their ratios.

    python benchmarks/speed.py [--feed FEED] [--runs 3] [--only NAME …] [--timeout 600] [--write]

Each tool runs once to warm the file cache (and dedup's compiled kernels), then all take turns, A B C A B C,
so that a slow minute of the machine falls on all alike. Figures are medians, each also as a multiple of
dedup's and of the floor's, `read only`. What each tool found stands beside its time: they do not do the same
work. `--write` puts the table into benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

if not __package__:  # run as a file: its siblings are found from the folder above
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import venvs
from benchmarks.corpus import WORK, unpacked
from benchmarks.measure import REPO, Cost, RunError, conditions, find, median, run_once
from benchmarks.shared import DATA
from benchmarks.tables import markdown, write_into_readme

COMPETITORS = ("rensa", "gaoya", "datasketch", "daft", "text-dedup", "datatrove")
OURS, FLOOR = "dedup", "read only"
MOST_TOLD = 80  # characters of an error that still fit the table
COSTS = (("wall", "wall s", ".2f"), ("cpu", "CPU s", ".2f"), ("peak", "peak MiB", ".0f"))
HEADER = (
    "tool",
    "version",
    *(cell for _, title, _ in COSTS for cell in (title, "× dedup", "× floor")),
    "clusters",
    "articles",
)


@dataclass
class Tool:
    """One row of the table: how to run it, what its runs cost, and why it stopped, if it did."""

    name: str
    version: str
    command: Sequence[str]
    clusters: Path | None = None
    """The CSV of clusters it leaves; None when it finds nothing."""
    costs: list[Cost] = field(default_factory=list)
    stopped: str = ""

    def run(self, timeout: float) -> Cost | None:
        """Run once; a tool that fails or takes too long is not run again."""
        if self.stopped:
            return None
        try:
            with tempfile.TemporaryDirectory(
                dir=WORK
            ) as scratch:  # a tool that is ended leaves its own there
                env, out = {"TMPDIR": scratch}, stdout_of(self.name)
                return run_once(self.command, cwd=REPO, out=out, timeout=timeout, env=env)
        except RunError as error:
            self.stopped = str(error).replace(str(REPO), ".")[:MOST_TOLD]
        return None


def stdout_of(name: str) -> Path:
    """Where a tool's standard output goes."""
    return WORK / f"{name.replace(' ', '_')}.stdout"


def found(path: Path) -> tuple[int, int]:
    """Clusters, and articles in them, of a CSV whose first column is the cluster."""
    with path.open(encoding="utf-8", newline="") as source:
        rows = csv.reader(source)
        next(rows)
        names = [row[0] for row in rows]
    return len(set(names)), len(names)


def tools(feed: Path, only: Sequence[str]) -> list[Tool]:
    """The rows asked for; dedup is always among them, for the ratios."""
    version, out = our_version(), WORK / "out"
    to_stdout = f"{OURS} > csv"
    rows = [
        Tool(OURS, version, find(feed, out), out / "clusters.csv"),
        Tool(to_stdout, version, find(feed, None), stdout_of(to_stdout)),
        *(competitor(name, feed) for name in COMPETITORS if not only or name in only),
        Tool(FLOOR, "", (sys.executable, str(REPO / "benchmarks" / "read_only.py"), str(feed))),
    ]
    return [tool for tool in rows if not only or tool.name in (OURS, *only)]


def adapter(name: str) -> Path:
    """The program that runs a competitor."""
    return REPO / "benchmarks" / "competitors" / f"{name.replace('-', '_')}.py"


def competitor(name: str, feed: Path) -> Tool:
    """A competitor's row, its environment made if need be."""
    script, out = adapter(name), WORK / f"{name}.csv"
    try:
        python = str(venvs.python(script))
    except venvs.NotAvailableError as error:
        return Tool(name, venvs.version(script), (), stopped=f"not available here: {error}"[:MOST_TOLD])
    command = (python, "-m", f"benchmarks.competitors.{script.stem}", str(feed), str(out))
    return Tool(name, venvs.version(script), command, out)


def our_version() -> str:
    """What `dedup --version` says."""
    try:
        run_once((sys.executable, "-m", "dedup", "--version"), cwd=REPO, out=stdout_of("version"), timeout=60)
    except RunError:
        return "?"
    return (stdout_of("version").read_text().split() or ["?"])[-1]


def cells(tool: Tool, bases: Sequence[Cost | None]) -> list[str]:
    """A tool's row of the table: each figure, and how many times each of the bases' it is."""
    if tool.stopped or not tool.costs:
        return [tool.name, tool.version, tool.stopped or "not run", *[""] * (len(HEADER) - 3)]
    cost = median(tool.costs)
    figures: list[str] = []
    for figure, _, spec in COSTS:
        value = getattr(cost, figure)
        times = (f"{value / getattr(base, figure):.2f}" if base else "" for base in bases)
        figures += [format(value, spec), *times]
    counts = [f"{count:,}" for count in found(tool.clusters)] if tool.clusters else ["", ""]
    return [tool.name, tool.version, *figures, *counts]


def cost_of(name: str, rows: Sequence[Tool]) -> Cost | None:
    """What the tool of that name took; None when it did not run."""
    return next((median(tool.costs) for tool in rows if tool.name == name and tool.costs), None)


def report(rows: Sequence[Tool], feed: Path, runs: int) -> str:
    """The table, and under what conditions it was measured."""
    bases = cost_of(OURS, rows), cost_of(FLOOR, rows)
    with feed.open("rb") as source:
        articles = sum(1 for line in source if line.strip())
    where = (
        f"`{feed.name}`, {articles:,} articles, {feed.stat().st_size / 1e6:.0f} MB; "
        f"median of {runs} runs in turn, file cache warm; {conditions()}. "
        "Peak is that of a tool's largest process."
    )
    return markdown(HEADER, [cells(tool, bases) for tool in rows]) + "\n\n" + where


def main() -> int:
    """Run everything in turn and print the table; 1 when dedup itself did not run."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--feed", type=Path, default=DATA / "senate_full.jsonl.gz")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="rows to run beside dedup's")
    parser.add_argument("--timeout", type=float, default=600, help="seconds a run may take")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    options = parser.parse_args()
    if not options.feed.exists():
        print(f"NOT RUN: no feed {options.feed.name} here; name one with --feed")
        return 0
    WORK.mkdir(exist_ok=True)
    feed = unpacked(options.feed.resolve())
    rows = tools(feed, options.only)
    for turn in range(options.runs + 1):
        for tool in rows:
            cost = tool.run(options.timeout)
            if turn and cost:  # turn 0 warms up
                tool.costs.append(cost)
            told = f"{cost.wall:.2f} s" if cost else tool.stopped
            print(f"turn {turn}: {tool.name}: {told}", file=sys.stderr)
    table = report(rows, feed, options.runs)
    print(table)
    if not rows[0].costs:
        return 1
    if options.write:
        write_into_readme("speed", table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
