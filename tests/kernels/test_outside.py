"""Tokens outside of boilerplate, against plain slices."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dedup.kernels.outside import longest_outside, outside_around
from tests import reference
from tests.kernels import calls

ARTICLES = st.lists(st.lists(st.booleans(), max_size=12), min_size=1, max_size=5)


def flat(articles: list[list[bool]]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    ends = np.cumsum([len(article) for article in articles])
    sizes = np.array([len(article) for article in articles])
    return np.array([flag for article in articles for flag in article], np.bool_), np.stack(
        [ends - sizes, ends], axis=1
    ).astype(np.int64)


@given(ARTICLES)
@settings(max_examples=calls.EXAMPLES)
def test_the_longest_stretch_is_that_of_each_article(articles: list[list[bool]]) -> None:
    assert longest_outside(*flat(articles)).tolist() == [reference.longest_outside(a) for a in articles]


@given(ARTICLES, st.data())
@settings(max_examples=calls.EXAMPLES)
def test_words_around_a_place_are_those_of_its_article(
    articles: list[list[bool]], data: st.DataObject
) -> None:
    places = [sorted(data.draw(st.tuples(*[st.integers(0, len(a))] * 2))) for a in articles]
    found = outside_around(*flat(articles), np.array(places, np.int32))
    wanted = [reference.outside_around(a, *place) for a, place in zip(articles, places, strict=True)]
    assert found.tolist() == wanted
