"""Times each stage of dedup on Spark, counts what it shuffles, spills and stores, and projects from that.

    python benchmarks/spark.py [--articles 100000 1000000] [--hot] [--memory 4g] [--timeout 14400] [--write]

On made articles, in `local[2]`, beside the local engine on the same file; each run is a whole process, and
the peak on Spark that of all its processes together: the JVM, the driver, the workers. From the smallest and
the largest size it is worked out what 100 million and 1,000 million articles would take. `--hot` runs one
size (200,000) with a hot story that a quarter of the articles are copies of, and without. Ends with 1 where
both engines count different things, or a hot story takes more than it may. Feeds are made once, into
benchmarks/.work. `--write` puts the tables into benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

if not __package__:  # run as a file: its siblings are found from the folder above
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.corpus import WORK, warm
from benchmarks.measure import REPO, Cost, conditions, find, run_once
from benchmarks.projection import projected
from benchmarks.spark_feeds import Feed
from benchmarks.spark_stages import Run, Stage
from benchmarks.tables import README, markdown, replace_between, write_into_readme
from benchmarks.tree import Watched

CORES = 2
SIZES = (100_000, 1_000_000)
HOT_SIZE, HOT_SHARE = 200_000, 0.25
MOST_TIMES, MOST_MIB = (
    5.0,
    8e9 / (1 << 20),
)  # a stage beside the same one without the hot story; all processes together
SHORT = 1.0  # seconds: in a stage that takes less with the hot story, a ratio tells of chance
ENGINES = ("articles", "engine", "wall s", "CPU s", "peak MiB", "wall ms an article")
STAGES = ("stage", "rows", "s", "core-s", "driver s", "shuffled", "spilled", "stored", "growth")


@dataclass(frozen=True)
class How:
    """How the runs are made: the memory of Spark's JVM, as many partitions, and the seconds they may take."""

    memory: str = "4g"
    partitions: int = 4 * CORES
    timeout: float = 14_400

    @property
    def told(self) -> str:
        """In words that follow a table."""
        return (
            f"`local[{CORES}]`, {self.memory} for the JVM, {self.partitions} partitions; file cache warm; "
            f"{conditions()}."
        )


@dataclass(frozen=True)
class Both:
    """One feed by both engines: what their processes took, and the figures of Spark's stages."""

    feed: Feed
    local: Cost
    spark: Cost
    run: Run
    differs: str = ""
    """What the engines count differently."""

    def cells(self) -> list[list[str]]:
        """Its rows of the table of engines."""
        costs = (("local", self.local), (f"{self.run.engine}, local[{CORES}]", self.spark))
        return [
            [
                f"{self.feed.articles:,}",
                engine,
                f"{cost.wall:,.1f}",
                f"{cost.cpu:,.1f}",
                f"{cost.peak:,.0f}",
                f"{cost.wall / self.feed.articles * 1000:.3f}",
            ]
            for engine, cost in costs
        ]


def both(feed: Feed, how: How) -> Both:
    """Run both engines, one after the other, on a feed that is there."""
    warm(feed.file)
    out = WORK / "spark.local"
    local = run_once(find(feed.file, out, "-q"), cwd=REPO, out=WORK / "spark.stdout", timeout=how.timeout)
    counts = json.loads((out / "run.json").read_text(encoding="utf-8"))["counts"]
    figures = WORK / f"{feed.file.stem}.json"
    settings = (f"local[{CORES}]", how.memory, str(how.partitions))
    command = (sys.executable, "-m", "benchmarks.spark_run", str(feed.file), str(figures), *settings)
    with Watched() as watched:
        cost = run_once(command, cwd=REPO, out=WORK / "spark.stdout", timeout=how.timeout)
    run = Run.load(figures)
    differs = ", ".join(
        f"{name} {counts[name]:,} and {number:,}"
        for name, number in run.counts.items()
        if counts.get(name, number) != number
    )
    return Both(feed, local, Cost(cost.wall, watched.cpu, watched.peak), run, differs)


def report(runs: Sequence[Both], how: How) -> str:
    """Engines, the stages of each size, and the projection where there are two sizes."""
    engines = markdown(ENGINES, [row for one in runs for row in one.cells()])
    parts = [engines, f"Made articles as Parquet; {how.told} {_agree(runs)}"]
    first = runs[0].run
    for one in runs:
        told = f"{one.feed.articles:,} articles on Spark; bytes are those of an article:"
        parts += [told, markdown(STAGES, stage_rows(one.run, first))]
    if runs[-1].run.articles > first.articles:
        parts.append(projected(first, runs[-1].run))
    return "\n\n".join(parts)


def stage_rows(run: Run, first: Run) -> list[tuple[str, ...]]:
    """A row for each stage; `growth`: its core-seconds an article by those in the first run."""

    def row(name: str, stage: Stage, before: Stage) -> tuple[str, ...]:
        each = [f"{size / run.articles:,.0f}" for size in (stage.shuffled, stage.spilled, stage.stored)]
        was = before.tasks / first.articles
        growth = f"{stage.tasks / run.articles / was:.2f}" if was else ""
        rows = f"{run.rows[name]:,}" if name in run.rows else ""
        seconds = [f"{figure:,.1f}" for figure in (stage.wall, stage.tasks, stage.alone)]
        return name, rows, *seconds, *each, growth

    some = [row(name, stage, first.stages.get(name, Stage())) for name, stage in run.stages.items()]
    return [*some, row("all", run.whole, first.whole)]


def hot_report(without: Both, hot: Both, how: How) -> tuple[str, bool]:
    """The stages with a hot story beside those without; and whether it takes no more than it may."""
    ratios = {
        name: stage.wall / was.wall
        for name, stage in hot.run.stages.items()
        if (was := without.run.stages.get(name)) and was.wall
    }
    rows = []
    for name, stage in hot.run.stages.items():
        was, times = without.run.stages.get(name), ratios.get(name)
        before, ratio = (f"{was.wall:,.1f}" if was else "not run"), (f"{times:.2f}" if times else "")
        rows.append((name, before, f"{stage.wall:,.1f}", ratio))
    judged = [name for name in ratios if hot.run.stages[name].wall >= SHORT] or list(ratios)
    worst, peak = max(judged, key=ratios.__getitem__), hot.spark.peak
    is_fast, is_small = ratios[worst] <= MOST_TIMES, peak <= MOST_MIB
    words = (
        f"No stage of {SHORT:g} s or more may take {MOST_TIMES:g} × what it takes without the hot story: "
        f"at most {ratios[worst]:.2f} ({worst}), {_told(is_fast)}. All processes together may hold "
        f"{MOST_MIB:,.0f} MiB: {peak:,.0f}, {_told(is_small)}; {without.spark.peak:,.0f} without it. "
        f"The largest cluster has {hot.run.largest:,} articles.\n\n"
        f"{hot.feed.articles:,} made articles as Parquet, or {hot.feed.hot:,} of them copies of one story; "
        f"{how.told} {_agree((without, hot))}"
    )
    engines = markdown(ENGINES, [*without.cells(), *hot.cells()])
    table = markdown(("stage, s", "without", "with the hot story", "times"), rows)
    return f"{engines}\n\n{table}\n\n{words}", is_fast and is_small


def _agree(runs: Sequence[Both]) -> str:
    told = "; ".join(one.differs for one in runs if one.differs)
    return f"Local and Spark do NOT count the same: {told}." if told else "Both engines count the same."


def _told(holds: bool) -> str:
    return "ok" if holds else "NOT MET"


def main() -> int:
    """Run every feed on both engines and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--articles", type=int, nargs="+", metavar="N")
    parser.add_argument("--hot", action="store_true", help="one size, with a hot story and without")
    parser.add_argument("--memory", default=How.memory, help="of Spark's JVM; its workers take more beside")
    parser.add_argument("--partitions", type=int, default=How.partitions)
    parser.add_argument("--timeout", type=float, default=How.timeout, help="seconds a run may take")
    parser.add_argument("--write", action="store_true", help="put the tables into benchmarks/README.md")
    options = parser.parse_args()
    how = How(options.memory, options.partitions, options.timeout)
    name = "spark, hot story" if options.hot else "spark"
    if options.write:  # before hours of measuring
        replace_between(README.read_text(encoding="utf-8"), name, "")
    sizes = sorted(options.articles or ([HOT_SIZE] if options.hot else SIZES))
    feeds = [Feed(articles) for articles in sizes]
    if options.hot:
        feeds = [Feed(sizes[-1]), Feed(sizes[-1], round(sizes[-1] * HOT_SHARE))]
    runs = []
    for feed in feeds:
        feed.make()
    for feed in feeds:
        runs.append(both(feed, how))
        print(
            f"{feed}: Spark {runs[-1].spark.wall:.1f} s, local {runs[-1].local.wall:.1f} s", file=sys.stderr
        )
    table, holds = hot_report(runs[0], runs[1], how) if options.hot else (report(runs, how), True)
    print(table)
    if options.write:
        write_into_readme(name, table)
    return int(not holds or any(one.differs for one in runs))


if __name__ == "__main__":
    sys.exit(main())
