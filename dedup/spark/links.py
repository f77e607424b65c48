"""Keys of nodes into links: the pairs of nodes that share a band key, or fingerprints.

Keys travel as bytes of numpy arrays, one cell for all that a batch of nodes has for a chunk: a row of Spark's
for each of the hundred keys of an article would take five times as much.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from dedup.lists import HUBS, band_entries, heads_of, met_in_band, met_in_lists, of_several, one_witness
from dedup.settings import Settings
from dedup.sketches import Nodes, places_of
from dedup.spark.slices import Rows, batches, cells, numbers, rows_in, slice_of
from dedup.spark.work import Work
from dedup.stages.candidates import FORM_HUBS, have_much_boilerplate

BAND, PRINTS, FORMS, WITHIN, SAID, ACROSS = (1 << bit for bit in range(6))
"""Why two nodes are linked."""

LINKS = "left long, right long, kinds int, shared int, forms int"
"""Two nodes, why, how many fingerprints they share, and how many inside boilerplate."""

CHUNK_ENTRIES = 4_000_000  # of 12 bytes
_BLOBS = "chunk int, entries binary, groups binary"
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_MIX = np.uint64(0x9E3779B97F4A7C15)

Entries = NDArray[np.uint64]


def heads(work: Work, nodes: DataFrame, number: int) -> DataFrame:
    """Each node (`right`) with the first one (`left`) of each of its band lists."""
    parts = 1 + number // CHUNK_ENTRIES
    blobs = nodes.select("article", "text").mapInArrow(partial(_bands, work.settings, parts), _BLOBS)
    return work.by_chunk(blobs, _heads, "left long, right long").distinct()


def _bands(settings: Settings, parts: int, some: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in some:
        if batch.num_rows:
            nodes = slice_of(pa.Table.from_batches([batch]), settings)
            for band in range(settings.bands):
                entries = band_entries(nodes.raw, band, settings)
                yield from _scattered(band, parts, entries, nodes.number, nodes.number)


def _heads(rows: pa.Table) -> Iterator[pa.RecordBatch]:
    first, later = heads_of([of_several(_gathered(rows)[0])])
    yield from batches(left=first, right=later)


def meetings(work: Work, nodes: DataFrame, number: int, forms: bool) -> DataFrame:
    """What shares keys, as `LINKS`: pairs of nodes of different groups, once for each chunk they meet in.

    `nodes` have their `runs`, and in `of` the group that they are searched as. `forms`: whether boilerplate
    is searched too. Rows of `left` -1 tell in `shared`, or `forms`, how many lists of a kind were capped.
    """
    parts = 1 + number * 64 // CHUNK_ENTRIES
    blobs = nodes.select("article", "text", "runs", "of").mapInArrow(
        partial(_keys, work.settings, parts, forms), _BLOBS
    )
    return work.by_chunk(blobs, partial(_met, work.settings, parts), LINKS)


def _keys(
    settings: Settings, parts: int, forms: bool, some: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    for batch in some:
        if not batch.num_rows:
            continue
        nodes = slice_of(pa.Table.from_batches([batch]), settings)
        groups = numbers(nodes.rows, "of")
        lists = [band_entries(nodes.raw, band, settings) for band in range(settings.bands)]
        lists.append(_prints(nodes.nodes, np.ones(len(nodes.raw), np.bool_)))
        if forms:
            lists.append(_prints(nodes.raw, have_much_boilerplate(nodes.nodes, settings)))
        for kind, entries in enumerate(lists):
            yield from _scattered(kind, parts, entries, nodes.number, groups)


def _prints(nodes: Nodes, chosen: NDArray[np.bool_]) -> Entries:
    """fingerprint << 32 | node of the chosen nodes."""
    which = np.flatnonzero(chosen)
    sizes = np.diff(nodes.print_spans, axis=1)[which, 0]
    prints = nodes.prints[places_of(nodes.print_spans[which, 0], sizes)]
    return prints.astype(np.uint64) << _HALF | np.repeat(which, sizes).astype(np.uint64)


def _scattered(kind: int, parts: int, entries: Entries, number: Rows, groups: Rows) -> list[pa.RecordBatch]:
    """Entries of a kind by the chunk of their keys, with numbers and groups of the feed for their nodes."""
    node = (entries & _LOW).astype(np.int64)
    part = (((entries >> _HALF) * _MIX >> _HALF) % np.uint64(parts)).astype(np.int64)
    order = np.argsort(part, kind="stable")
    entries = entries & ~_LOW | number[node].astype(np.uint64)
    sizes = np.bincount(part, minlength=parts)
    return batches(
        chunk=(kind * parts + np.arange(parts)).astype(np.int32),
        entries=cells(entries[order], sizes),
        groups=cells(groups[node[order]].astype(np.uint32), sizes),
    )


def _gathered(rows: pa.Table) -> tuple[Entries, NDArray[np.uint32]]:
    """All entries of a chunk, and the group of each."""
    entries, _ = rows_in(rows["entries"].combine_chunks(), np.uint64, 1)
    groups, _ = rows_in(rows["groups"].combine_chunks(), np.uint32, 1)
    return entries[:, 0], groups[:, 0]


def _met(settings: Settings, parts: int, rows: pa.Table) -> Iterator[pa.RecordBatch]:
    kind = rows["chunk"][0].as_py() // parts
    entries, of_entry = _gathered(rows)
    order = np.argsort(entries)
    entries, of_entry = entries[order], of_entry[order]
    number, first, node = np.unique(entries & _LOW, return_index=True, return_inverse=True)
    entries = entries & ~_LOW | node.astype(np.uint64)
    groups = np.unique(of_entry[first], return_inverse=True)[1].astype(np.int32)
    if kind < settings.bands:
        (left, right), capped = met_in_band(entries, groups)
        kinds, shared = BAND, np.zeros(left.size, np.int32)
    else:
        kinds, hubs = (PRINTS, HUBS) if kind == settings.bands else (FORMS, FORM_HUBS)
        # How many two share is told by all chunks together: whether that is enough, by who adds them up.
        nothing = (np.zeros(number.size, np.int32), np.empty((number.size, 0), np.uint32))
        some = one_witness(entries, groups) if kinds == PRINTS else entries
        (left, right, shared), capped = met_in_lists(some, nothing, (1, np.inf, 1.0), hubs, settings)
    left, right = number[left].astype(np.int64), number[right].astype(np.int64)
    yield from _links(left, right, kinds, shared)
    if capped:
        yield from _links(np.array([-1]), np.array([-1]), kinds, np.array([capped], np.int32))


def _links(left: Rows, right: Rows, kinds: int, shared: NDArray[np.int32]) -> list[pa.RecordBatch]:
    none = np.zeros(left.size, np.int32)
    return batches(
        left=left,
        right=right,
        kinds=np.full(left.size, kinds, np.int32),
        shared=none if kinds == FORMS else shared,
        forms=shared if kinds == FORMS else none,
    )


def within(roots: DataFrame, most: int) -> DataFrame:
    """All pairs within the groups of up to `most` nodes; of larger ones those with the first node."""
    small = roots.filter(sql.col("size") <= most)
    left = small.select("root", sql.col("node").alias("left"))
    right = small.select("root", sql.col("node").alias("right"))
    pairs = left.join(right, "root").filter("left < right")
    large = roots.filter(sql.col("size") > most).filter("root < node")
    to_roots = large.select("root", sql.col("root").alias("left"), sql.col("node").alias("right"))
    return _as_links(pairs.union(to_roots), WITHIN)


def said(bars: DataFrame) -> DataFrame:
    """The pairs of which one replaces the other, as links."""
    return _as_links(bars, SAID)


def across(pairs: DataFrame, roots: DataFrame, small: int, most: int) -> tuple[DataFrame, DataFrame]:
    """Links of the members of groups that met, one of them large; and the pairs of witnesses that were cut.

    As `dedup.search.across_groups` does it: up to `most` pairs between two groups all are taken; above it
    each witness with the members of the other group, where those are that few.
    """
    of = roots.select("node", "root", "size")
    met = pairs.select("left", "right")
    for side in ("left", "right"):
        named = of.select(
            sql.col("node").alias(side),
            sql.col("root").alias(f"{side}_root"),
            sql.col("size").alias(f"{side}_size"),
        )
        met = met.join(named, side, "left")
        met = met.withColumn(f"{side}_root", sql.coalesce(f"{side}_root", side))
        met = met.withColumn(f"{side}_size", sql.coalesce(f"{side}_size", sql.lit(1)))
    met = met.filter("left_root != right_root").filter(sql.greatest("left_size", "right_size") > small)
    is_cut = sql.col("left_size") * sql.col("right_size") > most
    cut = met.filter(is_cut)
    whole = met.filter(~is_cut).select(
        sql.least("left_root", "right_root").alias("a"), sql.greatest("left_root", "right_root").alias("b")
    )
    members = of.select(sql.col("root").alias("group"), sql.col("node").alias("member"))
    one = _members(whole.distinct(), members, "a", "one")
    every = _members(one, members, "b", "other").select("one", "other")
    witnesses = cut.select(
        sql.col("left").alias("one"), sql.col("right_root").alias("b"), sql.col("right_size").alias("size")
    )
    witnesses = witnesses.union(
        cut.select(
            sql.col("right").alias("one"), sql.col("left_root").alias("b"), sql.col("left_size").alias("size")
        )
    )
    some = witnesses.filter(sql.col("size") <= most).select("one", "b").distinct()
    every = every.union(_members(some, members, "b", "other").select("one", "other"))
    links = every.select(sql.least("one", "other").alias("left"), sql.greatest("one", "other").alias("right"))
    return _as_links(links.distinct(), ACROSS), cut.select("left", "right")


def _members(frame: DataFrame, members: DataFrame, group: str, name: str) -> DataFrame:
    """Each row once for every member of a group; one node alone is its own group and has no row there."""
    joined = frame.join(
        members.select(sql.col("group").alias(group), sql.col("member").alias(name)), group, "left"
    )
    return joined.withColumn(name, sql.coalesce(name, group))


def _as_links(pairs: DataFrame, kinds: int) -> DataFrame:
    none = sql.lit(0).cast("int")
    return pairs.select(
        "left", "right", sql.lit(kinds).alias("kinds"), none.alias("shared"), none.alias("forms")
    )


def together(links: DataFrame) -> DataFrame:
    """One row for each two nodes, why they are linked, and how much they share in all lists."""
    return links.groupBy("left", "right").agg(
        sql.bit_or("kinds").alias("kinds"),
        sql.sum("shared").cast("int").alias("shared"),
        sql.sum("forms").cast("int").alias("forms"),
    )
