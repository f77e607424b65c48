"""Texts of a feed, read in place."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import texts as module
from dedup.texts import Texts

SOME = ["", "twelve bytes", "thirteen byte", "ö" * 9, None, "a story", "a story " * 20, "x"]


def column(*chunks: list[str | None]) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(chunk, pa.large_string()) for chunk in chunks], pa.large_string())


@given(
    st.lists(st.lists(st.none() | st.text() | st.sampled_from(SOME), max_size=6), max_size=4),
    st.integers(1, 40),
    st.data(),
)
def test_texts_are_taken_as_they_stand_in_any_order(
    chunks: list[list[str | None]], block: int, data: st.DataObject
) -> None:
    every = [text or "" for chunk in chunks for text in chunk]
    rows = data.draw(st.lists(st.integers(0, len(every) - 1), max_size=9) if every else st.just([]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK_BYTES", block)
        texts = Texts(column(*chunks))
        assert len(texts) == len(every)
        wanted = [every[row] for row in rows]
        views = texts.views(np.array(rows, np.int64))
        views.validate(full=True)
        assert views.to_pylist() == wanted
        assert texts.take(np.array(rows, np.int64)).to_arrow().to_pylist() == wanted


def test_a_slice_of_a_column_is_read_where_it_lies() -> None:
    texts = Texts(column(SOME, SOME).slice(2, 9))
    wanted = [text or "" for text in [*SOME, *SOME][2:11]]
    assert texts.views(np.arange(9)).to_pylist() == wanted
    assert texts.octets(np.arange(9)).tolist() == [len(text.encode()) for text in wanted]


def test_some_rows_of_a_column_are_texts_of_their_own() -> None:
    texts = Texts(column(SOME[:3], SOME[3:]), np.array([1, 3, 5]))
    assert len(texts) == 3
    assert texts.views(np.array([2, 0, 1])).to_pylist() == [SOME[5], SOME[1], SOME[3]]
    assert texts.octets(np.array([1])).tolist() == [18]


def test_blocks_hold_all_texts_in_order_and_are_cut_by_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BLOCK_BYTES", 20)
    some: list[str | None] = ["a" * 9, "b" * 9, "c" * 50, "d", ""]
    blocks = Texts(column(some)).blocks()
    assert [len(block) for block in blocks] == [3, 2]
    assert [
        bytes(block.data[start:end]).decode() for block in blocks for start, end in pairwise(block.offsets)
    ] == some
