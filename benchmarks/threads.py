"""Times each stage of dedup on one thread and on two, in turns.

    python benchmarks/threads.py [--feed FEED] [--runs 3] [--write]

The figures are the `seconds` that a run writes into run.json, medians of each stage by itself. `--write` puts
the table into benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

if not __package__:  # run as a file: its siblings are found from the folder above
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.corpus import WORK, unpacked
from benchmarks.measure import REPO, conditions, find, run_once
from benchmarks.shared import DATA
from benchmarks.tables import markdown, write_into_readme

THREADS = (1, 2)
TIMEOUT = 1800
HEADER = ("stage", *(f"{count} thread{'s' * (count > 1)}, s" for count in THREADS), "times as fast")

Seconds = Mapping[str, float]


def run(feed: Path, threads: int) -> Seconds:
    """The seconds of each stage of one run, and of the whole process as `all`."""
    out, log = WORK / "threads", WORK / "threads.stdout"
    cost = run_once(find(feed, out, "--threads", str(threads)), cwd=REPO, out=log, timeout=TIMEOUT)
    stages = json.loads((out / "run.json").read_text(encoding="utf-8"))["seconds"]
    return {**stages, "all": cost.wall}


def rows(one: Sequence[Seconds], two: Sequence[Seconds]) -> list[tuple[str, ...]]:
    """Each stage's medians and their ratio, the whole process last."""
    told: list[tuple[str, ...]] = []
    for stage in one[0]:
        before, after = (statistics.median(run[stage] for run in runs) for runs in (one, two))
        ratio = f"{before / after:.2f}" if after else ""
        told.append((stage, f"{before:.2f}", f"{after:.2f}", ratio))
    return told


def main() -> None:
    """Run in turns and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--feed", type=Path, default=DATA / "senate_full.jsonl.gz")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    options = parser.parse_args()
    if not options.feed.exists():
        print(f"NOT RUN: no feed {options.feed.name} here; name one with --feed")
        return
    WORK.mkdir(exist_ok=True)
    feed = unpacked(options.feed.resolve())
    run(feed, THREADS[-1])  # warms up
    runs: tuple[list[Seconds], ...] = tuple([] for _ in THREADS)
    for turn in range(options.runs):
        for threads, costs in zip(THREADS, runs, strict=True):
            costs.append(run(feed, threads))
            print(f"turn {turn + 1}: {threads} threads: {costs[-1]['all']:.2f} s", file=sys.stderr)
    where = f"`{feed.name}`; median of {options.runs} runs in turn; {conditions()}."
    table = f"{markdown(HEADER, rows(*runs))}\n\n{where}"
    print(table)
    if options.write:
        write_into_readme("threads", table)


if __name__ == "__main__":
    main()
