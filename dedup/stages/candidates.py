"""Sketches into candidates: the pairs of nodes that share a band key, or fingerprints.

Near-copy groups only narrow the search. A group of up to `SMALL_GROUP` nodes is searched node by node; of
a larger one, each posting list holds one witness, its fullest member with that fingerprint, so that a
story with 300 copies costs about 300 comparisons and a copy's added paragraph is still found.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.meeting import common_counts, equal_rows
from dedup.kernels.postings import shared_prints
from dedup.lists import (
    HUBS,
    Links,
    Outside,
    Rules,
    band_entries,
    heads_of,
    met_in_band,
    met_in_lists,
    of_several,
    one_witness,
    to_links,
)
from dedup.pairs import among, pair_keys
from dedup.settings import Settings
from dedup.sketches import Nodes, distinct
from dedup.threads import in_order

# Up to here all members are compared: 5 ms, and every figure of the cluster rule is measured.
SMALL_GROUP = 32
REACH = 16.0  # tokens one shared fingerprint answers for; 6.5 on average, and a run of 17 has one for certain
REACH_PER_WINDOW = 1.25  # the same for each hash of a window wider than the default's 12
FORM_HUBS = 4  # the same inside boilerplate: some examples of a form are evidence enough
LEAST_FORM, MUCH_FORM = 0.5, 50  # share of what `told` asks for, or tokens, that must be boilerplate
ALIKE = 0.12  # share of equal signature rows that stands for what fingerprints do not: evenly edited copies
LEAST_ALIKE = 0.3  # share of equal signature rows from which a shared band key is worth a comparison


def without(links: Links, seen: NDArray[np.int64]) -> Links:
    """Links less those whose keys were seen, which are in ascending order."""
    keys = distinct(pair_keys(*links))
    keys = keys[~among(keys, seen)]
    return keys >> 32, keys & 0xFFFFFFFF


def band_lists(nodes: Nodes, settings: Settings) -> list[NDArray[np.uint64]]:
    """For each band, sorted key << 32 | node, where a key is that of several: of a feed's keys a tenth."""

    def work(band: int) -> NDArray[np.uint64]:
        return of_several(band_entries(nodes, band, settings))

    return list(in_order(work, range(settings.bands), settings.workers))


def first_of_lists(nodes: Nodes, bands: list[NDArray[np.uint64]]) -> Links:
    """Each node with the first node of each of its band lists, where their signatures are alike."""
    return alike(nodes, heads_of(bands))


def alike(nodes: Nodes, links: Links) -> Links:
    """The links whose signatures are alike."""
    keep = are_alike(nodes, links)
    return links[0][keep], links[1][keep]


def are_alike(nodes: Nodes, links: Links) -> NDArray[np.bool_]:
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
        links, met = met_in_band(own, groups)
        keys.append(pair_keys(*alike(nodes, links)))
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
    known = (answered_tokens(nodes, settings), nodes.signatures)
    entries = one_witness(print_entries(nodes, chosen), groups)
    (left, right, _), capped = met_in_lists(entries, known, print_rules(settings), HUBS, settings, outside)
    return (left, right), capped


def print_rules(settings: Settings) -> Rules:
    """By which fingerprints make two nodes candidates."""
    return 1, tokens_per_fingerprint(settings) / settings.least, ALIKE * settings.permutations


def share_boilerplate(nodes: Nodes, raw: Nodes, settings: Settings) -> tuple[Links, int]:
    """Pairs of which boilerplate may be half of one: form letters, and pages that are mostly furniture.

    `raw`: the nodes with the fingerprints inside boilerplate. The second value counts the lists capped.
    """
    known = (nodes.counts, nodes.signatures)
    entries = print_entries(raw, have_much_boilerplate(nodes, settings))
    (left, right, _), capped = met_in_lists(entries, known, form_rules(settings), FORM_HUBS, settings)
    return (left, right), capped


def have_much_boilerplate(nodes: Nodes, settings: Settings) -> NDArray[np.bool_]:
    """Of which nodes boilerplate may be half of a pair."""
    least = np.minimum(LEAST_FORM * settings.told * nodes.counts, MUCH_FORM)
    have: NDArray[np.bool_] = nodes.counts - nodes.own >= least
    return have


def form_rules(settings: Settings) -> Rules:
    """By which fingerprints inside boilerplate make two nodes candidates."""
    return 2, tokens_per_fingerprint(settings) / 2 / settings.told, settings.permutations + 1.0


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
    keep = (shared * tokens_per_fingerprint(settings) >= needed) | are_alike(nodes, links)
    return links[0][keep], links[1][keep]
