"""Articles into their repeated blocks, and runs of boilerplate into what is told of each block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from dedup.blocks import articles_of, examples, repeats_table
from dedup.settings import Settings
from dedup.spark.output import ddl, evidence_of, rows_of
from dedup.spark.slices import batches, numbers, rows_in, slice_of
from dedup.spark.work import Work
from dedup.stages.repeats import repeats as repeats_of
from dedup.tables import table

_COUNTS = ("articles", "clusters", "sources")
_HELD = "block int, node long, words int, first_token int"
_REPEATS = f"{ddl('repeats')}, article long"


def repeats(work: Work, articles: DataFrame) -> DataFrame:
    """The rows of the table `repeats`, each with its `article`: every batch of articles for itself."""
    some = articles.select("article", "id", "version", "text")
    return some.mapInArrow(partial(_repeats, work.settings), _REPEATS)


def _repeats(settings: Settings, parts: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for part in parts:
        if part.num_rows:
            some = slice_of(pa.Table.from_batches([part]), settings)
            node, blocks = repeats_of(some.raw, settings)
            evidence = evidence_of(some)
            article = articles_of(some.raw, node)
            article = article[np.argsort(evidence.ranks[article], kind="stable")]
            yield from rows_of(
                repeats_table(evidence, node, blocks),
                "repeats",
                article=numbers(some.rows, "article")[article],
            )


def boilerplate(work: Work, nodes: DataFrame, runs: DataFrame, leads: DataFrame) -> DataFrame:
    """The rows of the table `boilerplate`; `nodes`: the first copy of each.

    Every article that holds a block counts, but only that of the example brings its text along.
    """
    facts = nodes.select("node", "weight", "sources", "id", "version")
    facts = facts.join(leads.select("node", "lead"), "node", "left")
    held = runs.mapInArrow(_held, _HELD).join(facts, "node")
    blocks = _counts(held).join(_sources(held), "block", "left").fillna(0, "sources")
    texts = nodes.select("node", "article", "id", "version", "text")
    shown = blocks.select(*_COUNTS, *(f"example.{name}" for name in ("node", "first_token", "words")))
    return shown.join(texts, "node").mapInArrow(partial(_examples, work.settings), ddl("boilerplate"))


def _counts(held: DataFrame) -> DataFrame:
    """How many articles and clusters hold each block, and its longest run, of equal ones the first by id."""
    is_version = sql.col("version").isNotNull()
    ordered = held.withColumns({"shortness": -sql.col("words"), "is_version": is_version})
    example = sql.struct("shortness", "id", "is_version", "version", "first_token", "node", "words")
    return ordered.groupBy("block").agg(
        sql.sum("weight").alias("articles"),
        sql.count_distinct(sql.coalesce("lead", "node")).alias("clusters"),
        sql.min(example).alias("example"),
    )


def _sources(held: DataFrame) -> DataFrame:
    """How many sources print each block."""
    printed = held.select("block", sql.explode("sources").alias("source"))
    return printed.groupBy("block").agg(sql.count_distinct("source").alias("sources"))


def _held(parts: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The longest run of every block in each node, of equal ones the first."""
    for part in parts:
        own, sizes = rows_in(part.column("runs"), np.int32, 3)
        node = np.repeat(part.column("node").to_numpy(), sizes)
        block, first, words = own[:, 0], own[:, 1], own[:, 2] - own[:, 1]
        order = np.lexsort((first, -words, block, node))
        is_first = np.diff(block[order], prepend=-1) != 0
        is_first |= np.diff(node[order], prepend=-1) != 0
        some = order[is_first]
        yield from batches(block=block[some], node=node[some], words=words[some], first_token=first[some])


def _examples(settings: Settings, parts: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for part in parts:
        if part.num_rows:
            some = slice_of(pa.Table.from_batches([part]), settings)
            first, words = (numbers(some.rows, name) for name in ("first_token", "words"))
            spans = np.column_stack([first, first + words]).astype(np.int32)
            known = examples(evidence_of(some), np.arange(words.size), spans)
            counts = {name: some.rows[name].combine_chunks() for name in _COUNTS}
            yield from rows_of(table("boilerplate", {**known, **counts}), "boilerplate")
