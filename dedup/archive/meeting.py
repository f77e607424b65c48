"""Nodes that are new to an archive into the archived ones that they may meet.

The rule of candidates (`stages/candidates.py`) with two things less: signatures are kept as the last byte of
each row, which a few rows too many agree in, and near-copy groups are not known. So what is met is more than
the candidates, never less; who really is one is found when all that was met is searched again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dedup.archive.postings import Asked, Known, in_lists, known_nodes
from dedup.archive.rows import numbers
from dedup.kernels.meeting import equal_rows
from dedup.lists import CAP, HUBS
from dedup.settings import Settings
from dedup.sketches import counted, distinct, places_of
from dedup.stages.candidates import ALIKE, LEAST_ALIKE, tokens_per_fingerprint
from dedup.store import Store
from dedup.threads import ranges

Rows = NDArray[np.int64]

_HALF, _LOW = np.uint64(32), 0xFFFFFFFF
_BLOCK = 1 << 16  # lists that are paired at once: what that takes is found again, and not anew, for the next


@dataclass(frozen=True)
class Met:
    """What asked nodes meet.

    `nodes`: int64, archived ones that some may be related to, distinct; `crowded`: int64, those in lists that
    become over-full as the asked come in, and are linked to fewer then; `lists`: uint32, the fingerprints
    whose lists are over-full then.
    """

    nodes: Rows
    crowded: Rows
    lists: NDArray[np.uint32]


def meet_archived(store: Store, query: Asked, settings: Settings) -> Met:
    """Look the asked nodes up."""
    pair, lists = _by_prints(store, query)
    pair, counts = counted(pair)
    asker, other = pair >> 32, pair & _LOW
    met = known_nodes(store, distinct(other))
    place = np.searchsorted(met.node, other)
    reach = tokens_per_fingerprint(settings) / settings.least
    enough = counts * reach >= np.minimum(query.known.answered[asker], met.answered[place])
    is_met = np.zeros(len(met), bool)
    is_met[place[enough]] = True
    unsure = np.flatnonzero(~is_met[place])  # of nodes met already no further pair matters
    alike = _agree(query.known, met, asker[unsure], place[unsure]) >= ALIKE * settings.permutations
    is_met[place[unsure[alike]]] = True
    asker, other = _by_bands(store, query)
    unsure = np.flatnonzero(~np.isin(other, met.node[is_met]))
    more = known_nodes(store, distinct(other[unsure]))
    place = np.searchsorted(more.node, other[unsure])
    alike = _agree(query.known, more, asker[unsure], place) >= LEAST_ALIKE * settings.permutations
    nodes = distinct(np.concatenate([met.node[is_met], other[unsure[alike]]]))
    return Met(nodes, lists.crowded, lists.prints)


def _agree(one: Known, other: Known, a: Rows, b: Rows) -> NDArray[np.int32]:
    """In how many rows the signatures of `one[a]` and `other[b]` may agree."""
    out = np.empty(a.size, np.int32)
    if a.size:
        equal_rows(np.concatenate([one.signature, other.signature]), a, b + len(one), out)
    return out


class _Lists(NamedTuple):
    """Lists that are over-full: their fingerprints, and the nodes of those that were not so before."""

    prints: NDArray[np.uint32]
    crowded: Rows


def _by_prints(store: Store, query: Asked) -> tuple[Rows, _Lists]:
    """Asked node << 32 | archived one, for each fingerprint that the two share; and over-full lists."""
    long = store.rows("SELECT fingerprint, hubs FROM long_lists ORDER BY fingerprint")
    long_prints = long["fingerprint"].to_numpy()
    row = np.searchsorted(long_prints, query.prints)
    is_long = np.append(long_prints, 0)[row] == query.prints
    is_long &= row < long_prints.size
    sizes, hubs = in_lists(long["hubs"])
    row, firsts = row[is_long], np.cumsum(sizes) - sizes
    asker = np.repeat(query.print_node[is_long], sizes[row])
    pairs = [asker << 32 | hubs[places_of(firsts[row], sizes[row])]]
    short, of_node = _ascending(query.prints[~is_long], query.print_node[~is_long])
    own, times = counted(short)
    with store.frugal():
        found = store.rows(
            "SELECT f.fingerprint, f.node FROM fingerprints f SEMI JOIN asked USING (fingerprint)",
            asked=pa.table({"fingerprint": own}),
        )
    prints, theirs = _ascending(found["fingerprint"].to_numpy(), numbers(found, "node"))
    first = np.searchsorted(prints, own)
    sizes = np.searchsorted(prints, own, "right") - first
    begins = np.append(0, np.cumsum(times))
    for low, high in ranges(own.size, _BLOCK):
        place = np.repeat(np.arange(low, high), times[low:high])
        asker = np.repeat(of_node[begins[low] : begins[high]], sizes[place])
        pairs.append(asker << 32 | theirs[places_of(first[place], sizes[place])])
    grown = np.flatnonzero(sizes + times > CAP)
    crowded = theirs[places_of(first[grown], sizes[grown])]
    lists = _Lists(np.concatenate([own[grown], distinct(query.prints[is_long])]), distinct(crowded))
    return np.concatenate(pairs), lists


def _ascending(prints: NDArray[np.uint32], nodes: Rows) -> tuple[NDArray[np.uint32], Rows]:
    """Fingerprints in order, and the node of each: what is looked up in order is three times as quick."""
    entries = np.sort(prints.astype(np.uint64) << _HALF | nodes.astype(np.uint64))
    return (entries >> _HALF).astype(np.uint32), (entries & np.uint64(_LOW)).astype(np.int64)


def _by_bands(store: Store, query: Asked) -> tuple[Rows, Rows]:
    """Which asked node shares a band key with which archived one; of over-full lists the shortest ones."""
    with store.frugal():
        found = store.rows(
            "SELECT b.band_key, b.node, n.tokens, n.hash FROM band_keys b SEMI JOIN asked USING (band_key) "
            "JOIN nodes n USING (node)",
            asked=pa.table({"band_key": distinct(query.bands)}),
        )
    keys, node = found["band_key"].to_numpy(), numbers(found, "node")
    order = np.lexsort((found["hash"].to_numpy(), -found["tokens"].to_numpy(), keys))
    keys, node = keys[order], node[order]
    order = np.argsort(query.bands, kind="stable")  # see `_ascending`
    bands, of_node = query.bands[order], query.band_node[order]
    first, last = np.searchsorted(keys, bands), np.searchsorted(keys, bands, "right")
    first = np.where(last - first > CAP, last - HUBS, first)
    asker = np.repeat(of_node, last - first)
    pair = distinct(asker << 32 | node[places_of(first, last - first)])
    return pair >> 32, pair & _LOW
