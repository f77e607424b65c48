"""Repeated blocks of all nodes, in blocks and on threads."""

from __future__ import annotations

import numpy as np
import pytest

from dedup.settings import Settings
from dedup.stages import repeats as stage
from tests import reference
from tests.stages.made import ONE_THREAD, nodes_of, text

TEXTS = [
    text((0, 40), (100, 10), (0, 40)),
    text((0, 90)),
    text((0, 30), (0, 30), (0, 30)),
    text((5, 19), (50, 30), (5, 19)),
    "",
    "word " * 200,
]


def test_each_node_has_the_twins_blocks() -> None:
    nodes = nodes_of(TEXTS)
    found, blocks = stage.repeats(nodes, ONE_THREAD)
    for node, (start, end) in enumerate(nodes.token_spans.tolist()):
        wanted = reference.repeats(nodes.tokens[start:end].tolist(), 6, 16, 20, stage.LEAST_IDENTICAL)
        assert [tuple(block) for block in blocks[found == node].tolist()] == wanted
    assert found.tolist() == sorted(found.tolist())
    assert sorted(np.bincount(found, minlength=len(nodes)).tolist()) == [0, 0, 0, 0, 1, 2]


@pytest.mark.parametrize("threads", [1, 3])
def test_blocks_of_nodes_and_threads_change_nothing(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = nodes_of(TEXTS)
    whole = stage.repeats(nodes, ONE_THREAD)
    monkeypatch.setattr(stage, "_BLOCK_NODES", 1)
    cut = stage.repeats(nodes, Settings(threads=threads))
    assert np.array_equal(whole[0], cut[0])
    assert np.array_equal(whole[1], cut[1])


def test_the_least_length_of_a_block_is_a_setting() -> None:
    nodes = nodes_of([TEXTS[3]])
    assert stage.repeats(nodes, Settings(min_repeat=19))[1].tolist() == [[0, 19, 49, 68, 19]]
    assert stage.repeats(nodes, Settings(min_repeat=20))[1].size == 0


def test_one_sentence_over_and_over_costs_one_pass() -> None:
    # At a cost that grows with the square of the length this would take hours.
    words, times = 26, 300_000
    _, blocks = stage.repeats(nodes_of([(text((0, words)) + " ") * times]), ONE_THREAD)
    assert len(blocks) == times - 1
    assert blocks[-1].tolist() == [0, words, words * (times - 1), words * times, words]


def test_no_nodes_have_no_repeats() -> None:
    found, blocks = stage.repeats(nodes_of([]), ONE_THREAD)
    assert (found.shape, blocks.shape) == ((0,), (0, 5))
