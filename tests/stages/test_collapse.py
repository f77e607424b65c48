"""Articles of equal tokens into one node, fullest first."""

from __future__ import annotations

import numpy as np
import pytest

from tests.stages.made import nodes_of, text

TEXTS = [
    text((0, 5)),
    text((0, 9)),
    text((0, 5)).upper(),
    text((3, 5)),
    "two words",
    "two words",
    "",
    text((0, 9)),
]


def test_articles_of_equal_words_share_a_node_and_the_fullest_comes_first() -> None:
    nodes = nodes_of(TEXTS)
    assert nodes.counts.tolist() == [9, 5, 5, 2, 2, 0]
    assert nodes.of_article[[1, 7]].tolist() == [0, 0]
    assert nodes.of_article[0] == nodes.of_article[2] != nodes.of_article[3]
    assert nodes.weights.sum() == len(TEXTS)


def test_articles_under_three_words_stay_apart() -> None:
    nodes = nodes_of(TEXTS)
    assert nodes.of_article[4] != nodes.of_article[5]


def test_every_article_is_a_member_of_its_node() -> None:
    nodes = nodes_of(TEXTS)
    for node in range(len(nodes)):
        assert set(nodes.of_article[nodes.articles(node)].tolist()) == {node}


@pytest.mark.parametrize("seed", range(3))
def test_any_order_gives_the_same_nodes(seed: int) -> None:
    texts = TEXTS[:4] + TEXTS[6:] + [text((n, 6)) for n in range(20)]
    order = np.random.default_rng(seed).permutation(len(texts))
    one, other = nodes_of(texts), nodes_of([texts[i] for i in order])
    assert other.of_article.tolist() == one.of_article[order].tolist()
    assert np.array_equal(one.signatures, other.signatures)


def test_no_articles_are_no_nodes() -> None:
    assert len(nodes_of([])) == 0
