"""The cluster rule against its twin."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests import reference
from tests.kernels import calls

PAIRS = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=20)

Links = dict[int, list[int]]


def both_ways(pairs: list[tuple[int, int]]) -> Links:
    """The neighbours of each node, in the order in which they are told."""
    links: Links = {}
    for a, b in pairs:
        links.setdefault(a, []).append(b)
        links.setdefault(b, []).append(a)
    return links


@given(st.permutations(range(9)), PAIRS, PAIRS)
@settings(max_examples=calls.EXAMPLES)
def test_leads_take_the_unassigned_ones_that_join_them(
    order: list[int], joins: list[tuple[int, int]], parts: list[tuple[int, int]]
) -> None:
    joined, apart = both_ways(joins), both_ways(parts)
    lead_of = calls.assign_leads(order, joined, apart)
    assert lead_of == reference.assign_leads(order, joined, apart)
    assert all(lead == node or lead in joined[node] for node, lead in lead_of.items())
    assert all(lead_of[a] != lead_of[b] for a, b in parts if a != b)


def test_of_two_that_must_stay_apart_the_lead_takes_the_one_told_first() -> None:
    assert calls.assign_leads([0, 1, 2], {0: [2, 1]}, {1: [2], 2: [1]}) == {0: 0, 1: 1, 2: 0}
    assert calls.assign_leads([0, 1, 2], {0: [1, 2]}, {1: [2], 2: [1]}) == {0: 0, 1: 0, 2: 2}


def test_one_that_must_stay_apart_from_a_lead_does_not_join_it() -> None:
    assert calls.assign_leads([0, 1], {0: [1], 1: [0]}, {1: [0], 0: [1]}) == {0: 0, 1: 1}


def test_nothing_has_no_leads() -> None:
    assert calls.assign_leads([], {}, {}) == {}
