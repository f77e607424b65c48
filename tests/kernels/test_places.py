"""Token spans into character spans, against the plain tokeniser."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests import reference
from tests.kernels import calls
from tests.kernels.made import texts

WIDTH = 8


def tail(text: str, end: int, limit: int) -> str:
    """What follows a span up to white space or the next token."""
    rest = text[end : min(limit, end + WIDTH)]
    return next((rest[:i] for i, char in enumerate(rest) if char.isspace()), rest)


@given(st.lists(texts, min_size=1, max_size=3), st.data())
@settings(max_examples=calls.EXAMPLES)
def test_a_span_of_tokens_is_found_in_the_text_with_what_follows_it(
    some: list[str], data: st.DataObject
) -> None:
    rows = data.draw(st.lists(st.integers(0, len(some) - 1), max_size=3), label="rows")
    spans = []
    wanted = []
    for row in rows:
        found = reference.tokenise(some[row])
        starts = [token.start for token in found] + [len(some[row])]
        every = [(i, j) for i in range(len(found)) for j in range(i + 1, len(found) + 1)][:4]
        ends = {j: found[j - 1].end for _, j in every}
        spans.append(every)
        wanted.append([(starts[i], ends[j], tail(some[row], ends[j], starts[j])) for i, j in every])
    assert calls.locate(some, rows, spans, WIDTH) == [
        [(start, end, kept.rstrip("\0")) for start, end, kept in row] for row in wanted
    ]


def test_punctuation_up_to_white_space_follows_a_span() -> None:
    text = "He said “stop.”) 😀 Then..."
    assert calls.locate([text], [0], [[(2, 3), (0, 4), (0, 1)]]) == [
        [(9, 13, ".”)"), (0, 23, "..."), (0, 2, "")]
    ]
    assert calls.locate([text], [0], [[(2, 3)]], width=2) == [[(9, 13, ".”")]]


def test_spans_of_neighbouring_texts_do_not_mix() -> None:
    some = ["one two", "three four five", "six"]
    found = calls.locate(some, [0, 1, 2], [[(0, 2)], [(0, 1), (1, 3)], [(0, 1)]])
    assert [(start, end) for row in found for start, end, _ in row] == [(0, 7), (0, 5), (6, 15), (0, 3)]
    assert all(len(row) for row in found)
    assert not any(a == b for a, b in pairwise(found))
