"""What was found on Spark into the output tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from dedup.pairs import pair_keys
from dedup.settings import Settings
from dedup.spark.blocks import boilerplate, repeats
from dedup.spark.listing import listing
from dedup.spark.members import members as members_of
from dedup.spark.output import (
    compared,
    ddl,
    evidence_of,
    first_copy,
    names,
    node_of,
    rows_of,
    union,
    with_runs,
)
from dedup.spark.slices import Slice, numbers, slice_of
from dedup.spark.work import Work, chunk_of
from dedup.stages.listing import EXACT_ROW, Listing
from dedup.tables import Evidence, pairs_table, passages_table

_CELLS = ("left", "right", "figures", "passages", "relation")


@dataclass(frozen=True)
class Told:
    """The output tables, their rows in any order, and the articles of clusters that are not kept.

    `tables`: by their names in `dedup.columns.TABLES`, all but the rejects; `dropped`: `article`, long.
    """

    tables: dict[str, DataFrame]
    dropped: DataFrame


def tell(
    work: Work,
    articles: DataFrame,
    runs: DataFrame | None,
    pairs: DataFrame,
    leads: DataFrame,
    cut: DataFrame,
) -> Told:
    """Tell of articles what was found among them, as `dedup.pipeline.judge` does."""
    nodes = articles.filter(sql.col("article") == first_copy("node"))
    members = work.keep("tell: clusters", members_of(work, articles, runs, pairs, leads))
    listed = work.keep("tell: listing", listing(work, nodes.select("node", "weight"), members, pairs, cut))
    both = work.keep("tell: pairs", _pairs_and_passages(work, articles, runs, pairs, listed))
    repeated = work.keep("tell: repeats", repeats(work, articles))
    if runs is None:
        blocks = work.spark.createDataFrame([], ddl("boilerplate"))
    else:
        blocks = work.keep("tell: boilerplate", boilerplate(work, nodes, runs, leads))
    some = [members.select("article"), repeated.select("article")]
    some += [listed.select(sql.col(name).alias("article")) for name in ("one", "other")]
    tables = {
        "clusters": members.select(names("clusters")),
        "pairs": both.filter("relation is not null").select(names("pairs")),
        "passages": both.filter("passage is not null").select(names("passages")),
        "repeats": repeated.select(names("repeats")),
        "boilerplate": blocks,
        "articles": work.keep("tell: articles", _articles(articles, union(some))),
    }
    return Told(tables, members.filter("not stays").select("article"))


def _pairs_and_passages(
    work: Work, articles: DataFrame, runs: DataFrame | None, pairs: DataFrame, listed: DataFrame
) -> DataFrame:
    """The rows of `pairs` and of `passages`, what one has not absent: both are read from the same texts."""
    listed = in_chunks(listed, work.chunks)
    # By node too: where `spark.sql.requireAllClusterKeysForCoPartition` is off, the texts, which lie by node,
    # stay where they are.
    wanted = listed.select("chunk", sql.explode(sql.array("one", "other")).alias("article")).distinct()
    texts = with_runs(articles.select("node", "article", "id", "version", "text"), runs)
    rows = union(
        [
            wanted.withColumn("node", node_of("article")).join(texts, ["node", "article"]).drop("node"),
            listed.filter("left is null"),  # in a join they would all meet in one task
            listed.join(pairs.select(*_CELLS), ["left", "right"]),
        ]
    )
    return work.by_chunk(rows, partial(_tables, work.settings), ddl("pairs", "passages"))


def in_chunks(listed: DataFrame, chunks: int) -> DataFrame:
    """The pairs of a listing with the chunk that each is told in: those of one left text together.

    A text that is in very many pairs, such as the lead of a hot story, goes along with parts of them.
    """
    label, row = sql.coalesce("left", node_of("one")), sql.struct("one", "other")
    labelled = listed.withColumns({"label": label, "row": row})
    return labelled.withColumn("chunk", chunk_of("label", chunks, "row")).drop("label", "row")


def _tables(settings: Settings, rows: pa.Table) -> Iterator[pa.RecordBatch]:
    some = slice_of(rows.filter(pc.is_valid(rows["article"])), settings)
    listed = rows.filter(pc.is_valid(rows["one"]))
    pairs, relations = compared(some, listed.select(_CELLS).filter(pc.is_valid(listed["left"])))
    evidence = evidence_of(some, pairs, relations)
    listing = _listing(some, evidence, listed)
    for table in (pairs_table(evidence, listing), passages_table(evidence, listing)):
        yield from rows_of(table, "pairs", "passages")


def _listing(some: Slice, evidence: Evidence, listed: pa.Table) -> Listing:
    """The rows of a listing of the feed here."""
    article = numbers(some.rows, "article")
    one, other = (np.searchsorted(article, numbers(listed, name)) for name in ("one", "other"))
    left, right = evidence.nodes.of_article[one], evidence.nodes.of_article[other]
    row = np.searchsorted(evidence.pairs.keys, pair_keys(left, right))
    row = np.where(left == right, EXACT_ROW, row)
    unturned = Listing(one, other, row, np.zeros(one.size, np.bool_), numbers(listed, "not_listed"))
    return unturned.by_rank(evidence.ranks)


def _articles(articles: DataFrame, told_of: DataFrame) -> DataFrame:
    """The rows of the table `articles`: of those that are in a cluster, a listed pair or a repeat."""
    some = told_of.distinct().withColumn("node", node_of("article"))
    told_rows = articles.join(some, ["node", "article"], "left_semi")
    told_rows = told_rows.withColumns(
        {
            "article_id": sql.col("id"),
            "published": sql.timestamp_micros("published"),
            "tokens": sql.col("counts").cast("long"),
        }
    )
    return told_rows.select(names("articles"))
