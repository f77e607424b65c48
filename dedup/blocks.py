"""Repeated blocks and boilerplate into their Arrow tables."""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dedup.places import common_tail
from dedup.provenance import numbered
from dedup.sketches import Nodes, distinct, places_of
from dedup.tables import Evidence, Rows, table


def articles_of(nodes: Nodes, node: Rows) -> Rows:
    """The articles of the given nodes, node after node (int64)."""
    return nodes.members[places_of(nodes.member_starts[node], nodes.weights[node])]


def repeats_table(evidence: Evidence, node: Rows, blocks: NDArray[np.int32]) -> pa.Table:
    """`repeats`: by article, block and later place."""
    article = articles_of(evidence.nodes, node)
    blocks = np.repeat(blocks, evidence.nodes.weights[node], axis=0)
    first, second = evidence.spots(article, article, blocks)
    tail = common_tail(first, second)
    first_end, second_end = first.ends + tail, second.ends + tail
    order = np.lexsort((second.starts, first_end, first.starts, evidence.ranks[article]))
    is_new_article = np.diff(article[order], prepend=-1) != 0
    is_new_block = is_new_article | (np.diff(first.starts[order], prepend=-1) != 0)
    is_new_block |= np.diff(first_end[order], prepend=-1) != 0
    count = np.cumsum(is_new_block)
    before = np.maximum.accumulate(np.where(is_new_article, count - 1, 0)) if order.size else count
    longer = np.maximum(blocks[:, 1] - blocks[:, 0], blocks[:, 3] - blocks[:, 2])
    tokens = evidence.nodes.counts[evidence.nodes.of_article[article]]
    texts = _slices(evidence, article[order], first.starts[order], first_end[order])
    return table(
        "repeats",
        {
            "article_id": evidence.column("id", article[order]),
            "version": evidence.column("version", article[order]),
            "block": count - before,
            "first_start": first.starts[order],
            "first_end": first_end[order],
            "second_start": second.starts[order],
            "second_end": second_end[order],
            "words": blocks[order, 4],
            "identical": (blocks[:, 4] / longer)[order],
            "share": ((blocks[:, 3] - blocks[:, 2]) / tokens)[order],
            "text": texts,
        },
    )


def _slices(
    evidence: Evidence, article: Rows, starts: NDArray[np.int32], ends: NDArray[np.int32]
) -> pa.LargeStringArray:
    """A part of the text of each article; rows of one article stand together, and its text is read once."""
    parts = []
    last, text = -1, ""
    views = evidence.column("text", article)
    for row, view, start, end in zip(article.tolist(), views, starts.tolist(), ends.tolist(), strict=True):
        if row != last:
            last, text = row, view.as_py()
        parts.append(text[start:end])
    return pa.array(parts, pa.large_string())


def boilerplate_table(evidence: Evidence, runs: NDArray[np.int32], lead_of: Rows) -> pa.Table:
    """`boilerplate`: by falling number of clusters, then by block id; the example is the longest run.

    `runs`: where blocks stand, x 4 (block, node, first token, token behind the last).
    """
    nodes = evidence.nodes
    block = np.unique(runs[:, 0], return_inverse=True)[1].astype(np.int64)
    node = runs[:, 1].astype(np.int64)
    size = runs[:, 3] - runs[:, 2]
    article = nodes.first(evidence.ranks)
    order = np.lexsort((runs[:, 2], evidence.ranks[article[node]], -size, block))
    example = order[np.diff(block[order], prepend=-1) != 0]
    held_block, held_article = _holders(nodes, block, node)
    sources = numbered(evidence.articles["source"]).astype(np.int64)[held_article]
    clusters = _distinct(held_block, lead_of[nodes.of_article[held_article]])
    told = {
        "articles": np.bincount(held_block, minlength=example.size),
        "clusters": clusters,
        "sources": _distinct(held_block[sources >= 0], sources[sources >= 0], example.size),
        **examples(evidence, article[node[example]], runs[example, 2:]),
    }
    rows = np.lexsort((np.array(told["block_id"], str), -clusters))
    return table("boilerplate", told).take(rows)


def examples(evidence: Evidence, article: Rows, spans: NDArray[np.int32]) -> dict[str, object]:
    """What the tokens `spans[i, 0]:spans[i, 1]` of article i tell of the blocks they are examples of."""
    spots, _ = evidence.spots(article, article, spans[:, [0, 1, 0, 1]])
    node = evidence.nodes.of_article[article]
    return {
        "block_id": [_block_id(evidence.nodes, *run) for run in np.column_stack([node, spans]).tolist()],
        "words": spans[:, 1] - spans[:, 0],
        "example_id": evidence.column("id", article),
        "text": _slices(evidence, article, spots.starts, spots.ends),
    }


def _holders(nodes: Nodes, block: Rows, node: Rows) -> tuple[Rows, Rows]:
    """Every block with every article that holds it, once."""
    held = distinct(block << 32 | node)
    block, node = held >> 32, held & 0xFFFFFFFF
    return np.repeat(block, nodes.weights[node]), articles_of(nodes, node)


def _distinct(block: Rows, value: Rows, blocks: int = 0) -> Rows:
    """How many distinct values each block has."""
    return np.bincount(distinct(block << 32 | value) >> 32, minlength=blocks)


def _block_id(nodes: Nodes, node: int, start: int, end: int) -> str:
    """16 hex digits of the block's tokens."""
    first = int(nodes.token_spans[node, 0])
    return hashlib.blake2b(nodes.tokens[first + start : first + end].tobytes(), digest_size=8).hexdigest()
