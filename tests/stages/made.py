"""Articles made for the stages: texts of numbered words, sketched, collapsed, and what is known of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dedup.articles import ARTICLES
from dedup.kernels.passages import BOTH, EITHER, LEFT, RIGHT, WHOLE_LEFT, WHOLE_RIGHT
from dedup.pairs import FORM, Pairs
from dedup.provenance import NO_TIME, Provenance, provenance
from dedup.settings import Settings
from dedup.sketches import Nodes, Sketches
from dedup.stages.collapse import collapse
from dedup.stages.compare import compare
from dedup.stages.identify import identify
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


def records(*rows: Mapping[str, object]) -> pa.Table:
    """Records of a feed; what is not given is absent, and a text is there."""
    filled = [{"text": "", "input": 0, "record": n, **row} for n, row in enumerate(rows, 1)]
    return pa.Table.from_pylist(filled, schema=ARTICLES)


def sketches_of(texts: Sequence[str], settings: Settings = ONE_THREAD) -> Sketches:
    """The sketches of some texts, which may be in several chunks of a column."""
    half = len(texts) // 2
    chunks = [pa.array(list(part), pa.large_string()) for part in (texts[:half], texts[half:])]
    return sketch(Texts(pa.chunked_array(chunks, pa.large_string())).blocks(), settings)


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


def nodes_known(*rows: Mapping[str, object]) -> tuple[Nodes, Provenance]:
    """The nodes of some records, and what is known of them."""
    known = identify(records(*rows), NOON)
    texts = known.texts
    nodes = collapse(sketch(texts.blocks(), ONE_THREAD).take(known.first_record))
    times = known.articles["published"].combine_chunks().cast(pa.int64()).fill_null(NO_TIME).to_numpy()
    return nodes, provenance(known.articles, texts, nodes, times, known.ranks)


def bare_nodes(copies: Sequence[int], tokens: Sequence[int], own: Sequence[int] | None = None) -> Nodes:
    """Nodes of which nothing is known but their copies, numbered node after node, and their tokens.

    `own`: how many of those are outside of boilerplate; all, where it is not given.
    """
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
        boilerplate=np.empty(0, np.bool_),
        own=np.array(tokens if own is None else own, np.int32),
    )


Covered = dict[tuple[int, int], tuple[int, int]]
"""Pairs of nodes, and how many tokens of left and of right their passages cover."""


def bare_pairs(
    covered: Covered,
    *,
    whole: Covered | None = None,
    shingles: Covered | tuple[int, int] = (0, 1),
    forms: Sequence[tuple[int, int]] = (),
) -> Pairs:
    """Pairs of nodes of which the tokens covered on either side are known.

    `whole`: the same with boilerplate, where that is more; `shingles`: in both and in either, for each pair
    or for all; `forms`: the pairs that are templates.
    """
    names = sorted(covered)
    left, right = (int64(*side) for side in zip(*names, strict=True)) if names else (int64(), int64())
    figures = np.zeros((left.size, FORM + 1), np.int32)
    with_boilerplate = covered | (whole or {})
    for row, name in enumerate(names):
        figures[row, [LEFT, RIGHT]] = covered[name]
        figures[row, [WHOLE_LEFT, WHOLE_RIGHT]] = with_boilerplate[name]
        figures[row, [BOTH, EITHER]] = shingles[name] if isinstance(shingles, dict) else shingles
        figures[row, FORM] = name in forms
    return Pairs(left, right, figures, np.empty((0, 5), np.int32), np.zeros(left.size + 1, np.int64))


def bare_provenance(
    sources: Sequence[int | Sequence[int]],
    times: Sequence[int] | None = None,
    *,
    tagged: Sequence[int] = (),
    replaced: Sequence[tuple[int, int]] = (),
) -> Provenance:
    """What is known of nodes without texts: the numbers of their sources, -1 where unknown, and their times.

    `tagged`: nodes whose headline says that they update another; `replaced`: nodes and those that replace
    them.
    """
    n = len(sources)
    printed = [
        node << 32 | source
        for node, some in enumerate(sources)
        for source in ([some] if isinstance(some, int) else some)
        if source >= 0
    ]
    return Provenance(
        texts=Texts(pa.chunked_array([], pa.large_string())),
        article=np.arange(n),
        times=int64(*(times if times is not None else [NO_TIME] * n)),
        printed=np.unique(int64(*printed)),
        titles=np.full(n, -1, np.int32),
        tagged=np.isin(np.arange(n), tagged),
        replaced=np.unique(int64(*(old << 32 | new for old, new in replaced))),
        tells_sources=len({key & 0xFFFFFFFF for key in printed}) > 1
        or any(time != NO_TIME for time in times or ()),
    )
