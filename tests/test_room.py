"""Piles in memory and in files, and what happens where neither has room."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from types import FrameType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import room as module
from dedup.errors import OutputError
from dedup.room import Room

BLOCKS = st.lists(st.lists(st.integers(0, 2**32 - 1), max_size=9), max_size=9)


@given(BLOCKS, st.integers(1, 200))
def test_a_pile_holds_what_was_added_wherever_it_lies(blocks: list[list[int]], memory: int) -> None:
    room = Room(memory)
    pile = room.pile(np.uint32)
    for block in blocks:
        pile.add(np.array(block, np.uint32))
    items = [item for block in blocks for item in block]
    assert pile.filled().tolist() == items
    assert len(pile) == len(items)
    assert pile.filled().flags.writeable, "a read-only array is another type to numba"
    assert room.spilled in (0, 4 * len(items))
    assert (room.spilled == 0) == (4 * len(items) <= int(0.6 * memory))


def test_a_pile_grows_beyond_what_it_started_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LEAST", 2)
    pile = Room().pile(np.uint8)
    for start in range(0, 100, 10):
        pile.add(np.arange(start, start + 10, dtype=np.uint8))
    assert pile.filled().tolist() == list(range(100))


def test_a_pile_grows_while_a_profiler_holds_its_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LEAST", 2)
    pile = Room().pile(np.uint8)
    frames: list[FrameType] = []
    sys.setprofile(lambda frame, _event, _value: frames.append(frame))
    try:
        for _ in range(3):
            pile.add(np.ones(10, np.uint8))
    finally:
        sys.setprofile(None)
    assert pile.filled().sum() == 30
    assert frames


def test_piles_share_the_memory_of_their_room() -> None:
    room = Room(100)  # 60 for the piles
    first, second = room.pile(np.uint8), room.pile(np.uint8)
    first.add(np.zeros(40, np.uint8))
    assert room.spilled == 0
    second.add(np.zeros(40, np.uint8))
    assert room.spilled == 40
    first.add(np.ones(20, np.uint8))
    assert room.spilled == 40
    assert first.filled().sum() == 20


def test_a_full_temporary_folder_is_told_with_the_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    pile = Room(1).pile(np.uint8)
    with Path("/dev/full").open("wb", buffering=0) as full:
        monkeypatch.setattr(tempfile, "TemporaryFile", lambda: full)
        with pytest.raises(OutputError, match=r"No space left on device; make room there, .* --memory"):
            pile.add(np.zeros(10, np.uint8))


def test_memory_that_is_free_is_some_of_what_the_machine_has() -> None:
    assert 0 < module._available() < 1 << 50
