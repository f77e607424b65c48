"""Compared pairs into whether they are templates: one form, filled in twice with other facts.

What differs tells them, not how much: a form swaps the names (recipient, place, company) or the figures of a
day in sentences that stay, where an edit rewrites, adds and drops sentences about the same names.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedup.folding import fold_table
from dedup.kernels.boilerplate import GramSet, gram_set
from dedup.kernels.kinds import find_kinds, tell_names
from dedup.kernels.swaps import (
    NAMES,
    NAMES_FIRST,
    NAMES_IN,
    NUMBERS,
    NUMBERS_IN,
    count_own,
    count_swaps,
)
from dedup.kernels.tokens import tokenize
from dedup.pairs import Pairs, among, pair_keys
from dedup.provenance import NO_TIME, Provenance
from dedup.settings import Settings
from dedup.sketches import Nodes, distinct, places_of
from dedup.texts import Block
from dedup.threads import in_order, ranges

EDGE = 4  # tokens beside a passage that belong to its sentence
FIRST = 50  # tokens in which headline and first sentence stand
NAMED = 3  # names on both sides that the other has nowhere, where none of them is among the first tokens
SWAPPED = 2  # names swapped inside passages, where the passages are less than half of either article
LEAST_HELD = 0.5  # that half
SAME_EDITION = 20 * 3600 * 10**6  # microseconds: within a day other figures are news of one market, and
# another text under the same headline is the same news
FIGURES = 0.25  # share of all numbers that are swapped, from which a table is another day's
NUMERIC = 0.04  # distinct numbers for each token: what has fewer is no table or market report
OWN_WORDS = 10  # distinct words outside of passages, on both sides, that the other side has nowhere
GERMAN = 0.08  # share of German's own small words from which a text is German; others have at most 0.05
_GERMAN = (
    "und das des im ist nicht mit auf für eine ein einen einer von zu sich sie auch nach bei aus zum zur wird"
)
# A text that is sent again on another day names that day: no other fact.
_CALENDAR = (
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday Mon Tue Tues Wed Thu Thurs Fri Sat Sun "
    "January February March April May June July August September October November December "
    "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec"
)
_CASED = 0x2000  # code points under this that have capitals: Latin, Greek, Cyrillic, Armenian, Georgian
_BLOCK_PAIRS = 4096
_BLOCK_TEXTS = 512  # some megabytes
_HINTS = 4096  # of a token's last 12 bits: one word of sixty that is none is looked up in vain


@cache
def _cases() -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    letters = [chr(code) for code in range(_CASED)]
    return np.array([c.isupper() for c in letters]), np.array([c.islower() for c in letters])


@cache
def _words() -> tuple[NDArray[np.uint8], GramSet, GramSet]:
    """The tokens of `_GERMAN` and of `_CALENDAR`, and before them the last bits of all."""
    small, plain = _tokens(_GERMAN), _tokens(_CALENDAR)
    hints = np.zeros(_HINTS, np.uint8)
    hints[np.concatenate([small, plain]) % _HINTS] = 1
    return hints, gram_set(small), gram_set(plain)


def _tokens(words: str) -> NDArray[np.uint32]:
    data = np.frombuffer(words.encode(), np.uint8)
    tokens = np.empty(data.size, np.uint32)
    places = np.empty((2, data.size), np.int32)
    return tokens[: tokenize(data, 0, data.size, *fold_table(), tokens, places[0], places[1])]


class Kinds:
    """The kinds of all tokens (uint8): names, numbers or plain, found for the nodes that are asked about.

    German writes every noun with a capital, so that its texts tell no names; English does so with days.
    """

    def __init__(self, nodes: Nodes, provenance: Provenance) -> None:
        self._spans, self._provenance = nodes.token_spans, provenance
        self._read, self._known = np.zeros((2, len(nodes)), np.bool_)
        self.kinds = np.empty(nodes.tokens.size, np.uint8)

    def read_all(self, workers: int) -> None:
        """Read the texts of all nodes; some will not be asked about, but a thread may have nothing to do."""
        self._read_some(np.arange(self._read.size), workers)

    def _read_some(self, nodes: NDArray[np.int64], workers: int) -> None:
        nodes = nodes[~self._read[nodes]]
        table = (fold_table().entries, fold_table().multi)
        chunks = [
            (texts, rows[slice(*part)], nodes[places][slice(*part)])
            for texts, places, rows in self._provenance.texts.by_chunk(self._provenance.article[nodes])
            for part in ranges(places.size, _BLOCK_TEXTS)
        ]

        def work(chunk: tuple[Block, NDArray[np.int64], NDArray[np.int64]]) -> None:
            texts, rows, some = chunk
            find_kinds(texts.data, texts.offsets, rows, table, _cases(), self._spans[some, 0], self.kinds)

        for _ in in_order(work, chunks, workers):
            pass
        self._read[nodes] = True

    def find(self, nodes: Nodes, some: NDArray[np.int64], workers: int) -> None:
        """Find the kinds of the tokens of some more nodes, their boilerplate set aside."""
        some = some[~self._known[some]]
        self._known[some] = True
        self._read_some(some, workers)
        inside = (nodes.tokens, nodes.boilerplate)

        def work(block: tuple[int, int]) -> None:
            tell_names(inside, self._spans, some[slice(*block)], _words(), (GERMAN, FIRST), self.kinds)

        for _ in in_order(work, ranges(some.size, _BLOCK_TEXTS), workers):
            pass


def are_templates(
    nodes: Nodes, pairs: Pairs, provenance: Provenance, kinds: Kinds, settings: Settings
) -> NDArray[np.bool_]:
    """Which pairs are templates. Only articles of one source can be, where the feed tells sources apart.

    What says that it replaces the other is none, whatever was put right.
    """
    if not provenance.tells_sources:
        return np.zeros(len(pairs), np.bool_)
    held = np.maximum(*pairs.whole_containments(nodes))
    same = provenance.by_one_source(pairs.left, pairs.right)
    rows = np.flatnonzero(same & (held >= settings.shared) & ~pairs.are_among(provenance.replaced))
    kinds.find(nodes, distinct(np.concatenate([pairs.left[rows], pairs.right[rows]])), settings.workers)
    some = pairs.take(rows)
    texts = (nodes.tokens, nodes.boilerplate, kinds.kinds)
    swaps = _counts(count_swaps, (texts, nodes.token_spans), some, ((EDGE, settings.gap),), settings.workers)
    least, most = swaps.min(axis=1), swaps.max(axis=1)
    # One word for one word: a name put right.
    corrected = (most[:, NAMES_IN] == 1) & (least[:, NUMBERS_IN] == 0)
    named = (least[:, NAMES_IN] >= 1) & ~corrected
    named &= (least[:, NAMES_FIRST] >= 1) | (least[:, NAMES] >= NAMED)
    named &= (held[rows] >= LEAST_HELD) | (least[:, NAMES_IN] >= SWAPPED)
    apart, titles = provenance.apart(some.left, some.right), provenance.titles
    retold = (apart < SAME_EDITION) & (titles[some.left] == titles[some.right]) & (titles[some.left] >= 0)
    numbers = swaps.sum(axis=1)
    counted = (apart >= SAME_EDITION) & (apart < NO_TIME) & (least[:, NUMBERS_IN] >= 1)
    counted &= numbers[:, NUMBERS_IN] >= FIGURES * numbers[:, NUMBERS]
    counted &= numbers[:, NUMBERS] >= NUMERIC * (nodes.counts[some.left] + nodes.counts[some.right])
    out = np.zeros(len(pairs), np.bool_)
    out[rows] = (named & ~retold) | counted
    return out


def _counts(
    kernel: Callable[..., NDArray[np.int32]],
    texts: tuple[Any, ...],
    pairs: Pairs,
    others: tuple[Any, ...],
    workers: int,
) -> NDArray[np.int32]:
    """What a kernel of `kernels.swaps` counts of pairs, on threads."""

    def work(block: tuple[int, int]) -> NDArray[np.int32]:
        first, last = block
        both = (pairs.left[first:last], pairs.right[first:last])
        return kernel(*texts, both, (pairs.passages, pairs.passage_starts[first : last + 1]), *others)

    blocks = ranges(len(pairs), _BLOCK_PAIRS, workers) or [(0, 0)]
    return np.concatenate(list(in_order(work, blocks, workers)))


def are_framed(nodes: Nodes, pairs: Pairs, provenance: Provenance, workers: int) -> NDArray[np.bool_]:
    """Which pairs of one source say different things in one frame: pages with more furniture than story.

    What is asked before furniture is known. Of the copies and versions read by hand, of one source and near
    each other, none had more than 5 words of its own on both sides.
    """
    rows = np.flatnonzero(provenance.by_one_source(pairs.left, pairs.right))
    some = pairs.take(rows)
    own = _counts(count_own, (nodes.tokens, nodes.token_spans), some, (), workers)
    out = np.zeros(len(pairs), np.bool_)
    out[rows] = own.min(axis=1) >= OWN_WORDS
    return out


def by_copies(
    pairs: Pairs, templates: NDArray[np.bool_], joining: NDArray[np.bool_], provenance: Provenance
) -> NDArray[np.bool_]:
    """Which further pairs are templates because one article is a copy of the other one's counterpart.

    Where a and c join, and c and b are templates, a and b of two sources are so too if a is more like c.
    """
    keys, alike = pairs.keys, pairs.jaccard
    copies = np.flatnonzero(joining)
    forms = np.flatnonzero(templates)
    a, c = _both_ways(pairs, copies)
    rows = np.tile(copies, 2)
    same = provenance.by_one_source(pairs.left, pairs.right)
    alone = np.bincount(provenance.printed >> 32, minlength=provenance.times.size) == 1
    some = ~(same[rows] & alone[c])  # else c's only source has printed a, and all templates of c
    a, c, rows = a[some], c[some], rows[some]
    d, b = _both_ways(pairs, forms)
    order = np.argsort(d, kind="stable")
    first, last = np.searchsorted(d[order], c), np.searchsorted(d[order], c, "right")
    sizes = last - first
    a, b, rows = np.repeat(a, sizes), b[order][places_of(first, sizes)], np.repeat(rows, sizes)
    wanted = pair_keys(np.minimum(a, b), np.maximum(a, b))
    met = among(wanted, keys)
    pair = np.searchsorted(keys, wanted[met])
    out = np.zeros(len(pairs), np.bool_)
    out[pair[alike[rows[met]] > alike[pair]]] = True
    return out & ~same


def _both_ways(pairs: Pairs, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    left, right = pairs.left[rows], pairs.right[rows]
    return np.concatenate([left, right]), np.concatenate([right, left])
