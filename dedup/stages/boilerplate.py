"""Nodes into boilerplate: the passages that recur in articles which are otherwise unrelated.

Learnt from posting lists. The fingerprints that enough near-copy groups hold lead to the grams of `FEWEST`
tokens that do; grams that follow each other more often than not make a block. A block is set aside unless
the articles that hold it have more in common, or one of them is little but the block: then it is a story,
or a statement that stories quote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.around import around
from dedup.kernels.boilerplate import (
    count_inside,
    cover,
    gram_set,
    grams_near,
    prints_outside,
    recurring,
)
from dedup.kernels.sketch import kgrams
from dedup.kernels.stretches import (
    Stretches,
    find_runs,
    find_stretches,
    link_grams,
    links_of,
    unite_all,
)
from dedup.places import find_spots
from dedup.provenance import Provenance
from dedup.settings import Settings
from dedup.sketches import Nodes, distinct
from dedup.texts import Texts
from dedup.threads import in_order, ranges
from dedup.unrelated import Holders, are_statements, held_in, hold_unrelated, longest_first

FEWEST = 8  # tokens of a block
EXAMPLES = 3  # places of a short block that are looked at
_AROUND = 16  # characters beside a place that are looked at
_STOPS = [*map(ord, ".!?:;\n\r\u2026\u3002\uff01\uff1f\uff1a\uff1b")]
_PASSED = [*map(ord, " \t\"'\u201c\u201d\u2018\u2019\xab\xbb()[]*\u2013\u2014-")]
_BLOCK_NODES = 4096
_LOW = 0xFFFFFFFF

T = TypeVar("T")
Rows = NDArray[np.int64]
Runs = NDArray[np.int32]
"""Where blocks stand, x 4: block, node, first token, token behind the last; by node and place."""


@dataclass(frozen=True)
class _Feed:
    """The arguments of `learn`."""

    nodes: Nodes
    groups: NDArray[np.int32]
    provenance: Provenance


@dataclass(frozen=True)
class KnownBoilerplate:
    """What was learnt before: `grams`: uint32, ascending, the hashes of its runs of `FEWEST` tokens (`kgram`
    where that is more); `blocks`: int32, a number for the block that each is of.
    """

    grams: NDArray[np.uint32]
    blocks: NDArray[np.int32]


def gram_size(settings: Settings) -> int:
    """Tokens in a gram of boilerplate."""
    return max(FEWEST, settings.kgram)


def known_runs(nodes: Nodes, known: KnownBoilerplate, settings: Settings) -> Runs:
    """Where known boilerplate stands."""
    size = gram_size(settings)
    stretches = _in_blocks(nodes, find_stretches, (gram_set(known.grams), size), settings)
    return np.concatenate([no_runs(), *(find_runs(some, known.blocks, size) for some in stretches)])


def with_known(nodes: Nodes, learnt: Runs, known: KnownBoilerplate, settings: Settings) -> Runs:
    """Runs that were learnt, and those of known blocks that are not inside of them; by node and place."""
    runs = known_runs(nodes, known, settings)
    starts = nodes.token_spans[runs[:, 1], 0]
    spans = starts[:, None] + runs[:, 2:]
    more = runs[count_inside(_inside(nodes, learnt), spans) < runs[:, 3] - runs[:, 2]]
    more[:, 0] += learnt[:, 0].max(initial=-1) + 1
    every = np.concatenate([learnt, more])
    return every[np.lexsort((every[:, 2], every[:, 1]))]


def grams_of(nodes: Nodes, runs: Runs, settings: Settings) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """The grams inside runs, and the row of the run that each is in."""
    size = gram_size(settings)
    out = np.empty(int((runs[:, 3] - runs[:, 2]).max(initial=0)), np.uint32)
    grams = [np.empty(0, np.uint32)]
    for _, node, first, last in runs.tolist():
        start = int(nodes.token_spans[node, 0])
        grams.append(out[: kgrams(nodes.tokens[start + first : start + last], size, out)].copy())
    return np.concatenate(grams), np.repeat(np.arange(len(runs)), list(map(len, grams[1:])))


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
    feed = _Feed(nodes, groups, provenance)
    size = gram_size(settings)
    values, counts = recurring(prints, groups, settings.boilerplate)
    del prints  # 8 bytes for each fingerprint of the feed
    for sizes, reach in steps(settings):
        near = _in_blocks(nodes, grams_near, (gram_set(values), sizes, reach), settings)
        values, counts = _recurring(feed, near, settings)
    if not values.size:
        return no_runs()
    stretches = [*_in_blocks(nodes, find_stretches, (gram_set(values), size), settings)]
    parents = _linked(feed, stretches, counts, size, settings)
    blocks = numbers_of(parents)
    runs = np.concatenate([find_runs(some, blocks, size) for some in stretches])
    runs = runs[_is_boilerplate(feed, runs, settings)[runs[:, 0]]]
    out: Runs = runs[~_are_phrases(runs, provenance, settings)[runs[:, 0]]]
    return out


def steps(settings: Settings) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """The steps from fingerprints that recur to grams that do: `sizes` and `reach` of `grams_near`."""
    size, reach = gram_size(settings), settings.kgram + settings.window
    return [((settings.kgram, size), (size - settings.kgram, 0)), ((size, size), (reach, reach))]


def numbers_of(parents: NDArray[np.integer]) -> NDArray[np.int32]:
    """A number for the block of each gram; `parents`: the least gram of each one's block."""
    numbers: NDArray[np.int32] = np.unique(parents, return_inverse=True)[1].astype(np.int32)
    return numbers


def _in_blocks(
    nodes: Nodes, kernel: Callable[..., T], others: tuple[Any, ...], settings: Settings
) -> Iterator[T]:
    """What a kernel finds in all nodes, block by block, on threads."""

    def work(block: tuple[int, int]) -> T:
        return kernel(nodes.tokens, nodes.token_spans, np.arange(*block), *others)

    return in_order(work, ranges(len(nodes), _BLOCK_NODES), settings.workers)


def _recurring(
    feed: _Feed, parts: Iterable[NDArray[np.uint64]], settings: Settings
) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
    """The grams that recur, of parts of gram << 32 | node, and how many groups hold each."""
    entries = np.concatenate([np.empty(0, np.uint64), *parts])
    entries.sort()
    return recurring(entries, feed.groups, settings.boilerplate)


def _linked(
    feed: _Feed, stretches: list[Stretches], counts: NDArray[np.int32], size: int, settings: Settings
) -> NDArray[np.int32]:
    """The least gram of those that each hangs together with."""
    tokens, spans = feed.nodes.tokens, feed.nodes.token_spans
    entries = in_order(lambda some: links_of(tokens, spans, some[0], size), stretches, settings.workers)
    values, link_counts = _recurring(feed, entries, settings)
    links = gram_set(values)

    def work(first: int) -> NDArray[np.int32]:
        parents = np.arange(counts.size, dtype=np.int32)
        for some in stretches[first :: settings.workers]:
            link_grams(tokens, spans, some, links, (counts, link_counts), size, parents)
        return parents

    trees = in_order(work, range(settings.workers), settings.workers)
    parents = next(trees)
    for others in trees:
        unite_all(parents, others)
    while not np.array_equal(further := parents[parents], parents):
        parents = further
    return parents


def _is_boilerplate(feed: _Feed, runs: Runs, settings: Settings) -> NDArray[np.bool_]:
    """Which blocks are held by articles that are otherwise unrelated, and are no story themselves."""
    nodes = feed.nodes
    blocks = int(runs[:, 0].max(initial=-1)) + 1
    holds, _, is_little_else = held_in(runs, nodes.counts)
    block, node = holds >> 32, holds & _LOW
    group = feed.groups[node].astype(np.int64)
    first = np.unique(block << 32 | group, return_index=True)[1]  # the fullest node of each group
    starts = np.searchsorted(block[first], np.arange(blocks + 1))
    holders = Holders(block[first], node[first], group[first], starts)
    stories = np.zeros(blocks, np.bool_)
    stories[block[is_little_else]] = True
    unrelated = hold_unrelated(nodes, runs, holders, settings)
    return unrelated & ~are_statements(stories, np.diff(starts), _sources(feed, block, node, blocks))


def _inside(nodes: Nodes, runs: Runs) -> NDArray[np.bool_]:
    """For each token, whether a run covers it."""
    inside = np.zeros(nodes.tokens.size, np.bool_)
    starts = nodes.token_spans[runs[:, 1], 0]
    cover(starts + runs[:, 2], starts + runs[:, 3], inside)
    return inside


def _sources(
    feed: _Feed, block: NDArray[np.int64], node: NDArray[np.int64], blocks: int
) -> NDArray[np.float64]:
    """How many sources print each block; infinitely many where the feed does not tell sources apart."""
    if not feed.provenance.has_sources:
        return np.full(blocks, np.inf)
    row, source = feed.provenance.sources_of(node)
    known = distinct(block[row] << 32 | source)
    number = np.bincount(known >> 32, minlength=blocks).astype(np.float64)
    number[number == 0] = np.inf
    return number


def _are_phrases(runs: Runs, provenance: Provenance, settings: Settings) -> NDArray[np.bool_]:
    """Which blocks are turns of phrase."""
    some = runs[examples(runs, settings)]
    whole = stand_whole(provenance.texts, provenance.article[some[:, 1]], some[:, 2:], settings)
    return within_sentences(some[:, 0], whole, int(runs[:, 0].max(initial=-1)) + 1)


def examples(runs: NDArray[np.integer], settings: Settings) -> Rows:
    """The rows of the `EXAMPLES` longest runs of each short block."""
    size = runs[:, 3] - runs[:, 2]
    order = longest_first(runs)
    block = runs[order, 0]
    within = np.arange(order.size) - np.searchsorted(block, block)
    longest = size[order][np.searchsorted(block, block)]
    some: Rows = order[(within < EXAMPLES) & (longest < settings.kgram + settings.window - 1)]
    return some


def within_sentences(block: NDArray[np.integer], whole: NDArray[np.bool_], blocks: int) -> NDArray[np.bool_]:
    """Which blocks mostly stand inside sentences: turns of phrase. Furniture stands in whole lines.

    `block`, `whole`: of some examples; a block of none is no phrase.
    """
    return np.bincount(block, whole - 0.5, blocks) < 0


def stand_whole(
    texts: Texts, articles: Rows, spans: NDArray[np.int32], settings: Settings
) -> NDArray[np.bool_]:
    """Whether a sentence or line starts where each span of tokens does, and one ends where it does."""
    spots = find_spots(texts, articles, spans, settings.workers)
    chars = np.empty((articles.size, 2, _AROUND), np.int32)
    for block, places, rows in texts.by_chunk(articles):
        out = np.empty((places.size, 2, _AROUND), np.int32)
        around(block.data, block.offsets, rows, (spots.starts[places], spots.ends[places]), out)
        chars[places] = out
    nearest = np.argmin(np.isin(chars, _PASSED), axis=2, keepdims=True)
    before, behind = np.take_along_axis(chars, nearest, axis=2)[:, :, 0].T
    begins = np.isin(before, _STOPS) | (before < 0)
    ends = np.isin(behind, _STOPS) | (behind < 0) | np.isin(behind, _PASSED)
    whole: NDArray[np.bool_] = begins & ends
    return whole


def set_aside(nodes: Nodes, runs: Runs, settings: Settings) -> Nodes:
    """The nodes with the runs marked, and without the fingerprints that stand inside them."""
    if not runs.size:
        return nodes
    inside = _inside(nodes, runs)
    some = distinct(runs[:, 1].astype(np.int64))
    covered = np.zeros(len(nodes), np.int32)
    covered[some] = count_inside(inside, nodes.token_spans[some])
    prints = np.empty_like(nodes.prints)
    known = (nodes.tokens, nodes.token_spans, nodes.prints, nodes.print_spans)
    spans = prints_outside(*known, settings.kgram, (inside, covered), prints)
    return replace(nodes, boilerplate=inside, own=nodes.counts - covered, prints=prints, print_spans=spans)
