"""The rows of `boilerplate` into blocks, with the sources whose articles hold each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from dedup.report.page import pieces
from dedup.report.page.result import Result, text_batches

_MOST_BLOCKS = 40
_SOURCES_SHOWN = 6
_BLOCK_SHOWN = 1_500  # characters


@dataclass(frozen=True, kw_only=True)
class Block:
    """A block that unrelated articles share."""

    block_id: str
    words: int
    articles: int
    clusters: int
    sources: int
    example_id: str
    text: pieces.Shown
    holders: Sequence[tuple[str, int]]
    """Sources, and in how many of the articles listed the block's longest line stands as it is."""


def blocks(result: Result) -> tuple[list[Block], int]:
    """The blocks that most articles hold, and how many are not among them."""
    order = [("articles", "descending"), ("words", "descending"), ("block_id", "ascending")]
    table = result.tables["boilerplate"].sort_by(order)
    rows = table.slice(0, _MOST_BLOCKS).to_pylist()
    holders = _holders(result, [max(row["text"].splitlines(), key=len, default="") for row in rows])
    made = [
        Block(
            **{name: row[name] for name in row if name != "text"},
            text=pieces.show(row["text"], (), limit=_BLOCK_SHOWN),
            holders=sorted(held.items(), key=lambda one: (-one[1], one[0]))[:_SOURCES_SHOWN],
        )
        for row, held in zip(rows, holders, strict=True)
    ]
    return made, table.num_rows - len(made)


def _holders(result: Result, lines: Sequence[str]) -> list[Counter[str]]:
    """Sources by line: one pass over the texts, for there may be more of them than fit into memory."""
    counted: list[Counter[str]] = [Counter() for _ in lines]
    if not (lines and result.has_text):
        return counted
    sources, row = result.tables["articles"]["source"], 0
    for batch in text_batches(result):
        here = pa.concat_arrays(sources.slice(row, len(batch)).chunks)
        row += len(batch)
        for line, counter in zip(lines, counted, strict=True):
            held = pc.value_counts(here.filter(pc.match_substring(batch, line)).drop_null())
            counter.update({one["values"].as_py(): one["counts"].as_py() for one in held})
    return counted
