"""Articles made for the stages: texts of numbered words, sketched and collapsed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dedup.articles import ARTICLES
from dedup.pairs import Pairs
from dedup.settings import Settings
from dedup.sketches import Nodes, Sketches
from dedup.stages.collapse import collapse
from dedup.stages.compare import compare
from dedup.stages.sketch import sketch
from dedup.texts import Texts

NOON = dt.datetime(2026, 1, 20, 12, tzinfo=dt.UTC)
ONE_THREAD = Settings(threads=1)


def text(*parts: int | tuple[int, int]) -> str:
    """Words by number: `(7, 3)` are the words 7, 8 and 9, and `7` is the word 7."""
    numbers = [
        n for part in parts for n in (range(part[0], sum(part)) if isinstance(part, tuple) else [part])
    ]
    return " ".join(f"word{number}" for number in numbers)


def records(*rows: dict[str, object]) -> pa.Table:
    """Records of a feed; what is not given is absent, and a text is there."""
    filled = [{"text": "", "input": 0, "record": n, **row} for n, row in enumerate(rows, 1)]
    return pa.Table.from_pylist(filled, schema=ARTICLES)


def sketches_of(texts: Sequence[str], settings: Settings = ONE_THREAD) -> Sketches:
    """The sketches of some texts, which may be in several chunks of a column."""
    half = len(texts) // 2
    chunks = [pa.array(list(part), pa.large_string()) for part in (texts[:half], texts[half:])]
    return sketch(Texts(pa.chunked_array(chunks, pa.large_string())), settings)


def nodes_of(texts: Sequence[str]) -> Nodes:
    """The nodes of some texts."""
    return collapse(sketches_of(texts))


def compared(nodes: Nodes, settings: Settings = ONE_THREAD) -> Pairs:
    """All pairs of nodes, compared."""
    left, right = np.triu_indices(len(nodes), 1)
    return compare(nodes, left.astype(np.int64), right.astype(np.int64), settings)


def int64(*values: int) -> NDArray[np.int64]:
    """An array."""
    return np.array(values, np.int64)


def bare_nodes(copies: Sequence[int], tokens: Sequence[int]) -> Nodes:
    """Nodes of which nothing is known but their copies, numbered node after node, and their tokens."""
    n = len(copies)
    return Nodes(
        of_article=np.repeat(np.arange(n), copies),
        members=np.arange(sum(copies)),
        member_starts=np.append(0, np.cumsum(copies)).astype(np.int64),
        counts=np.array(tokens, np.int32),
        signatures=np.zeros((n, 4), np.uint32),
        tokens=np.empty(0, np.uint32),
        token_spans=np.zeros((n, 2), np.int64),
        prints=np.empty(0, np.uint32),
        print_spans=np.zeros((n, 2), np.int64),
    )


def bare_pairs(
    covered: dict[tuple[int, int], tuple[int, int]], *, shingles: tuple[int, int] = (0, 1)
) -> Pairs:
    """Pairs of nodes of which the tokens covered on either side are known, and one Jaccard for all."""
    left, right = (
        (int64(*side) for side in zip(*sorted(covered), strict=True)) if covered else (int64(), int64())
    )
    figures = np.zeros((left.size, 6), np.int32)
    figures[:, :2] = np.array([covered[pair] for pair in sorted(covered)]).reshape(-1, 2)
    figures[:, 4:] = shingles
    return Pairs(left, right, figures, np.empty((0, 5), np.int32), np.zeros(left.size + 1, np.int64))
