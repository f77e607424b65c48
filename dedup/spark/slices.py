"""Rows of Spark's tables into what the stages take: some nodes of the feed, numbered from 0 in its order.

A node is told by its number in the whole feed, the fullest first, an article by `node << COPIES | copy`,
where copy 0 is the first by (id, version). The order of a slice is that of the feed, so what the stages say
of a slice holds there too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dedup.pairs import FORM, Pairs, pair_keys
from dedup.provenance import NO_TIME, TAGGED, Provenance, numbered
from dedup.settings import Settings
from dedup.sketches import Nodes, distinct
from dedup.stages.boilerplate import Runs, no_runs, set_aside
from dedup.stages.collapse import collapse
from dedup.stages.sketch import sketch
from dedup.texts import Texts

COPIES = 24  # bits for the copies of one text
BATCH = 10_000  # rows that a task gives back at a time

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Slice:
    """Some nodes. `number`: int64, ascending, of each in the feed; `rows`: their rows, in order of article.

    `raw`: the nodes with their boilerplate, `runs`: where that stands, `nodes`: with it set aside.
    """

    number: Rows
    rows: pa.Table
    texts: Texts
    raw: Nodes
    runs: Runs
    nodes: Nodes

    def local(self, numbers: Rows) -> Rows:
        """The numbers of nodes of this slice here."""
        return np.searchsorted(self.number, numbers)

    def links(self, left: Rows, right: Rows) -> tuple[Rows, Rows]:
        """Links of the feed here."""
        return self.local(left), self.local(right)


def slice_of(rows: pa.Table, settings: Settings) -> Slice:
    """The nodes of rows of articles: columns `article`, `text`, and `runs` where boilerplate is known."""
    rows = rows.sort_by("article").combine_chunks()
    texts = Texts(large(rows["text"]))
    raw = collapse(sketch(texts.blocks(), settings))
    number = distinct(numbers(rows, "article") >> COPIES)
    runs = runs_of(rows, raw) if "runs" in rows.column_names else no_runs()
    return Slice(number, rows, texts, raw, runs, set_aside(raw, runs, settings))


def provenance_of(some: Slice, replaced: Rows, tells_sources: bool) -> Provenance:
    """What is known of a slice of first copies, by the columns `time`, `sources` and `title`.

    `replaced`: as of `Provenance`, by the numbers that nodes have here.
    """
    return known_of(some.rows, some.texts, replaced, tells_sources)


def known_of(rows: pa.Table, texts: Texts | None, replaced: Rows, tells_sources: bool) -> Provenance:
    """What is known of first copies, one row each; without their texts no templates can be told."""
    sources = rows["sources"].combine_chunks()
    node = pc.list_parent_indices(sources).to_numpy().astype(np.int64)
    source = numbered(pa.chunked_array([pc.list_flatten(sources)]))
    titles = pa.chunked_array([rows["title"].combine_chunks()])
    return Provenance(
        texts=texts or Texts(pa.chunked_array([], pa.large_string())),
        article=np.arange(rows.num_rows),
        times=pc.fill_null(rows["time"], NO_TIME).to_numpy(),
        printed=distinct(node << 32 | source),
        titles=numbered(titles),
        tagged=pc.match_substring_regex(titles.fill_null(""), TAGGED).to_numpy(),
        replaced=replaced,
        tells_sources=tells_sources,
    )


def replaced_by(left: Rows, right: Rows, said: Rows) -> Rows:
    """`Provenance.replaced` by what links say: 1 where right replaces left, 2 where left replaces right."""
    return distinct(
        np.concatenate([pair_keys(left, right)[said & 1 > 0], pair_keys(right, left)[said & 2 > 0]])
    )


def runs_of(rows: pa.Table, raw: Nodes) -> Runs:
    """Where boilerplate stands in nodes; the column has, per node, int32 x 3: block, first token, end."""
    first = raw.members[raw.member_starts[:-1]]
    own, sizes = rows_in(rows["runs"].combine_chunks().take(pa.array(first)), np.int32, 3)
    node = np.repeat(np.arange(sizes.size, dtype=np.int32), sizes)
    return np.column_stack([own[:, 0], node, own[:, 1:]])


def numbers(rows: pa.Table, name: str) -> Rows:
    """A column of whole numbers."""
    out: Rows = rows[name].to_numpy().astype(np.int64, copy=False)
    return out


def large(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Texts in Arrow's large type, as the stages read them."""
    return texts.cast(pa.large_string())


def cells(values: NDArray[Any], sizes: Rows) -> pa.Array:
    """Rows of numbers as cells of bytes, `sizes[i]` rows in each."""
    width = values.itemsize * int(np.prod(values.shape[1:]))
    ends = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32) * np.int32(width)
    octets = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(pa.binary(), sizes.size, [None, pa.py_buffer(ends), octets])


def rows_in(cells: pa.Array, kind: type, width: int) -> tuple[NDArray[Any], Rows]:
    """Cells of bytes as rows of `width` numbers, one after another, and how many each cell has."""
    some = [cell.as_buffer() for cell in cells if cell.is_valid]
    octets = b"".join(some)
    per_row = np.dtype(kind).itemsize * width
    sizes: Rows = pc.binary_length(cells).fill_null(0).to_numpy().astype(np.int64) // per_row
    return np.frombuffer(octets, kind).reshape(-1, width), sizes


def pairs_of(rows: pa.Table, left: Rows, right: Rows) -> Pairs:
    """The columns `figures` and `passages` of pairs, which are in order of the given numbers of nodes."""
    figures, _ = rows_in(rows["figures"].combine_chunks(), np.int32, FORM + 1)
    passages, sizes = rows_in(rows["passages"].combine_chunks(), np.int32, 5)
    return Pairs(left, right, figures, passages, np.append(0, np.cumsum(sizes)))


def batches(**columns: Any) -> list[pa.RecordBatch]:
    """Columns as what a task gives back, in parts that Spark can take."""
    table = pa.table({name: _plain(column) for name, column in columns.items()})
    parts: list[pa.RecordBatch] = table.combine_chunks().to_batches(max_chunksize=BATCH)
    return parts


def _plain(column: Any) -> Any:
    return column if isinstance(column, (pa.Array, pa.ChunkedArray)) else pa.array(column)
