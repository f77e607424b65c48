"""Keys of nodes into an archive's posting lists, and those into the archived nodes that new ones may meet.

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

from dedup.archive.rows import numbers
from dedup.kernels.postings import band_keys, equal_rows
from dedup.settings import Settings
from dedup.sketches import FEWEST_TOKENS, Nodes, counted, distinct, places_of
from dedup.stages.candidates import (
    ALIKE,
    CAP,
    HUBS,
    LEAST_ALIKE,
    Outside,
    answered_tokens,
    tokens_per_fingerprint,
)
from dedup.store import Store

Rows = NDArray[np.int64]

_HALF, _LOW = np.uint64(32), 0xFFFFFFFF


@dataclass(frozen=True)
class Known:
    """Nodes as the archive keeps them.

    `node`: int64 number; `hash`: uint64; `tokens`, `answered`: int32; `signature`: uint8, x permutations.
    """

    node: Rows
    hash: NDArray[np.uint64]
    tokens: NDArray[np.int32]
    answered: NDArray[np.int32]
    signature: NDArray[np.uint8]

    def __len__(self) -> int:
        return self.node.size

    def order(self) -> Rows:
        """Fullest first, then by hash: as nodes are numbered."""
        return np.lexsort((self.hash, -self.tokens))


def known_nodes(store: Store, wanted: Rows) -> Known:
    """What is kept of some nodes, by their number."""
    found = store.rows(
        "SELECT * FROM nodes SEMI JOIN wanted USING (node) ORDER BY node",
        wanted=pa.table({"node": wanted.astype(np.uint32)}),
    )
    return Known(
        found["node"].to_numpy().astype(np.int64),
        found["hash"].to_numpy(),
        found["tokens"].to_numpy(),
        found["answered"].to_numpy(),
        _bytes(found["signature"]),
    )


def _bytes(column: pa.ChunkedArray) -> NDArray[np.uint8]:
    """Cells of equal length as rows."""
    if not len(column):
        return np.empty((0, 0), np.uint8)
    cells = column.cast(pa.large_binary()).combine_chunks()
    offsets = np.frombuffer(cells.buffers()[1], np.int64)[cells.offset : cells.offset + len(cells) + 1]
    octets = np.frombuffer(cells.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    return octets.reshape(len(cells), -1)


@dataclass(frozen=True)
class Asked:
    """Nodes whose lists are looked up: `known`, and their keys.

    `prints`: uint32, and `print_node`: int64, the place of the node in `known`, for each fingerprint;
    `bands`: uint64, number of the band << 32 | key, and `band_node` the same.
    """

    known: Known
    prints: NDArray[np.uint32]
    print_node: Rows
    bands: NDArray[np.uint64]
    band_node: Rows

    def without(self, nodes: Rows) -> Asked:
        """The same less some nodes' keys."""
        stays = ~np.isin(self.known.node, nodes)
        prints, bands = stays[self.print_node], stays[self.band_node]
        return Asked(
            self.known, self.prints[prints], self.print_node[prints], self.bands[bands], self.band_node[bands]
        )


def asked(nodes: Nodes, hashes: NDArray[np.uint64], known: Rows, settings: Settings) -> Asked:
    """The keys of all nodes; `hashes`: of all their tokens, `known`: what the archive calls them."""
    sizes = np.diff(nodes.print_spans, axis=1)[:, 0]
    has_key = nodes.counts >= max(FEWEST_TOKENS, settings.shingle)
    keys = np.empty((settings.bands, len(nodes)), np.uint64)
    size = 0
    for band in range(settings.bands):
        rows = settings.permutations // settings.bands
        size = band_keys(nodes.signatures, rows, band, has_key, keys[band])
    keys = keys[:, :size]
    number = np.arange(settings.bands, dtype=np.uint64)[:, None] << _HALF
    answered = answered_tokens(nodes, settings)
    return Asked(
        Known(known, hashes, nodes.counts, answered, nodes.signatures.astype(np.uint8)),
        nodes.prints[places_of(nodes.print_spans[:, 0], sizes)],
        np.repeat(np.arange(len(nodes)), sizes),
        (number | keys >> _HALF).reshape(-1),
        (keys & np.uint64(_LOW)).astype(np.int64).reshape(-1),
    )


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
    asker, node, lists = _by_prints(store, query)
    pair, counts = counted(asker << 32 | node)
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


def _by_prints(store: Store, query: Asked) -> tuple[Rows, Rows, _Lists]:
    """Which asked node shares a fingerprint with which archived one, for each one; and over-full lists."""
    long = store.rows("SELECT fingerprint, hubs FROM long_lists ORDER BY fingerprint")
    long_prints = long["fingerprint"].to_numpy()
    row = np.searchsorted(long_prints, query.prints)
    is_long = np.append(long_prints, 0)[row] == query.prints
    is_long &= row < long_prints.size
    sizes, hubs = _lists(long["hubs"])
    row, firsts = row[is_long], np.cumsum(sizes) - sizes
    asker = [np.repeat(query.print_node[is_long], sizes[row])]
    node = [hubs[places_of(firsts[row], sizes[row])]]
    short, of_node = _ascending(query.prints[~is_long], query.print_node[~is_long])
    own, times = counted(short)
    found = store.rows(
        "SELECT f.fingerprint, f.node FROM fingerprints f SEMI JOIN asked USING (fingerprint)",
        asked=pa.table({"fingerprint": own}),
    )
    prints, theirs = _ascending(found["fingerprint"].to_numpy(), numbers(found, "node"))
    first, last = np.searchsorted(prints, own), np.searchsorted(prints, own, "right")
    place = np.repeat(np.arange(own.size), times)
    asker.append(np.repeat(of_node, (last - first)[place]))
    node.append(theirs[places_of(first[place], (last - first)[place])])
    grown = np.flatnonzero(last - first + times > CAP)
    crowded = theirs[places_of(first[grown], (last - first)[grown])]
    lists = _Lists(np.concatenate([own[grown], distinct(query.prints[is_long])]), distinct(crowded))
    return np.concatenate(asker), np.concatenate(node), lists


def _ascending(prints: NDArray[np.uint32], nodes: Rows) -> tuple[NDArray[np.uint32], Rows]:
    """Fingerprints in order, and the node of each: what is looked up in order is three times as quick."""
    entries = np.sort(prints.astype(np.uint64) << _HALF | nodes.astype(np.uint64))
    return (entries >> _HALF).astype(np.uint32), (entries & np.uint64(_LOW)).astype(np.int64)


def _lists(column: pa.ChunkedArray) -> tuple[Rows, Rows]:
    """The sizes of lists, and what is in them, one after another."""
    lists = column.combine_chunks()
    return lists.value_lengths().to_numpy().astype(np.int64), lists.flatten().to_numpy().astype(np.int64)


def _by_bands(store: Store, query: Asked) -> tuple[Rows, Rows]:
    """Which asked node shares a band key with which archived one; of over-full lists the shortest ones."""
    found = store.rows(
        "SELECT b.band_key, b.node, n.tokens, n.hash FROM band_keys b SEMI JOIN asked USING (band_key) "
        "JOIN nodes n USING (node)",
        asked=pa.table({"band_key": distinct(query.bands)}),
    )
    keys, node = found["band_key"].to_numpy(), found["node"].to_numpy().astype(np.int64)
    order = np.lexsort((found["hash"].to_numpy(), -found["tokens"].to_numpy(), keys))
    keys, node = keys[order], node[order]
    order = np.argsort(query.bands, kind="stable")  # see `_ascending`
    bands, of_node = query.bands[order], query.band_node[order]
    first, last = np.searchsorted(keys, bands), np.searchsorted(keys, bands, "right")
    first = np.where(last - first > CAP, last - HUBS, first)
    asker = np.repeat(of_node, last - first)
    pair = distinct(asker << 32 | node[places_of(first, last - first)])
    return pair >> 32, pair & 0xFFFFFFFF


def add_postings(store: Store, query: Asked, lists: NDArray[np.uint32]) -> Rows:
    """Put nodes into the lists; they are in the table of nodes already. Returns what is a hub no more.

    `lists`: the fingerprints whose lists are over-full with them.
    """
    node = query.known.node.astype(np.uint32)
    store.add("fingerprints", pa.table({"fingerprint": query.prints, "node": node[query.print_node]}))
    store.add("band_keys", pa.table({"band_key": query.bands, "node": node[query.band_node]}))
    came = pa.table({"fingerprint": lists})
    held = store.rows(
        "SELECT fingerprint, hubs FROM long_lists SEMI JOIN came USING (fingerprint)", came=came
    )
    _measure_again(store, came)
    if not held.num_rows:
        return np.empty(0, np.int64)
    displaced = store.rows(
        "SELECT unnest(h.hubs) AS node FROM held h "
        "EXCEPT SELECT unnest(l.hubs) FROM held h JOIN long_lists l USING (fingerprint)",
        held=held,
    )
    return numbers(displaced, "node")


def drop_postings(store: Store, nodes: Rows) -> Rows:
    """Take nodes out of the lists; the archived nodes that may meet others now which they could not before.

    Those are what becomes a hub, and what is in a list that is over-full no more.
    """
    gone = pa.table({"node": nodes.astype(np.uint32)})
    held = store.rows(
        "SELECT DISTINCT l.fingerprint, l.nodes, l.hubs FROM fingerprints f SEMI JOIN gone USING (node) "
        "JOIN long_lists l USING (fingerprint)",
        gone=gone,
    )
    for table in ("fingerprints", "band_keys"):
        store.run(f"DELETE FROM {table} WHERE node IN (SELECT node FROM gone)", gone=gone)
    if not held.num_rows:
        return np.empty(0, np.int64)
    _measure_again(store, held.select(["fingerprint"]))
    changed = store.rows(
        # Out of those that were linked to a few, and those few now that were not before.
        "SELECT f.node FROM held h ANTI JOIN long_lists l USING (fingerprint) "
        "JOIN fingerprints f USING (fingerprint) "
        "UNION (SELECT unnest(l.hubs) FROM held h JOIN long_lists l USING (fingerprint) "
        "EXCEPT SELECT unnest(h.hubs) FROM held h)",
        held=held,
    )
    return numbers(changed, "node")


def _measure_again(store: Store, prints: pa.Table) -> None:
    """Tell anew which of some lists are over-full, and their hubs."""
    store.run("DELETE FROM long_lists WHERE fingerprint IN (SELECT fingerprint FROM prints)", prints=prints)
    store.run(
        "INSERT INTO long_lists BY NAME "
        "WITH sizes AS (SELECT f.fingerprint, count(*) AS nodes FROM fingerprints f "
        "SEMI JOIN prints USING (fingerprint) GROUP BY f.fingerprint HAVING count(*) > ?), "
        "placed AS (SELECT f.fingerprint, f.node, row_number() OVER "
        "(PARTITION BY f.fingerprint ORDER BY n.tokens, n.hash DESC) AS place "
        "FROM fingerprints f SEMI JOIN sizes USING (fingerprint) JOIN nodes n USING (node)) "
        "SELECT s.fingerprint, s.nodes, list(p.node ORDER BY p.place) AS hubs "
        "FROM sizes s JOIN placed p USING (fingerprint) WHERE p.place <= ? GROUP BY ALL",
        CAP,
        HUBS,
        prints=prints,
    )


def outside(store: Store, local: Known, nodes: Nodes) -> Outside:
    """What is known of the over-full lists that nodes at hand are in. `local`: those, in their order."""
    long = store.rows("SELECT * FROM long_lists ORDER BY fingerprint")
    prints = long["fingerprint"].to_numpy().astype(np.uint64)
    if not prints.size:
        return Outside(prints, np.empty(0, np.int64), np.empty((0, HUBS), np.int64))
    sizes, hubs = _lists(long["hubs"])
    is_ours = np.isin(hubs, local.node)
    theirs = known_nodes(store, hubs[~is_ours])
    # Places among the nodes at hand: fullest first, then by hash.
    every = np.lexsort(
        (
            np.repeat([1, 0], [len(local), len(theirs)]),
            np.concatenate([local.hash, theirs.hash]),
            -np.concatenate([local.tokens, theirs.tokens]),
        )
    )
    before = np.cumsum(every < len(local))
    place = np.empty(every.size, np.int64)
    place[every] = before
    places = np.full(hubs.size, -1)
    places[~is_ours] = place[len(local) :][np.searchsorted(theirs.node, hubs[~is_ours])]
    out = np.full((prints.size, HUBS), -1)
    row = np.repeat(np.arange(prints.size), sizes)
    out[row, np.arange(hubs.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)] = places
    own = nodes.prints[_all_prints(nodes)].astype(np.uint64)
    held = np.minimum(np.searchsorted(prints, own), prints.size - 1)
    found = prints[held] == own
    ours = np.bincount(held[found], minlength=prints.size)
    return Outside(prints, np.maximum(0, long["nodes"].to_numpy().astype(np.int64) - ours), out)


def _all_prints(nodes: Nodes) -> Rows:
    return places_of(nodes.print_spans[:, 0], np.diff(nodes.print_spans, axis=1)[:, 0])
