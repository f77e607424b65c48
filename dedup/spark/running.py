"""`find_duplicates` on Spark: the whole run, told as a story of stages."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from typing import Any, Unpack

from pyspark.errors import PythonException
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as sql

from dedup.articles import FieldNames
from dedup.clock import Clock
from dedup.errors import FeedError
from dedup.feeds.contract import COUNTED, FeedOptions
from dedup.feeds.frame import DEFAULTS
from dedup.pipeline import missing, run_head
from dedup.settings import Settings
from dedup.sketches import FEWEST_TOKENS
from dedup.spark.intake import (
    EMBARGOED,
    IS_ARTICLE,
    KILLED,
    REPEATED,
    column,
    fields_of,
    identified,
    keyed,
    numbered,
    read,
    replaced,
)
from dedup.spark.output import first_copy
from dedup.spark.search import search
from dedup.spark.slices import COPIES
from dedup.spark.telling import tell
from dedup.spark.work import Told, Work, configured
from dedup.stages.identify import moment

_FAILURE = "dedup.errors.FeedError: "


@dataclass(frozen=True)
class SparkDuplicates:
    """Everything that was found in a Spark DataFrame, as Spark DataFrames.

    `tables` maps the names of `dedup.columns.TABLES` but `rejects` to their rows, in any order; `run` is what
    `run.json` holds. All lie on the executors until `release`.
    """

    tables: dict[str, DataFrame]
    run: dict[str, Any]
    _kept: Any = field(repr=False)
    _work: Work = field(repr=False)

    def __getattr__(self, name: str) -> DataFrame:
        """A table by its name, as `dedup.Duplicates` has them."""
        tables: dict[str, DataFrame] = self.__dict__.get("tables", {})
        if name not in tables:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return tables[name]

    @cached_property
    def kept(self) -> DataFrame:
        """The input less duplicates, same columns; of records that are equal in all fields one is kept.

        The input is read once more when this is asked for rows.
        """
        kept: DataFrame = self._kept()
        return kept

    def release(self) -> None:
        """Let go of what lies on the executors; no table can be read after that."""
        self._work.release()


def find_duplicates(  # noqa: PLR0913 - all but the articles by keyword, and none of them needed
    articles: DataFrame,
    *,
    settings: Settings | None = None,
    options: FeedOptions | None = None,
    clock: Clock | None = None,
    as_of: datetime | None = None,
    progress: Told | None = None,
    partitions: int | None = None,
    **fields: Unpack[FieldNames],
) -> SparkDuplicates:
    """Find which articles of a Spark DataFrame are copies of one another, and which repeat themselves.

    The answer is that of `dedup.find_duplicates`, row by row, however the rows are partitioned or ordered.
    `fields` name its columns; for the others the usual names are recognised. `progress` is told the name of
    each stage as it begins. `partitions`: how many tasks each stage is cut into; one for each 64 MiB of text,
    and for each core, unless given.

    Raises `FeedError` where no column holds a text, `ValueError` for a bad option.
    """
    settings = settings or Settings()
    as_of = moment(as_of)
    chosen = fields_of(articles, fields)
    work = Work.of(articles.sparkSession, settings, clock or Clock(), progress or (lambda _: None))
    try:
        with configured(work.spark):
            return _find(work, articles, (chosen, options or DEFAULTS), as_of, settings, partitions)
    except PythonException as error:
        work.release()
        if told := str(error).partition(_FAILURE)[2].splitlines():
            raise FeedError(told[0]) from error
        raise
    except BaseException:
        work.release()
        raise


def _find(
    work: Work,
    frame: DataFrame,
    how: tuple[dict[str, str], FeedOptions],
    as_of: datetime,
    settings: Settings,
    partitions: int | None,
) -> SparkDuplicates:
    records = work.keep("read", read(frame, *how))
    size = records.agg(sql.sum(sql.octet_length("text"))).first()
    work.cut(int((size and size[0]) or 0), partitions)
    states = work.keep("identify", identified(work, records, as_of))
    articles = work.keep("nodes", numbered(work, states))
    facts = _facts(articles, settings)
    _check_size(facts)
    tells_sources = facts["sources"] > 1 or facts["times"] > 0
    says = facts["with_priors"] > 0 or facts["ids"] < facts["articles"]
    others = work.keep("replaced", replaced(work, articles)) if says else None
    found = search(work, articles, others, facts["nodes"], tells_sources)
    told = tell(work, articles, found.runs, found.pairs, found.leads, found.cut)
    counts = {
        **_counts_read(records, states),
        "articles_without_keys": facts["without_keys"],
        "articles_short": facts["short"],
        "distinct_texts": facts["nodes"],
        "near_copy_groups": found.counts["near_copy_groups"],
        "boilerplate_blocks": told.tables["boilerplate"].count(),
        "pairs_compared": found.counts["pairs_compared"],
    }
    has_times = facts["times"] > 0 or not facts["articles"]
    run = {
        **run_head(settings),
        "engine": f"Spark {work.spark.version}",
        "inputs": [],
        "counts": counts,
        "caps": found.caps,
        "seconds": work.clock.seconds,
        "rows": work.rows,
        "missing": missing(settings, counts["near_copy_groups"], has_times=has_times),
        "as_of": as_of.isoformat(),
    }
    return SparkDuplicates(
        told.tables, run, partial(_kept, frame, how, (states, articles, told.dropped)), work
    )


def _facts(articles: DataFrame, settings: Settings) -> dict[str, int]:
    is_first = sql.col("article") == first_copy("node")
    found = articles.agg(
        sql.sum(is_first.cast("long")).alias("nodes"),
        sql.count_distinct("source").alias("sources"),
        sql.count("published").alias("times"),
        sql.count_distinct("id").alias("ids"),
        sql.count("prior_ids").alias("with_priors"),
        sql.sum((sql.col("counts") < FEWEST_TOKENS).cast("long")).alias("without_keys"),
        sql.sum((sql.col("counts") < settings.min_words).cast("long")).alias("short"),
        sql.count("*").alias("articles"),
        sql.max("weight").alias("copies"),
    ).first()
    return {name: int(value or 0) for name, value in (found.asDict() if found else {}).items()}


def _check_size(facts: dict[str, int]) -> None:
    """Refuse what the numbers of articles do not reach: 31 bits for the text and 24 for the copy."""
    for name, bits, what in (("nodes", 31, "different texts"), ("copies", COPIES, "copies of one text")):
        if facts[name] >= 1 << bits:
            raise FeedError(
                f"the feed has {facts[name]:,} {what}, and {(1 << bits) - 1:,} is the most; split it"
            )


def _counts_read(records: DataFrame, states: DataFrame) -> dict[str, int]:
    """What reading and identifying met, in the words of the local run."""
    tallies = [
        json.loads(row["tally"]) for row in records.filter("tally is not null").select("tally").collect()
    ]
    read_ = {name: sum(tally[name] for tally in tallies) for name in (*COUNTED, "ids_missing") if tallies}
    of_state = {row["state"]: row["count"] for row in states.groupBy("state").count().collect()}
    versions = states.filter(sql.col("state") == IS_ARTICLE).groupBy("id").count().filter("count > 1").count()
    return {
        **{name: read_.get(name, 0) for name in COUNTED},
        "articles": of_state.get(IS_ARTICLE, 0),
        "records_repeated": of_state.get(REPEATED, 0),
        "articles_killed": of_state.get(KILLED, 0),
        "articles_embargoed": of_state.get(EMBARGOED, 0),
        "ids_missing": read_.get("ids_missing", 0),
        "ids_with_versions": versions,
    }


def _kept(
    frame: DataFrame, how: tuple[dict[str, str], FeedOptions], told: tuple[DataFrame, DataFrame, DataFrame]
) -> DataFrame:
    """The records of articles that stay, and of what was barred: whatever comes after must see a kill."""
    states, articles, dropped = told
    stays = articles.join(dropped, "article", "left_anti").select("record_key", sql.lit(1).alias("most"))
    is_barred = sql.col("state").isin(KILLED, EMBARGOED)
    barred = states.filter(is_barred).select("record_key", sql.lit(None).cast("int").alias("most")).distinct()
    records = keyed(frame, *how).join(stays.unionByName(barred), "record_key")
    order = Window.partitionBy("record_key").orderBy(sql.to_json(sql.struct(*_columns(frame))))
    kept = records.withColumn("number", sql.row_number().over(order))
    return kept.filter("most is null or number <= most").select(_columns(frame))


def _columns(frame: DataFrame) -> list[Any]:
    return list(map(column, frame.columns))
