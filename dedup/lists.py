"""Keys of nodes into posting lists, and these into the pairs of nodes that meet in them.

Entries are key << 32 | node, uint64. A list that is over-full links each of its nodes to its shortest ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.meeting import meet
from dedup.kernels.postings import (
    band_keys,
    drop_single,
    list_postings,
    one_witness_per_group,
    pair_in_lists,
    pair_with_first,
)
from dedup.settings import Settings
from dedup.sketches import FEWEST_TOKENS, Nodes, distinct, places_of
from dedup.threads import in_order, ranges

CAP = 128  # a longer list links each of its nodes to its `HUBS` shortest only
HUBS = 16
_BLOCK_NODES = 8192

_HALF = np.uint64(32)

Links = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Pairs of nodes, the first of each the earlier (fuller) one; sorted and distinct."""

Postings = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64], NDArray[np.int32]]
"""What `kernels.postings.list_postings` gives."""

Known = tuple[NDArray[np.int32], NDArray[np.uint32]]
"""Tokens that fingerprints can answer for, and signatures, per node."""

Rules = tuple[int, float, float]
"""The fewest fingerprints to share, the tokens of the shorter node that one of them can answer for, and the
equal signature rows that make up for too few of them."""


@dataclass(frozen=True)
class Outside:
    """What is known of long lists whose nodes are not all at hand: some lie in an archive.

    `prints`: uint64, ascending; for each `nodes`: int64, how many nodes elsewhere hold it, and `hubs`: int64
    x `HUBS`, between which nodes at hand the shortest of those stand (as `searchsorted` tells), -1 for none.
    """

    prints: NDArray[np.uint64]
    nodes: NDArray[np.int64]
    hubs: NDArray[np.int64]

    def cap(self, prints: NDArray[np.uint64], postings: Postings, hubs_from: NDArray[np.int32]) -> None:
        """Cap the lists, of the given fingerprints, that are over-full with what lies elsewhere."""
        starts, members = postings[:2]
        at = np.searchsorted(self.prints, prints)
        at = np.minimum(at, max(0, self.prints.size - 1))
        known = np.flatnonzero(self.prints[at] == prints) if self.prints.size else np.empty(0, np.int64)
        for row in known[(np.diff(starts)[known] + self.nodes[at[known]]) > CAP].tolist():
            # A node elsewhere that stands between two at hand comes before the second.
            ours = members[starts[row] : starts[row + 1]]
            theirs = self.hubs[at[row]]
            places = np.sort(np.concatenate([2 * ours.astype(np.int64) + 1, 2 * theirs[theirs >= 0]]))
            hubs_from[row] = places[-HUBS] // 2 if places.size >= HUBS else 0


def to_links(keys: NDArray[np.uint64] | NDArray[np.int64]) -> Links:
    """Distinct pairs from earlier << 32 | later."""
    keys = distinct(keys.astype(np.int64))
    return keys >> 32, keys & 0xFFFFFFFF


def band_entries(nodes: Nodes, band: int, settings: Settings) -> NDArray[np.uint64]:
    """key << 32 | node for one band, in the order of the nodes."""
    # The signatures of articles without a shingle are all equal.
    has_key = nodes.counts >= max(FEWEST_TOKENS, settings.shingle)
    entries = np.empty(len(nodes), np.uint64)
    rows = settings.permutations // settings.bands
    return entries[: band_keys(nodes.signatures, rows, band, has_key, entries)]


def of_several(entries: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Entries in order, less those whose key is that of one node alone."""
    entries = np.sort(entries)
    return entries[: drop_single(entries)].copy()


def heads_of(bands: Iterable[NDArray[np.uint64]]) -> Links:
    """Each node with the first node of each of its band lists."""
    parts = [np.empty(0, np.uint64)]
    for entries in bands:
        out = np.empty(entries.size, np.uint64)
        parts.append(out[: pair_with_first(entries, out)].copy())
    later_first = distinct(np.concatenate(parts)).astype(np.int64)
    return later_first & 0xFFFFFFFF, later_first >> 32


def met_in_band(entries: NDArray[np.uint64], groups: NDArray[np.int32]) -> tuple[Links, int]:
    """Pairs of different groups that share a key of one band, and how many lists were capped.

    `entries`: sorted key << 32 | node, written over; `groups`: int32, of each node.
    """
    pairs, capped = pair_in_lists(entries[: one_witness_per_group(entries, groups, entries)], CAP, HUBS)
    later_earlier = distinct(pairs).astype(np.int64)
    return (later_earlier & 0xFFFFFFFF, later_earlier >> 32), capped


def one_witness(entries: NDArray[np.uint64], groups: NDArray[np.int32]) -> NDArray[np.uint64]:
    """Sorted key << 32 | node less all but the first node of each group; written over."""
    return entries[: one_witness_per_group(entries, groups, entries)]


def met_in_lists(
    entries: NDArray[np.uint64],
    known: Known,
    rules: Rules,
    hubs: int,
    settings: Settings,
    outside: Outside | None = None,
) -> tuple[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]], int]:
    """Pairs that share fingerprints and how many, and the number of lists capped.

    `entries`: sorted fingerprint << 32 | node.
    """
    postings = list_postings(entries, known[0].size)
    hubs_from = _hubs_from(postings, hubs)
    if outside is not None:
        outside.cap(entries[postings[0][:-1]] >> _HALF, postings, hubs_from)
    return _meet(postings, hubs_from, known, rules, settings), int(np.count_nonzero(hubs_from))


def _hubs_from(postings: Postings, hubs: int) -> NDArray[np.int32]:
    """For each list the first node that is linked to all of it: 0 where all are, else its last `hubs`."""
    starts, members = postings[:2]
    hubs_from = np.zeros(starts.size - 1, np.int32)
    capped = np.flatnonzero(np.diff(starts) > CAP)
    hubs_from[capped] = members[starts[capped + 1] - hubs]
    return hubs_from


def _meet(
    postings: Postings,
    hubs_from: NDArray[np.int32],
    known: Known,
    rules: Rules,
    settings: Settings,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """`kernels.meeting.meet`, on threads."""

    def work(block: tuple[int, int]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
        return meet(postings, hubs_from, known, rules, *block)

    # A block has counters for all nodes, so that with more of these there must not be more blocks.
    size = max(_BLOCK_NODES, known[0].size // 64)
    parts = list(in_order(work, ranges(known[0].size, size), settings.workers))
    nothing = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int32))
    left, right, shared = (np.concatenate(some) for some in zip(nothing, *parts, strict=True))
    return left, right, shared


def pairs_within(roots: NDArray[np.int64], most: int) -> Links:
    """All pairs within the groups of up to `most` nodes; of larger ones those with the first node."""
    size = np.bincount(roots, minlength=roots.size)[roots]
    large = np.flatnonzero((size > most) & (roots != np.arange(roots.size)))
    nodes = np.flatnonzero((size > 1) & (size <= most))
    nodes = nodes[np.argsort(roots[nodes], kind="stable")]
    behind = np.arange(1, nodes.size + 1)
    later = np.searchsorted(roots[nodes], roots[nodes], "right") - behind
    left, right = np.repeat(nodes, later), nodes[places_of(behind, later)]
    return np.append(roots[large], left), np.append(large, right)
