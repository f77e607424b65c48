"""Clusters, listed pairs and repeats into the Arrow tables of the result."""

from __future__ import annotations

import hashlib
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
from dedup.sketches import Nodes
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
            return self.texts.take(rows).to_arrow()
        return self.articles[name].combine_chunks().take(pa.array(rows))

    def spots(self, a: Rows, b: Rows, spans: NDArray[np.int32]) -> tuple[Spots, Spots]:
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

    def labels(self, row: Rows) -> list[str]:
        """The relations of compared pairs, in words."""
        relations = np.append(self.relations, Relation.EXACT)[row].tolist()
        return [Relation(relation).label for relation in relations]


def table(name: str, columns: dict[str, object]) -> pa.Table:
    """The table of that name, its columns by name in any order."""
    wanted = schema(name)
    arrays = []
    for field in wanted:
        values = columns[field.name]
        arrays.append(
            values.cast(field.type) if isinstance(values, pa.Array) else pa.array(values, field.type)
        )
    return pa.Table.from_arrays(arrays, schema=wanted)


def clusters_table(evidence: Evidence, members: Members, attribution: Attribution) -> pa.Table:
    """`clusters`: sorted by cluster id, the lead first, then by id."""
    article, lead, origin = members.article, members.lead, attribution.origins.article
    is_lead = article == lead
    row, is_swapped = rows_with_lead(evidence.nodes, evidence.pairs, article, lead)
    similarity, in_lead, of_lead = evidence.figures(row, is_swapped)
    relation = pc.if_else(
        pa.array(is_lead), pa.scalar(None, pa.string()), pa.array(evidence.labels(row), pa.string())
    )
    ids = _cluster_ids(evidence, origin)
    rows = table(
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
            "origin_basis": np.array(BASES, object)[attribution.origins.basis],
            "credit": attribution.credit,
            **{name: evidence.column(name, article) for name in ("source", "published", "title", "url")},
        },
    )
    return rows.take(np.lexsort((evidence.ranks[article], ~is_lead, np.array(ids, str))))


def _cluster_ids(evidence: Evidence, origin: Rows) -> list[str]:
    """16 hex digits of the origin's (id, version)."""
    distinct, number = np.unique(origin, return_inverse=True)
    names = zip(*(evidence.column(name, distinct).to_pylist() for name in ("id", "version")), strict=True)
    ids = [hashlib.blake2b(repr(name).encode(), digest_size=8).hexdigest() for name in names]
    return [ids[i] for i in number.tolist()]


def _pair_key(evidence: Evidence, a: Rows, b: Rows) -> dict[str, object]:
    return {
        f"{side}_{name}": evidence.column(column, rows)
        for side, rows in (("a", a), ("b", b))
        for name, column in (("id", "id"), ("version", "version"))
    }


def pairs_table(evidence: Evidence, listing: Listing) -> pa.Table:
    """`pairs`: in the listing's order."""
    jaccard, a_in_b, b_in_a = evidence.figures(listing.row, listing.is_swapped)
    figures = np.vstack([evidence.pairs.figures, np.zeros((1, FORM + 1), np.int32)])[listing.row]
    words = evidence.nodes.counts[evidence.nodes.of_article[listing.a]]
    exact = listing.row == EXACT_ROW
    return table(
        "pairs",
        {
            **_pair_key(evidence, listing.a, listing.b),
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
    a, b = listing.a[row], listing.b[row]
    a_spot, b_spot = evidence.spots(a, b, spans)
    tail = common_tail(a_spot, b_spot)
    order = np.lexsort((b_spot.starts, a_spot.starts, row))
    begins = np.flatnonzero(np.diff(row[order], prepend=-1))
    number = np.arange(order.size) - np.repeat(begins, np.diff(np.append(begins, order.size))) + 1
    longer = np.maximum(spans[:, 1] - spans[:, 0], spans[:, 3] - spans[:, 2])
    return table(
        "passages",
        {
            **_pair_key(evidence, a[order], b[order]),
            "passage": number,
            "a_start": a_spot.starts[order],
            "a_end": (a_spot.ends + tail)[order],
            "b_start": b_spot.starts[order],
            "b_end": (b_spot.ends + tail)[order],
            "words": spans[order, 4],
            "identical": (spans[:, 4] / longer)[order],
            "boilerplate": _is_boilerplate(evidence, a, spans)[order],
        },
    )


def _is_boilerplate(evidence: Evidence, article: Rows, spans: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether boilerplate covers most of the tokens `spans[:, :2]` of each article."""
    nodes = evidence.nodes
    whole = nodes.token_spans[nodes.of_article[article], 0][:, None] + spans[:, :2]
    covered: NDArray[np.bool_] = 2 * count_inside(nodes.boilerplate, whole) > spans[:, 1] - spans[:, 0]
    return covered


def _token_spans(evidence: Evidence, listing: Listing) -> tuple[Rows, NDArray[np.int32]]:
    """Each passage's row of the listing; its start and end in a and in b, and equal tokens (int32)."""
    compared = np.flatnonzero(listing.row != EXACT_ROW)
    passages = evidence.pairs.take(listing.row[compared])
    row = np.repeat(compared, np.diff(passages.passage_starts))
    spans = passages.passages
    swapped = listing.is_swapped[row]
    spans = np.where(swapped[:, None], spans[:, [2, 3, 0, 1, 4]], spans)
    exact = np.flatnonzero(listing.row == EXACT_ROW)
    words = evidence.nodes.counts[evidence.nodes.of_article[listing.a[exact]]]
    whole = np.stack([np.zeros_like(words), words, np.zeros_like(words), words, words], axis=1)
    return np.concatenate([row, exact]), np.concatenate([spans, whole])


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
