"""Records of a feed, and what an archive has of the same ids, into articles, each with its state and name."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dedup.archive.rows import numbers, of
from dedup.stages.identify import Identified, identify, killed_records, with_ids
from dedup.store import Store
from dedup.texts import Texts, text_digest

Rows = NDArray[np.int64]

LIVE, PAST, EMBARGOED, KILLED, REMOVED = "live", "past", "embargoed", "killed", "removed"
"""The states of an archived article. Only what is live is searched, judged and told."""

_FACTS = ("title", "source", "published", "url", "prior_ids", "byline", "status", "embargoed")
_STATE = (
    "CASE WHEN embargoed > as_of THEN 'embargoed' WHEN coalesce(published, added) < since THEN 'past' "
    "ELSE 'live' END"
)


@dataclass(frozen=True)
class When:
    """The moment a run is for, and from when on articles take part in it: all, where there is no window."""

    as_of: datetime
    window: timedelta | None

    @property
    def since(self) -> datetime | None:
        """The earliest time in the window."""
        return None if self.window is None else self.as_of - self.window

    @property
    def row(self) -> pa.Table:
        """Both moments as a table of one row."""
        kind = pa.timestamp("us", "UTC")
        return pa.table({"as_of": pa.array([self.as_of], kind), "since": pa.array([self.since], kind)})


def text_digests(texts: Texts) -> list[bytes]:
    """The digest of every text."""
    return [
        text_digest(block.data.data[start:end])
        for block in texts.blocks()
        for start, end in pairwise(block.offsets.tolist())
    ]


def feed_hash(records: pa.Table, digests: list[bytes]) -> str:
    """What a feed says, whatever its order: a hash of every record's id, version, status and text."""
    facts = (records[name].to_pylist() for name in ("id", "version", "status"))
    told = sorted(repr(fact) for fact in set(zip(*facts, digests, strict=True)))
    return hashlib.blake2b("\n".join(told).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True)
class Roll:
    """Records of a feed and of the archive that bear on each other, and what becomes of them.

    `records`: the archive's, then the feed's, with the columns of `_COLUMNS`; `states`: that of each
    from now on. `known`: the live ones, identified; `number`: int64, what the archive calls each of these,
    -1 for a new one; `row`: int64, the record that tells it; `in_feed`: whether the feed has it.
    """

    records: pa.Table
    archived: int
    states: NDArray[np.object_]
    known: Identified
    number: Rows
    row: Rows
    in_feed: NDArray[np.bool_]

    @property
    def is_new(self) -> NDArray[np.bool_]:
        """Which live articles are not archived yet."""
        return self.number < 0

    @cached_property
    def archived_states(self) -> tuple[Rows, NDArray[np.object_], NDArray[np.object_]]:
        """The archived articles by number, and their states, before and from now on.

        One that the feed tells as live is so, whatever was known of it.
        """
        some = self.records.slice(0, self.archived)
        number = some["article"].to_numpy().astype(np.int64)
        now = self.states[: self.archived].copy()
        now[np.isin(number, self.number)] = LIVE
        return number, np.array(some["state"].to_pylist(), object), now

    @cached_property
    def apart(self) -> Rows:
        """The feed's records that are archived though they are not live; see `_kept_apart`."""
        return _kept_apart(self)


_COLUMNS = ("article", "id", "version", *_FACTS, "digest", "added", "state")


def call_roll(
    store: Store, records: pa.Table, digests: list[bytes], when: When, removed: Rows | None = None
) -> Roll:
    """Hold the records of a feed against the archive's of the same ids, and what changes its state by time.

    `records`: as `dedup.articles.ARTICLES`; `removed`: numbers of archived articles that are to go. Nothing
    is written yet.
    """
    removed = np.empty(0, np.int64) if removed is None else removed
    given = with_ids(records)
    count = given.num_rows
    given = pa.table(
        {
            "article": pa.nulls(count, pa.uint32()),
            "id": given["id"],
            "version": given["version"],
            **{name: given[name] for name in _FACTS},
            "digest": pa.array(digests, pa.binary()),
            "added": pa.array([when.as_of] * count, pa.timestamp("us", "UTC")),
            "state": pa.nulls(count, pa.string()),
        }
    )
    found = store.rows(
        "WITH named AS (SELECT id FROM given UNION SELECT id FROM articles, moment "
        f"WHERE state <> 'killed' AND state <> {_STATE} UNION SELECT id FROM articles SEMI JOIN removed "
        "USING (article)) "
        f"SELECT article, a.id, given_version AS version, {', '.join(_FACTS)}, digest, added, state "
        "FROM articles a SEMI JOIN named USING (id) ORDER BY article",
        given=given.select(["id"]),
        moment=when.row,
        removed=of("article", removed),
    )
    every = pa.concat_tables([found.select(_COLUMNS).cast(given.schema), given]).combine_chunks()
    states = _states(every, found.num_rows, when)
    states[: found.num_rows][np.isin(numbers(found, "article"), removed)] = REMOVED
    live = np.flatnonzero(states == LIVE)
    some = every.take(live)
    some = some.append_column("text", pa.array([""] * live.size, pa.large_string()))
    told = every["digest"].take(live).to_pylist()
    known = identify(some, None, told)
    row = live[known.first_record]
    number = _numbers(every, found.num_rows)
    in_feed = np.zeros(row.size, bool)
    in_feed[known.of_record[live >= found.num_rows]] = True
    return Roll(every, found.num_rows, states, known, number[row], row, in_feed)


def _states(records: pa.Table, archived: int, when: When) -> NDArray[np.object_]:
    killed = killed_records(records)
    was_killed = pc.equal(records["state"].slice(0, archived), KILLED).to_numpy()
    killed[:archived] |= was_killed.astype(bool)
    as_of, since = (moment[0] for moment in when.row.columns)
    embargoed = pc.fill_null(pc.greater(records["embargoed"], as_of), False).to_numpy()
    time = pc.coalesce(records["published"], records["added"])
    past = pc.fill_null(pc.less(time, since), False).to_numpy()
    return np.select([killed, embargoed, past], [KILLED, EMBARGOED, PAST], LIVE).astype(object)


def _numbers(records: pa.Table, archived: int) -> Rows:
    """The number of the archived article of the same id and text as each record, -1 for none."""
    ids, digests = records["id"].to_pylist(), records["digest"].to_pylist()
    numbers = records["article"].slice(0, archived).to_pylist()
    known = {
        (id_, digest): number
        for id_, digest, number in zip(ids[:archived], digests[:archived], numbers, strict=True)
        if digest is not None
    }
    return np.array([known.get(key, -1) for key in zip(ids, digests, strict=True)], np.int64)


def _kept_apart(roll: Roll) -> Rows:
    """The feed's records that are archived though they are not live: the first of each that is not known.

    A kill is kept, so that what it kills stays out however late it comes. What a kill has killed is not.
    """
    names = ("id", "version", "status", "published", "digest")
    some = np.flatnonzero(roll.states != LIVE)
    if not (some >= roll.archived).any():
        return np.empty(0, np.int64)
    told = set(
        zip(*(roll.records[name].take(roll.row).to_pylist() for name in ("id", "digest")), strict=True)
    )
    columns = [roll.records[name].take(some).to_pylist() for name in names]
    seen: set[tuple[object, ...]] = set()
    rows = []
    for row, (id_, version, status, published, digest) in zip(
        some.tolist(), zip(*columns, strict=True), strict=True
    ):
        is_kill = roll.states[row] == KILLED
        key = (id_, version, status, published) if is_kill else (id_, digest)
        is_known = key in seen or (not is_kill and (id_, digest) in told)
        seen.add(key)
        if row >= roll.archived and not is_known and not (is_kill and status is None):
            rows.append(row)
    return np.array(rows, np.int64)


def archive_rows(
    roll: Roll, rows: Rows, names: pa.Array, numbers: Rows, nodes: pa.Array, run: int
) -> pa.Table:
    """Records as rows of that table; `names`: their versions, `numbers`, `nodes`: as the archive has them."""
    some = roll.records.take(rows)
    is_killed = pa.array(roll.states[rows] == KILLED)
    columns = {
        "article": pa.array(numbers.astype(np.uint32)),
        "id": some["id"],
        "version": names,
        "given_version": some["version"],
        **{name: some[name] for name in _FACTS},
        "digest": pc.if_else(is_killed, None, some["digest"].combine_chunks()),
        "node": nodes,
        "run": pa.array(np.full(rows.size, run, np.int32)),
        "added": some["added"],
        "state": pa.array(roll.states[rows].tolist(), pa.string()),
    }
    return pa.table(columns)
