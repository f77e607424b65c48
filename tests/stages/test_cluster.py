"""Clusters held to their leads, and each with its origin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.stages.cluster import BASES, NO_TIME, Clusters, Facts, Members, cluster, members
from tests import reference
from tests.stages.made import bare_nodes, bare_pairs, int64

MOST = 0.75  # exact in binary, so that the twin divides alike

Joins = dict[tuple[int, int], tuple[int, int]]


@st.composite
def feeds(draw: st.DrawFn) -> tuple[list[reference.Member], Joins]:
    n = draw(st.integers(0, 7))
    ranks = draw(st.permutations(range(n)))
    nodes = [
        reference.Member(
            draw(st.integers(1, 3)), draw(st.integers(1, 9)), draw(st.sampled_from([1, 2, NO_TIME])), rank
        )
        for rank in ranks
    ]
    pairs = [(a, b) for a in range(n) for b in range(a + 1, n)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    return nodes, {pair: (draw(st.integers(0, 9)), draw(st.integers(0, 9))) for pair in chosen}


def facts_of(nodes: list[reference.Member]) -> Facts:
    """Every copy has its node's time, the first one its rank."""
    copies = [node.copies for node in nodes]
    ranks = [10 * node.rank + copy for node in nodes for copy in range(node.copies)]
    return Facts(times=np.repeat(int64(*(node.time for node in nodes)), copies), ranks=int64(*ranks))


def clustered(nodes: list[reference.Member], joined: Joins) -> Clusters:
    bare = bare_nodes([node.copies for node in nodes], [node.tokens for node in nodes])
    pairs = bare_pairs(joined)
    return cluster(bare, pairs, np.ones(len(pairs), bool), facts_of(nodes), MOST)


@given(feeds())
def test_leads_are_the_twins(feed: tuple[list[reference.Member], Joins]) -> None:
    nodes, joined = feed
    found = clustered(nodes, joined).lead_of.tolist()
    assert dict(enumerate(found)) == reference.clusters(nodes, joined, MOST)


def test_of_a_story_and_its_excerpt_the_story_leads() -> None:
    excerpt, story = reference.Member(1, 30, 1, 0), reference.Member(1, 90, 2, 1)
    assert clustered([story, excerpt], {(0, 1): (30, 30)}).lead_of.tolist() == [0, 0]


@given(feeds())
def test_every_member_has_a_joining_relation_to_its_lead(feed: tuple[list[reference.Member], Joins]) -> None:
    nodes, joined = feed
    for node, lead in enumerate(clustered(nodes, joined).lead_of.tolist()):
        assert node == lead or (min(node, lead), max(node, lead)) in joined


def test_pairs_that_do_not_join_hold_nothing_together() -> None:
    pairs = bare_pairs({(0, 1): (9, 9)})
    facts = Facts(times=int64(1, 1), ranks=int64(0, 1))
    found = cluster(bare_nodes([1, 1], [9, 9]), pairs, np.zeros(1, bool), facts, MOST)
    assert found.lead_of.tolist() == [0, 1]


def test_a_chain_is_cut_so_that_nothing_drifts() -> None:
    nodes = [reference.Member(1, 9, 1, rank) for rank in range(5)]
    chain: Joins = {(n, n + 1): (7, 7) for n in range(4)}
    assert clustered(nodes, chain).lead_of.tolist() == [1, 1, 1, 3, 3]


def told(
    copies: list[int], lead_of: list[int], times: list[int], ranks: list[int], coverage: list[int]
) -> Members:
    clusters = Clusters(int64(*lead_of), int64(*coverage))
    return members(bare_nodes(copies, [9] * len(copies)), clusters, Facts(int64(*times), int64(*ranks)))


def rows(found: Members) -> list[tuple[int, int, int, int, str]]:
    columns = (found.article, found.lead, found.origin, found.size)
    bases = [BASES[basis] for basis in found.basis.tolist()]
    return list(zip(*(column.tolist() for column in columns), bases, strict=True))


@pytest.mark.parametrize(
    ("times", "coverage", "ranks", "origin", "basis"),
    [
        ([3, 1, 2], [9, 1, 1], [0, 1, 2], 1, "time"),
        ([NO_TIME, NO_TIME, 2], [9, 1, 1], [0, 1, 2], 2, "time"),
        ([1, 1, 2], [1, 5, 9], [0, 1, 2], 1, "coverage"),
        ([NO_TIME] * 3, [1, 5, 9], [0, 1, 2], 2, "coverage"),
        ([1, 1, 2], [5, 5, 9], [1, 0, 2], 1, "id"),
        ([NO_TIME] * 3, [5, 5, 5], [2, 1, 0], 2, "id"),
    ],
)
def test_the_origin_is_the_earliest_then_the_one_that_covers_most_then_the_first_by_id(
    times: list[int], coverage: list[int], ranks: list[int], origin: int, basis: str
) -> None:
    found = told([1, 1, 1], [0, 0, 0], times, ranks, coverage)
    assert {row[1:] for row in rows(found)} == {(0, origin, 3, basis)}


def test_of_equal_articles_the_earliest_is_the_lead_then_the_first_by_id() -> None:
    assert rows(told([3], [0], [2, 1, 1], [0, 2, 1], [0]))[0][:2] == (2, 2)
    assert rows(told([2, 1], [0, 0], [5, 4, 1], [0, 1, 2], [0, 0]))[0][:3] == (1, 1, 2)


def test_members_stand_cluster_after_cluster_the_lead_first_then_by_id() -> None:
    found = told([1, 1, 1, 1, 1], [0, 1, 0, 1, 4], [1] * 5, [4, 0, 3, 1, 2], [0] * 5)
    assert [row[:2] for row in rows(found)] == [(0, 0), (2, 0), (1, 1), (3, 1)]
    assert found.size.tolist() == [2, 2, 2, 2]


def test_articles_alone_are_no_members() -> None:
    assert rows(told([1, 1], [0, 1], [1, 1], [0, 1], [0, 0])) == []
    assert rows(told([], [], [], [], [])) == []
