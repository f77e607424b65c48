"""Blocks of text into whether the articles that hold each have to do with each other, or are little else."""

from __future__ import annotations

from dataclasses import dataclass

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
STORY = 50  # tokens of an article that is little but a block: from here on the block is a story
STORY_SHARE = 0.8  # of that article's tokens
BY_RULE = 3  # groups for each source: who prints a text that often in other stories prints it by rule
SAMPLE = 4096  # articles that tell how rare a word is
_BLOCK = 4096  # articles, or blocks of text, of one unit of work
_LOW = 0xFFFFFFFF

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Holders:
    """Every group that holds a block, by block and group.

    `block`, `group`; `node`: the fullest of the group's nodes that hold it; int64. `starts`: int64,
    blocks + 1, where the holders of each block begin.
    """

    block: Rows
    node: Rows
    group: Rows
    starts: Rows

    def are_looked_at(self, settings: Settings) -> NDArray[np.bool_]:
        """Which of them are: the first ones of each block."""
        within = np.arange(self.node.size) - self.starts[self.block]
        few: NDArray[np.bool_] = within < LOOKED_AT * settings.boilerplate
        return few

    def looked_at(self, settings: Settings) -> Rows:
        """The nodes that are, ascending."""
        return distinct(self.node[self.are_looked_at(settings)])


@dataclass(frozen=True)
class Seen:
    """The words of some articles, in how many of them each is, how many these are, and `fewest`, `most`: a
    word that fewer or more of them have is no keyword.
    """

    words: GramSet
    counts: NDArray[np.int32]
    articles: int
    fewest: int
    most: int


Keywords = tuple[NDArray[np.uint32], NDArray[np.float64]]
"""What `kernels.keywords.find_keywords` writes, each row ascending."""

Own = tuple[NDArray[np.uint32], Rows]
"""What the holders of each block are known to share: tokens, ascending, and where each block's start."""


def hold_unrelated(
    nodes: Nodes, runs: NDArray[np.int32], holders: Holders, settings: Settings
) -> NDArray[np.bool_]:
    """Which blocks stand in enough articles that have few of their rarest words in common.

    `runs`: where blocks stand, x 4 (block, node, first token, token behind the last). Some are looked at.
    """
    step = sample_step(len(nodes))
    seen = seen_in(nodes.tokens, nodes.token_spans[::step], step, settings)
    looked_at = holders.looked_at(settings)
    keywords = keywords_of(nodes.tokens, nodes.token_spans, looked_at, seen, settings)
    order = longest_first(runs)
    longest = runs[order[np.diff(runs[order, 0], prepend=-1) != 0]]
    sizes = (longest[:, 3] - longest[:, 2]).astype(np.int64)
    tokens = nodes.tokens[places_of(nodes.token_spans[longest[:, 1], 0] + longest[:, 2], sizes)]
    return judge(holders, keywords, known_to_share(tokens, sizes, holders), settings)


def judge(holders: Holders, keywords: Keywords, own: Own, settings: Settings) -> NDArray[np.bool_]:
    """Which blocks stand in enough articles that share few keywords; these are of the nodes looked at."""
    some = holders.are_looked_at(settings)
    lists = np.searchsorted(holders.looked_at(settings), holders.node[some]).astype(np.int32)
    begins = np.searchsorted(holders.block[some], np.arange(holders.starts.size))
    limits = (settings.boilerplate, RELATED, BY_CHANCE)
    unrelated = np.empty(holders.starts.size - 1, np.bool_)

    def work(part: tuple[int, int]) -> None:
        first, last = part
        bounds = slice(first, last + 1)
        are_unrelated(
            lists, begins[bounds], keywords, (own[0], own[1][bounds]), limits, unrelated[slice(*part)]
        )

    for _ in in_order(work, ranges(unrelated.size, _BLOCK), settings.workers):
        pass
    return unrelated


def keywords_of(
    tokens: NDArray[np.uint32], spans: NDArray[np.int64], articles: Rows, seen: Seen, settings: Settings
) -> Keywords:
    """The rarest words of some articles, of all that have the given spans of the tokens."""
    keywords = (np.empty((articles.size, KEYWORDS), np.uint32), np.empty(articles.size))
    known, rarity = (seen.words, seen.counts, seen.articles), (seen.fewest, seen.most)

    def work(part: tuple[int, int]) -> None:
        own = slice(*part)
        out = (keywords[0][own], keywords[1][own])
        find_keywords(tokens, spans, articles[own], known, rarity, out)
        out[0].sort(axis=1)

    for _ in in_order(work, ranges(articles.size, _BLOCK), settings.workers):
        pass
    return keywords


def sample_step(articles: int) -> int:
    """Of a feed of so many articles one in so many tells how rare a word is."""
    return max(1, articles // SAMPLE)


def seen_in(tokens: NDArray[np.uint32], spans: NDArray[np.int64], step: int, settings: Settings) -> Seen:
    """The words of a sample: the articles that have the given spans of the tokens, each `step`th of all."""
    most = max(FEW, int(COMMON * len(spans)))
    # A word of one article says nothing; of a sample, others may have it.
    return Seen(*_words(tokens, spans, settings), len(spans), 2 if step == 1 else 0, most)


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


def longest_first(runs: NDArray[np.integer]) -> Rows:
    """The order of runs by block, the longest first, equally long ones as they come."""
    keys = (runs[:, 0].astype(np.int64) + 1 << 32) - (runs[:, 3] - runs[:, 2])
    order: Rows = np.argsort(keys, kind="stable")
    return order


def known_to_share(tokens: NDArray[np.uint32], sizes: Rows, holders: Holders) -> Own:
    """The distinct tokens of each block and its companions.

    `tokens`: of the longest run of each block, one block after another; `sizes`: how many each has.
    """
    starts = np.cumsum(sizes) - sizes
    ours, others = _companions(holders.block, holders.group)
    theirs = tokens[places_of(starts[others], sizes[others])]
    known = distinct(np.repeat(ours, sizes[others]) << 32 | theirs)
    return known.astype(np.uint32), np.searchsorted(known, np.arange(sizes.size + 1) << 32)


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


def held_in(runs: NDArray[np.int32], counts: NDArray[np.int32]) -> tuple[Rows, Rows, NDArray[np.bool_]]:
    """block << 32 | node, distinct, which of these each run is of, and whether the node is little else.

    `counts`: int32, the tokens of each node.
    """
    holds, row = np.unique(runs[:, 0].astype(np.int64) << 32 | runs[:, 1], return_inverse=True)
    covered = np.bincount(row, runs[:, 3] - runs[:, 2], holds.size)
    whole = counts[holds & _LOW]
    return holds, row, (whole >= STORY) & (covered >= STORY_SHARE * whole)


def are_statements(
    stories: NDArray[np.bool_], groups: Rows, sources: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Which blocks are stories that others quote: those that are one themselves, unless printed by rule.

    `groups`, `sources`: how many hold and print each; infinitely many sources where none is known.
    """
    return stories & (groups < BY_RULE * sources)
