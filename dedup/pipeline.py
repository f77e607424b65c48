"""`find_duplicates`: the whole run, told as a story of stages."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Unpack

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dedup import blocks, tables
from dedup.articles import FieldNames
from dedup.attribution import Attribution, attribute, chosen
from dedup.clock import Clock
from dedup.columns import SCHEMA_VERSION
from dedup.duplicates import Duplicates
from dedup.feeds import Feed, FeedOptions, Progress
from dedup.intake import Intake, take_in
from dedup.provenance import NO_TIME, provenance
from dedup.search import MOST_PAIRS, Beyond, Found, search
from dedup.settings import Settings
from dedup.sketches import FEWEST_TOKENS, Nodes, distinct
from dedup.stages.cluster import Facts, Members, members
from dedup.stages.collapse import collapse
from dedup.stages.identify import Identified, identify, moment
from dedup.stages.listing import Limits, Listing, list_pairs
from dedup.stages.repeats import repeats
from dedup.tables import Evidence
from dedup.threads import beside

NO_TIMES = "no article has a time of publication: origins are told by link, credit, coverage and id"
FEW_STORIES = 4  # times the stories that make a passage boilerplate: among fewer most of it goes unseen


def find_duplicates(  # noqa: PLR0913 - all but the articles by keyword, and none of them needed
    articles: Any,
    *,
    settings: Settings | None = None,
    options: FeedOptions | None = None,
    progress: Progress | None = None,
    on_read: Callable[[Feed], None] | None = None,
    clock: Clock | None = None,
    as_of: datetime | None = None,
    **fields: Unpack[FieldNames],
) -> Duplicates:
    """Find which articles are copies of one another, and which repeat themselves.

    `articles` is a pandas, polars or Arrow frame (or anything with `__arrow_c_stream__`), a list of dicts,
    a path or a list of paths as `dedup find` takes them, or a `Feed`. `fields` name its columns
    (`text="body"`); for the others the usual names are recognised. `options` say how it is read: HTML is
    stripped from files, and left alone in frames, unless they say otherwise. The input is never changed.
    `on_read` is told the feed before it is searched, and may raise to end the run. `clock` is charged with
    what each stage takes. Articles that are killed, or under embargo at `as_of` (a time with its zone; now,
    unless given), are left out and counted: they are in no table, and `kept` keeps their records.

    Raises `FeedError` where it cannot be read, `ValueError` for a bad option, `TypeError` for no feed.
    """
    settings = settings or Settings()
    as_of = moment(as_of)
    tell = progress or untold
    clock = clock or Clock()
    taken = take_in(articles, options, fields, settings, tell, clock)
    if on_read is not None:
        on_read(taken.feed)
    return _find(taken, as_of, settings, tell, clock)


def sketch(articles: Any, *, settings: Settings | None = None, **fields: Unpack[FieldNames]) -> pa.Table:
    """The signatures of articles, readable by datasketch.

    Returns a table of `id`, `version` and `signature`, a fixed-size list of uint32: the hash values of
    `datasketch.MinHash(num_perm=128, seed=1, scheme="affine32", hashfunc=dedup.shingle_hash)` over the
    article's shingles. Rows are in the order of the input, the same article once; one that is killed, or
    under embargo now, has none. Input and errors are those of `find_duplicates`.
    """
    settings = settings or Settings()
    taken = take_in(articles, None, fields, settings, untold, Clock())
    known = identify(taken.feed.articles, datetime.now(UTC))
    signatures = taken.sketches.take(known.first_record).signatures
    column = pa.FixedSizeListArray.from_arrays(pa.array(signatures.reshape(-1)), settings.permutations)
    return known.articles.select(["id", "version"]).append_column("signature", column)


def untold(_stage: str, _share: float) -> None:
    """Progress that nobody asked for."""


@dataclass(frozen=True)
class Judged:
    """What was found among some articles: members of clusters and what is told of them, and all tables.

    `order`: int64, the member that each row of the table `clusters` is of.
    """

    known: Identified
    nodes: Nodes
    facts: Facts
    found: Found
    members: Members
    attribution: Attribution
    order: NDArray[np.int64]
    tables: dict[str, pa.Table]


def judge(
    known: Identified,
    sketched: Nodes,
    settings: Settings,
    tell: Progress,
    clock: Clock,
    beyond: Beyond | None = None,
) -> Judged:
    """Search, cluster and tell some articles; `sketched`: their nodes.

    `beyond`: what is known of a larger collection that they are a part of.
    """
    beyond = beyond or Beyond()
    with clock("identify"):
        texts = known.texts
        facts = _facts(known)
    # Repeats stand in each article alone: they are found beside what the search does on one thread.
    alone = replace(settings, threads=1)
    with beside(lambda: repeats(sketched, alone), settings.workers) as repeats_of, clock("candidates"):
        known_of = provenance(known.articles, texts, sketched, facts.times, facts.ranks, beyond.tells_sources)
        found = search(sketched, facts, known_of, settings, clock, _share(tell, "compare"), beyond)
        nodes = found.nodes
    with clock("cluster"):
        rows = members(nodes, found.clusters, facts)
        listing = _list(nodes, found, rows, facts, settings)
        if beyond.told is not None:
            listing = _listed(listing, rows, beyond.told)

    def attributed() -> Attribution:
        return attribute(known.articles, texts, rows, facts, beyond.outlined)

    # Credits are read by Python and places by kernels: side by side they take two thirds as long.
    with beside(attributed, settings.workers) as attribution_of:
        with clock("repeats"):
            repeating, repeated = repeats_of()
            if beyond.told is not None:
                is_told = np.bincount(nodes.of_article[beyond.told], minlength=len(nodes))[repeating] > 0
                repeating, repeated = repeating[is_told], repeated[is_told]
        with clock("tell"):
            evidence = Evidence(
                known.articles, texts, facts.ranks, nodes, found.pairs, found.relations, settings.workers
            )
            told = {
                "pairs": tables.pairs_table(evidence, listing),
                "passages": tables.passages_table(evidence, listing),
                "repeats": blocks.repeats_table(evidence, repeating, repeated),
                "boilerplate": blocks.boilerplate_table(evidence, found.runs, found.clusters.lead_of),
                "articles": tables.articles_table(
                    evidence, _told_articles(nodes, _told_rows(rows, beyond), listing, repeating)
                ),
            }
        with clock("attribute"):
            attribution = attribution_of()
            name = beyond.names or (lambda _, told: tables.cluster_ids(known.articles, told.origins.article))
            ids = name(rows, attribution)
            order = tables.cluster_order(evidence, rows, ids)
            clusters = tables.clusters_table(evidence, rows, attribution, ids).take(order)
    tell("tell", 1.0)
    return Judged(known, nodes, facts, found, rows, attribution, order, {"clusters": clusters, **told})


def in_told_clusters(rows: Members, told: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which members are in a cluster that has an article of those told."""
    leads = np.zeros(told.size, bool)
    leads[rows.lead[told[rows.article]]] = True
    return leads[rows.lead]


def _listed(listing: Listing, rows: Members, told: NDArray[np.bool_]) -> Listing:
    """The rows with an article of those told, and those of the clusters that such ones are in."""
    lead = np.full(told.size, -1)
    some = in_told_clusters(rows, told)
    lead[rows.article[some]] = rows.lead[some]
    return listing.take(
        told[listing.a] | told[listing.b] | ((lead[listing.a] >= 0) & (lead[listing.a] == lead[listing.b]))
    )


def _find(taken: Intake, as_of: datetime, settings: Settings, tell: Progress, clock: Clock) -> Duplicates:
    with clock("identify"):
        known = identify(taken.feed.articles, as_of)
        nodes = collapse(taken.sketches.take(known.first_record))
    judged = judge(known, nodes, settings, tell, clock)
    rows = judged.members
    stays = chosen(settings.keep, known.texts, rows, judged.attribution, judged.facts)
    run = {**run_facts(taken, judged, settings, clock), "as_of": as_of.isoformat()}
    told = {**judged.tables, "rejects": taken.feed.rejects}
    return Duplicates(tables=told, run=run, keep=_kept(known, rows, stays), articles_in=taken.articles_in)


def _share(tell: Progress, stage: str) -> Callable[[float], None]:
    return lambda share: tell(stage, share)


def _facts(known: Identified) -> Facts:
    times = known.articles["published"].combine_chunks().cast(pa.int64()).fill_null(NO_TIME)
    return Facts(times=times.to_numpy(), ranks=known.ranks)


def _list(nodes: Nodes, found: Found, rows: Members, facts: Facts, settings: Settings) -> Listing:
    lead_articles = nodes.first(facts.ranks)
    lead_articles[nodes.of_article[rows.lead]] = rows.lead
    return list_pairs(
        nodes,
        found.pairs,
        found.clusters.lead_of,
        lead_articles,
        (rows.article, rows.lead, facts.ranks),
        Limits(settings.told, MOST_PAIRS, found.cut),
    )


def _told_rows(rows: Members, beyond: Beyond) -> NDArray[np.int64]:
    """The members that the tables tell of (int64 articles)."""
    return rows.article if beyond.told is None else rows.article[in_told_clusters(rows, beyond.told)]


def _told_articles(
    nodes: Nodes, members: NDArray[np.int64], listing: Listing, repeating: NDArray[np.int64]
) -> NDArray[np.int64]:
    repeats_of = [nodes.articles(node) for node in distinct(repeating).tolist()]
    return distinct(np.concatenate([members, listing.a, listing.b, *repeats_of]))


def _kept(known: Identified, rows: Members, stays: NDArray[np.int64]) -> NDArray[np.bool_]:
    """One bool per record: False for members other than the one kept, and for records told by another.

    What was left out stays: whatever comes after must see a kill, and lift an embargo.
    """
    keep_article = np.ones(known.articles.num_rows, bool)
    keep_article[rows.article] = False
    keep_article[stays] = True
    keep = known.of_record < 0
    keep[known.first_record] = keep_article
    return keep


def enough_stories(settings: Settings) -> int:
    """How many stories it takes to learn boilerplate well; none, where none is learnt."""
    return FEW_STORIES * settings.boilerplate


def too_few(settings: Settings) -> str:
    """What is said where there are fewer."""
    number = enough_stories(settings)
    return f"too few articles to learn boilerplate well: fewer than {number} differ from one another"


def run_facts(taken: Intake, judged: Judged, settings: Settings, clock: Clock) -> dict[str, Any]:
    """What `run.json` holds of a run."""
    known, nodes, found = judged.known, judged.nodes, judged.found
    counts = nodes.counts[nodes.of_article]
    has_times = (
        not known.articles.num_rows or known.articles["published"].null_count < known.articles.num_rows
    )
    return {
        **run_head(settings),
        "inputs": list(taken.feed.inputs),
        "counts": {
            **taken.feed.counts,
            **{name: number for name, number in known.counts.items() if name != "records"},
            "articles_without_keys": int((counts < FEWEST_TOKENS).sum()),
            "articles_short": int((counts < settings.min_words).sum()),
            "distinct_texts": len(nodes),
            **found.counts,
        },
        "caps": found.caps,
        "seconds": clock.seconds,
        "spilled_bytes": taken.spilled,
        "missing": missing(settings, found.counts["near_copy_groups"], has_times=has_times),
    }


def run_head(settings: Settings) -> dict[str, Any]:
    """What `run.json` holds of a run before it has begun."""
    return {
        "tool": "dedup",
        "schema_version": SCHEMA_VERSION,
        "settings": settings.as_dict(),
        "settings_fingerprint": settings.fingerprint,
        "unicode": unicodedata.unidata_version,
    }


def missing(settings: Settings, groups: int, *, has_times: bool) -> list[str]:
    """What evidence there was too little of; `groups`: how many near-copy groups there are."""
    few = groups < enough_stories(settings)
    return [NO_TIMES] * (not has_times) + [too_few(settings)] * few
