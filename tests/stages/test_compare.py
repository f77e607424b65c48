"""Pairs of nodes compared, in blocks and on threads, the same as one by one."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from dedup.kernels.passages import BOTH, EITHER, LEFT, LONGEST, PASSAGES, RIGHT, WHOLE_LEFT, WHOLE_RIGHT
from dedup.pairs import FORM
from dedup.settings import Settings
from dedup.sketches import Nodes
from dedup.stages import compare as stage
from dedup.stages.boilerplate import set_aside
from tests import reference
from tests.stages.made import ONE_THREAD, compared, int64, nodes_of, text


def story(seed: int) -> Nodes:
    rng = Random(seed)
    return nodes_of([text((rng.randrange(60), rng.randint(10, 60)), 900 + n) for n in range(12)])


def words(nodes: Nodes, node: int) -> list[int]:
    start, end = nodes.token_spans[node].tolist()
    return [int(token) for token in nodes.tokens[start:end]]


def test_figures_and_passages_are_the_twins_for_every_pair() -> None:
    nodes = story(1)
    pairs = compared(nodes)
    for row in range(len(pairs)):
        a, b = words(nodes, int(pairs.left[row])), words(nodes, int(pairs.right[row]))
        figures, passages = reference.compare(a, b)
        is_enough = figures[0] >= 0.2 * len(a) or figures[1] >= 0.2 * len(b)
        assert pairs.figures[row, [LEFT, RIGHT, PASSAGES, LONGEST]].tolist() == list(figures[:4])
        assert pairs.figures[row, [WHOLE_LEFT, WHOLE_RIGHT]].tolist() == list(figures[:2])
        assert pairs.figures[row, FORM] == 0
        start, end = pairs.passage_starts[row : row + 2]
        assert [tuple(passage) for passage in pairs.passages[start:end].tolist()] == passages * is_enough
        if is_enough:
            assert pairs.figures[row, [BOTH, EITHER]].tolist() == list(figures[4:6])


def test_boilerplate_is_set_aside_in_figures_and_cut_from_passages() -> None:
    own, footer = (0, 60), (5000, 20)
    nodes = nodes_of([text(own, footer, (100, 40)), text(own, footer)])
    runs = np.array([[0, node, 60, 80] for node in (0, 1)], np.int32)
    nodes = set_aside(nodes, runs, ONE_THREAD)
    pairs = compared(nodes)
    assert pairs.figures[0, [LEFT, RIGHT]].tolist() == [60, 60]
    assert pairs.figures[0, [WHOLE_LEFT, WHOLE_RIGHT]].tolist() == [80, 80]
    assert pairs.figures[0, [BOTH, EITHER]].tolist() == [58, 58 + 38]
    assert pairs.passages.tolist() == [[0, 60, 0, 60, 60], [60, 80, 60, 80, 20]]
    assert [share.tolist() for share in pairs.containments(nodes)] == [[60 / 100], [1.0]]
    assert [share.tolist() for share in pairs.whole_containments(nodes)] == [[80 / 120], [1.0]]


def test_shingles_known_without_boilerplate_are_counted_anew_where_some_is_set_aside() -> None:
    own, footer = (0, 60), (5000, 20)
    nodes = nodes_of([text(own, footer), text((100, 40), footer), text((200, 50))])
    every = np.arange(3)
    before = stage.Shingles(nodes, ONE_THREAD)
    before.find(every)
    runs = np.array([[0, node, len(words(nodes, node)) - 20, len(words(nodes, node))] for node in (0, 1)])
    nodes = set_aside(nodes, runs.astype(np.int32), ONE_THREAD)
    anew, alone = stage.Shingles(nodes, ONE_THREAD, before), stage.Shingles(nodes, ONE_THREAD)
    for some in (anew, alone):
        some.find(every)
    assert anew.counts.tolist() == alone.counts.tolist()
    assert anew.fresh.tolist() == alone.fresh.tolist()


@pytest.mark.parametrize("threads", [1, 3])
def test_blocks_and_threads_change_nothing(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = story(2)
    whole = compared(nodes)
    monkeypatch.setattr(stage, "_BLOCK_PAIRS", 5)
    told: list[float] = []
    left, right = whole.left, whole.right
    cut = stage.compare(nodes, left, right, Settings(threads=threads), told.append)
    assert all(np.array_equal(getattr(cut, name), getattr(whole, name)) for name in vars(whole))
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_no_pairs_give_no_pairs() -> None:
    assert len(stage.compare(story(3), int64(), int64(), ONE_THREAD)) == 0
