"""Clusters, listed pairs and repeats into the Arrow tables of the result.

Each column is kept as small as it comes: numbers in 32 bits, and what recurs in many rows as a dictionary.
`Duplicates` gives the types of the schema to those who ask.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dedup.attribution import Attribution
from dedup.columns import schema
from dedup.kernels.boilerplate import count_inside
from dedup.kernels.passages import LEFT, LONGEST, PASSAGES, RIGHT
from dedup.pairs import FORM, Pairs
from dedup.places import Spots, common_tail, find_spots
from dedup.sketches import Nodes, places_of
from dedup.stages.cluster import Members
from dedup.stages.listing import EXACT_ROW, Listing, rows_with_lead
from dedup.stages.origin import BASES
from dedup.stages.relate import Relation
from dedup.texts import Texts

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Evidence:
    """What all tables are told from: the articles, their nodes, the compared pairs and their relations."""

    articles: pa.Table
    texts: Texts
    ranks: Rows
    nodes: Nodes
    pairs: Pairs
    relations: NDArray[np.int8]
    workers: int

    def column(self, name: str, rows: Rows) -> pa.Array:
        """A column of the given articles."""
        if name == "text":
            return self.texts.views(rows)
        return self.articles[name].combine_chunks().take(pa.array(rows))

    def spots(
        self, a: NDArray[np.integer], b: NDArray[np.integer], spans: NDArray[np.int32]
    ) -> tuple[Spots, Spots]:
        """Where token spans `spans[:, :2]` of articles `a` and `spans[:, 2:4]` of articles `b` stand."""
        both = np.concatenate([spans[:, :2], spans[:, 2:4]])
        spots = find_spots(self.texts, np.concatenate([a, b]), both, self.workers)
        return spots[: a.size], spots[a.size :]

    def figures(self, row: Rows, is_swapped: NDArray[np.bool_]) -> tuple[NDArray[np.float64], ...]:
        """Jaccard and the two containments of compared pairs, seen from either side; 1 for exact copies."""
        exact = row == EXACT_ROW
        jaccard, ours, theirs = (
            np.where(exact, 1.0, np.append(values, 1.0)[row])
            for values in (self.pairs.jaccard, *self.pairs.containments(self.nodes))
        )
        return jaccard, np.where(is_swapped, theirs, ours), np.where(is_swapped, ours, theirs)

    def labels(self, row: Rows) -> pa.DictionaryArray:
        """The relations of compared pairs, in words."""
        relations = np.append(self.relations, np.int8(Relation.EXACT))[row]
        return among(relations, [relation.label for relation in Relation])


def among(number: NDArray[np.integer], names: Sequence[object] | pa.Array) -> pa.DictionaryArray:
    """Names by their numbers."""
    return pa.DictionaryArray.from_arrays(pa.array(number), pa.array(names))


def table(name: str, columns: dict[str, object]) -> pa.Table:
    """The table of that name, its columns by name in any order."""
    names = schema(name).names
    return pa.table([pa.array(columns[column]) for column in names], names)


def clusters_table(
    evidence: Evidence, members: Members, attribution: Attribution, ids: Sequence[str]
) -> pa.Table:
    """`clusters`: in the order of the members, whose clusters have the given ids."""
    article, lead, origin = members.article, members.lead, attribution.origins.article
    is_lead = article == lead
    row, is_swapped = rows_with_lead(evidence.nodes, evidence.pairs, article, lead)
    similarity, in_lead, of_lead = evidence.figures(row, is_swapped)
    relation = pc.if_else(pa.array(is_lead), None, evidence.labels(row).cast(pa.string()))
    return table(
        "clusters",
        {
            "cluster_id": ids,
            "article_id": evidence.column("id", article),
            "version": evidence.column("version", article),
            "cluster_size": members.size,
            "is_lead": is_lead,
            "is_origin": article == origin,
            "relation": relation,
            "similarity": similarity,
            "in_lead": in_lead,
            "of_lead": of_lead,
            "lead_id": evidence.column("id", lead),
            "origin_id": evidence.column("id", origin),
            "origin_basis": among(attribution.origins.basis, BASES),
            "credit": pa.array(attribution.credit, pa.string()),
            **{name: evidence.column(name, article) for name in ("source", "published", "title", "url")},
        },
    )


def cluster_order(evidence: Evidence, members: Members, ids: Sequence[str]) -> Rows:
    """The order of the rows of `clusters`: by cluster id, the lead first, then by id."""
    ranks = evidence.ranks[members.article]
    return np.lexsort((ranks, members.article != members.lead, np.array(ids, str)))


def cluster_ids(articles: pa.Table, origin: Rows) -> list[str]:
    """For each origin the name of its cluster: 16 hex digits of the origin's (id, version)."""
    distinct, number = np.unique(origin, return_inverse=True)
    some = articles.select(["id", "version"]).take(distinct)
    ids = [cluster_id(*name) for name in zip(*(column.to_pylist() for column in some.columns), strict=True)]
    return [ids[i] for i in number.tolist()]


def cluster_id(*name: object) -> str:
    """16 hex digits of an (id, version)."""
    return hashlib.blake2b(repr(name).encode(), digest_size=8).hexdigest()


def _pair_key(evidence: Evidence, listing: Listing, row: NDArray[np.integer]) -> dict[str, object]:
    """The ids and versions of the listed articles, each of which is in many rows."""
    is_listed = np.zeros(evidence.ranks.size, np.bool_)
    is_listed[listing.a] = is_listed[listing.b] = True
    number = np.cumsum(is_listed, dtype=np.int32) - 1
    listed = {name: evidence.column(name, np.flatnonzero(is_listed)) for name in ("id", "version")}
    sides = {"a": number[listing.a][row], "b": number[listing.b][row]}
    return {f"{side}_{name}": among(sides[side], listed[name]) for side in sides for name in listed}


def pairs_table(evidence: Evidence, listing: Listing) -> pa.Table:
    """`pairs`: in the listing's order."""
    jaccard, a_in_b, b_in_a = evidence.figures(listing.row, listing.is_swapped)
    figures = np.vstack([evidence.pairs.figures, np.zeros((1, FORM + 1), np.int32)])[listing.row]
    words = evidence.nodes.counts[evidence.nodes.of_article[listing.a]]
    exact = listing.row == EXACT_ROW
    return table(
        "pairs",
        {
            **_pair_key(evidence, listing, np.arange(exact.size)),
            "relation": evidence.labels(listing.row),
            "jaccard": jaccard,
            "a_in_b": a_in_b,
            "b_in_a": b_in_a,
            "shared_words": np.where(exact, words, np.minimum(figures[:, LEFT], figures[:, RIGHT])),
            "passages": np.where(exact, 1, figures[:, PASSAGES]),
            "longest_passage": np.where(exact, words, figures[:, LONGEST]),
            "pairs_not_listed": listing.not_listed,
        },
    )


def passages_table(evidence: Evidence, listing: Listing) -> pa.Table:
    """`passages`: pair after pair, by where they start in a."""
    row, spans = _token_spans(evidence, listing)
    a_spot, b_spot = evidence.spots(listing.a[row], listing.b[row], spans)
    tail = common_tail(a_spot, b_spot)
    begins = np.flatnonzero(np.diff(row, prepend=-1))
    number = np.arange(1, row.size + 1) - np.repeat(begins, np.diff(np.append(begins, row.size)))
    longer = np.maximum(spans[:, 1] - spans[:, 0], spans[:, 3] - spans[:, 2])
    return table(
        "passages",
        {
            **_pair_key(evidence, listing, row),
            "passage": number.astype(np.int32),
            "a_start": a_spot.starts,
            "a_end": a_spot.ends + tail,
            "b_start": b_spot.starts,
            "b_end": b_spot.ends + tail,
            "words": spans[:, 4],
            "identical": spans[:, 4] / longer,
            "boilerplate": _is_boilerplate(evidence, listing.a[row], spans),
        },
    )


def _is_boilerplate(evidence: Evidence, article: Rows, spans: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether boilerplate covers most of the tokens `spans[:, :2]` of each article."""
    nodes = evidence.nodes
    whole = nodes.token_spans[nodes.of_article[article], 0][:, None] + spans[:, :2]
    covered: NDArray[np.bool_] = 2 * count_inside(nodes.boilerplate, whole) > spans[:, 1] - spans[:, 0]
    return covered


def _token_spans(evidence: Evidence, listing: Listing) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Each passage's row of the listing; its start and end in a and in b, and equal tokens (int32).

    Sorted by row, start in a, start in b. An exact copy is one passage.
    """
    pairs, exact = evidence.pairs, listing.row == EXACT_ROW
    compared = listing.row[~exact]
    sizes = np.ones(exact.size, np.int64)
    sizes[~exact] = np.diff(pairs.passage_starts)[compared]
    row = np.repeat(np.arange(exact.size, dtype=np.int32), sizes)
    whole = exact[row]
    spans = np.empty((row.size, 5), np.int32)
    picked = places_of(pairs.passage_starts[compared], sizes[~exact])
    spans[~whole] = pairs.passages.take(picked, axis=0)
    swapped = np.flatnonzero(listing.is_swapped[row])
    spans[swapped] = spans[swapped][:, [2, 3, 0, 1, 4]]
    words = evidence.nodes.counts[evidence.nodes.of_article[listing.a[exact]]]
    spans[whole] = words[:, None] * np.array([0, 1, 0, 1, 1], np.int32)
    # Rows are in order already: one stable sort per side takes a fifth of the time of one by all keys.
    for side in (2, 0):
        order = np.argsort(row.astype(np.int64) << 32 | spans[:, side], kind="stable")
        spans = spans.take(order, axis=0)
    return row, spans


def articles_table(evidence: Evidence, articles: Rows) -> pa.Table:
    """`articles`: the given ones, by id and version."""
    rows = articles[np.argsort(evidence.ranks[articles])]
    names = ("version", "title", "source", "published", "url", "text")
    return table(
        "articles",
        {
            "article_id": evidence.column("id", rows),
            **{name: evidence.column(name, rows) for name in names},
            "tokens": evidence.nodes.counts[evidence.nodes.of_article[rows]],
        },
    )
