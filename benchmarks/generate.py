"""Makes a feed of any size with known truth: made-up stories, their copies, and what each record is.

    python benchmarks/generate.py --stories 20000 --seed 1 --out feed.jsonl --truth truth.csv

Every story has one `original`; 40 % of the stories have one to three copies more, of `KINDS` evenly.
A story has 80 to 700 words of a Zipf vocabulary, in sentences and paragraphs. 30 % of the stories end
in one of six footers. Their copies keep it in half of the cases; else it is replaced by another one (in half
of those) or dropped. `exact` copies always keep it, and an `excerpt` ends long before it. Copies of a story
without a footer have none.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

if not __package__:  # run as a file: its siblings are found from the folder above
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.prose import (
    COMMA,
    NONE,
    PARAGRAPH,
    SENTENCE,
    VOCABULARY,
    Prose,
    Stops,
    Words,
    drawn,
    joined,
    names,
)

STORY_WORDS = (80, 700)
SENTENCE_WORDS = (10, 24)
PARAGRAPH_SENTENCES = (2, 4)  # 20 words at least: the shortest repeat that is told by default
LOCAL_WORDS = (40, 80)
FOOTER_WORDS = (60, 120)
FOOTERS = 6
KINDS = ("exact", "dateline", "edit5", "edit15", "local", "excerpt", "pasted")
WITH_FOOTER = 0.3
WITH_COPIES = 0.4
MOST_COPIES = 3
WINDOW = 4096  # records held back for shuffling: copies drift apart, memory stays flat
COMMA_SHARE = 0.06
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


class Author:
    """Writes prose, and copies of it, from one seeded stream of chance."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return int(self.rng.integers(low, high + 1))

    def words(self, count: int) -> Words:
        """Words by Zipf's law."""
        return drawn(self.rng, count)

    def paragraphs(self, low: int, high: int) -> Prose:
        """Fresh prose of `low` to `high` words, in sentences and paragraphs."""
        count = self.between(low, high)
        most = count // SENTENCE_WORDS[0] + 1
        ends = np.cumsum(self.rng.integers(SENTENCE_WORDS[0], SENTENCE_WORDS[1] + 1, most)) - 1
        ends = ends[ends < count - SENTENCE_WORDS[0]]  # what is left is the last sentence
        breaks = np.cumsum(self.rng.integers(PARAGRAPH_SENTENCES[0], PARAGRAPH_SENTENCES[1] + 1, most)) - 1
        stops = np.where(self.rng.random(count) < COMMA_SHARE, COMMA, NONE).astype(np.int8)
        stops[ends] = SENTENCE
        stops[ends[breaks[breaks < len(ends) - 1]]] = PARAGRAPH  # no last paragraph of one sentence
        stops[-1] = PARAGRAPH
        return Prose(self.words(count), stops)

    def one_paragraph(self, low: int, high: int) -> Prose:
        """Fresh prose of `low` to `high` words in one paragraph."""
        prose = self.paragraphs(low, high)
        prose.stops[:-1] = np.minimum(prose.stops[:-1], SENTENCE)
        return prose

    def edit(self, story: Prose, share: float) -> Prose:
        """`share` of the words edited: a quarter each substituted, inserted, deleted and moved.

        Places are uniform. A moved word is one edit, though it breaks the text at two places.
        """
        size = len(story.words)
        edits = round(share * size)
        parts = edits // 4 + (self.rng.permutation(4) < edits % 4)
        swaps, inserts, cuts, moves = parts.tolist()
        places = self.rng.permutation(size)[: swaps + cuts + moves]
        words = story.words.copy()
        fresh = self.words(swaps)
        swapped = words[places[:swaps]]
        words[places[:swaps]] = np.where(fresh == swapped, (fresh + 1) % VOCABULARY, fresh)
        added = np.concatenate((self.words(inserts), words[places[swaps + cuts :]]))
        gone = places[swaps:]
        left = np.delete(words, gone)
        at = self.rng.integers(0, len(left), len(added))
        stops = np.delete(_handed_on(story.stops, gone), gone)
        return Prose(np.insert(left, at, added), np.insert(stops, at, np.int8(NONE)))

    def local(self, story: Prose) -> Prose:
        """One or two local paragraphs of 40 to 80 words put in between paragraphs, at either end too."""
        for _ in range(self.between(1, 2)):
            place = int(self.rng.choice(story.bounds))
            story = story.with_inserted(place, self.one_paragraph(*LOCAL_WORDS))
        return story

    def pasted(self, story: Prose) -> Prose:
        """One paragraph pasted once more, away from where it stands if there are others."""
        bounds = story.bounds
        which = self.between(0, len(bounds) - 2)
        away = np.delete(bounds, [which, which + 1])
        place = int(self.rng.choice(away if len(away) else bounds[1:]))
        return story.with_inserted(place, story.part(int(bounds[which]), int(bounds[which + 1])))

    def copy(self, story: Prose, kind: str) -> Prose:
        """A copy: of all the words (`exact`; `dateline`, put before the text), or as `kind` says."""
        match kind:
            case "edit5" | "edit15":
                return self.edit(story, int(kind.removeprefix("edit")) / 100)
            case "local":
                return self.local(story)
            case "excerpt":
                return story.part(0, len(story.words) // 3)
            case "pasted":
                return self.pasted(story)
        return story


def _handed_on(stops: Stops, gone: NDArray[np.intp]) -> Stops:
    """The stops when the words at `gone` leave: each hands its own to the word before it."""
    stops = stops.copy()
    for place in sorted(gone.tolist(), reverse=True):
        if place:
            stops[place - 1] = max(stops[place - 1], stops[place])
    return stops


class Feed:
    """The records of one feed: its footers and outlets, and each story with its copies."""

    def __init__(self, seed: int) -> None:
        self.author = Author(seed)
        self.salt = seed * 0x51_7C_C1_B7
        self.serial = 0
        self.footers = [self.author.one_paragraph(*FOOTER_WORDS) for _ in range(FOOTERS)]
        self.outlets = [" ".join(names(self.author.words(2))).title() for _ in range(40)]

    def story(self, number: int) -> Iterator[tuple[Record, Truth]]:
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

    def _record(self, fact: Truth, body: Prose, time: datetime) -> tuple[Record, Truth]:
        """The record of a text; the truth takes its id."""
        self.serial += 1
        fact["id"] = name = f"{(self.serial * ID_STEP + self.salt) % 2**64:016x}"
        outlet = self.outlets[self.author.between(0, len(self.outlets) - 1)]
        place, agency, *headline = names(self.author.words(self.author.between(7, 11)))
        text = (joined(body, self.footers[fact["footer"] - 1]) if fact["footer"] else body).text
        record = Record(
            id=name,
            title=" ".join(headline).capitalize(),
            source=outlet,
            published=f"{time:%Y-%m-%dT%H:%M:%SZ}",
            url=f"https://{outlet.lower().replace(' ', '-')}.example/{name}",
            text=f"{place.upper()} ({agency.title()} Wire) - {text}" if fact["kind"] == "dateline" else text,
        )
        return record, fact


def generate(stories: int, seed: int) -> Iterator[tuple[Record, Truth]]:
    """Records and what they are, copies apart from their originals, in memory that does not grow."""
    if stories < 0 or seed < 0:
        raise ValueError(f"stories and seed must be 0 or more, got {(stories, seed)!r}")
    feed = Feed(seed)
    rng = np.random.default_rng((seed, WINDOW))
    held: list[tuple[Record, Truth]] = []
    for number in range(1, stories + 1):
        for made in feed.story(number):
            if len(held) < WINDOW:
                held.append(made)
                continue
            place = int(rng.integers(0, WINDOW))
            yield held[place]
            held[place] = made
    for place in rng.permutation(len(held)).tolist():
        yield held[place]


def write(stories: int, seed: int, feed: Path, truth: Path) -> int:
    """Writes the feed as JSON lines and its truth as CSV; returns the number of records."""
    count = 0
    with feed.open("w", encoding="utf-8", newline="\n") as lines, truth.open("w", newline="") as table:
        rows = csv.DictWriter(table, list(Truth.__annotations__), lineterminator="\n")
        rows.writeheader()
        for record, fact in generate(stories, seed):
            lines.write(json.dumps(record) + "\n")
            rows.writerow(fact)
            count += 1
    return count


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Make a feed with known truth.")
    parser.add_argument("--stories", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="the feed, JSON lines")
    parser.add_argument("--truth", type=Path, required=True, help="the truth, CSV")
    asked = parser.parse_args()
    count = write(asked.stories, asked.seed, asked.out, asked.truth)
    print(f"{count} records of {asked.stories} stories")


if __name__ == "__main__":
    main()
