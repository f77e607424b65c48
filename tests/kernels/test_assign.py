"""The cluster rule against its twin."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests import reference
from tests.kernels import calls

JOINS = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=20)


@given(st.permutations(range(9)), JOINS)
@settings(max_examples=calls.EXAMPLES)
def test_leads_take_all_unassigned_ones_that_join_them(
    order: list[int], joins: list[tuple[int, int]]
) -> None:
    joined: dict[int, set[int]] = {}
    for a, b in joins:
        joined.setdefault(a, set()).add(b)
        joined.setdefault(b, set()).add(a)
    lead_of = calls.assign_leads(order, joined)
    assert lead_of == reference.assign_leads(order, joined)
    assert all(lead == node or lead in joined[node] for node, lead in lead_of.items())


def test_nothing_has_no_leads() -> None:
    assert calls.assign_leads([], {}) == {}
