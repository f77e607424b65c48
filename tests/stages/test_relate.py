"""Figures into relations, at and beside every threshold."""

from __future__ import annotations

import pytest

from dedup.stages.relate import Relation, joins, relate
from tests.stages.made import ONE_THREAD, bare_nodes, bare_pairs


@pytest.mark.parametrize(
    ("covered", "jaccard", "relation"),
    [
        ((70, 70), 0, Relation.NEAR),
        ((69, 70), 0, Relation.SHARED),
        ((69, 80), 0, Relation.EXCERPT),
        ((80, 5), 0, Relation.EXCERPT),
        ((79, 5), 0, Relation.SHARED),
        ((20, 0), 0, Relation.SHARED),
        ((0, 20), 0, Relation.SHARED),
        ((19, 19), 19, Relation.NONE),
        ((6, 6), 20, Relation.SHARED),
        ((0, 0), 100, Relation.NONE),
    ],
)
def test_the_first_rule_that_fits_names_the_relation(
    covered: tuple[int, int], jaccard: int, relation: Relation
) -> None:
    pairs = bare_pairs({(0, 1): covered}, shingles=(jaccard, 100))
    assert relate(pairs, bare_nodes([1, 1], [100, 100]), ONE_THREAD).tolist() == [relation]


def test_containment_is_of_each_articles_own_words() -> None:
    pairs = bare_pairs({(0, 1): (40, 40)})
    assert relate(pairs, bare_nodes([1, 1], [400, 50]), ONE_THREAD).tolist() == [Relation.EXCERPT]


@pytest.mark.parametrize(("shorter", "may_join"), [(20, True), (19, False)])
def test_articles_under_the_least_length_join_nothing(shorter: int, may_join: bool) -> None:
    nodes = bare_nodes([1, 1], [30, shorter])
    pairs = bare_pairs({(0, 1): (30, shorter)})
    relations = relate(pairs, nodes, ONE_THREAD)
    assert relations.tolist() == [Relation.NEAR]
    assert joins(relations, pairs, nodes, ONE_THREAD).tolist() == [may_join]


def test_what_only_shares_a_part_does_not_join() -> None:
    nodes, pairs = bare_nodes([1, 1], [100, 100]), bare_pairs({(0, 1): (60, 60)})
    assert not joins(relate(pairs, nodes, ONE_THREAD), pairs, nodes, ONE_THREAD).any()


def test_relations_have_names() -> None:
    assert [relation.label for relation in Relation] == ["none", "exact", "near", "excerpt", "shared"]
