"""Which pairs are listed, for which copies, and what one row stands for where there are too many."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

import dedup
from dedup.pairs import Pairs
from dedup.stages.listing import EXACT_ROW, Limits, Listing, list_pairs
from tests.stages.made import bare_nodes, bare_pairs, int64, text

Row = tuple[int, int, int, bool, int]


def listed(
    copies: list[int],
    pairs: Pairs,
    lead_of: list[int],
    *,
    most: int = 1000,
    ranks: list[int] | None = None,
    cut: tuple[int, ...] = (),
) -> list[Row]:
    """(a, b, row, is_swapped, not_listed) of nodes of 100 tokens, each told by its first article."""
    nodes = bare_nodes(copies, [100] * len(copies))
    article = np.arange(sum(copies))
    firsts = nodes.member_starts[:-1]
    lead = firsts[int64(*lead_of)[nodes.of_article]]
    in_cluster = np.bincount(lead, minlength=article.size)[lead] > 1
    found: Listing = list_pairs(
        nodes,
        pairs,
        int64(*lead_of),
        firsts,
        (article[in_cluster], lead[in_cluster], int64(*(ranks or range(article.size)))),
        Limits(0.5, most, int64(*cut)),
    )
    columns = (found.a, found.b, found.row, found.is_swapped, found.not_listed)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_each_member_is_listed_with_its_lead_and_an_exact_copy_without_a_comparison() -> None:
    pairs = bare_pairs({(0, 1): (90, 90), (1, 2): (90, 90)})
    rows = [row[:3] for row in listed([2, 1, 1], pairs, [0, 0, 2])]
    assert rows == [(0, 1, EXACT_ROW), (0, 2, 0), (2, 3, 1)]


def test_members_of_one_cluster_are_not_listed_with_each_other() -> None:
    pairs = bare_pairs({(0, 1): (90, 90), (0, 2): (90, 90), (1, 2): (90, 90)})
    assert [row[:2] for row in listed([1, 1, 1], pairs, [0, 0, 0])] == [(0, 1), (0, 2)]


def test_strong_pairs_between_clusters_are_listed_for_all_copies() -> None:
    pairs = bare_pairs({(0, 1): (50, 10)})
    rows = listed([2, 3], pairs, [0, 1])
    between = {(a, b) for a, b, row, _, _ in rows if row == 0}
    assert between == {(a, b) for a in (0, 1) for b in (2, 3, 4)}
    assert len(rows) == 1 + 2 + 6


def test_weak_pairs_are_listed_for_leads_and_single_articles_only() -> None:
    covered = {(0, 1): (90, 90), (0, 2): (30, 30), (1, 2): (30, 30)}
    rows = listed([1, 2, 2], bare_pairs(covered), [0, 0, 2])
    assert [row[:2] for row in rows if row[2] > 0] == [(0, 3)]


def test_a_pair_is_told_from_the_article_whose_id_comes_first() -> None:
    rows = listed([1, 1, 1], bare_pairs({(0, 1): (90, 90), (1, 2): (50, 50)}), [0, 0, 2], ranks=[2, 1, 0])
    assert rows == [(2, 1, 1, True, 0), (1, 0, 0, True, 0)]


@pytest.mark.parametrize(("copies", "crowded"), [([25, 40], False), ([25, 41], True)])
def test_above_1000_pairs_between_two_clusters_one_row_stands_for_all(
    copies: list[int], crowded: bool
) -> None:
    rows = listed(copies, bare_pairs({(0, 1): (50, 10)}), [0, 1])
    between = [row for row in rows if row[2] == 0]
    assert len(between) == (1 if crowded else 1000)
    assert between[0] == (0, copies[0], 0, False, copies[0] * copies[1] - 1 if crowded else 0)


def test_where_too_many_the_leads_stand_for_all_and_else_the_strongest_pair() -> None:
    covered = {(0, 1): (90, 90), (0, 2): (50, 50), (1, 2): (60, 60), (2, 3): (90, 90), (0, 3): (70, 70)}
    lead_of = [0, 0, 2, 2]
    rows = listed([1, 1, 1, 1], bare_pairs(covered), lead_of, most=2)
    assert [row for row in rows if row[4]] == [(0, 2, 1, False, 2)]
    del covered[0, 2]
    rows = listed([1, 1, 1, 1], bare_pairs(covered), lead_of, most=1)
    assert [(a, b, left) for a, b, _, _, left in rows if left] == [(0, 3, 1)]


def test_rows_are_sorted_by_the_order_of_ids() -> None:
    rng = Random(1)
    covered = {(a, b): (rng.randrange(100), rng.randrange(100)) for a in range(9) for b in range(a + 1, 9)}
    ranks = rng.sample(range(9), 9)
    rows = listed([1] * 9, bare_pairs(covered), [0, 0, 0, 3, 3, 5, 6, 7, 8], ranks=ranks)
    keys = [(ranks[a], ranks[b]) for a, b, *_ in rows]
    assert keys == sorted(set(keys))
    assert all(a < b for a, b in keys)


def test_nothing_compared_is_nothing_listed() -> None:
    assert listed([], bare_pairs({}), []) == []
    assert listed([1, 1], bare_pairs({}), [0, 1]) == []


def crowded_feed() -> list[dict[str, object]]:
    """A story four times, two equal copies with an addition, and an article that shares only the addition."""
    story, added = (0, 250), (1000, 60)
    texts = {f"story {n}": text(story, (500, 50)) for n in range(4)}
    texts |= {"m": text(story, added), "k": text(story, added), "other": text(added, (2000, 40))}
    return [{"id": name, "text": one} for name, one in texts.items()]


def test_where_too_many_the_same_copy_stands_for_them_in_any_order_of_the_feed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dedup.pipeline.MOST_PAIRS", 1)
    feed = crowded_feed()
    one, other = (dedup.find_duplicates(articles).pairs for articles in (feed, feed[::-1]))
    assert one["pairs_not_listed"].sum() > 0
    assert one.equals(other)


def test_where_two_clusters_were_not_compared_throughout_one_row_stands_for_all_there_can_be() -> None:
    pairs = bare_pairs({(0, 1): (50, 10)})
    rows = listed([2, 3], pairs, [0, 1], most=5, cut=(0 << 32 | 1,))
    assert [row[4] for row in rows if row[2] == 0] == [5]
