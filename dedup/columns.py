"""The columns of every output table, in one place: CSV, Parquet, DataFrames and docs all come from here."""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa

SCHEMA_VERSION = 1

TEXT = pa.string()
LONG_TEXT = pa.large_string()
COUNT = pa.int64()
SHARE = pa.float64()
FLAG = pa.bool_()
TIME = pa.timestamp("us", "UTC")


class Column(NamedTuple):
    """One column: its name, Arrow type, unit, whether a cell may be absent, and one sentence of meaning."""

    name: str
    type: pa.DataType
    unit: str
    may_be_absent: bool
    meaning: str


_PAIR_KEY = (
    Column("a_id", TEXT, "", False, "Id of the article whose (id, version) comes first by code point."),
    Column("a_version", TEXT, "", True, "Its version."),
    Column("b_id", TEXT, "", False, "Id of the other article."),
    Column("b_version", TEXT, "", True, "Its version."),
)

_ARTICLE_FACTS = (
    Column("source", TEXT, "", True, "Outlet or agency, as the feed names it."),
    Column("published", TIME, "UTC", True, "Time of publication."),
    Column("title", TEXT, "", True, "Headline."),
    Column("url", TEXT, "", True, "Address."),
)

TABLES: dict[str, tuple[Column, ...]] = {
    "clusters": (
        Column("cluster_id", TEXT, "", False, "Stable name of the cluster, derived from its origin."),
        Column("article_id", TEXT, "", False, "Id of the article."),
        Column("version", TEXT, "", True, "Version of the article."),
        Column("cluster_size", COUNT, "articles", False, "Articles in the cluster."),
        Column("is_lead", FLAG, "", False, "Whether this is the article the others are held to."),
        Column("is_origin", FLAG, "", False, "Whether this is the member that had the story first."),
        Column("relation", TEXT, "", True, "Relation to the lead; absent for the lead itself."),
        Column("similarity", SHARE, "Jaccard", False, "Jaccard of shingle sets with the lead."),
        Column("in_lead", SHARE, "share of words", False, "Containment of the article in its lead."),
        Column("of_lead", SHARE, "share of words", False, "Containment of the lead in the article."),
        Column("lead_id", TEXT, "", False, "Id of the lead."),
        Column("origin_id", TEXT, "", False, "Id of the origin."),
        Column(
            "origin_basis", TEXT, "", False, "What decided the origin: link, credit, time, coverage or id."
        ),
        Column("credit", TEXT, "", True, "Agency credited in dateline or byline."),
        *_ARTICLE_FACTS,
    ),
    "pairs": (
        *_PAIR_KEY,
        Column(
            "relation",
            TEXT,
            "",
            False,
            "exact, boilerplate, template, roundup, version, wrapped, near, excerpt or shared.",
        ),
        Column("jaccard", SHARE, "Jaccard", False, "Jaccard of the shingle sets, boilerplate set aside."),
        Column(
            "a_in_b", SHARE, "share of words", False, "Share of a's words that its passages with b cover."
        ),
        Column(
            "b_in_a", SHARE, "share of words", False, "Share of b's words that its passages with a cover."
        ),
        Column(
            "shared_words",
            COUNT,
            "tokens",
            False,
            "Words in common, boilerplate set aside: the smaller of the two sides' covered words.",
        ),
        Column("passages", COUNT, "passages", False, "Matched passages."),
        Column("longest_passage", COUNT, "tokens", False, "Equal words in the longest passage."),
        Column(
            "pairs_not_listed",
            COUNT,
            "pairs",
            False,
            "Further pairs between the two clusters that this row stands for, compared or not.",
        ),
    ),
    "passages": (
        *_PAIR_KEY,
        Column(
            "passage", COUNT, "", False, "Number of the passage within the pair, from 1, in order of a_start."
        ),
        Column("a_start", COUNT, "characters", False, "Where it starts in a's text (Python string index)."),
        Column("a_end", COUNT, "characters", False, "Where it ends in a's text, exclusive."),
        Column("b_start", COUNT, "characters", False, "Where it starts in b's text."),
        Column("b_end", COUNT, "characters", False, "Where it ends in b's text, exclusive."),
        Column("words", COUNT, "tokens", False, "Equal words in the passage."),
        Column(
            "identical",
            SHARE,
            "share of words",
            False,
            "Equal words divided by the words of the longer side.",
        ),
        Column("boilerplate", FLAG, "", False, "Whether the passage is learnt boilerplate."),
    ),
    "repeats": (
        Column("article_id", TEXT, "", False, "Id of the article that repeats itself."),
        Column("version", TEXT, "", True, "Version of the article."),
        Column(
            "block",
            COUNT,
            "",
            False,
            "Number of the block within the article, from 1, in order of first_start.",
        ),
        Column(
            "first_start", COUNT, "characters", False, "Where the block first starts (Python string index)."
        ),
        Column("first_end", COUNT, "characters", False, "Where the first place ends, exclusive."),
        Column("second_start", COUNT, "characters", False, "Where this later place starts."),
        Column("second_end", COUNT, "characters", False, "Where this later place ends, exclusive."),
        Column("words", COUNT, "tokens", False, "Equal words in both places."),
        Column(
            "identical",
            SHARE,
            "share of words",
            False,
            "Equal words divided by the words of the longer place.",
        ),
        Column(
            "share",
            SHARE,
            "share of words",
            False,
            "Share of the article's words that the later place takes.",
        ),
        Column("text", LONG_TEXT, "", False, "The block as it stands in its first place."),
    ),
    "boilerplate": (
        Column("block_id", TEXT, "", False, "Stable name of the block."),
        Column("words", COUNT, "tokens", False, "Words in the block."),
        Column("articles", COUNT, "articles", False, "Articles that hold it."),
        Column("clusters", COUNT, "clusters", False, "Clusters and single articles that hold it."),
        Column("sources", COUNT, "sources", False, "Sources that hold it."),
        Column("example_id", TEXT, "", False, "Id of an article that holds it."),
        Column("text", LONG_TEXT, "", False, "The block as it stands in the example."),
    ),
    "articles": (
        Column("article_id", TEXT, "", False, "Id of the article."),
        Column("version", TEXT, "", True, "Version of the article."),
        Column("title", TEXT, "", True, "Headline."),
        Column("source", TEXT, "", True, "Outlet or agency."),
        Column("published", TIME, "UTC", True, "Time of publication."),
        Column("url", TEXT, "", True, "Address."),
        Column("tokens", COUNT, "tokens", False, "Tokens in the text."),
        Column("text", LONG_TEXT, "", True, "The text that was compared; every offset refers to it."),
    ),
    "rejects": (
        Column("input", TEXT, "", False, "The input as it was named."),
        Column(
            "record",
            COUNT,
            "",
            True,
            "Number of the record in its input, from 1; absent when the whole input failed.",
        ),
        Column("reason", TEXT, "", False, "Why it could not be read."),
    ),
}


_RUN = (
    Column(
        "is_new", FLAG, "", False, "Whether this run told it for the first time; of a pair, one of the two."
    ),
    Column("run_id", TEXT, "", False, "The run that tells it."),
)

ARCHIVE_TABLES: dict[str, tuple[Column, ...]] = {
    "kills": (
        Column("article_id", TEXT, "", False, "Id of the article that was canceled or withheld."),
        Column("version", TEXT, "", True, "Version of the article whose text was deleted, or of the notice."),
        Column("status", TEXT, "", False, "canceled or withheld."),
        Column("archived", FLAG, "", False, "Whether an article was there to be deleted."),
        Column("cluster_id", TEXT, "", True, "The cluster that it was taken out of."),
        *_ARTICLE_FACTS,
    ),
    **TABLES,
    **{name: (*TABLES[name], *_RUN) for name in ("clusters", "pairs", "repeats")},
    "changes": (
        Column("article_id", TEXT, "", False, "Id of an article that an earlier run told."),
        Column("version", TEXT, "", True, "Version of the article."),
        Column("what", TEXT, "", False, "cluster_id, lead, origin or relation."),
        Column("old", TEXT, "", True, "What it was; absent for an article in no cluster."),
        Column("new", TEXT, "", True, "What it is now; absent for an article in no cluster."),
        Column("why", TEXT, "", False, "What moved it."),
    ),
}
"""What an archive's report has: the same files, two more, and in three of them which run tells it."""


def schema(table: str, *, of_archive: bool = False) -> pa.Schema:
    """The Arrow schema of an output table; `of_archive`: of an archive's report."""
    columns = (ARCHIVE_TABLES if of_archive else TABLES)[table]
    return pa.schema([pa.field(c.name, c.type, nullable=c.may_be_absent) for c in columns])


def fitting(table: str, names: list[str]) -> pa.Schema | None:
    """The schema of an output table that has columns of the given names; None where there is none."""
    known = (
        schema(table, of_archive=name) for name in (False, True) if table in (TABLES, ARCHIVE_TABLES)[name]
    )
    return next((wanted for wanted in known if wanted.names == names), None)
