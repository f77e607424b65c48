"""Runs on Spark at two sizes into what far larger feeds would take: bytes, core-hours, the driver's share."""

from __future__ import annotations

import math
from dataclasses import dataclass

from benchmarks.spark_stages import Run, Stage
from benchmarks.tables import markdown

FAR = (100_000_000, 1_000_000_000)
EDGE_BYTES, HOLDER_BYTES = 140, 24  # on the driver: dedup.spark.components, dedup.spark.learning
HOLDERS = "boilerplate: runs"  # the stage whose rows tell where blocks stand
LEAST = 1.0  # core-seconds of a stage in the smaller run: in less, its growth is that of chance

ASSUMPTIONS = """Not measured but worked out, and worth as much as this holds:

- Bytes are those that an article took at {large:,} articles, times as many. Shuffled bytes are counted once,
  compressed as Spark writes them. What is stored stays until the run ends; with shuffle files and what is
  spilled it makes the disk. Copies that a file system makes for safety come on top.
- Core-seconds, those for which tasks held a core, grow as they did from {small:,} to {large:,} articles: by a
  power of the number of articles, each stage by its own, and never by less than 1, for a smaller power is
  that of start-up. A stage of less than {least:g} core-second at {small:,} articles is given the power 1.
- The driver's hours are those in which no task ran, by what an article more took of them. More executors do
  not make them fewer.
- The driver holds {edge} bytes for each edge where it joins components: at most the pairs that were compared,
  and at most {most:,}, for Spark itself contracts a graph that has more. It holds {holder} bytes wherever a
  group holds a block of boilerplate, at most wherever blocks stand; for that there is no other way.
- Cores are as fast as these, articles as long, and stories have as many copies, none of them hot. A cluster's
  shuffles cross a network, and its tasks fail and are tried again: neither is counted."""


@dataclass(frozen=True)
class Projection:
    """What a feed of `articles` articles would take, by the runs `small` and `large`."""

    small: Run
    large: Run
    articles: int

    @property
    def times(self) -> float:
        """How many times as large as the larger run."""
        return self.articles / self.large.articles

    def of_stage(self, name: str) -> float:
        """Core-hours."""
        grown: float = self.times ** self.power(name)
        return self.large.stages[name].tasks * grown / 3600

    def power(self, name: str) -> float:
        """By which power of the articles the core-seconds of a stage grow."""
        before, after = self.small.stages.get(name, Stage()).tasks, self.large.stages[name].tasks
        if before < LEAST or after <= before:
            return 1.0
        return max(1.0, math.log(after / before) / math.log(self.large.articles / self.small.articles))

    @property
    def core_hours(self) -> float:
        """Of all stages."""
        return sum(map(self.of_stage, self.large.stages))

    @property
    def dominates(self) -> str:
        """The stage that takes most core-hours."""
        return max(self.large.stages, key=self.of_stage)

    @property
    def driver_hours(self) -> float:
        """In which no task runs."""
        more = self.large.whole.alone - self.small.whole.alone
        each = max(0.0, more) / (self.large.articles - self.small.articles)
        return each * self.articles / 3600

    @property
    def edges(self) -> float:
        """At most so many edges hold clusters together."""
        return self.large.counts["pairs_compared"] * self.times

    @property
    def driver_bytes(self) -> tuple[float, float]:
        """On the driver, for edges and for what holds boilerplate."""
        edges = min(self.edges, self.large.driver_edges)
        return EDGE_BYTES * edges, HOLDER_BYTES * self.large.rows.get(HOLDERS, 0) * self.times

    def cells(self) -> list[str]:
        """Its column of the table."""
        whole = self.large.whole
        shuffled, spilled = whole.shuffled * self.times, whole.spilled * self.times
        stored = self.large.stored_at_most * self.times
        share = self.of_stage(self.dominates) / self.core_hours
        edges, holders = self.driver_bytes
        joined_by = "the driver" if self.edges <= self.large.driver_edges else "Spark"
        return [
            f"{shuffled / 1e12:,.2f}",
            f"{spilled / 1e12:,.2f}",
            f"{stored / 1e12:,.2f}",
            f"{(shuffled + spilled + stored) / 1e12:,.2f}",
            f"{self.core_hours:,.0f}",
            f"{self.dominates}, {share:.0%}",
            f"{self.driver_hours:,.1f}",
            f"{self.edges / 1e6:,.0f} by {joined_by}",
            f"{edges / 1e9:,.1f}",
            f"{holders / 1e9:,.1f}",
        ]


ROWS = (
    *("TB shuffled", "TB spilled", "TB stored at most", "TB of disk", "core-hours", "stage that dominates"),
    *("hours of the driver", "million edges joined", "GB of the driver for edges", "GB for boilerplate"),
)


def projected(small: Run, large: Run) -> str:
    """The tables, and on what they rest."""
    far = [Projection(small, large, articles) for articles in FAR]
    sizes = [f"{some.articles:,} articles" for some in far]
    cells = zip(ROWS, *(some.cells() for some in far), strict=True)
    stages = [
        (name, f"{far[0].power(name):.2f}", *(f"{some.of_stage(name):,.1f}" for some in far))
        for name in large.stages
    ]
    told = ASSUMPTIONS.format(
        small=small.articles,
        large=large.articles,
        least=LEAST,
        edge=EDGE_BYTES,
        holder=HOLDER_BYTES,
        most=large.driver_edges,
    )
    return "\n\n".join(
        [
            markdown(("what would be taken", *sizes), [*cells]),
            markdown(("core-hours", "power", *sizes), stages),
            told,
        ]
    )
