"""First copies and their near-copy groups into where boilerplate stands: `stages.boilerplate.learn` on Spark.

The driver holds what recurs, 8 bytes for each fingerprint, gram or link; block, group and node wherever a
group holds a block, 24 bytes each; the keywords of the articles looked at, 520 bytes each, which are up to
`unrelated.LOOKED_AT` for each one that a block needs; and the tokens of a sample, and of a run of each block.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark import Broadcast
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as sql

from dedup.kernels.boilerplate import gram_set
from dedup.kernels.stretches import find_runs, link_grams
from dedup.pairs import united
from dedup.settings import Settings
from dedup.sketches import spans_of
from dedup.spark.grams import (
    Grams,
    Some,
    in_chunks,
    links_in,
    near_in,
    numbers_in,
    prints_in,
    recurring,
    stretches_in,
    tokens_of,
)
from dedup.spark.slices import batches, cells, large, numbers
from dedup.spark.work import Work, chunk_of, release
from dedup.stages.boilerplate import (
    EXAMPLES,
    examples,
    gram_size,
    numbers_of,
    stand_whole,
    steps,
    within_sentences,
)
from dedup.texts import Texts
from dedup.unrelated import (
    KEYWORDS,
    Holders,
    Keywords,
    Seen,
    are_statements,
    held_in,
    judge,
    keywords_of,
    known_to_share,
    sample_step,
    seen_in,
)

_UNITED = "number binary, least binary"
_STANDING = "block int, node long, root long, start int, behind int, story boolean"
_KEYWORDS = "node long, keywords binary, chance double"
_WHOLE = "block int, whole boolean"
_RUNS = "node long, runs binary"
_TOKENS = "boilerplate: tokens"

_LOG = logging.getLogger(__name__)

Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]


def learnt(work: Work, nodes: DataFrame, tells_sources: bool) -> DataFrame:
    """Where the boilerplate of all nodes stands: the kept table `runs`, without the nodes that have none.

    `nodes`: first copies, with their near-copy groups: the long `root`. `tells_sources`: as of `Provenance`.
    """
    tokens = work.keep(_TOKENS, tokens_of(work, nodes))
    grams = recurring(work, tokens, prints_in)
    for sizes, reach in steps(work.settings):
        grams = recurring(work, tokens, partial(near_in, _sent(work, grams.values), sizes, reach))
    if not grams.values.size:
        return work.keep("boilerplate", work.spark.createDataFrame([], _RUNS))
    known = _sent(work, grams.values)
    blocks = _sent(work, _blocks(work, tokens, grams, known))
    find = partial(_standing, known, blocks, gram_size(work.settings))
    standing = work.keep("boilerplate: runs", in_chunks(tokens, find, _STANDING))
    stays = _that_stay(work, nodes, tokens, standing, tells_sources)
    some = standing.join(_frame(work, block=stays.astype(np.int32)), "block", "left_semi")
    some = some.withColumn("chunk", chunk_of("node", work.partitions))
    runs = work.keep("boilerplate", work.by_chunk(some, _by_node, _RUNS))
    release(tokens)
    release(standing)
    return runs


def _blocks(
    work: Work, tokens: DataFrame, grams: Grams, known: Broadcast[NDArray[np.uint32]]
) -> NDArray[np.int32]:
    """The number of the block of each gram."""
    size = gram_size(work.settings)
    links = recurring(work, tokens, partial(links_in, known, size))
    joined = in_chunks(tokens, partial(_linked, known, _sent(work, (grams.groups, links)), size), _UNITED)
    table = joined.toArrow()
    number, least = (numbers_in(table, name, np.int32).astype(np.int64) for name in ("number", "least"))
    return numbers_of(united(number, least, grams.values.size))


def _linked(
    known: Broadcast[NDArray[np.uint32]],
    counted: Broadcast[tuple[NDArray[np.int32], Grams]],
    size: int,
    rows: pa.Table,
) -> Iterator[pa.RecordBatch]:
    """Grams, and those that they hang together with in this chunk, by their numbers."""
    some = Some.of(rows)
    counts, links = counted.value
    parents = np.arange(counts.size, dtype=np.int32)
    linked = (gram_set(links.values), (counts, links.groups))
    link_grams(some.tokens, some.spans, stretches_in(known, size, some), *linked, size, parents)
    number = np.flatnonzero(parents != np.arange(counts.size))
    sizes = np.array([number.size])
    yield from batches(number=cells(number.astype(np.int32), sizes), least=cells(parents[number], sizes))


def _standing(
    known: Broadcast[NDArray[np.uint32]], blocks: Broadcast[NDArray[np.int32]], size: int, rows: pa.Table
) -> Iterator[pa.RecordBatch]:
    """Where blocks stand, and whether the article is little else."""
    some = Some.of(rows)
    runs = find_runs(stretches_in(known, size, some), blocks.value, size)
    _, hold, is_little_else = held_in(runs, some.counts)
    block, node, start, behind = runs.T
    yield from batches(
        block=block,
        node=some.number[node],
        root=some.group[node],
        start=start,
        behind=behind,
        story=is_little_else[hold],
    )


def _that_stay(
    work: Work, nodes: DataFrame, tokens: DataFrame, standing: DataFrame, tells_sources: bool
) -> Rows:
    """The blocks that are boilerplate."""
    holders = _holders(standing)
    blocks = holders.starts.size - 1
    own = known_to_share(*_longest(tokens, standing), holders)
    unrelated = judge(holders, _keywords(work, tokens, holders), own, work.settings)
    told = standing.groupBy("block").agg(sql.bool_or("story").alias("story")).toArrow()
    stories = np.zeros(blocks, np.bool_)
    stories[numbers(told, "block")] = told["story"].to_numpy()
    sources = _sources(nodes, standing, blocks, tells_sources)
    stays = unrelated & ~are_statements(stories, np.diff(holders.starts), sources)
    return np.flatnonzero(stays & ~_phrases(work, nodes, standing, stays))


def _holders(standing: DataFrame) -> Holders:
    """Every group that holds a block."""
    table = standing.groupBy("block", "root").agg(sql.min("node").alias("node")).toArrow()
    table = table.sort_by([("block", "ascending"), ("root", "ascending")])
    block, node, group = (numbers(table, name) for name in ("block", "node", "root"))
    starts = np.searchsorted(block, np.arange(block[-1] + 2))
    _LOG.info("boilerplate: %d blocks that groups hold %d times", starts.size - 1, block.size)
    return Holders(block, node, group, starts)


def _longest(tokens: DataFrame, standing: DataFrame) -> tuple[NDArray[np.uint32], Rows]:
    """The tokens of the longest run of each block, one block after another, and how many each has."""
    run = sql.struct((sql.col("start") - sql.col("behind")).alias("size"), "node", "start", "behind")
    longest = standing.groupBy("block").agg(sql.min(run).alias("run")).select("block", "run.*")
    own = sql.expr("substring(tokens, 4 * start + 1, -4 * size)")
    some = tokens.join(sql.broadcast(longest), "node").select("block", own.alias("tokens"), "size")
    table = some.toArrow().sort_by("block")
    return numbers_in(table, "tokens", np.uint32), -numbers(table, "size")


def _keywords(work: Work, tokens: DataFrame, holders: Holders) -> Keywords:
    """The keywords of the nodes that are looked at."""
    step = sample_step(work.rows[_TOKENS])
    sample = tokens.filter(sql.col("node") % step == 0).select("tokens", "counts").toArrow()
    spans = spans_of(numbers(sample, "counts").astype(np.int32))
    seen = _sent(work, seen_in(numbers_in(sample, "tokens", np.uint32), spans, step, work.settings))
    some = tokens.join(_frame(work, node=holders.looked_at(work.settings)), "node", "left_semi")
    told = some.mapInArrow(partial(_keywords_in, seen, work.settings), _KEYWORDS).toArrow().sort_by("node")
    return numbers_in(told, "keywords", np.uint32).reshape(-1, KEYWORDS), told["chance"].to_numpy()


def _keywords_in(
    seen: Broadcast[Seen], settings: Settings, parts: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    for part in parts:
        some = Some.of(pa.Table.from_batches([part]))
        number = np.arange(some.number.size)
        words, chance = keywords_of(some.tokens, some.spans, number, seen.value, settings)
        yield from batches(
            node=some.number, keywords=cells(words, np.ones(number.size, np.int64)), chance=chance
        )


def _sources(nodes: DataFrame, standing: DataFrame, blocks: int, tells_sources: bool) -> NDArray[np.float64]:
    """How many sources print each block; infinitely many where the feed does not tell sources apart."""
    out = np.full(blocks, np.inf)
    printed = nodes.select("node", sql.explode("sources").alias("source"))
    if tells_sources and printed.select("source").distinct().limit(2).count() == 2:
        held = standing.select("block", "node").distinct().join(printed, "node")
        told = held.groupBy("block").agg(sql.countDistinct("source").alias("sources")).toArrow()
        out[numbers(told, "block")] = numbers(told, "sources")
    return out


def _phrases(work: Work, nodes: DataFrame, standing: DataFrame, stays: Flags) -> Flags:
    """Which of the blocks that stay so far are turns of phrase."""
    longest_first = Window.partitionBy("block").orderBy(sql.expr("start - behind"), "node", "start")
    ranked = standing.withColumn("place", sql.row_number().over(longest_first))
    names = ("block", "node", "start", "behind")
    table = ranked.filter(sql.col("place") <= EXAMPLES).select(*names).toArrow()
    runs = np.column_stack([numbers(table, name) for name in names])
    runs = runs[stays[runs[:, 0]]]
    some = _frame(work, **dict(zip(names, runs[examples(runs, work.settings)].T, strict=True)))
    texts = nodes.select("node", "text").join(some, "node")
    told = texts.mapInArrow(partial(_whole, work.settings), _WHOLE).toArrow()
    return within_sentences(numbers(told, "block"), told["whole"].to_numpy(), stays.size)


def _whole(settings: Settings, parts: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for part in parts:
        rows = pa.Table.from_batches([part])
        spans = np.column_stack([numbers(rows, name) for name in ("start", "behind")]).astype(np.int32)
        whole = stand_whole(Texts(large(rows["text"])), np.arange(len(rows)), spans, settings)
        yield from batches(block=numbers(rows, "block").astype(np.int32), whole=whole)


def _by_node(rows: pa.Table) -> Iterator[pa.RecordBatch]:
    """One cell for each node."""
    rows = rows.sort_by([("node", "ascending"), ("start", "ascending")])
    node, sizes = np.unique(numbers(rows, "node"), return_counts=True)
    runs = np.column_stack([numbers(rows, name) for name in ("block", "start", "behind")])
    yield from batches(node=node, runs=cells(runs.astype(np.int32), sizes))


def _sent(work: Work, value: Any) -> Broadcast[Any]:
    """A value that every worker has."""
    return work.spark.sparkContext.broadcast(value)


def _frame(work: Work, **columns: NDArray[Any]) -> DataFrame:
    """A small frame that every worker has."""
    return sql.broadcast(work.spark.createDataFrame(pa.table(columns)))
