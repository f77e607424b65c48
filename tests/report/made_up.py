"""A small result made by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa

from dedup.columns import TABLES, schema
from dedup.duplicates import Duplicates

NOON = dt.datetime(2024, 3, 1, 12, 0, tzinfo=dt.UTC)
RUN = {
    "counts": {"records": 9, "articles": 8, "rejects": 1},
    "caps": {"posting_lists": 3, "buckets": 0},
    "spilled_bytes": 0,
    "missing": ["no article has a time of publication: origins are told by coverage and id"],
    "settings": {"threshold": 0.7},
}


def table(name: str, *rows: dict[str, Any]) -> pa.Table:
    """A table of ours; what a row does not say is absent, or something plain where it may not be."""
    plain: dict[pa.DataType, Any] = {pa.int64(): 0, pa.float64(): 0.0, pa.bool_(): False}
    full = [
        {c.name: row.get(c.name, None if c.may_be_absent else plain.get(c.type, "-")) for c in TABLES[name]}
        for row in rows
    ]
    return pa.Table.from_pylist(full, schema=schema(name))


def member(cluster: str, article: str, size: int, **more: Any) -> dict[str, Any]:
    """A row of clusters; without a relation it is the lead."""
    return {
        "cluster_id": cluster,
        "article_id": article,
        "cluster_size": size,
        "is_lead": "relation" not in more,
        "similarity": 1.0,
        "lead_id": "a1",
        "origin_id": "a1",
        "origin_basis": "time",
        "published": NOON,
        **more,
    }


def result(**tables: pa.Table) -> Duplicates:
    """A result of eight articles in two clusters, one of them repeating itself; `tables` replace its own."""
    made = {
        "clusters": table(
            "clusters",
            member("c1", "a1", 4, title="Harbour bridge opens", source="Northern Wire"),
            member("c1", "a2", 4, relation="exact", source="The Tide", title='Bridge "opens"'),
            member("c1", "a3", 4, relation="near", source="Bay Post", similarity=5 / 7),
            member("c1", "a4", 4, relation="near", source="Coast Daily"),
            member("c2", "b1", 2),
            member("c2", "b2", 2, relation="excerpt", published=NOON.replace(microsecond=500)),
        ),
        "pairs": table("pairs", {"relation": "near"}, {"relation": "near"}, {"relation": "shared"}),
        "passages": table("passages"),
        "repeats": table(
            "repeats",
            {"article_id": "d1", "block": 1, "share": 0.25, "text": "again"},
            {"article_id": "d1", "block": 1, "share": 0.25, "text": "again"},
        ),
        "boilerplate": table("boilerplate"),
        "articles": table(
            "articles",
            {"article_id": "b1", "text": "First words of a story without a headline.", "published": NOON},
            {"article_id": "d1", "title": "Said twice", "text": "again again again"},
        ),
        "rejects": table("rejects", {"input": "feed.jsonl", "record": 4, "reason": "not JSON"}),
    }
    return Duplicates(tables=made | tables, run=RUN, keep=np.ones(8, dtype=np.bool_), articles_in=None)
