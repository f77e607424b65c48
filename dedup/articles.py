"""The Arrow schema of articles, and what brings pandas, polars, Arrow and dicts into it."""

from __future__ import annotations

from typing import TypedDict

import pyarrow as pa

ARTICLES = pa.schema(
    [
        pa.field("id", pa.string()),  # null: to be derived from the content
        pa.field("version", pa.string()),
        pa.field("title", pa.string()),
        pa.field("source", pa.string()),
        pa.field("published", pa.timestamp("us", "UTC")),
        pa.field("url", pa.string()),
        pa.field("prior_ids", pa.list_(pa.string())),  # of the items this one replaces or evolved from
        pa.field("byline", pa.string()),  # who wrote it, and perhaps for which agency
        pa.field("status", pa.string()),  # "canceled" or "withheld"; null: may be used
        pa.field("embargoed", pa.timestamp("us", "UTC")),  # not to be used before; null: no embargo
        pa.field("text", pa.large_string(), nullable=False),
        pa.field("input", pa.int32(), nullable=False),  # index into the run's inputs
        pa.field("record", pa.int64(), nullable=False),  # 1-based number of the record in its input
    ]
)

FIELDS = (
    *("id", "text", "title", "source", "published"),
    *("url", "version", "prior_ids", "byline", "status", "embargoed"),
)


class FieldNames(TypedDict, total=False):
    """Which column or key of the input holds which field."""

    id: str
    text: str
    title: str
    source: str
    published: str
    url: str
    version: str
    prior_ids: str
    byline: str
    status: str
    embargoed: str


# Without a name given, the first of these that is present is used (compared without case).
USUAL_NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "article_id", "guid", "uri", "doc_id", "docid", "uuid"),
    "text": ("text", "body", "content", "body_text", "article", "articlebody", "maintext", "full_text"),
    "title": ("title", "headline", "heading"),
    "source": ("source", "outlet", "publisher", "provider", "publication", "site", "domain"),
    "published": (
        "published",
        "published_at",
        "publish_date",
        "pubdate",
        "date",
        "datetime",
        "timestamp",
        "time",
    ),
    "url": ("url", "link", "permalink", "href"),
    "version": ("version", "revision"),
    "prior_ids": (
        "prior_ids",
        "priorids",
        "prior_id",
        "evolvedfrom",
        "ancestors",
        "replaces",
        "supersedes",
    ),
    "byline": ("byline", "author", "creator"),
    "status": ("pubstatus", "pub_status", "status"),
    "embargoed": ("embargoed", "embargo", "embargo_until", "embargoed_until"),
}
