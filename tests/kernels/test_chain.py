"""The nearest short run against its twin."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests import reference
from tests.kernels import calls
from tests.kernels.made import Tokens

SMALL = st.lists(st.integers(1, 4), max_size=40)


@given(SMALL, SMALL, st.sampled_from([1, -1]), st.sampled_from([0, 2, 5, 16, 64]), st.data())
@settings(max_examples=2 * calls.EXAMPLES)
def test_the_nearest_short_run_is_the_twins(
    a: Tokens, b: Tokens, step: int, gap: int, data: st.DataObject
) -> None:
    i = data.draw(st.integers(0, len(a)), label="i")
    j = data.draw(st.integers(0, len(b)), label="j")
    assert calls.next_run(a, b, i, j, step, gap) == reference.next_run(a, b, i, j, step, gap)


def test_of_short_runs_equally_near_the_one_nearest_in_a_is_taken() -> None:
    a = [8, 1, 2, 1, 2, 1]
    b = [9, 2, 1, 2, 1, 2]
    assert calls.next_run(a, b, 0, 0, 1, 16) == reference.next_run(a, b, 0, 0, 1, 16) == (1, 2, 4)
