"""Records of a feed, and what became of archived ones, into the tables of an archive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dedup.archive.catalogue import EMBARGOED, KILLED, LIVE, PAST, REMOVED, Roll, archive_rows
from dedup.archive.rows import numbers, of
from dedup.archive.shelf import Shelf
from dedup.settings import Settings
from dedup.sketches import FEWEST_TOKENS, Sketches
from dedup.stages.candidates import tokens_per_fingerprint
from dedup.store import Store

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Given:
    """Tonight's feed: its texts and sketches, record by record."""

    texts: pa.ChunkedArray
    sketches: Sketches


@dataclass(frozen=True)
class Turned:
    """Archived articles whose state changes (int64 numbers).

    Those that `left` the live ones, and why; those that came `back` to them, and of these the ones `released`
    from an embargo, which are told for the first time.
    """

    left: Rows
    why: list[str]
    back: Rows
    released: Rows


_WHY = {REMOVED: "removed", KILLED: "killed", PAST: "left the window", EMBARGOED: "came under embargo"}


def turn(store: Store, roll: Roll) -> Turned:
    """Write the new states, names and facts of archived articles; a killed one loses its text."""
    number, was, now = roll.archived_states
    changed = was != now
    if changed.any():
        states = pa.table(
            {
                "article": number[changed].astype(np.uint32),
                "state": pa.array(now[changed].tolist(), pa.string()),
            }
        )
        store.run(
            "UPDATE articles SET state = s.state FROM states s WHERE articles.article = s.article",
            states=states,
        )
    kill(store, number[changed & (now == KILLED)])
    _retell(store, roll)
    left = changed & (was == LIVE)
    back = changed & (now == LIVE)
    return Turned(
        number[left],
        [_WHY[state] for state in now[left].tolist()],
        number[back],
        number[back & (was == EMBARGOED)],
    )


def kills_of(store: Store, roll: Roll) -> pa.Table:
    """What tonight's notices kill, with the cluster it is taken out of, and the notices that meet nothing."""
    number, was, now = roll.archived_states
    notices = roll.records.take(roll.apart).select(["id", "version", "status"])
    return store.rows(
        "WITH said AS (SELECT id, any_value(version) AS version, max(status) AS status FROM notices "
        "WHERE status IS NOT NULL GROUP BY id), "
        "met AS (SELECT a.*, m.cluster_id FROM articles a SEMI JOIN killed USING (article) "
        "LEFT JOIN members m USING (article)) "
        "SELECT s.id AS article_id, coalesce(m.version, s.version) AS version, s.status, "
        "m.article IS NOT NULL AS archived, m.cluster_id, m.source, m.published, m.title, m.url "
        "FROM said s LEFT JOIN met m USING (id) ORDER BY s.id, version NULLS FIRST",
        notices=notices,
        killed=of("article", number[(was != now) & (now == KILLED)]),
    )


def kill(store: Store, numbers: Rows) -> None:
    """Take the texts of articles away, and all that was made of them alone."""
    if not numbers.size:
        return
    killed = pa.table({"article": numbers.astype(np.uint32)})
    for table in ("texts", "outlines"):
        store.run(f"DELETE FROM {table} WHERE article IN (SELECT article FROM killed)", killed=killed)
    store.run(
        "UPDATE articles SET digest = NULL WHERE article IN (SELECT article FROM killed)", killed=killed
    )


def _retell(store: Store, roll: Roll) -> None:
    """Write what the record that now tells an archived article says of it, where it is another."""
    rows = np.flatnonzero(~roll.is_new)
    names = roll.known.articles["version"].take(pa.array(rows))
    told = archive_rows(
        roll, roll.row[rows], names, roll.number[rows], pa.nulls(rows.size, pa.uint32()), run=0
    ).drop_columns(["digest", "node", "run", "added", "state"])
    columns = [name for name in told.column_names if name != "article"]
    same = store.rows(
        f"SELECT {', '.join(told.column_names)} FROM told "
        f"EXCEPT SELECT {', '.join(told.column_names)} FROM articles SEMI JOIN told USING (article)",
        told=told,
    )
    if same.num_rows:
        store.run(
            f"UPDATE articles SET {', '.join(f'{name} = t.{name}' for name in columns)} "
            "FROM told t WHERE articles.article = t.article",
            told=same,
        )


@dataclass(frozen=True)
class Came:
    """The live articles that are new: `number`, `node`: int64, ascending; `row`: int64, the feed's record.

    `put` keeps the texts of what is new, live or not: nothing else waits for them.
    """

    number: Rows
    node: Rows
    row: Rows
    put: Callable[[], None]


def take_in(store: Store, roll: Roll, given: Given, run: int, shelf: Shelf) -> Came:
    """Archive what is new, live or not, but for the texts."""
    live = np.flatnonzero(roll.is_new)
    apart = roll.apart
    rows = np.concatenate([roll.row[live], apart])
    first = store.one("SELECT coalesce(max(article) + 1, 0) FROM articles")
    number = np.arange(first, first + rows.size)
    feed_row = rows - roll.archived
    is_killed = roll.states[rows] == KILLED
    node = _nodes(store, given.sketches, feed_row[~is_killed], shelf.settings)
    nodes = np.zeros(rows.size, np.int64)
    nodes[~is_killed] = node
    names = pa.concat_arrays(
        [
            roll.known.articles["version"].take(pa.array(live)).combine_chunks(),
            roll.records["version"].take(pa.array(apart)).combine_chunks(),
        ]
    )
    column = pa.array(nodes.astype(np.uint32), mask=is_killed)
    store.add("articles", archive_rows(roll, rows, names, number, column, run))

    def put() -> None:
        told = feed_row[~is_killed]
        is_all = np.array_equal(told, np.arange(len(given.texts)))
        texts = given.texts if is_all else given.texts.take(pa.array(told))
        facts = roll.records.take(rows[~is_killed]).select(["title", "source", "byline"])
        shelf.put(store, number[~is_killed], texts, facts)

    return Came(number[: live.size], nodes[: live.size], feed_row[: live.size], put)


def _nodes(store: Store, sketches: Sketches, rows: Rows, settings: Settings) -> Rows:
    """The number of the node of each of some records; nodes that are new are put into their table."""
    counts, hashes = sketches.counts[rows], sketches.hashes[rows]
    # What has too few tokens for a key is like nothing, not even its like.
    alone = np.where(counts < FEWEST_TOKENS, np.arange(rows.size) + 1, 0)
    order = np.lexsort((alone, hashes, counts))
    is_first = np.ones(rows.size, bool)
    for keys in (counts[order], hashes[order], alone[order]):
        is_first[1:] &= keys[1:] == keys[:-1]
    is_first[1:] = ~is_first[1:]
    first = order[is_first]  # of equal ones the first, for the order is stable
    which = np.empty(rows.size, np.int64)
    which[order] = np.cumsum(is_first) - 1
    wanted = pa.table({"tokens": counts[first], "hash": hashes[first], "place": np.arange(first.size)})
    found = store.rows(
        "SELECT w.place, n.node FROM nodes n JOIN wanted w USING (hash, tokens) WHERE n.tokens >= ?",
        FEWEST_TOKENS,
        wanted=wanted,
    )
    node = np.full(first.size, -1)
    node[numbers(found, "place")] = numbers(found, "node")
    is_new = np.flatnonzero(node < 0)
    begin = store.one("SELECT coalesce(max(node) + 1, 0) FROM nodes")
    node[is_new] = np.arange(begin, begin + is_new.size)
    some = np.sort(first[is_new])
    _add_nodes(store, sketches.take(rows[some]), node[which[some]], settings)
    return node[which]


def _add_nodes(store: Store, sketches: Sketches, node: Rows, settings: Settings) -> None:
    """Put new nodes into their table, each a component of its own."""
    number = pa.array(node.astype(np.uint32))
    signatures = np.ascontiguousarray(sketches.signatures.astype(np.uint8))
    prints = np.diff(sketches.print_spans, axis=1)[:, 0]
    answered = np.minimum(sketches.counts, tokens_per_fingerprint(settings) * prints)
    columns = {
        "node": number,
        "hash": sketches.hashes,
        "tokens": sketches.counts,
        "answered": answered.astype(np.int32),
        "signature": pa.FixedSizeBinaryArray.from_buffers(
            pa.binary(settings.permutations), node.size, [None, pa.py_buffer(signatures)]
        ),
        "component": number,
    }
    store.add("nodes", pa.table(columns))
