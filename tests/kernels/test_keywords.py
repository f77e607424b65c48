"""The rarest words of articles, and which articles have few of them in common, against the plain twins."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests import reference
from tests.kernels import calls
from tests.kernels.made import Tokens, tokens

SMALL = st.sets(st.integers(0, 7), max_size=4)
ROW = st.tuples(st.sets(st.integers(0, 7), min_size=3), st.sampled_from([0.0, 0.5, 1.0]))


@given(
    st.lists(tokens(20), min_size=1, max_size=4),
    st.dictionaries(st.integers(1, 40), st.integers(1, 4), max_size=40),
    st.tuples(st.integers(0, 2), st.integers(2, 4)),
    st.integers(1, 8),
)
@settings(max_examples=calls.EXAMPLES)
def test_keywords_are_the_rarest_words(
    articles: list[Tokens], seen_in: dict[int, int], limits: tuple[int, int], most: int
) -> None:
    found = calls.find_keywords(articles, seen_in, 8, limits, most)
    assert found == [reference.keywords(article, seen_in, 8, limits, most) for article in reversed(articles)]


@given(
    st.lists(ROW, min_size=3, max_size=6),
    st.data(),
    st.tuples(st.integers(1, 3), st.sampled_from([1.0, 2.5, 3.0]), st.sampled_from([0.0, 2.0])),
)
@settings(max_examples=calls.EXAMPLES)
def test_articles_are_unrelated_where_they_have_few_keywords_in_common(
    known: list[tuple[set[int], float]], data: st.DataObject, limits: tuple[int, float, float]
) -> None:
    rows = st.lists(st.integers(0, len(known) - 1), min_size=2, unique=True)
    lists = data.draw(
        st.lists(st.tuples(rows, SMALL), min_size=1, max_size=4), label="lists and what each shares"
    )
    wanted = [reference.are_unrelated([known[row] for row in some], own, limits) for some, own in lists]
    assert (
        calls.are_unrelated(known, [some for some, _ in lists], [own for _, own in lists], limits) == wanted
    )
