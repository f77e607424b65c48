"""Times nights of an archive as it grows: what does a night cost beside a run on its articles alone?

    python benchmarks/nightly.py [--archived 1000000] [--night 50000] [--runs 1] [--no-text] [--write]

The archive is filled with made articles, in adds of up to 100,000. At every fifth of `--archived`, at most
four nights apart, a night is added and timed, in turns with `dedup find` on the same articles; then it stays.
Each is a whole process, with every article in the window. A share of the night, `--late`, are copies of
archived stories, drawn evenly from all that is archived and held back till then; the rest comes as it was
made. With `--runs` beyond 1 a night is also added to copies of the archive. `--no-text`: the archive keeps no
texts. Archives lie in benchmarks/.work. `--write` puts the tables into benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import chain, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

if not __package__:  # run as a file: its siblings are found from the folder above
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.corpus import WORK, Made, warm
from benchmarks.measure import REPO, find, run_once
from benchmarks.nights import LATE, Night, Plan, Timed, report
from benchmarks.tables import write_into_readme

ADD = 100_000  # articles at most that one add fills the archive with
AS_OF = "2026-01-01T00:00:00Z"  # after all that is made
TIMEOUT = 3600


def held_back(is_copy: NDArray[np.bool_], plan: Plan) -> NDArray[np.int8]:
    """For each article of the feeds the night that it is held back for, from 1; 0 for none.

    Each night takes its copies evenly from all that is archived before it.
    """
    rng = np.random.default_rng(plan.archived)
    night_of = np.zeros(is_copy.size, np.int8)
    for number, archived in enumerate(plan.points, 1):
        free = np.flatnonzero(is_copy[:archived] & (night_of[:archived] == 0))
        night_of[rng.choice(free, plan.late, replace=False)] = number
    return night_of


class Supply:
    """The feeds' articles in order, those that are held back put into the files of their nights."""

    def __init__(self, plan: Plan, feeds: Sequence[Made]) -> None:
        self._open = ExitStack()
        self._lines = chain.from_iterable(self._open.enter_context(made.feed.open("rb")) for made in feeds)
        self._night_of = held_back(np.concatenate([copies(made.truth) for made in feeds]), plan)
        self._nights = [
            self._open.enter_context(night_file(number).open("wb"))
            for number in range(1, len(plan.points) + 1)
        ]
        self._stays = self._sorted_out()

    def _sorted_out(self) -> Iterator[bytes]:
        for night, line in zip(self._night_of.tolist(), self._lines, strict=True):
            if night:
                self._nights[night - 1].write(line)
            else:
                yield line

    def fill(self, count: int, part: Path) -> None:
        """Write the next articles into a file."""
        with part.open("wb") as sink:
            sink.writelines(islice(self._stays, count))

    def night(self, number: int, fresh: int) -> Path:
        """The file of a night: what was held back for it, and the next articles."""
        sink = self._nights[number - 1]
        sink.writelines(islice(self._stays, fresh))
        sink.close()
        return night_file(number)

    def __enter__(self) -> Supply:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()


def night_file(number: int) -> Path:
    """Where the articles of a night lie."""
    return WORK / f"night_{number}.jsonl"


def copies(truth: Path) -> NDArray[np.bool_]:
    """Which articles of a made feed are copies of others."""
    with truth.open(encoding="utf-8", newline="") as source:
        return np.array([row["kind"] != "original" for row in csv.DictReader(source)])


def timed(command: Sequence[str], out: Path) -> Timed:
    """Run a command that writes a folder."""
    cost = run_once(command, cwd=REPO, out=WORK / "nightly.stdout", timeout=TIMEOUT)
    return Timed(cost, json.loads((out / "run.json").read_text(encoding="utf-8"))["seconds"])


def add(plan: Plan, archive: Path, feed: Path, out: Path) -> Timed:
    """One add to an archive; a new one keeps texts, or none."""
    options = ("--out", str(out), "--as-of", AS_OF, "--window", "all", "-q")
    texts = "--keep-text" if plan.keep_text else "--no-keep-text"
    return timed((sys.executable, "-m", "dedup", "add", str(archive), str(feed), texts, *options), out)


def nights(plan: Plan) -> Iterator[Night]:
    """Fill an archive, and time a night at each point."""
    feeds = plan.feeds()
    for made in feeds:
        made.make()
    for left in WORK.glob(f"{plan.archive.name}*"):
        left.unlink()
    part, out, trial = WORK / "nightly.part.jsonl", WORK / "nightly", WORK / "nightly.trial.dedup"
    archived = 0
    with Supply(plan, feeds) as supply:
        for number, point in enumerate(plan.points, 1):
            while archived < point:
                count = min(ADD, point - archived)
                supply.fill(count, part)
                cost = add(plan, plan.archive, part, out).cost
                archived += count
                print(f"{archived:,} archived: {cost.wall:.1f} s for {count:,}", file=sys.stderr)
            feed = supply.night(number, plan.night - plan.late)
            row = Night(archived)
            for turn in range(plan.runs):
                is_last = turn == plan.runs - 1
                if not is_last:
                    shutil.copyfile(plan.archive, trial)
                warm(feed)
                warm(plan.archive if is_last else trial)
                row.alone.append(timed(find(feed, out, "--as-of", AS_OF, "-q"), out))
                row.added.append(add(plan, plan.archive if is_last else trial, feed, out))
            trial.unlink(missing_ok=True)
            row.measure(plan.archive)
            archived += plan.night
            yield row
            feed.unlink()
    part.unlink(missing_ok=True)


def main() -> None:
    """Time all nights and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--archived", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--night", type=int, default=50_000, metavar="N", help="articles of a night")
    parser.add_argument("--late", type=float, default=LATE, metavar="SHARE", help="of a night: late copies")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--no-text", action="store_true", help="the archive keeps no texts")
    parser.add_argument("--write", action="store_true", help="put the tables into benchmarks/README.md")
    options = parser.parse_args()
    plan = Plan(options.archived, options.night, not options.no_text, options.runs, options.late)
    WORK.mkdir(exist_ok=True)
    rows = []
    for row in nights(plan):
        rows.append(row)
        night, alone = row.of("added"), row.of("alone")
        print(
            f"{row.archived:,} archived: a night {night.wall:.1f} s (CPU {night.cpu:.1f}), alone "
            f"{alone.wall:.1f} s (CPU {alone.cpu:.1f}); {row.bytes / 1e6:,.0f} MB",
            file=sys.stderr,
        )
    table = report(plan, rows)
    print(table)
    if options.write:
        write_into_readme("nightly" if plan.keep_text else "nightly without texts", table)


if __name__ == "__main__":
    main()
