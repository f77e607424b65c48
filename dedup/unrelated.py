"""Blocks of text into whether the articles that hold each have to do with each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.boilerplate import GramSet, gram_set
from dedup.kernels.keywords import are_unrelated, find_keywords
from dedup.settings import Settings
from dedup.sketches import Nodes, distinct, places_of
from dedup.threads import in_order, ranges

KEYWORDS, COMMON, FEW = 128, 0.1, 8  # an article's rarest words; those of a tenth of articles are common
RELATED, BY_CHANCE = 3.0, 2.5  # shared by articles of one event: this many, and times what chance gives
TOGETHER, MOST_TOGETHER = 0.8, 64  # share of both blocks' groups; a group of more blocks tells no companions
LOOKED_AT = 8  # articles for each one that is needed
SAMPLE = 4096  # articles that tell how rare a word is
_BLOCK = 4096  # articles, or blocks of text, of one unit of work
_LOW = 0xFFFFFFFF

Rows = NDArray[np.int64]


def hold_unrelated(
    nodes: Nodes, runs: NDArray[np.int32], held: tuple[Rows, Rows, Rows], starts: Rows, settings: Settings
) -> NDArray[np.bool_]:
    """Which blocks stand in enough articles that have few of their rarest words in common.

    `runs`: where blocks stand, x 4 (block, node, first token, token behind the last). `held`: block, node and
    group wherever a group holds a block, by block; `starts`: where each block's begin. Some are looked at.
    """
    block, node, group = held
    some = np.arange(node.size) - starts[block] < LOOKED_AT * settings.boilerplate
    articles, row = np.unique(node[some], return_inverse=True)
    step = max(1, len(nodes) // SAMPLE)
    sample = nodes.token_spans[::step]
    keywords = (np.empty((articles.size, KEYWORDS), np.uint32), np.empty(articles.size))
    known = (*_words(nodes.tokens, sample, settings), len(sample))
    # A word of one article says nothing; of a sample, others may have it.
    rarity = (2 if step == 1 else 0, max(FEW, int(COMMON * len(sample))))

    def work(part: tuple[int, int]) -> None:
        own = slice(*part)
        out = (keywords[0][own], keywords[1][own])
        find_keywords(nodes.tokens, nodes.token_spans, articles[own], known, rarity, out)
        out[0].sort(axis=1)

    for _ in in_order(work, ranges(articles.size, _BLOCK), settings.workers):
        pass
    unrelated = np.empty(starts.size - 1, np.bool_)
    begins = np.searchsorted(block[some], np.arange(starts.size))
    limits = (settings.boilerplate, RELATED, BY_CHANCE)
    own = _known_to_share(nodes, runs, block, group)
    lists = row.astype(np.int32)

    def judge(part: tuple[int, int]) -> None:
        first, last = part
        bounds = slice(first, last + 1)
        are_unrelated(
            lists, begins[bounds], keywords, (own[0], own[1][bounds]), limits, unrelated[slice(*part)]
        )

    for _ in in_order(judge, ranges(unrelated.size, _BLOCK), settings.workers):
        pass
    return unrelated


def _words(
    tokens: NDArray[np.uint32], spans: NDArray[np.int64], settings: Settings
) -> tuple[GramSet, NDArray[np.int32]]:
    """The words of some articles, and how many of these have each."""

    def work(part: tuple[int, int]) -> NDArray[np.uint32]:
        own = spans[slice(*part)]
        sizes = own[:, 1] - own[:, 0]
        which = np.repeat(np.arange(sizes.size), sizes)
        return distinct(which << 32 | tokens[places_of(own[:, 0], sizes)]).astype(np.uint32)

    words = np.concatenate([tokens[:0], *in_order(work, ranges(len(spans), 512), settings.workers)])
    words.sort()
    starts = np.flatnonzero(np.diff(words, prepend=~words[:1]))
    return gram_set(words[starts]), np.diff(starts, append=words.size).astype(np.int32)


def _known_to_share(
    nodes: Nodes, runs: NDArray[np.int32], block: Rows, group: Rows
) -> tuple[NDArray[np.uint32], Rows]:
    """The distinct tokens of each block and its companions, ascending, and where each block's start.

    `block`, `group`: every group that holds a block. Of a block the longest run tells the tokens.
    """
    order = np.lexsort((runs[:, 2], runs[:, 1], runs[:, 2] - runs[:, 3], runs[:, 0]))
    longest = runs[order[np.diff(runs[order, 0], prepend=-1) != 0]]
    starts = nodes.token_spans[longest[:, 1], 0] + longest[:, 2]
    sizes = longest[:, 3] - longest[:, 2]
    ours, others = _companions(block, group)
    tokens = nodes.tokens[places_of(starts[others], sizes[others])]
    known = distinct(np.repeat(ours, sizes[others]) << 32 | tokens)
    return known.astype(np.uint32), np.searchsorted(known, np.arange(len(longest) + 1) << 32)


def _companions(block: Rows, group: Rows) -> tuple[Rows, Rows]:
    """Each block with itself, and those that nearly all its groups hold too, as a masthead and its footer."""
    held = np.sort(group << 32 | block)
    group, of_group = held >> 32, held & _LOW
    first, last = np.searchsorted(group, group), np.searchsorted(group, group, "right")
    behind = np.arange(1, held.size + 1)
    sizes = np.where(last - first <= MOST_TOGETHER, last - behind, 0)
    pairs = np.sort(np.repeat(of_group, sizes) << 32 | of_group[places_of(behind, sizes)])
    starts = np.flatnonzero(np.diff(pairs, prepend=-1))
    counts = np.diff(starts, append=pairs.size)
    ours, others = pairs[starts] >> 32, pairs[starts] & _LOW
    number = np.bincount(block)
    together = counts >= TOGETHER * np.maximum(number[ours], number[others])
    ours, others = ours[together], others[together]
    alone = distinct(block)
    pairs = distinct(np.concatenate([ours << 32 | others, others << 32 | ours, alone << 32 | alone]))
    return pairs >> 32, pairs & _LOW
