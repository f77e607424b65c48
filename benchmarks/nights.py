"""Nights of an archive as they are planned, measured and told: the plan, a row for each, the tables."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.corpus import WORK, Made
from benchmarks.measure import Cost, conditions, median
from benchmarks.tables import markdown

POINTS = 5
LATE = 0.3  # of a night: copies of archived stories
TIMES, BESIDE = 1.5, 10.0  # a night may take so many times what a run takes, and so many seconds
GROWTH = 1.2  # times what the first night took
PER_TEXT, PER_ARTICLE = 1.5, 4096  # bytes of the file per byte of text it keeps; per article without texts
FAR = 10_000_000  # articles that the file's size is projected to
HEADER = (
    *("archived", "night, wall s", "CPU s", "peak MiB", "alone, wall s", "CPU s", "peak MiB"),
    *("of what it may take", "wall × first", "CPU × first", "file MB", "text MB", "file ÷ text"),
)


@dataclass(frozen=True)
class Plan:
    """How large the archive becomes, how large a night is, and whether texts are kept."""

    archived: int
    night: int
    keep_text: bool = True
    runs: int = 1
    share: float = LATE

    @property
    def late(self) -> int:
        """How many articles of a night are copies of archived stories."""
        return round(self.night * self.share)

    @property
    def points(self) -> list[int]:
        """How many articles are archived before each night."""
        step = max(self.archived // POINTS, 4 * self.night)
        return sorted(range(self.archived, 0, -step))

    def feeds(self) -> list[Made]:
        """Two made feeds that hold enough articles."""
        beside = self.night + self.late * len(self.points)
        return [Made(self.archived), Made(beside, seed=2)]

    @property
    def archive(self) -> Path:
        """Its file."""
        return WORK / ("nightly.dedup" if self.keep_text else "nightly_no_text.dedup")


@dataclass(frozen=True)
class Timed:
    """One run: what its process took, and the seconds of its stages."""

    cost: Cost
    stages: Mapping[str, float]


@dataclass
class Night:
    """One row of the table: how many were archived before, the runs, and what the archive takes after."""

    archived: int
    added: list[Timed] = field(default_factory=list)
    alone: list[Timed] = field(default_factory=list)
    bytes: int = 0
    text_bytes: int = 0
    articles: int = 0
    tables: Mapping[str, int] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """The night's wall time by what it may take."""
        return self.of("added").wall / (TIMES * self.of("alone").wall + BESIDE)

    def of(self, which: str) -> Cost:
        """The median of its runs."""
        return median([timed.cost for timed in getattr(self, which)])

    def stage(self, which: str, name: str) -> float:
        """The median seconds of a stage."""
        timed: list[Timed] = getattr(self, which)
        return statistics.median(one.stages.get(name, 0.0) for one in timed)

    def cells(self, first: Night) -> list[str]:
        """Its row; `first`: the first night."""
        night, alone, begun = self.of("added"), self.of("alone"), first.of("added")
        costs = (
            f"{figure:,.{digits}f}"
            for cost in (night, alone)
            for figure, digits in ((cost.wall, 1), (cost.cpu, 1), (cost.peak, 0))
        )
        ratios = f"{self.share:.2f}", f"{night.wall / begun.wall:.2f}", f"{night.cpu / begun.cpu:.2f}"
        size = f"{self.bytes / 1e6:,.0f}", f"{self.text_bytes / 1e6:,.0f}"
        of_text = f"{self.bytes / self.text_bytes:.2f}" if self.text_bytes else ""
        return [f"{self.archived:,}", *costs, *ratios, *size, of_text]

    def measure(self, archive: Path) -> None:
        """See what lies in the archive."""
        import duckdb

        self.bytes = archive.stat().st_size
        with duckdb.connect(archive, read_only=True) as store:

            def one(sql: str) -> int:
                row = store.execute(sql).fetchone()
                return int(row[0] or 0) if row else 0

            block = one("SELECT block_size FROM pragma_database_size()")
            self.articles = one("SELECT count(*) FROM articles")
            self.text_bytes = one("SELECT sum(strlen(text)) FROM texts")
            names = [name for (name,) in store.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
            self.tables = {
                name: block
                * one(
                    "SELECT count(DISTINCT block) FROM (SELECT unnest(list_prepend(block_id, "
                    f"additional_block_ids)) AS block FROM pragma_storage_info('{name}')) WHERE block >= 0"
                )
                for name in names
            }


def report(plan: Plan, rows: Sequence[Night]) -> str:
    """The tables, and under what conditions they were measured."""
    first, last = rows[0], rows[-1]
    most = max(row.share for row in rows)
    grown = last.of("added").wall / first.of("added").wall
    costs = markdown(HEADER, [row.cells(first) for row in rows])
    texts = "with texts" if plan.keep_text else "without texts"
    lines = (
        f"A night may take {TIMES:g} × what `dedup find` takes on its articles alone, and {BESIDE:g} s more: "
        f"at most {most:.2f} of that, {_told(most <= 1)}. "
        f"It may grow to {GROWTH:g} × from {first.archived:,} to {last.archived:,} archived: {grown:.2f}, "
        f"{_told(grown <= GROWTH)}. {_size(plan, last)}\n\n"
        f"Nights of {plan.night:,} articles, {plan.late:,} of them copies of archived stories, {texts}; "
        f"whole processes, every article in the window; median of {plan.runs} runs in turn, file cache warm; "
        f"{conditions()}."
    )
    return "\n\n".join([costs, lines, _stages(first, last), _tables(rows)])


def _told(holds: bool) -> str:
    return "ok" if holds else "NOT MET"


def _size(plan: Plan, last: Night) -> str:
    """How large the file is; without texts, what a far larger one would be by that."""
    if plan.keep_text:
        ratio = last.bytes / last.text_bytes
        return f"The file may take {PER_TEXT:g} × the text: {ratio:.2f}, {_told(ratio <= PER_TEXT)}."
    each = last.bytes / last.articles
    return (
        f"Without texts an article may take {PER_ARTICLE:,} bytes: {each:,.0f}, "
        f"{_told(each <= PER_ARTICLE)}. {FAR:,} articles were not measured: by that they would take "
        f"{FAR * each / 1e9:,.1f} GB."
    )


def _stages(first: Night, last: Night) -> str:
    """Seconds of each stage of the first and the last night, and of a run on the last one's articles."""
    names = sorted({name for row in (first, last) for one in row.added for name in one.stages})
    header = ("stage, s", f"at {first.archived:,}", f"at {last.archived:,}", "alone")
    rows = [
        (name, *(f"{row.stage(which, name):.2f}" for row, which in _shown(first, last))) for name in names
    ]
    beside = [row.of(which).wall for row, which in _shown(first, last)]
    sums = [sum(row.stage(which, name) for name in names) for row, which in _shown(first, last)]
    left = [f"{wall - total:.2f}" for wall, total in zip(beside, sums, strict=True)]
    return markdown(header, [*rows, ("beside: start, commit, writing", *left)])


def _shown(first: Night, last: Night) -> tuple[tuple[Night, str], ...]:
    return (first, "added"), (last, "added"), (last, "alone")


def _tables(rows: Sequence[Night]) -> str:
    """Bytes an article that each table of the archive takes, after each night."""
    names = sorted(rows[-1].tables, key=lambda name: -rows[-1].tables[name])
    cells = [
        (name, *(f"{row.tables.get(name, 0) / row.articles:,.0f}" for row in rows))
        for name in names
        if rows[-1].tables[name]
    ]
    free = ("free", *(f"{(row.bytes - sum(row.tables.values())) / row.articles:,.0f}" for row in rows))
    every = ("file", *(f"{row.bytes / row.articles:,.0f}" for row in rows))
    header = ("table, bytes an article", *(f"{row.articles:,}" for row in rows))
    return markdown(header, [*cells, free, every])
