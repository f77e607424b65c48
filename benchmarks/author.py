"""Writes stories of made-up prose, and each kind of copy of them, from one seeded stream of chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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
)

SENTENCE_WORDS = (10, 24)
PARAGRAPH_SENTENCES = (2, 4)  # 20 words at least: the shortest repeat that is told by default
LOCAL_WORDS = (40, 80)
COMMA_SHARE = 0.06


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

    def with_local(self, story: Prose) -> Prose:
        """One local paragraph of 40 to 80 words put in between paragraphs, at either end too."""
        place = int(self.rng.choice(story.bounds))
        return story.with_inserted(place, self.one_paragraph(*LOCAL_WORDS))

    def local(self, story: Prose) -> Prose:
        """One or two local paragraphs put in."""
        for _ in range(self.between(1, 2)):
            story = self.with_local(story)
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
