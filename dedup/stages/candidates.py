"""Sketches into candidates: the pairs of nodes that share a band key, or fingerprints.

Near-copy groups only narrow the search. A group of up to `SMALL_GROUP` nodes is searched node by node; of
a larger one, each posting list holds one witness, its fullest member with that fingerprint, so that a
story with 300 copies costs about 300 comparisons and a copy's added paragraph is still found.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.postings import (
    band_keys,
    common_counts,
    drop_single,
    equal_rows,
    list_postings,
    meet,
    one_witness_per_group,
    pair_in_lists,
    pair_with_first,
    shared_prints,
)
from dedup.pairs import among, pair_keys
from dedup.settings import Settings
from dedup.sketches import FEWEST_TOKENS, Nodes, distinct
from dedup.threads import in_order, ranges

# Up to here all members are compared: 5 ms, and every figure of the cluster rule is measured.
SMALL_GROUP = 32
CAP = 128  # a longer posting list links each of its articles to its `HUBS` shortest only
HUBS = 16
REACH = 16.0  # tokens one shared fingerprint answers for; 6.5 on average, and a run of 17 has one for certain
REACH_PER_WINDOW = 1.25  # the same for each hash of a window wider than the default's 12
FORM_HUBS = 4  # the same inside boilerplate: some examples of a form are evidence enough
LEAST_FORM, MUCH_FORM = 0.5, 50  # share of what `told` asks for, or tokens, that must be boilerplate
ALIKE = 0.12  # share of equal signature rows that stands for what fingerprints do not: evenly edited copies
LEAST_ALIKE = 0.3  # share of equal signature rows from which a shared band key is worth a comparison
_BLOCK_NODES = 8192

_HALF = np.uint64(32)

Links = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Pairs of nodes, the first of each the earlier (fuller) one; sorted and distinct."""

Postings = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64], NDArray[np.int32]]
"""What `kernels.postings.list_postings` gives."""


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


def without(links: Links, *seen: NDArray[np.int64]) -> Links:
    """Links less those whose keys were seen, each time in ascending order."""
    keys = distinct(pair_keys(*links))
    for some in seen:
        keys = keys[~among(keys, some)]
    return keys >> 32, keys & 0xFFFFFFFF


def band_lists(nodes: Nodes, settings: Settings) -> list[NDArray[np.uint64]]:
    """For each band, sorted key << 32 | node, where a key is that of several: of a feed's keys a tenth."""
    rows = settings.permutations // settings.bands
    # The signatures of articles without a shingle are all equal.
    has_key = nodes.counts >= max(FEWEST_TOKENS, settings.shingle)

    def work(band: int) -> NDArray[np.uint64]:
        entries = np.empty(len(nodes), np.uint64)
        entries = entries[: band_keys(nodes.signatures, rows, band, has_key, entries)]
        entries.sort()
        return entries[: drop_single(entries)].copy()

    return list(in_order(work, range(settings.bands), settings.workers))


def first_of_lists(nodes: Nodes, bands: list[NDArray[np.uint64]]) -> Links:
    """Each node with the first node of each of its band lists, where their signatures are alike."""
    parts = []
    for entries in bands:
        out = np.empty(entries.size, np.uint64)
        parts.append(out[: pair_with_first(entries, out)].copy())
    later_first = distinct(np.concatenate(parts)).astype(np.int64)
    return alike(nodes, (later_first & 0xFFFFFFFF, later_first >> 32))


def alike(nodes: Nodes, links: Links) -> Links:
    """The links whose signatures are alike."""
    keep = _are_alike(nodes, links)
    return links[0][keep], links[1][keep]


def _are_alike(nodes: Nodes, links: Links) -> NDArray[np.bool_]:
    """Which links' signatures agree in at least `LEAST_ALIKE` of their rows."""
    equal = np.empty(links[0].size, np.int32)
    equal_rows(nodes.signatures, *links, equal)
    are_alike: NDArray[np.bool_] = equal >= LEAST_ALIKE * nodes.signatures.shape[1]
    return are_alike


def share_band(
    nodes: Nodes, bands: list[NDArray[np.uint64]], groups: NDArray[np.int32], chosen: NDArray[np.bool_]
) -> tuple[Links, int]:
    """Pairs of chosen nodes of different groups that share a band key, and how many lists were capped."""
    keys = [np.empty(0, np.int64)]
    capped = 0
    for entries in bands:
        own = entries[chosen[(entries & np.uint64(0xFFFFFFFF)).astype(np.int64)]]
        pairs, met = pair_in_lists(own[: one_witness_per_group(own, groups, own)], CAP, HUBS)
        later_earlier = distinct(pairs).astype(np.int64)
        keys.append(pair_keys(*alike(nodes, (later_earlier & 0xFFFFFFFF, later_earlier >> 32))))
        capped += met
    return to_links(np.concatenate(keys)), capped


def tokens_per_fingerprint(settings: Settings) -> float:
    """How many tokens one shared fingerprint can answer for: 6.5 on average with the default window."""
    return max(REACH, REACH_PER_WINDOW * (settings.window + 1))


def answered_tokens(nodes: Nodes, settings: Settings) -> NDArray[np.int32]:
    """How many tokens of each node its fingerprints answer for: fewer than it has if it repeats itself."""
    prints = np.diff(nodes.print_spans, axis=1)[:, 0]
    return np.minimum(nodes.own, tokens_per_fingerprint(settings) * prints).astype(np.int32)


def share_fingerprints(
    nodes: Nodes,
    groups: NDArray[np.int32],
    chosen: NDArray[np.bool_],
    settings: Settings,
    outside: Outside | None = None,
) -> tuple[Links, int]:
    """Pairs of chosen nodes of different groups that share fingerprints, and how many lists were capped."""
    entries = print_entries(nodes, chosen)
    entries = entries[: one_witness_per_group(entries, groups, entries)]
    postings = list_postings(entries, len(nodes))
    hubs_from = _hubs_from(postings, HUBS)
    if outside is not None:
        outside.cap(entries[postings[0][:-1]] >> _HALF, postings, hubs_from)
    known = (answered_tokens(nodes, settings), nodes.signatures)
    rules = (1, tokens_per_fingerprint(settings) / settings.least, ALIKE * settings.permutations)
    return _meet(postings, hubs_from, known, rules, settings), int(np.count_nonzero(hubs_from))


def share_boilerplate(nodes: Nodes, raw: Nodes, settings: Settings) -> tuple[Links, int]:
    """Pairs of which boilerplate may be half of one: form letters, and pages that are mostly furniture.

    `raw`: the nodes with the fingerprints inside boilerplate. The second value counts the lists capped.
    """
    has_much = nodes.counts - nodes.own >= np.minimum(LEAST_FORM * settings.told * nodes.counts, MUCH_FORM)
    postings = list_postings(print_entries(raw, has_much), len(nodes))
    hubs_from = _hubs_from(postings, FORM_HUBS)
    rules = (2, tokens_per_fingerprint(settings) / 2 / settings.told, settings.permutations + 1.0)
    known = (nodes.counts, nodes.signatures)
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
    known: tuple[NDArray[np.int32], NDArray[np.uint32]],
    rules: tuple[int, float, float],
    settings: Settings,
) -> Links:
    """`kernels.postings.meet`, on threads."""

    def work(block: tuple[int, int]) -> Links:
        return meet(postings, hubs_from, known, rules, *block)

    # A block has counters for all nodes, so that with more of these there must not be more blocks.
    size = max(_BLOCK_NODES, known[0].size // 64)
    parts = list(in_order(work, ranges(known[0].size, size), settings.workers))
    left = np.concatenate([np.empty(0, np.int64), *(part[0] for part in parts)])
    right = np.concatenate([np.empty(0, np.int64), *(part[1] for part in parts)])
    return left, right


def print_entries(nodes: Nodes, chosen: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """The fingerprints that several of the chosen nodes have, as sorted fingerprint << 32 | node.

    One in six that a single node has is among them.
    """
    sizes = np.diff(nodes.print_spans, axis=1)[:, 0]
    room = np.empty(int(sizes[chosen].sum()), np.uint64)
    entries = room[: shared_prints(nodes.prints, nodes.print_spans, chosen, room)]
    entries.sort()
    return entries


def open_links(nodes: Nodes, links: Links, settings: Settings) -> Links:
    """The links whose shared fingerprints could answer for `settings.told`, or whose signatures are alike."""
    shared = np.empty(links[0].size, np.int32)
    common_counts(nodes.prints, nodes.print_spans, *links, shared)
    answered = answered_tokens(nodes, settings)
    needed = settings.told * np.minimum(answered[links[0]], answered[links[1]])
    keep = (shared * tokens_per_fingerprint(settings) >= needed) | _are_alike(nodes, links)
    return links[0][keep], links[1][keep]
