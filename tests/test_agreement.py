"""Partitions agree as their pairs and groups, looked at one by one, do."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.judging.agreement import BCubed, PairCounts, agreement, b_cubed, codes, pair_counts


def together(groups: Sequence[int]) -> set[tuple[int, int]]:
    return {pair for pair in combinations(range(len(groups)), 2) if groups[pair[0]] == groups[pair[1]]}


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=12))
def test_pairs_and_groups_are_counted_as_one_by_one(groups: list[tuple[int, int]]) -> None:
    true, found = ([group[side] for group in groups] for side in (0, 1))
    in_true, in_found, n = together(true), together(found), len(groups)
    counts = pair_counts(codes(true), codes(found))
    assert counts == PairCounts(len(in_true & in_found), len(in_true), len(in_found), n * (n - 1) // 2)
    cubed = b_cubed(codes(true), codes(found))
    for value, own in ((cubed.precision, found), (cubed.recall, true)):
        shares = [groups.count(groups[i]) / own.count(own[i]) for i in range(n)]
        assert value == pytest.approx(sum(shares) / n if n else 1.0)


def test_b_cubed_of_a_hand_counted_case() -> None:
    # True {0 1 2}{3 4 5}, found {0 1}{2 3}{4 5}: four articles find a pure group, two a half.
    cubed = b_cubed(codes("aaabbb"), codes("112233"))
    assert cubed.precision == pytest.approx((4 + 2 / 2) / 6)
    assert cubed.recall == pytest.approx((4 * 2 / 3 + 2 * 1 / 3) / 6)


def test_of_nothing_all_is_right() -> None:
    assert b_cubed(codes([]), codes([])) == BCubed(1.0, 1.0)
    assert agreement(codes([]), codes([])).adjusted_rand == 1.0
