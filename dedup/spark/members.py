"""Leads and articles into the rows of clusters: members with their lead, credit, origin and who is kept."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from dedup.attribution import attribute, chosen
from dedup.provenance import NO_TIME
from dedup.settings import Settings
from dedup.spark.output import FACTS, compared, ddl, evidence_of, rows_of, with_runs
from dedup.spark.slices import Rows, Slice, numbers, slice_of
from dedup.spark.work import Work, chunk_of
from dedup.stages.cluster import Clusters, Facts
from dedup.stages.cluster import members as members_of
from dedup.tables import cluster_ids, clusters_table

_MEMBERS = f"{ddl('clusters')}, article long, lead_article long, stays boolean"
_FIGURES = ("left", "right", "figures", "passages", "relation")


def members(
    work: Work, articles: DataFrame, runs: DataFrame | None, pairs: DataFrame, leads: DataFrame
) -> DataFrame:
    """The rows of the table `clusters`, each with its `article`, the `lead_article`, and whether it `stays`.

    All members of one cluster are in one chunk: the origin is told by what their texts say of one another.
    """
    joined = articles.select("article", "node", "weight", *FACTS, "text")
    joined = joined.join(_held(pairs, leads), "node", "left")
    joined = joined.filter("weight > 1 or lead is not null")
    joined = joined.withColumn("lead", sql.coalesce("lead", "node"))
    chunks = with_runs(joined, runs).withColumn("chunk", chunk_of("lead", work.chunks))
    return work.by_chunk(chunks, partial(_rows, work.settings), _MEMBERS)


def _held(pairs: DataFrame, leads: DataFrame) -> DataFrame:
    """The nodes that share a cluster with others, and their compared pair with the lead."""
    ends = (sql.least("node", "lead").alias("left"), sql.greatest("node", "lead").alias("right"))
    figures = pairs.select("left", "right", "figures", "relation").withColumn("passages", sql.lit(b""))
    return leads.select("node", "lead", "coverage", *ends).join(figures, ["left", "right"], "left")


def _rows(settings: Settings, rows: pa.Table) -> Iterator[pa.RecordBatch]:
    some = slice_of(rows, settings)
    with_lead = some.rows.select(_FIGURES).filter(pc.is_valid(some.rows["figures"]))
    evidence = evidence_of(some, *compared(some, with_lead))
    times = pc.fill_null(some.rows["published"], NO_TIME).to_numpy()
    facts = Facts(times, evidence.ranks)
    found = members_of(some.nodes, _clusters(some), facts)
    attribution = attribute(evidence.articles, some.texts, found, facts)
    ids = cluster_ids(evidence.articles, attribution.origins.article)
    stays = np.zeros(evidence.ranks.size, np.bool_)
    stays[chosen(settings.keep, some.texts, found, attribution, facts)] = True
    article = numbers(some.rows, "article")
    yield from rows_of(
        clusters_table(evidence, found, attribution, ids),
        "clusters",
        article=article[found.article],
        lead_article=article[found.lead],
        stays=stays[found.article],
    )


def _clusters(some: Slice) -> Clusters:
    """Who is held to whom; what a node covers that is alone with its copies decides nothing."""
    first = pa.array(some.nodes.members[some.nodes.member_starts[:-1]])

    def known(column: pa.ChunkedArray) -> Rows:
        values: Rows = pc.fill_null(column, 0).take(first).to_numpy()
        return values

    return Clusters(some.local(known(some.rows["lead"])), known(some.rows["coverage"]))
