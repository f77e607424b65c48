"""Clusters held to their leads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.provenance import NO_TIME
from dedup.stages.cluster import Clusters, Facts, Members, cluster, members
from tests import reference
from tests.reference import Joins, Member
from tests.stages.made import Covered, bare_nodes, bare_pairs, bare_provenance, int64

MOST = 0.75  # exact in binary, so that the twin divides alike


class Feed(NamedTuple):
    """Nodes, the pairs that join, those that may not share a cluster, and (replaced, replacing) nodes."""

    nodes: list[Member]
    joins: Joins
    apart: Sequence[tuple[int, int]] = ()
    replaced: Sequence[tuple[int, int]] = ()


@st.composite
def feeds(draw: st.DrawFn) -> Feed:
    n = draw(st.integers(0, 7))
    ranks = draw(st.permutations(range(n)))
    nodes = [
        Member(draw(st.integers(1, 3)), draw(st.integers(1, 9)), draw(st.sampled_from([1, 2, NO_TIME])), rank)
        for rank in ranks
    ]
    pairs = [(a, b) for a in range(n) for b in range(a + 1, n)]
    some = st.lists(st.sampled_from(pairs), unique=True) if pairs else st.just([])
    joined = draw(some)
    covered = {pair: (draw(st.integers(0, 9)), draw(st.integers(0, 9))) for pair in joined}
    alike = {pair: draw(st.integers(0, 4)) for pair in joined}
    apart = [pair for pair in draw(some) if pair not in covered]
    replaced = [(b, a) if draw(st.booleans()) else (a, b) for a, b in draw(some)]
    return Feed(nodes, Joins(covered, alike), apart, replaced)


def facts_of(nodes: list[Member]) -> Facts:
    """Every copy has its node's time, the first one its rank."""
    copies = [node.copies for node in nodes]
    ranks = [10 * node.rank + copy for node in nodes for copy in range(node.copies)]
    return Facts(times=np.repeat(int64(*(node.time for node in nodes)), copies), ranks=int64(*ranks))


def clustered(feed: Feed) -> list[int]:
    """The lead of each node."""
    bare = bare_nodes([node.copies for node in feed.nodes], [node.tokens for node in feed.nodes])
    covered, alike = feed.joins
    shingles = {pair: (alike.get(pair, 0), 4) for pair in [*covered, *feed.apart]}
    pairs = bare_pairs(covered | dict.fromkeys(feed.apart, (9, 9)), shingles=shingles)
    names = list(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))
    verdicts = (
        np.array([name in covered for name in names], bool),
        np.array([name in feed.apart for name in names], bool),
    )
    replaced = bare_provenance([], replaced=feed.replaced).replaced
    found = cluster(bare, pairs, verdicts, replaced, facts_of(feed.nodes), MOST)
    return [int(lead) for lead in found.lead_of]


def joins(covered: Covered, **alike: int) -> Joins:
    """Pairs that join, all equally alike but for those named (`n01=3`)."""
    return Joins(covered, {(a, b): alike.get(f"n{a}{b}", 1) for a, b in covered})


@given(feeds())
def test_leads_are_the_twins(feed: Feed) -> None:
    found = clustered(feed)
    assert dict(enumerate(found)) == reference.clusters(feed.nodes, feed.joins, MOST, *feed[2:])


def test_of_a_story_and_its_excerpt_the_story_leads() -> None:
    excerpt, story = Member(1, 30, 1, 0), Member(1, 90, 2, 1)
    assert clustered(Feed([story, excerpt], joins({(0, 1): (30, 30)}))) == [0, 0]


@given(feeds())
def test_every_member_has_a_joining_relation_to_its_lead(feed: Feed) -> None:
    for node, lead in enumerate(clustered(feed)):
        assert node == lead or (min(node, lead), max(node, lead)) in feed.joins.covered


@given(feeds())
def test_what_is_apart_never_shares_a_cluster(feed: Feed) -> None:
    lead_of = clustered(feed)
    assert all(lead_of[a] != lead_of[b] for a, b in feed.apart)


def test_pairs_that_do_not_join_hold_nothing_together() -> None:
    pairs = bare_pairs({(0, 1): (9, 9)})
    facts = Facts(times=int64(1, 1), ranks=int64(0, 1))
    verdicts = (np.zeros(1, bool), np.zeros(1, bool))
    found = cluster(bare_nodes([1, 1], [9, 9]), pairs, verdicts, int64(), facts, MOST)
    assert found.lead_of.tolist() == [0, 1]


def test_a_chain_is_cut_so_that_nothing_drifts() -> None:
    nodes = [Member(1, 9, 1, rank) for rank in range(5)]
    chain = joins({(n, n + 1): (7, 7) for n in range(4)})
    assert clustered(Feed(nodes, chain)) == [1, 1, 1, 3, 3]


def test_of_two_letters_of_one_form_the_lead_takes_the_one_that_is_more_like_it() -> None:
    nodes = [Member(1, 9, 1, rank) for rank in range(3)]
    both: Covered = {(0, 1): (8, 8), (0, 2): (8, 8)}
    assert clustered(Feed(nodes, joins(both, n01=3, n02=2), [(1, 2)])) == [0, 0, 2]
    assert clustered(Feed(nodes, joins(both, n01=2, n02=3), [(1, 2)])) == [0, 1, 0]
    assert clustered(Feed(nodes, joins(both, n01=2, n02=3))) == [0, 0, 0]


def test_of_equal_standing_the_version_that_was_replaced_does_not_lead() -> None:
    nodes = [Member(1, 9, 1, 0), Member(1, 9, 2, 1)]
    pair = joins({(0, 1): (9, 9)})
    assert clustered(Feed(nodes, pair)) == [0, 0]
    assert clustered(Feed(nodes, pair, replaced=[(0, 1)])) == [1, 1]
    assert clustered(Feed(nodes, pair, replaced=[(1, 0)])) == [0, 0]


def test_the_version_that_was_replaced_leads_where_more_articles_join_it() -> None:
    nodes = [Member(1, 9, 1, rank) for rank in range(3)]
    pairs = joins({(0, 1): (9, 9), (0, 2): (9, 9)})
    assert clustered(Feed(nodes, pairs, replaced=[(0, 1)])) == [0, 0, 0]


def told(
    copies: list[int], lead_of: list[int], times: list[int], ranks: list[int], coverage: list[int]
) -> Members:
    clusters = Clusters(int64(*lead_of), int64(*coverage))
    return members(bare_nodes(copies, [9] * len(copies)), clusters, Facts(int64(*times), int64(*ranks)))


def rows(found: Members) -> list[tuple[int, int]]:
    return list(zip(found.article.tolist(), found.lead.tolist(), strict=True))


def test_of_equal_articles_the_earliest_is_the_lead_then_the_first_by_id() -> None:
    assert rows(told([3], [0], [2, 1, 1], [0, 2, 1], [0]))[0] == (2, 2)
    assert rows(told([2, 1], [0, 0], [5, 4, 1], [0, 1, 2], [0, 0]))[0] == (1, 1)


def test_members_stand_cluster_after_cluster_the_lead_first_then_by_id() -> None:
    found = told([1, 1, 1, 1, 1], [0, 1, 0, 1, 4], [1] * 5, [4, 0, 3, 1, 2], [5, 6, 7, 8, 9])
    assert rows(found) == [(0, 0), (2, 0), (1, 1), (3, 1)]
    assert found.size.tolist() == [2, 2, 2, 2]
    assert found.coverage.tolist() == [5, 7, 6, 8]


def test_articles_alone_are_no_members() -> None:
    assert rows(told([1, 1], [0, 1], [1, 1], [0, 1], [0, 0])) == []
    assert rows(told([], [], [], [], [])) == []
