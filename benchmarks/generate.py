"""Makes a feed of any size with known truth: made-up stories, their copies, and what each record is.

    python benchmarks/generate.py --stories 20000 --seed 1 --out feed.jsonl --truth truth.csv

Every story has one `original`; 40 % of the stories have one to three copies more, of `KINDS` evenly.
A story has 80 to 700 words of a Zipf vocabulary, in sentences and paragraphs. 30 % of the stories end
in one of six footers. Their copies keep it in half of the cases; else it is replaced by another one (in half
of those) or dropped. `exact` copies always keep it, and an `excerpt` ends long before it. Copies of a story
without a footer have none.

`--hot N` spreads N copies of one more story, number 0, evenly over the feed: each is kind `hot`, with its own
dateline and a local paragraph. `--footer-everywhere` ends every article in the first footer. `--articles N`
makes so many articles in place of so many stories.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, count, islice
from pathlib import Path
from typing import TypedDict

import numpy as np

if not __package__:  # run as a file: its siblings are found from the folder above
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.author import Author
from benchmarks.prose import Prose, joined, names

STORY_WORDS = (80, 700)
HOT_WORDS = (300, 500)
FOOTER_WORDS = (60, 120)
FOOTERS = 6
HOT_STORY = 0
KINDS = ("exact", "dateline", "edit5", "edit15", "local", "excerpt", "pasted")
DATED = ("dateline", "hot")
WITH_FOOTER = 0.3
WITH_COPIES = 0.4
MOST_COPIES = 3
WINDOW = 4096  # records held back for shuffling: copies drift apart, memory stays flat
FIRST_DAY = datetime(2025, 1, 1, tzinfo=UTC)
ID_STEP = 0x9E3779B97F4A7C15  # odd, so the ids of up to 2**64 records are distinct


class Record(TypedDict):
    """One line of the feed."""

    id: str
    title: str
    source: str
    published: str
    url: str
    text: str


class Truth(TypedDict):
    """What a record is: its story, `original` or the kind of copy, and its footer (1 to 6, 0 for none)."""

    id: str
    story: int
    kind: str
    footer: int


Made = tuple[Record, Truth]


@dataclass(frozen=True)
class Extras:
    """What a feed may have beside its stories."""

    hot: int = 0
    """Copies of the hot story, its original not counted; 0 for no such story."""
    footer_everywhere: bool = False
    """Whether every article ends in the first footer."""


class Feed:
    """The records of one feed: its footers and outlets, and each story with its copies."""

    def __init__(self, seed: int, *, footer_everywhere: bool = False) -> None:
        self.author = Author(seed)
        self.salt = seed * 0x51_7C_C1_B7
        self.serial = 0
        self.footers = [self.author.one_paragraph(*FOOTER_WORDS) for _ in range(FOOTERS)]
        self.outlets = [" ".join(names(self.author.words(2))).title() for _ in range(40)]
        self.always = int(footer_everywhere)

    def story(self, number: int) -> Iterator[Made]:
        """The original of one story, then its copies."""
        author = self.author
        body = author.paragraphs(*STORY_WORDS)
        time = FIRST_DAY + timedelta(seconds=author.between(0, 30 * 86_400))
        footer = author.between(1, FOOTERS) if author.rng.random() < WITH_FOOTER else 0
        yield self._record(Truth(id="", story=number, kind="original", footer=footer), body, time)
        for _ in range(author.between(1, MOST_COPIES) if author.rng.random() < WITH_COPIES else 0):
            kind = KINDS[author.between(0, len(KINDS) - 1)]
            fact = Truth(id="", story=number, kind=kind, footer=self._footer_of_copy(footer, kind))
            later = time + timedelta(seconds=author.between(300, 2 * 86_400))
            yield self._record(fact, author.copy(body, kind), later)

    def hot_story(self, copies: int) -> Iterator[Made]:
        """The hot story, then its copies, each with a paragraph of its own."""
        author = self.author
        body = author.paragraphs(*HOT_WORDS)
        yield self._record(Truth(id="", story=HOT_STORY, kind="original", footer=0), body, FIRST_DAY)
        for _ in range(copies):
            fact = Truth(id="", story=HOT_STORY, kind="hot", footer=0)
            later = FIRST_DAY + timedelta(seconds=author.between(300, 2 * 86_400))
            yield self._record(fact, author.with_local(body), later)

    def _footer_of_copy(self, footer: int, kind: str) -> int:
        """The footer a copy ends in, when its story ends in `footer`."""
        if footer == 0 or kind == "excerpt":
            return 0
        chance = self.author.rng.random()
        if kind == "exact" or chance < 0.5:
            return footer
        if chance < 0.75:
            return int(self.author.rng.choice([n for n in range(1, FOOTERS + 1) if n != footer]))
        return 0

    def _record(self, fact: Truth, body: Prose, time: datetime) -> Made:
        """The record of a text; the truth takes its id."""
        self.serial += 1
        fact["footer"] = self.always or fact["footer"]
        fact["id"] = name = f"{(self.serial * ID_STEP + self.salt) % 2**64:016x}"
        outlet = self.outlets[self.author.between(0, len(self.outlets) - 1)]
        place, agency, *headline = names(self.author.words(self.author.between(7, 11)))
        text = (joined(body.closed, self.footers[fact["footer"] - 1]) if fact["footer"] else body).text
        record = Record(
            id=name,
            title=" ".join(headline).capitalize(),
            source=outlet,
            published=f"{time:%Y-%m-%dT%H:%M:%SZ}",
            url=f"https://{outlet.lower().replace(' ', '-')}.example/{name}",
            text=f"{place.upper()} ({agency.title()} Wire) - {text}" if fact["kind"] in DATED else text,
        )
        return record, fact


def generate(stories: int, seed: int, extras: Extras = Extras()) -> Iterator[Made]:
    """Records of `stories` stories and what they are, copies apart from their originals."""
    if min(stories, seed, extras.hot) < 0:
        raise ValueError(f"stories, seed and hot must be 0 or more, got {(stories, seed, extras.hot)!r}")
    feed = Feed(seed, footer_everywhere=extras.footer_everywhere)
    per_story = (feed.story(number) for number in range(1, stories + 1))
    return _shuffled(_with_hot(per_story, stories, feed, extras.hot), seed)


def generate_articles(articles: int, seed: int, extras: Extras = Extras()) -> Iterator[Made]:
    """Like `generate`, of as many stories as make just so many articles, hot ones included."""
    others = articles - (extras.hot + 1 if extras.hot else 0)
    if min(others, seed, extras.hot) < 0:
        raise ValueError(
            f"seed and hot must be 0 or more, and fit {articles!r} articles, got {seed!r}, {extras!r}"
        )
    feed = Feed(seed, footer_everywhere=extras.footer_everywhere)
    one_by_one = chain.from_iterable(map(feed.story, count(1)))
    each = ((made,) for made in islice(one_by_one, others))
    return _shuffled(_with_hot(each, others, feed, extras.hot), seed)


def _with_hot(groups: Iterable[Iterable[Made]], number: int, feed: Feed, hot: int) -> Iterator[Made]:
    """The records of `number` groups, the hot story's copies spread evenly among them."""
    story = feed.hot_story(hot) if hot else iter(())
    told = 0
    for place, group in enumerate(groups, 1):
        yield from group
        due = (hot + 1) * place // number
        yield from islice(story, due - told)
        told = due
    yield from story


def _shuffled(records: Iterable[Made], seed: int) -> Iterator[Made]:
    """The records with each held back for a while, in memory that does not grow."""
    rng = np.random.default_rng((seed, WINDOW))
    held: list[Made] = []
    for made in records:
        if len(held) < WINDOW:
            held.append(made)
            continue
        place = int(rng.integers(0, WINDOW))
        yield held[place]
        held[place] = made
    for place in rng.permutation(len(held)).tolist():
        yield held[place]


def write(stories: int, seed: int, feed: Path, truth: Path) -> int:
    """Writes the feed of so many stories and its truth; returns the number of records."""
    return write_records(generate(stories, seed), feed, truth)


def write_records(records: Iterable[Made], feed: Path, truth: Path) -> int:
    """Writes a feed as JSON lines and its truth as CSV; returns the number of records."""
    written = 0
    with feed.open("w", encoding="utf-8", newline="\n") as lines, truth.open("w", newline="") as table:
        rows = csv.DictWriter(table, list(Truth.__annotations__), lineterminator="\n")
        rows.writeheader()
        for record, fact in records:
            lines.write(json.dumps(record) + "\n")
            rows.writerow(fact)
            written += 1
    return written


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Make a feed with known truth.")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--stories", type=int, default=20_000)
    size.add_argument("--articles", type=int, help="so many articles in place of so many stories")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hot", type=int, default=0, help="copies of one hot story more")
    parser.add_argument("--footer-everywhere", action="store_true", help="end every article in one footer")
    parser.add_argument("--out", type=Path, required=True, help="the feed, JSON lines")
    parser.add_argument("--truth", type=Path, required=True, help="the truth, CSV")
    asked = parser.parse_args()
    extras = Extras(asked.hot, asked.footer_everywhere)
    if asked.articles is None:
        records = generate(asked.stories, asked.seed, extras)
    else:
        records = generate_articles(asked.articles, asked.seed, extras)
    print(f"{write_records(records, asked.out, asked.truth)} records")


if __name__ == "__main__":
    main()
