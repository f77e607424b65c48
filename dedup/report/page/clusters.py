"""The rows of `clusters` into clusters, largest first, each with its members in order of time."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pyarrow as pa

from dedup.report.page.relations import MEANINGS
from dedup.report.page.result import Key, Result, damaged

MOST_MEMBERS = 400
"""Members told of one cluster: a story of 50,000 copies is no reading matter, and 15 MB of rows."""

_ROWS_AT_ONCE = 8_192
_ORDER = [
    ("cluster_size", "descending"),
    ("cluster_id", "ascending"),
    ("published", "ascending"),
    ("article_id", "ascending"),
    ("version", "ascending"),
]


@dataclass(frozen=True, kw_only=True)
class Member:
    """An article in a cluster."""

    number: int
    """Its place in order of time, from 1."""
    article_id: str
    version: str | None
    source: str | None
    published: dt.datetime | None
    title: str | None
    url: str | None
    credit: str | None
    relation: str | None
    """To the lead; None for the lead."""
    in_lead: float
    of_lead: float
    is_lead: bool
    is_origin: bool
    is_new: bool | None
    """Whether an archive's run told it for the first time; None in a feed's result."""
    lag: float | None
    """Seconds after the origin, or after the earliest where the origin has no time."""

    @property
    def key(self) -> Key:
        """Which article it is."""
        return self.article_id, self.version


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A cluster, its members in order of time."""

    number: int
    """Its place among all clusters, the largest first, from 1."""
    cluster_id: str
    size: int
    members: Sequence[Member]
    """At most `MOST_MEMBERS`, the lead and the origin always among them."""
    lead: Member
    origin: Member
    origin_basis: str
    outlets: Sequence[str]
    """The sources that are named, the one with most articles first."""
    span: float | None
    """Seconds from the earliest member to the latest."""
    relations: Mapping[str, int]

    @property
    def title(self) -> str | None:
        """The lead's title, or the first one that a member has."""
        titles = (member.title for member in (self.lead, *self.members))
        return next((title for title in titles if title and title.strip()), None)


def clusters(result: Result) -> Iterator[Cluster]:
    """All clusters, the largest first; raises `OutputError` for one without a lead or an origin."""
    rows = _rows(result.tables["clusters"])
    for number, (_, some) in enumerate(groupby(rows, key=lambda row: row["cluster_id"]), start=1):
        members = list(some)
        for mark in ("is_lead", "is_origin"):
            if sum(row[mark] for row in members) != 1:
                what = f"cluster {members[0]['cluster_id']} has no member, or several, with {mark}"
                raise damaged(result.folder, what)
        yield _cluster(number, members)


def _rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    ordered = table.sort_by(_ORDER)
    for start in range(0, ordered.num_rows, _ROWS_AT_ONCE):
        yield from ordered.slice(start, _ROWS_AT_ONCE).to_pylist()


def _cluster(number: int, rows: Sequence[dict[str, Any]]) -> Cluster:
    times = [row["published"] for row in rows if row["published"]]
    origin = next(row for row in rows if row["is_origin"])
    first = origin["published"] or min(times, default=None)
    told = [(place, row) for place, row in enumerate(rows, start=1) if _is_told(place, row)]
    members = [_member(place, row, first) for place, row in told]
    counted = Counter(row["relation"] for row in rows if row["relation"])
    return Cluster(
        number=number,
        cluster_id=rows[0]["cluster_id"],
        size=rows[0]["cluster_size"],
        members=members,
        lead=next(member for member in members if member.is_lead),
        origin=next(member for member in members if member.is_origin),
        origin_basis=origin["origin_basis"],
        outlets=[name for name, _ in Counter(row["source"] for row in rows if row["source"]).most_common()],
        span=(max(times) - min(times)).total_seconds() if times else None,
        relations={name: counted[name] for name in MEANINGS if counted[name]},
    )


def _is_told(place: int, row: Mapping[str, Any]) -> bool:
    # Two places are kept for the lead and the origin, however late they come.
    return bool(place <= MOST_MEMBERS - 2 or row["is_lead"] or row["is_origin"])


def _member(place: int, row: Mapping[str, Any], first: dt.datetime | None) -> Member:
    same = (
        "article_id",
        "version",
        "source",
        "published",
        "title",
        "url",
        "credit",
        "relation",
        "in_lead",
        "of_lead",
        "is_lead",
        "is_origin",
    )
    published = row["published"]
    lag = (published - first).total_seconds() if published and first else None
    return Member(number=place, lag=lag, is_new=row.get("is_new"), **{name: row[name] for name in same})
