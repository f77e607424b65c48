"""Pairs that share boilerplate alone: furniture around two stories, or one form."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.pairs import Pairs
from dedup.sketches import Nodes
from dedup.stages.boilerplate import set_aside
from dedup.stages.form import are_forms
from tests.stages.made import ONE_THREAD, compared, int64, nodes_of, text

Part = tuple[int, int]

FURNITURE = 900_000  # words from here on are boilerplate
LETTER = (FURNITURE, 60)
FOOTER = (FURNITURE + 1000, 40)


def own(number: int, words: int) -> Part:
    """Words that no other article has."""
    return (1000 * number, words)


def made(*articles: list[Part]) -> Nodes:
    """The nodes of some articles, all words of furniture set aside."""
    texts = [text(*parts) for parts in articles]
    nodes = nodes_of(texts)
    runs = []
    for node in range(len(nodes)):
        words = texts[int(nodes.articles(node)[0])].split()
        start = 0
        for inside, some in groupby(int(word.removeprefix("word")) >= FURNITURE for word in words):
            size = len(list(some))
            runs += [[0, node, start, start + size]] * inside
            start += size
    return set_aside(nodes, np.array(runs, np.int32).reshape(-1, 4), ONE_THREAD)


def forms(nodes: Nodes, pairs: Pairs) -> list[bool]:
    found = are_forms(nodes, pairs, np.arange(len(pairs)))
    return [bool(is_form) for is_form in found]


def is_form(one: list[Part], other: list[Part]) -> bool:
    nodes = made(one, other)
    (found,) = forms(nodes, compared(nodes))
    return found


def test_stories_in_one_furniture_share_no_form() -> None:
    assert not is_form([own(1, 80), FOOTER], [own(2, 80), FOOTER])
    assert not is_form([LETTER, own(1, 80), FOOTER], [LETTER, own(2, 80), FOOTER])


def test_letters_with_a_few_words_filled_in_are_a_form() -> None:
    assert is_form([own(1, 6), LETTER, own(11, 9), FOOTER], [own(2, 7), LETTER, own(12, 4), FOOTER])


@pytest.mark.parametrize(("words", "is_one"), [(49, True), (50, False)])
def test_a_stretch_of_50_words_on_both_sides_is_a_story(words: int, is_one: bool) -> None:
    assert is_form([own(1, words), FOOTER], [own(2, 300), FOOTER]) is is_one
    assert is_form([own(1, 300), FOOTER], [own(2, words), FOOTER]) is is_one


def test_short_stretches_make_no_story_however_many() -> None:
    many = [part for n in range(4) for part in (own(10 + n, 40), (FURNITURE + 2000 + 100 * n, 20))]
    assert is_form([*many, FOOTER], [own(2, 300), FOOTER])


@pytest.mark.parametrize(("behind", "is_one"), [(8, True), (7, False)])
def test_what_stands_between_words_of_both_is_no_furniture(behind: int, is_one: bool) -> None:
    assert is_form([own(1, 90), LETTER, own(11, behind)], [own(2, 90), LETTER, own(12, 30)]) is is_one
    assert is_form([own(1, behind), LETTER, own(11, 90)], [own(2, 30), LETTER, own(12, 90)]) is is_one


def test_it_must_stand_so_on_both_sides() -> None:
    assert not is_form([own(1, 90), LETTER, own(11, 90)], [own(2, 90), LETTER])


def test_more_than_half_of_the_furniture_must_stand_so() -> None:
    middle, foot = (FURNITURE, 40), (FURNITURE + 1000, 40)
    assert not is_form([own(1, 90), middle, own(11, 30), foot], [own(2, 90), middle, own(12, 30), foot])
    middle = (FURNITURE, 41)
    assert is_form([own(1, 90), middle, own(11, 30), foot], [own(2, 90), middle, own(12, 30), foot])


def test_only_the_given_rows_are_judged() -> None:
    nodes = made([own(1, 20), LETTER], [own(2, 19), LETTER], [own(3, 80), FOOTER], [own(4, 79), FOOTER])
    pairs = compared(nodes)
    every = are_forms(nodes, pairs, np.arange(len(pairs)))
    for rows in (int64(5, 0), int64(3), int64()):
        assert are_forms(nodes, pairs, rows).tolist() == every[rows].tolist()


def longest_own(nodes: Nodes, node: int) -> int:
    inside = nodes.boilerplate[slice(*nodes.token_spans[node])].tolist()
    return max((len(list(some)) for state, some in groupby(inside) if not state), default=0)


def in_the_middle(nodes: Nodes, node: int, passages: list[Part]) -> float:
    """The share of furniture in passages with eight own words or more on both of its sides."""
    inside = nodes.boilerplate[slice(*nodes.token_spans[node])].tolist()
    furniture = [(a, b) for a, b in passages if 2 * inside[a:b].count(False) < b - a]
    middle = [(a, b) for a, b in furniture if min(inside[:a].count(False), inside[b:].count(False)) >= 8]
    return sum(b - a for a, b in middle) / max(1, sum(b - a for a, b in furniture))


PARTS = st.lists(
    st.tuples(st.sampled_from([0, 1, 2, 3]), st.integers(6, 60)).map(
        lambda part: (FURNITURE + 1000 * part[0] if part[0] else 0, part[1])
    ),
    min_size=1,
    max_size=6,
)


@given(st.lists(PARTS, min_size=2, max_size=4))
@settings(max_examples=60)
def test_forms_are_the_twins(drawn: list[list[Part]]) -> None:
    """A part that starts at 0 stands for words of the article's own."""
    articles = [
        [(first or 10_000 * (n + 1) + 100 * place, size) for place, (first, size) in enumerate(parts)]
        for n, parts in enumerate(drawn)
    ]
    nodes = made(*articles)
    pairs = compared(nodes)
    wanted = []
    for row in range(len(pairs)):
        sides = (int(pairs.left[row]), int(pairs.right[row]))
        spans = pairs.passages[slice(*pairs.passage_starts[row : row + 2])].tolist()
        middle = [
            in_the_middle(nodes, node, [(span[2 * side], span[2 * side + 1]) for span in spans])
            for side, node in enumerate(sides)
        ]
        wanted.append(min(longest_own(nodes, node) for node in sides) < 50 or min(middle) > 0.5)
    assert forms(nodes, pairs) == wanted
