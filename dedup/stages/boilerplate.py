"""Nodes into boilerplate: the passages that recur in articles which are otherwise unrelated.

Learnt from posting lists. The fingerprints that enough near-copy groups hold lead to the grams of `FEWEST`
tokens that do; grams that follow each other more often than not make a block. A block is set aside unless
the articles that hold it have more in common, or one of them is little but the block: then it is a story,
or a statement that stories quote.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.boilerplate import (
    GramSet,
    count_inside,
    find_runs,
    gram_set,
    grams_near,
    link_grams,
    prints_outside,
    recurring,
)
from dedup.kernels.keywords import are_unrelated, find_keywords
from dedup.places import find_spots
from dedup.provenance import Provenance
from dedup.settings import Settings
from dedup.sketches import Nodes, places_of
from dedup.threads import in_order, ranges

FEWEST = 8  # tokens of a block
STORY = 50  # tokens of an article that is little but a block: from here on the block is a story
STORY_SHARE = 0.8  # of that article's tokens
BY_RULE = 3  # groups for each source: who prints a text that often in other stories prints it by rule
KEYWORDS, COMMON, FEW = 128, 0.1, 8  # an article's rarest words; those of a tenth of articles are common
RELATED, BY_CHANCE = 3.0, 2.5  # shared by articles of one event: this many, and times what chance gives
TOGETHER, MOST_TOGETHER = 0.8, 64  # share of both blocks' groups; a group of more blocks tells no companions
LOOKED_AT = 8  # articles for each one that is needed
SAMPLE = 4096  # articles that tell how rare a word is
EXAMPLES = 3  # places of a short block that are looked at
_STOPS = frozenset(".!?:;\n\r\u2026\u3002\uff01\uff1f\uff1a\uff1b")
_PASSED = " \t\"'\u201c\u201d\u2018\u2019\xab\xbb()[]*\u2013\u2014-"
_BLOCK_NODES = 4096

Rows = NDArray[np.int64]
Runs = NDArray[np.int32]
"""Where blocks stand, x 4: block, node, first token, token behind the last; by node and place."""


@dataclass(frozen=True)
class _Feed:
    """The arguments of `learn`."""

    nodes: Nodes
    prints: NDArray[np.uint64]
    groups: NDArray[np.int32]
    provenance: Provenance


def no_runs() -> Runs:
    """No boilerplate."""
    return np.empty((0, 4), np.int32)


def learn(
    nodes: Nodes,
    prints: NDArray[np.uint64],
    groups: NDArray[np.int32],
    provenance: Provenance,
    settings: Settings,
) -> Runs:
    """Where the boilerplate of all nodes stands.

    `prints`: uint64, sorted fingerprint << 32 | node; `groups`: int32, the near-copy group of each node.
    """
    feed = _Feed(nodes, prints, groups, provenance)
    size = max(FEWEST, settings.kgram)
    reach = settings.kgram + settings.window
    common = gram_set(recurring(feed.prints, feed.groups, settings.boilerplate)[0])
    some, _ = _recurring(feed, common, (settings.kgram, size), (size - settings.kgram, 0), settings)
    grams, counts = _recurring(feed, some, (size, size), (reach, reach), settings)
    if not grams[0].size:
        return no_runs()
    links, link_counts = _recurring(feed, grams, (size, size + 1), (0, 0), settings)
    parents = np.arange(grams[0].size, dtype=np.int32)
    every = np.arange(len(nodes))
    both = (counts, link_counts)
    link_grams(nodes.tokens, nodes.token_spans, every, (grams, links), both, size, parents)
    while not np.array_equal(further := parents[parents], parents):
        parents = further
    runs = _runs(nodes, grams, np.unique(parents, return_inverse=True)[1].astype(np.int32), size, settings)
    runs = runs[_is_boilerplate(feed, runs, settings)[runs[:, 0]]]
    return runs[~_are_phrases(runs, feed.provenance, settings)[runs[:, 0]]]


def _recurring(
    feed: _Feed, grams: GramSet, sizes: tuple[int, int], reach: tuple[int, int], settings: Settings
) -> tuple[GramSet, NDArray[np.int32]]:
    """The grams beside those of a set that recur, and how many groups hold each."""
    nodes = feed.nodes

    def work(block: tuple[int, int]) -> NDArray[np.uint64]:
        return grams_near(nodes.tokens, nodes.token_spans, np.arange(*block), grams, sizes, reach)

    parts = in_order(work, ranges(len(nodes), _BLOCK_NODES), settings.workers)
    entries = np.concatenate([np.empty(0, np.uint64), *parts])
    entries.sort()
    values, counts = recurring(entries, feed.groups, settings.boilerplate)
    return gram_set(values), counts


def _runs(nodes: Nodes, grams: GramSet, blocks: NDArray[np.int32], size: int, settings: Settings) -> Runs:
    def work(block: tuple[int, int]) -> Runs:
        return find_runs(nodes.tokens, nodes.token_spans, np.arange(*block), grams, blocks, size)

    parts = in_order(work, ranges(len(nodes), _BLOCK_NODES), settings.workers)
    return np.concatenate([np.empty((0, 4), np.int32), *parts])


def _is_boilerplate(feed: _Feed, runs: Runs, settings: Settings) -> NDArray[np.bool_]:
    """Which blocks are held by articles that are otherwise unrelated, and are no story themselves."""
    nodes = feed.nodes
    blocks = int(runs[:, 0].max(initial=-1)) + 1
    holds, row = np.unique(runs[:, 0].astype(np.int64) << 32 | runs[:, 1], return_inverse=True)
    block, node = holds >> 32, holds & 0xFFFFFFFF
    group = feed.groups[node].astype(np.int64)
    first = np.unique(block << 32 | group, return_index=True)[1]  # the fullest node of each group
    starts = np.searchsorted(block[first], np.arange(blocks + 1))
    unrelated = _are_unrelated(feed, runs, (block[first], node[first], starts), settings)
    covered = np.bincount(row, runs[:, 3] - runs[:, 2], holds.size)
    counts = nodes.counts[node]
    stories = np.zeros(blocks, np.bool_)
    stories[block[(counts >= STORY) & (covered >= STORY_SHARE * counts)]] = True
    return unrelated & (~stories | (np.diff(starts) >= BY_RULE * _sources(feed, block, node, blocks)))


def _are_unrelated(
    feed: _Feed, runs: Runs, held: tuple[Rows, Rows, Rows], settings: Settings
) -> NDArray[np.bool_]:
    """Which blocks stand in enough articles that have few of their rarest words in common.

    `held`: block and node of every group that holds a block, and where each block's start. Of each block
    some are looked at.
    """
    nodes = feed.nodes
    block, node, starts = held
    some = np.arange(node.size) - starts[block] < LOOKED_AT * settings.boilerplate
    articles, row = np.unique(node[some], return_inverse=True)
    step = max(1, len(nodes) // SAMPLE)
    words = [np.unique(nodes.tokens[slice(*span)]) for span in nodes.token_spans[::step].tolist()]
    values, counts = np.unique(np.concatenate(words), return_counts=True)
    keywords = (np.empty((articles.size, KEYWORDS), np.uint32), np.empty(articles.size))
    known = (gram_set(values), counts.astype(np.int32), len(words))
    # A word of one article says nothing; of a sample, others may have it.
    rarity = (2 if step == 1 else 0, max(FEW, int(COMMON * len(words))))

    def work(part: tuple[int, int]) -> None:
        own = slice(*part)
        out = (keywords[0][own], keywords[1][own])
        find_keywords(nodes.tokens, nodes.token_spans, articles[own], known, rarity, out)

    for _ in in_order(work, ranges(articles.size, _BLOCK_NODES), settings.workers):
        pass
    unrelated = np.empty(starts.size - 1, np.bool_)
    begins = np.searchsorted(block[some], np.arange(starts.size))
    limits = (settings.boilerplate, RELATED, BY_CHANCE)
    own = _known_to_share(nodes, runs, block, feed.groups[node].astype(np.int64))
    are_unrelated(row.astype(np.int32), begins, keywords, own, limits, unrelated)
    return unrelated


def _known_to_share(nodes: Nodes, runs: Runs, block: Rows, group: Rows) -> tuple[NDArray[np.uint32], Rows]:
    """The distinct tokens of each block and its companions, ascending, and where each block's start.

    `block`, `group`: every group that holds a block. Of a block the longest run tells the tokens.
    """
    order = np.lexsort((runs[:, 2], runs[:, 1], runs[:, 2] - runs[:, 3], runs[:, 0]))
    longest = runs[order[np.diff(runs[order, 0], prepend=-1) != 0]]
    starts = nodes.token_spans[longest[:, 1], 0]
    spans = zip((starts + longest[:, 2]).tolist(), (starts + longest[:, 3]).tolist(), strict=True)
    tokens = [nodes.tokens[first:last] for first, last in spans]
    ours, others = _companions(block, group)
    lists = np.split(others, np.flatnonzero(np.diff(ours)) + 1) if ours.size else []
    parts = [np.unique(np.concatenate([tokens[other] for other in some.tolist()])) for some in lists]
    return np.concatenate([nodes.tokens[:0], *parts]), np.cumsum([0, *map(len, parts)])


def _companions(block: Rows, group: Rows) -> tuple[Rows, Rows]:
    """Each block with itself, and those that nearly all its groups hold too, as a masthead and its footer."""
    order = np.lexsort((block, group))
    block, group = block[order], group[order]
    first, last = np.searchsorted(group, group), np.searchsorted(group, group, "right")
    sizes = np.where(last - first <= MOST_TOGETHER, last - first, 0)
    others = block[places_of(first, sizes)]
    pairs, counts = np.unique(np.repeat(block, sizes) << 32 | others, return_counts=True)
    ours, others = pairs >> 32, pairs & 0xFFFFFFFF
    held = np.bincount(block)
    together = counts >= TOGETHER * np.maximum(held[ours], held[others])
    alone = np.unique(block)
    pairs = np.unique(np.concatenate([pairs[together], alone << 32 | alone]))
    return pairs >> 32, pairs & 0xFFFFFFFF


def _inside(nodes: Nodes, runs: Runs) -> NDArray[np.bool_]:
    """For each token, whether a run covers it."""
    inside = np.zeros(nodes.tokens.size, np.bool_)
    starts = nodes.token_spans[runs[:, 1], 0]
    for first, last in np.stack([starts + runs[:, 2], starts + runs[:, 3]], axis=1).tolist():
        inside[first:last] = True
    return inside


def _sources(
    feed: _Feed, block: NDArray[np.int64], node: NDArray[np.int64], blocks: int
) -> NDArray[np.float64]:
    """How many sources print each block; infinitely many where the feed does not tell sources apart."""
    if not feed.provenance.has_sources:
        return np.full(blocks, np.inf)
    row, source = feed.provenance.sources_of(node)
    known = np.unique(block[row] << 32 | source)
    number = np.bincount(known >> 32, minlength=blocks).astype(np.float64)
    number[number == 0] = np.inf
    return number


def _are_phrases(runs: Runs, provenance: Provenance, settings: Settings) -> NDArray[np.bool_]:
    """Which blocks are short and stand inside sentences: turns of phrase. Furniture stands in whole lines.

    `EXAMPLES` of the longest runs are looked at.
    """
    size = runs[:, 3] - runs[:, 2]
    out = np.zeros(int(runs[:, 0].max(initial=-1)) + 1, np.bool_)
    order = np.lexsort((runs[:, 2], runs[:, 1], -size, runs[:, 0]))
    block = runs[order, 0]
    within = np.arange(order.size) - np.searchsorted(block, block)
    longest = size[order][np.searchsorted(block, block)]
    some = order[(within < EXAMPLES) & (longest < settings.kgram + settings.window - 1)]
    article = provenance.article[runs[some, 1]]
    spots = find_spots(provenance.texts, article, runs[some, 2:], settings.workers)
    texts = provenance.texts.take(article).to_arrow()
    whole = [
        _is_whole(text.as_py(), start, end)
        for text, start, end in zip(texts, spots.starts.tolist(), spots.ends.tolist(), strict=True)
    ]
    votes = np.bincount(runs[some, 0], np.array(whole, np.float64) - 0.5, out.size)
    out[runs[some, 0]] = votes[runs[some, 0]] < 0
    return out


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether a sentence or line starts at `start`, and one ends at `end`."""
    before = text[max(0, start - 16) : start].rstrip(_PASSED)
    after = text[end : end + 16].lstrip(_PASSED)
    return (before[-1] in _STOPS if before else start < 16) and (not after or after[0] in _STOPS)


def set_aside(nodes: Nodes, runs: Runs, settings: Settings) -> Nodes:
    """The nodes with the runs marked, and without the fingerprints that stand inside them."""
    inside = _inside(nodes, runs)
    prints = np.empty_like(nodes.prints)
    sizes = (settings.kgram, max(1, int(nodes.counts.max(initial=0))))
    spans = prints_outside(
        nodes.tokens, nodes.token_spans, nodes.prints, nodes.print_spans, sizes, inside, prints
    )
    own = nodes.counts - count_inside(inside, nodes.token_spans)
    return replace(nodes, boilerplate=inside, own=own, prints=prints, print_spans=spans)
