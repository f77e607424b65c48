"""Keys of nodes into the posting lists of an archive, and out of them; and which lists are over-full."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dedup.archive.rows import numbers, of
from dedup.kernels.postings import band_keys
from dedup.lists import CAP, HUBS, Outside
from dedup.settings import Settings
from dedup.sketches import FEWEST_TOKENS, Nodes, places_of
from dedup.stages.candidates import answered_tokens
from dedup.store import Store
from dedup.threads import ranges

Rows = NDArray[np.int64]

_HALF, _LOW = np.uint64(32), 0xFFFFFFFF
_BLOCK = 1024  # nodes, whose fingerprints a cache holds: the system takes 0.5 s to find memory for all


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


def known_nodes(store: Store, wanted: Rows) -> Known:
    """What is kept of some nodes, by their number."""
    found = store.rows(
        "SELECT * FROM nodes SEMI JOIN wanted USING (node) ORDER BY node",
        wanted=of("node", wanted),
    )
    return Known(
        numbers(found, "node"),
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
        np.concatenate([nodes.prints[:0], *(nodes.prints[places] for places in _in_blocks(nodes))]),
        np.repeat(np.arange(len(nodes)), sizes),
        (number | keys >> _HALF).reshape(-1),
        (keys & np.uint64(_LOW)).astype(np.int64).reshape(-1),
    )


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
    gone = of("node", nodes)
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
        # Put by, or all fingerprints are read twice: 0.3 s at 600,000 articles.
        "WITH held AS MATERIALIZED "
        "(SELECT fingerprint, node FROM fingerprints SEMI JOIN prints USING (fingerprint)), "
        "sizes AS "
        "(SELECT fingerprint, count(*) AS nodes FROM held GROUP BY fingerprint HAVING count(*) > ?), "
        "placed AS (SELECT h.fingerprint, h.node, row_number() OVER "
        "(PARTITION BY h.fingerprint ORDER BY n.tokens, n.hash DESC) AS place "
        "FROM held h SEMI JOIN sizes USING (fingerprint) JOIN nodes n USING (node)) "
        "SELECT s.fingerprint, s.nodes, list(p.node ORDER BY p.place) AS hubs "
        "FROM sizes s JOIN placed p USING (fingerprint) WHERE p.place <= ? GROUP BY ALL",
        CAP,
        HUBS,
        prints=prints,
    )


def in_lists(column: pa.ChunkedArray) -> tuple[Rows, Rows]:
    """The sizes of lists, and what is in them, one after another."""
    lists = column.combine_chunks()
    return lists.value_lengths().to_numpy().astype(np.int64), lists.flatten().to_numpy().astype(np.int64)


def outside(store: Store, local: Known, nodes: Nodes) -> Outside:
    """What is known of the over-full lists that nodes at hand are in. `local`: those, in their order."""
    long = store.rows("SELECT * FROM long_lists ORDER BY fingerprint")
    prints = long["fingerprint"].to_numpy().astype(np.uint64)
    if not prints.size:
        return Outside(prints, np.empty(0, np.int64), np.empty((0, HUBS), np.int64))
    sizes, hubs = in_lists(long["hubs"])
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
    ours = _held(long["fingerprint"].to_numpy(), nodes)
    return Outside(prints, np.maximum(0, numbers(long, "nodes") - ours), out)


def _held(prints: NDArray[np.uint32], nodes: Nodes) -> Rows:
    """How many nodes have each of some ascending fingerprints."""
    held = np.zeros(prints.size, np.int64)
    for places in _in_blocks(nodes):
        own = nodes.prints[places]
        row = np.minimum(np.searchsorted(prints, own), prints.size - 1)
        held += np.bincount(row[prints[row] == own], minlength=prints.size)
    return held


def _in_blocks(nodes: Nodes) -> Iterator[Rows]:
    """The places of the fingerprints of all nodes, some nodes' at a time."""
    for first, last in ranges(len(nodes), _BLOCK):
        spans = nodes.print_spans[first:last]
        yield places_of(spans[:, 0], np.diff(spans, axis=1)[:, 0])
