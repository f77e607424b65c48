"""The search on Spark: which nodes are compared, in which rounds, and what clusters they make.

The story is that of `dedup.search`, whose functions do the work in slices.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as sql

from dedup.search import MOST_PAIRS, QUIET
from dedup.spark import links
from dedup.spark.clustering import clustered, settled_pairs
from dedup.spark.components import components
from dedup.spark.learning import learnt
from dedup.spark.links import BAND, FORMS, PRINTS, across, meetings, said, together, within
from dedup.spark.meeting import PARENT, TOLD, compare, near
from dedup.spark.output import first_copy
from dedup.spark.work import DRIVER_EDGES, Work, chunk_of
from dedup.stages.candidates import SMALL_GROUP
from dedup.stages.relate import Relation


@dataclass(frozen=True)
class Found:
    """Every pair that has a relation, where boilerplate stands, who leads whom, and what was counted.

    `pairs`, `runs`, `leads` and `cut`: kept tables; `runs` is None where no boilerplate is learnt.
    """

    runs: DataFrame | None
    pairs: DataFrame
    leads: DataFrame
    cut: DataFrame
    counts: dict[str, int]
    caps: dict[str, int]


def search(
    work: Work, articles: DataFrame, replaced: DataFrame | None, number: int, tells_sources: bool
) -> Found:
    """Find, compare and cluster all pairs of nodes that may have a relation.

    `number`: of nodes; `replaced`: the nodes that others replace, by what they say, if there may be any.
    """
    settings = work.settings
    nodes = articles.filter(sql.col("article") == first_copy("node"))
    bars = None if replaced is None else _said_by(replaced)
    heads = _with_said(links.heads(work, nodes, number), bars)
    least = sql.min("left").over(Window.partitionBy("right"))
    heads = heads.withColumn("label", least)
    heads = work.keep(
        "heads", heads.withColumn("chunk", chunk_of("label", work.chunks, "right")).drop("label")
    )
    runs = None
    if settings.boilerplate:
        raw = work.keep("near copies", near(work, nodes, heads, tells_sources, learns=True))
        roots = _roots(work, "near-copy groups", raw)
        runs = learnt(work, _with_group(nodes, "node", roots, "root"), tells_sources)
        nodes = nodes.join(runs, "node", "left")
    else:
        nodes = nodes.withColumn("runs", sql.lit(None).cast("binary"))
    held = work.keep("near copies without boilerplate", near(work, nodes, heads, tells_sources, learns=False))
    roots = _roots(work, "groups", held)
    later = held.filter(sql.col("row") == PARENT).count()
    large = roots.filter(sql.col("size") > SMALL_GROUP).select("node", "root")
    searched = _with_group(nodes, "node", large, "of")
    met = work.keep("candidates", meetings(work, searched, number, forms=runs is not None))
    caps = caps_of(met)
    some = met.filter("left >= 0").unionByName(within(roots, SMALL_GROUP))
    some = some if bars is None else some.unionByName(said(bars))
    compared = held.filter(sql.col("row") != PARENT)
    new = _to_compare(work, together(some), compared, bars, roots)
    compared = compared.unionByName(work.keep("compare", compare(work, nodes, new, tells_sources)))
    cut = compared.select("left", "right").limit(0)
    has_large = not large.isEmpty()
    if has_large:
        several, cut = across(compared.filter(sql.col("row") == TOLD), roots, SMALL_GROUP, MOST_PAIRS)
        new = _to_compare(work, several, compared, bars, roots)
        compared = compared.unionByName(work.keep("compare groups", compare(work, nodes, new, tells_sources)))
    found, leads, compared, caps["split_groups"] = _in_rounds(
        work, articles, nodes, compared, bars, large if has_large else None, tells_sources
    )
    return Found(
        runs,
        found,
        leads,
        work.keep("cut", cut.distinct()),
        {
            "near_copy_groups": number - later,
            "pairs_compared": compared.count(),
        },
        caps,
    )


def _said_by(replaced: DataFrame) -> DataFrame:
    """The pairs of which one replaces the other: `said` is 1 where that is the right one, 2 the left one."""
    return (
        replaced.select(
            sql.least("replaced", "replacing").alias("left"),
            sql.greatest("replaced", "replacing").alias("right"),
            sql.when(sql.col("replaced") < sql.col("replacing"), 1).otherwise(2).alias("how"),
        )
        .groupBy("left", "right")
        .agg(sql.bit_or("how").alias("said"))
    )


def _with_said(some: DataFrame, bars: DataFrame | None) -> DataFrame:
    if bars is None:
        return some.withColumn("said", sql.lit(0))
    told = some.join(bars, ["left", "right"], "left")
    return told.withColumn("said", sql.coalesce("said", sql.lit(0)))


def _roots(work: Work, stage: str, held: DataFrame) -> DataFrame:
    """The near-copy group of each node that is in one: `node`, `root`, and the `size` of the group."""
    edges = held.filter(sql.col("row") == PARENT).select("left", "right")
    groups = components(edges, DRIVER_EDGES).withColumnRenamed("component", "root")
    return work.keep(stage, groups.withColumn("size", sql.count("*").over(Window.partitionBy("root"))))


def _with_group(frame: DataFrame, node: str, groups: DataFrame, name: str) -> DataFrame:
    """Rows with the `root` of the group of a node, itself where it is in none."""
    named = groups.select(sql.col("node").alias(node), sql.col("root").alias(name))
    return frame.join(named, node, "left").withColumn(name, sql.coalesce(name, node))


def caps_of(met: DataFrame) -> dict[str, int]:
    """How many lists of each kind were capped, out of what `links.meetings` gives."""
    number = sql.col("shared") + sql.col("forms")  # in the one of these that is of the kind
    rows = met.filter("left < 0").groupBy("kinds").agg(sql.sum(number).alias("lists")).collect()
    capped = {row["kinds"]: int(row["lists"]) for row in rows}
    names = {"band_lists": BAND, "fingerprint_lists": PRINTS, "boilerplate_lists": FORMS}
    return {name: capped.get(kind, 0) for name, kind in names.items()}


def _to_compare(
    work: Work, some: DataFrame, compared: DataFrame, bars: DataFrame | None, roots: DataFrame
) -> DataFrame:
    """Links that were not compared yet, in chunks: what is of one group together."""
    new = some.join(compared.select("left", "right"), ["left", "right"], "left_anti")
    new = _with_group(_with_said(new, bars), "left", roots, "label")
    return new.withColumn("chunk", chunk_of("label", work.chunks, "right")).drop("label")


def _in_rounds(  # noqa: PLR0913, PLR0917 - nodes, what was compared, and what it is judged by
    work: Work,
    articles: DataFrame,
    nodes: DataFrame,
    compared: DataFrame,
    bars: DataFrame | None,
    large: DataFrame | None,
    tells_sources: bool,
) -> tuple[DataFrame, DataFrame, DataFrame, int]:
    """All pairs with their relation, who leads whom, all that was compared, and how many groups are quiet.

    Where a large group was split, its members are searched again, with its parts as groups, and clustered
    anew until nothing new is met or the group is quiet.
    """
    number, quiet = 1, 0
    leads = None
    while True:
        told = compared.filter(sql.col("row") == TOLD)
        edges = told.filter(~sql.col("relation").isin(*_APART)).select("left", "right")
        parts = components(edges, DRIVER_EDGES)
        verdicts = work.keep(
            f"cluster, round {number}", clustered(work, articles, told, parts, tells_sources)
        )
        before, leads = leads, verdicts.filter("node is not null").select("node", "lead", "coverage")
        if large is None:
            break
        split, quiet = _split(large, leads, before)
        if not (size := split.count()):
            break
        some = nodes.join(split, "node", "left_semi")
        of_lead = leads.withColumn("size", sql.count("*").over(Window.partitionBy("lead")))
        groups = of_lead.filter(sql.col("size") > SMALL_GROUP).select("node", sql.col("lead").alias("root"))
        met = meetings(work, _with_group(some, "node", groups, "of"), size, forms=False).filter("left >= 0")
        new = _to_compare(work, together(met), compared, bars, leads.withColumnRenamed("lead", "root"))
        more = work.keep(f"compare, round {number}", compare(work, nodes, new, tells_sources))
        if not work.rows[f"compare, round {number}"]:
            break
        compared = compared.unionByName(more)
        number += 1
    return work.keep("pairs", settled_pairs(told, verdicts)), leads, compared, quiet


_APART = (int(Relation.NONE), int(Relation.SHARED), int(Relation.BOILERPLATE))
"""Relations that hold no two articles together."""


def _split(large: DataFrame, leads: DataFrame, before: DataFrame | None) -> tuple[DataFrame, int]:
    """The nodes of large groups with more than one lead, and how many such groups are quiet.

    As `dedup.search` has it. `before`: the leads of the round before, if there was one.
    """
    led = _with_group(large, "node", leads.withColumnRenamed("lead", "root"), "lead")
    if before is None:
        led = led.withColumn("moved", sql.lit(1))
    else:
        led = _with_group(led, "node", before.withColumnRenamed("lead", "root"), "before")
        led = led.withColumn("moved", (sql.col("lead") != sql.col("before")).cast("int"))
    groups = led.groupBy("root").agg(
        sql.min("lead").alias("low"),
        sql.max("lead").alias("high"),
        sql.sum("moved").alias("moved"),
        sql.count("*").alias("size"),
    )
    split = groups.filter("low < high")
    moves = sql.col("moved") > QUIET * sql.col("size")
    quiet = split.filter(~moves & (sql.col("moved") > 0))
    return large.join(split.filter(moves), "root", "left_semi").select("node"), quiet.count()
