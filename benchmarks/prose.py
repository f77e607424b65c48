"""Made-up prose: 30,000 words drawn by Zipf's law, in sentences and paragraphs with their punctuation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

VOCABULARY = 30_000
SLOTS = 1 << 20  # a Zipf draw is one table look-up: 20 ns a word, against 100 for searching the distribution

NONE, COMMA, SENTENCE, PARAGRAPH = range(4)
_STOPS = (" ", ", ", ". ", ".\n\n")

Words = NDArray[np.int32]
Stops = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Prose:
    """Words, and what stands after each of them: nothing, a comma, or the end of a sentence or paragraph."""

    words: Words
    stops: Stops

    @property
    def text(self) -> str:
        """The prose as people read it."""
        capital = np.ones(len(self.words), dtype=np.int32)
        capital[1:] = self.stops[:-1] >= SENTENCE
        return "".join(_forms()[self.words * 8 + capital * 4 + self.stops].tolist()).rstrip(" ,\n")

    @property
    def bounds(self) -> NDArray[np.intp]:
        """Where paragraphs begin, and the end of the last one."""
        return np.concatenate(([0], np.flatnonzero(self.stops == PARAGRAPH) + 1))

    @property
    def closed(self) -> Prose:
        """This prose with its last paragraph ended."""
        stops = self.stops.copy()
        stops[-1:] = PARAGRAPH
        return Prose(self.words, stops)

    def part(self, start: int, end: int) -> Prose:
        """The words from `start` up to `end`."""
        return Prose(self.words[start:end], self.stops[start:end])

    def with_inserted(self, at: int, other: Prose) -> Prose:
        """This prose with `other` put in before word `at`."""
        return joined(self.part(0, at), other, self.part(at, len(self.words)))


def joined(*parts: Prose) -> Prose:
    """One prose after the other."""
    return Prose(np.concatenate([p.words for p in parts]), np.concatenate([p.stops for p in parts]))


@cache
def vocabulary() -> list[str]:
    """30,000 distinct, pronounceable, made-up words, short ones first: they are the frequent ones."""
    rng = np.random.default_rng(30_000)
    onsets = [*"bdfghjklmnprstvwz", "bl", "br", "dr", "fl", "gr", "kl", "pl", "pr", "sk", "st", "tr"]
    middles = [onset + vowel for onset in onsets for vowel in ("a", "e", "i", "o", "u", "ai", "ea", "ou")]
    endings = [""] * 6 + ["l", "m", "n", "nd", "r", "rn", "s"]
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        stem = rng.integers(0, len(middles), rng.choice(3, p=(0.05, 0.5, 0.45)) + 1)
        words["".join(middles[i] for i in stem) + endings[rng.integers(0, len(endings))]] = None
    return sorted(words, key=len)


@cache
def _forms() -> NDArray[np.object_]:
    """Each word's eight faces, at word * 8 + capital * 4 + stop."""
    faces = [face + stop for word in vocabulary() for face in (word, word.capitalize()) for stop in _STOPS]
    return np.array(faces, dtype=object)


@cache
def _slots() -> Words:
    """Word numbers by share: word r fills slots in proportion to 1 / (r + 2.7) (Mandelbrot's form)."""
    weights = 1.0 / (np.arange(VOCABULARY) + 2.7)
    edges = np.cumsum(weights) / weights.sum()
    return np.searchsorted(edges, (np.arange(SLOTS) + 0.5) / SLOTS).astype(np.int32)


def names(words: Words) -> list[str]:
    """The words as strings."""
    known = vocabulary()
    return [known[word] for word in words.tolist()]


def drawn(rng: np.random.Generator, count: int) -> Words:
    """`count` words by Zipf's law."""
    return _slots()[rng.integers(0, SLOTS, count)]
