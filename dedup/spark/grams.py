"""First copies into their tokens by chunks, and these into the fingerprints and grams that recur.

A chunk has whole near-copy groups: then the groups that hold a gram are counted in each and added up, and
what every article has is one entry of each chunk, however many articles have it. A group of more than `SALT`
nodes is spread over the chunks, and its entries name it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark import Broadcast
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from dedup.kernels.boilerplate import gram_set, grams_near
from dedup.kernels.stretches import Stretches, find_stretches, links_of
from dedup.settings import Settings
from dedup.sketches import counted, distinct, spans_of
from dedup.spark.slices import batches, cells, numbers, rows_in, slice_of
from dedup.spark.work import SALT, OfChunk, Work, chunk_of, each_chunk

_TOKENS = (
    "chunk int, node long, root long, spread boolean, "
    "counts int, tokens binary, print_counts int, prints binary"
)
_TALLIED = "chunk int, tallies binary, named binary"
_RECURRING = "keys binary, groups binary"
_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)

_LOG = logging.getLogger(__name__)

Rows = NDArray[np.int64]
Entries = NDArray[np.uint64]


@dataclass(frozen=True)
class Grams:
    """Fingerprints, grams or links that recur, ascending, and how many groups hold each."""

    values: NDArray[np.uint32]
    groups: NDArray[np.int32]


@dataclass(frozen=True)
class Some:
    """Nodes of one chunk, ascending: numbers and groups as the feed has them; is the group spread?"""

    number: Rows
    group: Rows
    spread: NDArray[np.bool_]
    counts: NDArray[np.int32]
    tokens: NDArray[np.uint32]
    spans: NDArray[np.int64]
    prints: NDArray[np.uint32]
    print_counts: Rows

    @classmethod
    def of(cls, rows: pa.Table) -> Some:
        """The nodes of rows of `tokens_of`."""
        rows = rows.sort_by("node")
        counts = numbers(rows, "counts").astype(np.int32)
        return cls(
            number=numbers(rows, "node"),
            group=numbers(rows, "root"),
            spread=rows["spread"].to_numpy(),
            counts=counts,
            tokens=numbers_in(rows, "tokens", np.uint32),
            spans=spans_of(counts),
            prints=numbers_in(rows, "prints", np.uint32),
            print_counts=numbers(rows, "print_counts"),
        )


Find = Callable[[Some], Entries]
"""Gives key << 32 | node, in any order, for what is looked for in some nodes."""


def tokens_of(work: Work, nodes: DataFrame) -> DataFrame:
    """The tokens and fingerprints of nodes, by chunks."""
    sizes = nodes.groupBy("root").count()
    large = sizes.filter(sql.col("count") > SALT).select("root", sql.lit(True).alias("spread"))
    some = nodes.select("node", "article", "root", "text").join(sql.broadcast(large), "root", "left")
    some = some.withColumn("spread", sql.coalesce("spread", sql.lit(False)))
    label = sql.when(sql.col("spread"), sql.col("node")).otherwise(sql.col("root"))
    some = some.withColumn("chunk", chunk_of(label, work.chunks))
    return work.by_chunk(some, partial(_tokens, work.settings), _TOKENS)


def _tokens(settings: Settings, rows: pa.Table) -> Iterator[pa.RecordBatch]:
    rows = rows.sort_by("article")
    raw = slice_of(rows, settings).raw
    print_counts = raw.print_spans[:, 1] - raw.print_spans[:, 0]
    yield from batches(
        chunk=rows["chunk"],
        node=rows["node"],
        root=rows["root"],
        spread=rows["spread"],
        counts=raw.counts,
        tokens=cells(raw.tokens, raw.counts.astype(np.int64)),
        print_counts=print_counts.astype(np.int32),
        prints=cells(raw.prints, print_counts),
    )


def in_chunks(tokens: DataFrame, function: OfChunk, schema: str) -> DataFrame:
    """What a function makes of the rows of each chunk; they lie together since `tokens_of`."""
    return tokens.mapInArrow(partial(each_chunk, function), schema)


def recurring(work: Work, tokens: DataFrame, find: Find) -> Grams:
    """The keys that enough groups hold."""
    tallied = in_chunks(tokens, partial(_tallied, find, work.chunks), _TALLIED)
    added = work.by_chunk(tallied, partial(_added, work.settings.boilerplate), _RECURRING)
    table = added.toArrow()
    keys, groups = numbers_in(table, "keys", np.uint32), numbers_in(table, "groups", np.int32)
    order = np.argsort(keys)
    _LOG.info("boilerplate: %d keys recur", keys.size)
    return Grams(keys[order], groups[order])


def _tallied(find: Find, chunks: int, rows: pa.Table) -> Iterator[pa.RecordBatch]:
    """How many groups of the chunk hold each key: key << 32 | number; of those that are spread, which."""
    some = Some.of(rows)
    groups, of_node = np.unique(some.group, return_inverse=True)
    is_spread = np.zeros(groups.size, np.bool_)
    is_spread[of_node] = some.spread
    entries = find(some)
    held = distinct(entries >> _HALF << _HALF | of_node.astype(np.uint64)[entries & _LOW])
    spread = is_spread[held & _LOW]
    keys, number = counted(held[~spread] >> _HALF)
    named = held[spread] >> _HALF << _HALF | groups.astype(np.uint64)[held[spread] & _LOW]
    yield from batches(
        chunk=np.arange(chunks, dtype=np.int32),
        tallies=_scattered(keys << _HALF | number.astype(np.uint64), chunks),
        named=_scattered(named, chunks),
    )


def _scattered(entries: Entries, chunks: int) -> pa.Array:
    """Entries by the chunk that their key is counted in; keys are hashes, and any of their bits will do."""
    chunk = (entries >> _HALF).astype(np.int64) % chunks
    order = np.argsort(chunk, kind="stable")
    return cells(entries[order], np.bincount(chunk, minlength=chunks))


def _added(least: int, rows: pa.Table) -> Iterator[pa.RecordBatch]:
    """The keys that recur."""
    tallies, named = (numbers_in(rows, name, np.uint64) for name in ("tallies", "named"))
    more, number = counted(distinct(named) >> _HALF)
    keys, row = np.unique(np.concatenate([tallies >> _HALF, more]), return_inverse=True)
    groups = np.bincount(row, np.concatenate([(tallies & _LOW).astype(np.int64), number]), keys.size)
    recur = np.flatnonzero(groups >= least)
    sizes = np.array([recur.size])
    yield from batches(
        keys=cells(keys[recur].astype(np.uint32), sizes), groups=cells(groups[recur].astype(np.int32), sizes)
    )


def prints_in(some: Some) -> Entries:
    """The fingerprints of some nodes."""
    node = np.repeat(np.arange(some.number.size, dtype=np.uint64), some.print_counts)
    entries: Entries = some.prints.astype(np.uint64) << _HALF | node
    return entries


def near_in(
    known: Broadcast[NDArray[np.uint32]], sizes: tuple[int, int], reach: tuple[int, int], some: Some
) -> Entries:
    """The grams of some nodes beside known ones."""
    number = np.arange(some.number.size)
    return grams_near(some.tokens, some.spans, number, gram_set(known.value), sizes, reach)


def stretches_in(known: Broadcast[NDArray[np.uint32]], size: int, some: Some) -> Stretches:
    """Where known grams follow each other in some nodes."""
    return find_stretches(some.tokens, some.spans, np.arange(some.number.size), gram_set(known.value), size)


def links_in(known: Broadcast[NDArray[np.uint32]], size: int, some: Some) -> Entries:
    """The links of known grams in some nodes."""
    return links_of(some.tokens, some.spans, stretches_in(known, size, some)[0], size)


def numbers_in(rows: pa.Table, name: str, kind: type) -> NDArray[Any]:
    """The numbers in a column of cells, one cell after another."""
    column = rows[name].combine_chunks()
    return rows_in(column, kind, 1)[0].ravel().copy()
