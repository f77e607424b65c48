"""What recurs in articles, and what is left of them without it, against the plain twins."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import reference
from tests.kernels import calls
from tests.kernels.made import Tokens, flags, tokens

ARTICLES = 8
ENTRIES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, ARTICLES - 1)), max_size=60)
GROUPS = st.lists(st.integers(0, ARTICLES - 1), min_size=ARTICLES, max_size=ARTICLES)
FEEDS = st.sampled_from([3, 12]).flatmap(
    lambda words: st.lists(st.lists(st.integers(1, words), max_size=25), min_size=1, max_size=6)
)


@given(ENTRIES, GROUPS, st.integers(1, 5))
@settings(max_examples=calls.EXAMPLES)
def test_keys_recur_where_enough_groups_hold_them(
    entries: list[calls.Entry], groups: list[int], least: int
) -> None:
    wanted = reference.recurring(entries, groups, least)
    assert list(calls.recurring(entries, groups, least).items()) == list(wanted.items())


def test_many_articles_of_one_group_are_one_vote() -> None:
    entries = [(7, article) for article in range(6)] + [(9, 0), (9, 5)]
    assert calls.recurring(entries, [0, 0, 0, 0, 0, 1], 2) == {7: 2, 9: 2}
    assert calls.recurring(entries, [0] * 6, 2) == {}


def grams_of(articles: list[Tokens], size: int, least: int = 1) -> dict[int, int]:
    """The grams that at least so many articles hold, and how many do."""
    entries = [
        (gram, n) for n, article in enumerate(articles) for gram in reference.kgram_hashes(article, size)
    ]
    return reference.recurring(entries, range(len(articles)), least)


@given(FEEDS, st.sampled_from([(2, 2), (2, 3), (3, 2)]), st.sampled_from([(0, 0), (1, 0), (0, 1), (4, 6)]))
@settings(max_examples=calls.EXAMPLES)
def test_grams_near_known_ones_are_the_twins(
    articles: list[Tokens], sizes: tuple[int, int], reach: tuple[int, int]
) -> None:
    known = set(grams_of(articles, sizes[0], 2))
    found = calls.grams_near(articles, known, sizes, reach)
    assert found == reference.grams_near(articles, known, sizes, reach)


def test_more_grams_than_were_foreseen_are_all_told() -> None:
    article = list(range(3000))
    known = {reference.kgram_hashes(article, 2)[1500]}
    found = calls.grams_near([article], known, (2, 3), (5000, 5000))
    assert [gram for gram, _ in found] == reference.kgram_hashes(article, 3)


@given(FEEDS, st.integers(1, 3))
@settings(max_examples=calls.EXAMPLES)
def test_links_begin_with_known_grams(articles: list[Tokens], size: int) -> None:
    known = set(grams_of(articles, size, 2))
    wanted = reference.grams_near(articles, known, (size, size + 1), (0, 0))
    assert calls.links_of(articles, known, size) == wanted


@given(FEEDS, st.integers(1, 3), st.integers(1, 3))
@settings(max_examples=calls.EXAMPLES)
def test_blocks_and_where_they_stand_are_the_twins(articles: list[Tokens], size: int, least: int) -> None:
    counts, links = grams_of(articles, size, least), grams_of(articles, size + 1, least)
    blocks = calls.gram_blocks(articles, counts, links, size)
    assert blocks == reference.gram_blocks(articles, counts, links, size)
    numbers = {root: number for number, root in enumerate(sorted(set(blocks.values())))}
    numbered = {gram: numbers[root] for gram, root in blocks.items()}
    assert calls.find_runs(articles, numbered, size) == reference.find_runs(articles, numbered, size)


def test_a_block_ends_where_texts_go_on_in_many_ways() -> None:
    footer, phrase = list(range(10)), list(range(20, 24))
    articles = [[100 + n, *footer, *phrase, 200 + n] for n in range(3)]
    articles += [[300 + n, *phrase, 400 + n] for n in range(6)]
    blocks = calls.gram_blocks(articles, grams_of(articles, 2, 3), grams_of(articles, 3, 3), 2)
    runs = [row for row in calls.find_runs(articles, dict.fromkeys(blocks, 0), 2) if row[1] in (0, 5)]
    assert runs == [(0, 0, 1, 15), (0, 5, 1, 5)]
    first, second = (blocks[reference.kgram_hashes(part, 2)[0]] for part in (footer, phrase))
    assert first != second
    numbered = {gram: int(block == second) for gram, block in blocks.items()}
    assert calls.find_runs(articles[:1], numbered, 2) == [(0, 0, 1, 12), (1, 0, 11, 15)]


def test_more_runs_than_were_foreseen_are_all_told() -> None:
    gram = reference.kgram_hashes([1, 2], 2)[0]
    found = calls.find_runs([[1, 2]] * 700, {gram: 5}, 2)
    assert found == [(5, article, 0, 2) for article in range(700)]


@given(st.lists(tokens(30), min_size=1, max_size=3), st.integers(1, 3), st.data())
@settings(max_examples=calls.EXAMPLES)
def test_fingerprints_inside_boilerplate_are_left_out(
    articles: list[Tokens], size: int, data: st.DataObject
) -> None:
    inside = [data.draw(flags(len(article)), label="inside") for article in articles]
    prints = [sorted(set(reference.kgram_hashes(article, size))) for article in articles]
    wanted = [
        reference.prints_outside(*article, size) for article in zip(articles, prints, inside, strict=True)
    ]
    assert calls.prints_outside(articles, prints, inside, size) == wanted


@pytest.mark.parametrize("size", [0, 5])
def test_an_article_shorter_than_a_gram_has_nothing_to_leave_out(size: int) -> None:
    assert calls.prints_outside([[1] * size], [[7]], [[True] * size], 6) == [[7]]
    assert calls.grams_near([[1] * size], {7}, (6, 6), (9, 9)) == []
    assert calls.find_runs([[1] * size], {7: 0}, 6) == []
    assert calls.gram_blocks([[1] * size], {7: 2}, {}, 6) == {7: 7}


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)).map(sorted).map(tuple), max_size=5))
@settings(max_examples=calls.EXAMPLES)
def test_what_runs_cover_is_marked(spans: list[tuple[int, int]]) -> None:
    assert calls.cover(spans, 30) == [any(start <= at < end for start, end in spans) for at in range(30)]


@given(flags(30), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)).map(sorted), max_size=5))
@settings(max_examples=calls.EXAMPLES)
def test_tokens_inside_boilerplate_are_counted(inside: list[bool], spans: list[list[int]]) -> None:
    bounds = [(start, end) for start, end in spans]
    assert calls.count_inside(inside, bounds) == [inside[start:end].count(True) for start, end in bounds]
