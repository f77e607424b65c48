"""What a run found into its report, kept in the archive and told from there: the first time as ever after."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import UTC
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from dedup.archive.catalogue import When
from dedup.archive.night import Night
from dedup.archive.shelf import Shelf
from dedup.attribution import chosen
from dedup.clock import Clock
from dedup.columns import ARCHIVE_TABLES, schema
from dedup.duplicates import Duplicates
from dedup.intake import Intake
from dedup.pipeline import enough_stories, in_told_clusters, run_facts, too_few
from dedup.settings import Settings
from dedup.stages.identify import with_ids
from dedup.store import Store

Rows = NDArray[np.int64]

_RUN_JSON, _DROPPED = "run.json", "dropped"
_PIECE = 512
"""Bytes of a report in a row. DuckDB writes a group of rows anew until it is full; when a row was a whole
table, that was every report there had been: after 14 nights of 50,000 each wrote 143 MB, 3 s, and not 13."""


@dataclass(frozen=True)
class Kept:
    """A report that was just kept: its `bodies` by name, and the `texts` of its tables that have some, none
    where the archive keeps no texts.
    """

    bodies: dict[str, bytes]
    texts: dict[str, pa.ChunkedArray]


@dataclass(frozen=True)
class Run:
    """A run as the archive names it: its number, its id and the hash of its feed."""

    number: int
    run_id: str
    feed: str


def known_run(store: Store, run_id: str | None, feed: str) -> Run | None:
    """The run of that id; without an id, or where it is not known, the latest one of the same feed."""
    found = store.rows(
        "SELECT run, run_id, feed FROM runs WHERE run_id = $1 OR feed = $2 "
        "ORDER BY run_id IS DISTINCT FROM $1, run DESC LIMIT 1",
        run_id,
        feed,
    ).to_pylist()
    return Run(*found[0].values()) if found else None


def keep(  # noqa: PLR0913, PLR0917 - a report is made of these
    store: Store, run: Run, night: Night, taken: Intake, when: When, shelf: Shelf, clock: Clock
) -> Kept:
    """Keep the report of a run without the texts in it, which are those of the archive."""
    told = _tables(store, night, taken, run)
    told["boilerplate"] = shelf.bare(told["boilerplate"])
    told[_DROPPED] = pa.table({"article": _dropped(night, shelf.settings).astype(np.uint32)})
    facts = {**run_facts(taken, night.judged, shelf.settings, clock), **_facts(run, when)}
    facts["counts"] |= {**night.counts, "ids_missing": taken.feed.articles["id"].null_count}
    if store.one("SELECT count(*) FROM articles WHERE state = 'live'") >= enough_stories(shelf.settings):
        facts["missing"] = [line for line in facts["missing"] if line != too_few(shelf.settings)]
    articles = night.judged.known.articles.select(["id", "version"])
    numbered = articles.append_column("article", pa.array(night.number.astype(np.uint32)))
    texts = {name: told[name]["text"] for name in _TEXTS}
    for name in _TEXTS:  # ids alone do not tell which text is meant: versions come and go
        told[name] = _numbered(store, told[name], numbered)
    bodies = {name: _packed(table) for name, table in told.items()}
    bodies[_RUN_JSON] = json.dumps(facts, default=lambda number: number.item()).encode()
    store.add(
        "runs",
        pa.table(
            {
                "run": pa.array([run.number], pa.int32()),
                "run_id": [run.run_id],
                "feed": [run.feed],
                "as_of": pa.array([when.as_of], pa.timestamp("us", "UTC")),
                "window_from": pa.array([when.since], pa.timestamp("us", "UTC")),
                "articles_new": [night.counts["articles_new"]],
                "articles_known": [night.counts["articles_known"]],
                "changes": [_articles_in(told["changes"])],
            }
        ),
    )
    store.add("reports", _in_pieces(run, bodies))
    return Kept(bodies, texts)


def _in_pieces(run: Run, bodies: dict[str, bytes]) -> pa.Table:
    """The bodies of a report as rows of that table; JSON is short, and whole for who asks by SQL."""
    pieces = [
        (name, part, body[start : start + size])
        for name, body in bodies.items()
        for size in (len(body) if name == _RUN_JSON else _PIECE,)
        for part, start in enumerate(range(0, len(body), size))
    ]
    names, parts, cut = zip(*pieces, strict=True)
    return pa.table(
        {
            "run": pa.array([run.number] * len(pieces), pa.int32()),
            "name": pa.array(names, pa.string()),
            "part": pa.array(parts, pa.int32()),
            "body": pa.array(cut, pa.binary()),
        }
    )


def _articles_in(table: pa.Table) -> int:
    return int(table.group_by(["article_id", "version"]).aggregate([]).num_rows)


def _facts(run: Run, when: When) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "as_of": when.as_of.astimezone(UTC).isoformat(),
        "window_from": when.since and when.since.astimezone(UTC).isoformat(),
    }


def _tables(store: Store, night: Night, taken: Intake, run: Run) -> dict[str, pa.Table]:
    judged = night.judged
    rows = in_told_clusters(judged.members, night.is_told)[judged.order]
    clusters = judged.tables["clusters"].filter(pa.array(rows))
    is_new = night.is_new[judged.members.article[judged.order[rows]]]
    told = {**judged.tables, "clusters": clusters.append_column("is_new", pa.array(is_new))}
    new = judged.known.articles.filter(pa.array(night.is_new)).select(["id", "version"])
    told["pairs"] = _marked(store, told["pairs"], new, ("a_id", "a_version"), ("b_id", "b_version"))
    told["repeats"] = _marked(store, told["repeats"], new, ("article_id", "version"))
    for name in ("clusters", "pairs", "repeats"):
        names = pa.array([run.run_id] * told[name].num_rows, pa.string())
        told[name] = told[name].append_column("run_id", names)
    told |= {"rejects": taken.feed.rejects, "kills": night.kills, "changes": _named(store, night.changes)}
    return {name: told[name].cast(schema(name, of_archive=True)) for name in ARCHIVE_TABLES}


def _marked(store: Store, table: pa.Table, new: pa.Table, *keys: tuple[str, str]) -> pa.Table:
    """A table with whether one of its articles is new."""
    joins = (
        f"EXISTS (SELECT 1 FROM new n WHERE n.id = t.{one} AND n.version IS NOT DISTINCT FROM t.{other})"
        for one, other in keys
    )
    columns = [name for key in keys for name in key]
    sql = f"SELECT {' OR '.join(joins)} AS is_new FROM given t ORDER BY t.place"
    marks = store.rows(sql, given=_placed(table.select(columns)), new=new)
    return table.append_column("is_new", marks["is_new"])


def _numbered(store: Store, table: pa.Table, numbered: pa.Table) -> pa.Table:
    """A table with what the archive calls its articles, in place of their texts."""
    sql = (
        "SELECT n.article FROM given g JOIN numbered n ON n.id = g.article_id "
        "AND n.version IS NOT DISTINCT FROM g.version ORDER BY g.place"
    )
    names = _placed(table.select(["article_id", "version"]))
    found = store.rows(sql, given=names, numbered=numbered)
    return table.drop_columns("text").append_column("article", found["article"])


def _named(store: Store, changes: pa.Table) -> pa.Table:
    sql = (
        "SELECT a.id AS article_id, a.version, c.what, c.old, c.new, c.why FROM changes c "
        "JOIN articles a USING (article) ORDER BY a.id, a.version NULLS FIRST, c.what"
    )
    return store.rows(sql, changes=changes)


def _dropped(night: Night, settings: Settings) -> Rows:
    """The articles that `kept` leaves out: members of clusters other than the one that is kept."""
    judged = night.judged
    known, rows = judged.known, judged.members
    stays = chosen(settings.keep, known.texts, rows, judged.attribution, judged.facts)
    dropped: Rows = night.number[np.setdiff1d(rows.article[in_told_clusters(rows, night.is_told)], stays)]
    return dropped


def _packed(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def told(store: Store, run: Run, taken: Intake, digests: list[bytes], kept: Kept | None = None) -> Duplicates:
    """The report of a run, as the archive has it, for the feed that it was given; `kept`: where at hand."""
    bodies = _bodies(store, run) if kept is None else dict(kept.bodies)
    facts = json.loads(bodies.pop(_RUN_JSON))
    tables = {name: pq.read_table(io.BytesIO(body)) for name, body in bodies.items()}
    dropped = tables.pop(_DROPPED)
    texts = (kept and kept.texts) or {name: read(store, tables[name]) for name, read in _TEXTS.items()}
    for name, column in texts.items():
        columns = schema(name, of_archive=True).names
        tables[name] = tables[name].append_column("text", column).select(columns)
    mask = _kept(store, run, taken, digests, dropped)
    ordered = {name: tables[name] for name in ARCHIVE_TABLES}
    return Duplicates(tables=ordered, run=facts, keep=mask, articles_in=taken.articles_in)


def _bodies(store: Store, run: Run) -> dict[str, bytes]:
    found = store.rows("SELECT name, body FROM reports WHERE run = ? ORDER BY name, part", run.number)
    pieces = zip(found["name"].to_pylist(), found["body"].to_pylist(), strict=True)
    return {name: b"".join(body for _, body in some) for name, some in groupby(pieces, key=itemgetter(0))}


def _texts(store: Store, articles: pa.Table) -> pa.ChunkedArray:
    """The texts of articles, absent where they are archived no more."""
    sql = "SELECT t.text FROM given g LEFT JOIN texts t USING (article) ORDER BY g.place"
    return store.rows(sql, given=_placed(articles))["text"].cast(pa.large_string())


def _slices(store: Store, repeats: pa.Table) -> pa.ChunkedArray:
    """The text of the first place of repeats, empty where it is archived no more."""
    sql = (
        "SELECT coalesce(substring(t.text, g.first_start + 1, g.first_end - g.first_start), '') AS text "
        "FROM given g LEFT JOIN texts t USING (article) ORDER BY g.place"
    )
    return store.rows(sql, given=_placed(repeats))["text"].cast(pa.large_string())


_TEXTS = {"articles": _texts, "repeats": _slices}
"""The tables that have texts, and what reads them."""


def _placed(table: pa.Table) -> pa.Table:
    return table.append_column("place", pa.array(np.arange(table.num_rows)))


def _kept(
    store: Store, run: Run, taken: Intake, digests: list[bytes], dropped: pa.Table
) -> NDArray[np.bool_]:
    """One bool per record: False for what the run dropped, for what was archived before, and for repeats.

    What a run left out stays: a kill, an embargo and what is older than the window.
    """
    records = with_ids(taken.feed.articles)
    given = pa.table(
        {"id": records["id"], "digest": pa.array(digests, pa.binary()), "place": np.arange(len(digests))}
    )
    found = store.rows(
        "SELECT g.place, a.article, a.run < ? OR d.article IS NOT NULL AS is_out FROM given g "
        "JOIN articles a ON a.id = g.id AND a.digest = g.digest LEFT JOIN dropped d ON d.article = a.article "
        "ORDER BY g.place",
        run.number,
        given=given,
        dropped=dropped,
    )
    mask = np.ones(len(digests), bool)
    place, article = found["place"].to_numpy(), found["article"].to_numpy()
    mask[place] = False
    first = np.unique(article, return_index=True)[1]
    mask[place[first]] = ~found["is_out"].to_numpy()[first]
    return mask
