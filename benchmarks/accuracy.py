"""Scores dedup on labelled sets and made feeds, and holds the figures to their floors.

    python benchmarks/accuracy.py [--quick] [--only NAME …] [--stories 20000] [--update] [--write]

Ends with 1 when a figure is worse than its floor in floors.json. Sets that are not on this machine are told
as NOT RUN and break nothing. `--update` raises the floors to what was measured and refuses to lower one
unless `--allow-lower` names it. `--write` puts the table into benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

if not __package__:  # run as a file: its siblings, and dedup, are found from the folder above
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import floors
from benchmarks.floors import Floor
from benchmarks.hand_labels import LABELS, labels
from benchmarks.labelled import SETS, Figure, Score
from benchmarks.made import made_feeds
from benchmarks.shared import DATA
from benchmarks.tables import markdown, write_into_readme

STORIES, SEEDS = 20_000, (1, 2, 3)
QUICK_STORIES, QUICK_SEEDS = 2_000, (1,)
MADE, READ = "made", "labels"
KNOWN = (*SETS, READ, MADE)
HEADER = ("figure", "value", "floor", "", "counted from")


def measure(names: Sequence[str], stories: int, seeds: Sequence[int]) -> tuple[list[Score], list[str]]:
    """The scores of the sets named, and the names of those that are not on this machine."""
    scores, absent = [], []
    for name in names:
        print(f"running {name} …", file=sys.stderr)
        if name == MADE:
            scores.append(made_feeds(stories, seeds))
        elif name == READ and all((DATA / f"{path.stem}.jsonl").exists() for path in LABELS.glob("*.csv")):
            scores.append(labels(name, DATA))
        elif any(DATA.glob(f"{name}.*")):
            scores.append(SETS[name](name, DATA))
        else:
            absent.append(name)
    return scores, absent


def table(figures: Sequence[Figure], bounds: Mapping[str, Floor]) -> str:
    """One row per figure: its value, its bound, whether it holds, and what it was counted from."""
    rows = []
    for figure in figures:
        bound = bounds.get(figure.name)
        limit = f"{'≥' if bound.better == 'higher' else '≤'} {bound.floor:g}" if bound else ""
        verdict = ("ok" if bound.holds(figure.value) else "WORSE") if bound else ""
        rows.append((figure.name, f"{figure.value:.4f}".removesuffix(".0000"), limit, verdict, figure.detail))
    return markdown(HEADER, rows)


def options() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument(
        "--only", nargs="+", default=KNOWN, choices=KNOWN, metavar="NAME", help=", ".join(KNOWN)
    )
    parser.add_argument(
        "--quick", action="store_true", help=f"made feeds of {QUICK_STORIES:,} stories, one seed"
    )
    parser.add_argument("--stories", type=int, help=f"stories of a made feed ({STORIES:,})")
    parser.add_argument("--update", action="store_true", help="raise the floors to what was measured")
    parser.add_argument("--allow-lower", nargs="+", default=[], metavar="FIGURE", help="floors that may fall")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    return parser.parse_args()


def main() -> int:
    """Measure, print, and compare with the floors."""
    asked = options()
    stories = asked.stories or (QUICK_STORIES if asked.quick else STORIES)
    scores, absent = measure(asked.only, stories, QUICK_SEEDS if asked.quick else SEEDS)
    figures = [figure for score in scores for figure in score.figures]
    values = {figure.name: figure.value for figure in figures}
    bounds = floors.load()
    refused: list[str] = []
    if asked.update:
        bounds, refused = floors.updated(bounds, values, may_fall=asked.allow_lower)
        floors.save(bounds)
    report = table(figures, bounds)
    print(report)
    for remark in (remark for score in scores for remark in score.remarks):
        print(remark)
    for name in absent:
        print(f"NOT RUN: {name} (no such set in {DATA})")
    for name in refused:
        print(f"not lowered: {name} (allow it with --allow-lower)")
    if asked.write and (absent or asked.quick or len(asked.only) < len(KNOWN)):
        print("README not written: the table would lack figures")
    elif asked.write:
        write_into_readme("accuracy", report)
    return int(bool(floors.broken(bounds, values)))


if __name__ == "__main__":
    sys.exit(main())
