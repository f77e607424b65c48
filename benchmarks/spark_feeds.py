"""Makes a feed as one Parquet file, once: made articles, with copies of a hot story among them or without.

    python -m benchmarks.spark_feeds 200000 50000

That is 200,000 articles, 50,000 of them copies of one story beside its original: each with a dateline, a
paragraph and edited words of its own. Other than in the feeds of scale.py no footer is common to all.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import corpus
from benchmarks.corpus import SEED, Made
from benchmarks.generate import Extras, Record, Truth, generate_articles, write_records
from benchmarks.measure import REPO

EDITED = 0.02  # of the words of a hot copy
ROWS = 10_000  # in a row group, which is the least that Spark gives to a task


@dataclass(frozen=True)
class Feed:
    """A made feed of `articles` articles, `hot` of them copies of a hot story beside its original."""

    articles: int
    hot: int = 0

    @property
    def file(self) -> Path:
        """The feed, Parquet."""
        return corpus.WORK / f"spark_{self.articles}{f'_hot_{self.hot}' if self.hot else ''}.parquet"

    def make(self) -> None:
        """Make the feed, if it is not there; in a process of its own, for this one must stay small."""
        if self.file.exists():
            return
        corpus.WORK.mkdir(exist_ok=True)
        command = (sys.executable, "-m", "benchmarks.spark_feeds", str(self.articles), str(self.hot))
        subprocess.run(command, cwd=REPO, check=True)


def edited(records: Iterable[tuple[Record, Truth]], seed: int) -> Iterator[tuple[Record, Truth]]:
    """The same records, in each copy of the hot story some words put in another's place."""
    rng = np.random.default_rng((seed, ROWS))
    for record, fact in records:
        if fact["kind"] == "hot":
            words = np.array(record["text"].split(" "), object)
            places = rng.permutation(words.size)[: max(1, round(EDITED * words.size))]
            words[places] = rng.choice(words, places.size)
            record = Record(**{**record, "text": " ".join(words)})  # noqa: PLW2901 - the edited one
        yield record, fact


def make(feed: Feed, out: Path) -> None:
    """Make the feed; one without a hot story has the very records of `corpus.Made`."""
    made = Made(feed.articles)
    if not feed.hot:
        made.make()
        to_parquet(made.feed, out)
        return
    lines = out.with_suffix(".jsonl")
    records = generate_articles(feed.articles, SEED, Extras(feed.hot))
    write_records(edited(records, SEED), lines, out.with_suffix(".csv"))
    to_parquet(lines, out)
    lines.unlink()


def to_parquet(lines: Path, out: Path) -> None:
    """The same records, all fields as text."""
    import duckdb

    columns = dict.fromkeys(Record.__annotations__, "VARCHAR")
    half_made = out.with_suffix(".part")
    with duckdb.connect() as database:
        frame = database.read_json(str(lines), columns=columns, format="newline_delimited")
        frame.write_parquet(str(half_made), row_group_size=ROWS)
    half_made.rename(out)


if __name__ == "__main__":
    asked = Feed(*map(int, sys.argv[1:]))
    make(asked, asked.file)
