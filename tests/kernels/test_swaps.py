"""What is swapped between two articles, against the plain twin."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import reference
from tests.kernels import calls
from tests.kernels.made import Tokens, maybe_flags, tokens

Passages = list[reference.Passage]


@st.composite
def articles(draw: st.DrawFn) -> list[reference.Told]:
    """Articles of one form, filled in at the same places with words of their own, and maybe another one."""
    form = draw(st.lists(st.integers(1, 40), min_size=25, max_size=50))
    places = draw(st.lists(st.integers(0, len(form)), min_size=1, max_size=4, unique=True).map(sorted))
    words = st.lists(st.integers(41, 60), min_size=draw(st.integers(0, 1)), max_size=2)
    some = [filled(form, places, [draw(words) for _ in places]) for _ in range(draw(st.integers(2, 3)))]
    some += draw(st.lists(tokens(), max_size=1))
    common = draw(st.sets(st.integers(0, 40), max_size=5)), draw(st.sets(st.integers(0, 40), max_size=5))
    kinds = ["name" if n in common[0] else "plain" if n in common[1] else "lower" for n in range(41)]
    kinds += draw(st.lists(st.sampled_from(["name", "number", "lower"]), min_size=20, max_size=20))
    inside = draw(maybe_flags(*some))
    return [
        reference.Told(article, [kinds[token] for token in article], flags)
        for article, flags in zip(some, inside, strict=True)
    ]


def filled(form: Tokens, places: list[int], words: list[Tokens]) -> Tokens:
    """The form with words put in."""
    parts = [
        form[start:end] + own
        for start, end, own in zip([0, *places], [*places, None], [*words, []], strict=True)
    ]
    return [token for part in parts for token in part]


def passages_of(a: reference.Told, b: reference.Told) -> Passages:
    return reference.compare(a.tokens, b.tokens, (a.inside, b.inside), kgram=4).passages


def every_pair(some: list[reference.Told]) -> tuple[list[tuple[int, int]], list[Passages]]:
    """All pairs by their left one, and their passages."""
    chosen = [(a, b) for a in range(len(some)) for b in range(a + 1, len(some))]
    return chosen, [passages_of(some[a], some[b]) for a, b in chosen]


@given(articles(), st.sampled_from([(4, 50, 16), (1, 10, 16), (0, 3, 5), (16, 5, 16)]))
@settings(max_examples=2 * calls.EXAMPLES)
def test_swaps_are_the_twins(some: list[reference.Told], limits: tuple[int, int, int]) -> None:
    chosen, passages = every_pair(some)
    edge, first, gap = limits
    assert calls.count_swaps(some, chosen, passages, limits) == [
        reference.count_swaps(some[a], some[b], rows, edge=edge, first=first, gap=gap)
        for (a, b), rows in zip(chosen, passages, strict=True)
    ]


@given(articles())
@settings(max_examples=calls.EXAMPLES)
def test_own_words_are_the_twins(some: list[reference.Told]) -> None:
    words = [article.tokens for article in some]
    chosen, passages = every_pair(some)
    assert calls.count_own(words, chosen, passages) == [
        reference.count_own(words[a], words[b], rows) for (a, b), rows in zip(chosen, passages, strict=True)
    ]


def told(text: str, inside: str = "") -> reference.Told:
    """An article of words: a capital makes a name, a digit a number, what is in `inside` is boilerplate."""
    words = text.split()
    kinds = ["number" if w[0].isdigit() else "name" if w[0].isupper() else "lower" for w in words]
    tokens = [reference.token_hash(word.lower()) for word in words]
    return reference.Told(tokens, kinds, [word in inside.split() for word in words])


def swaps(a: reference.Told, b: reference.Told) -> list[list[int]]:
    return calls.count_swaps([a, b], [(0, 1)], [passages_of(a, b)])[0]


START, END = "the county gave a grant of", "for the new roof of its school"


def test_a_name_and_a_number_for_another_in_a_sentence_that_stays_are_swapped() -> None:
    a = told(f"{START} 500 to Oakham {END}")
    b = told(f"{START} 700 to Ashby {END}")
    assert swaps(a, b) == [[1, 1, 1, 1, 1]] * 2


def test_names_and_numbers_that_the_other_has_elsewhere_are_not_swapped() -> None:
    a = told(f"{START} 500 to Oakham {END} unlike that to Ashby of 700")
    b = told(f"{START} 700 to Ashby {END} unlike that to Oakham of 500")
    assert swaps(a, b) == [[0, 0, 0, 2, 0]] * 2


def test_a_name_that_is_only_added_is_gone_and_not_swapped() -> None:
    a, b = told(f"{START} 500 {END}"), told(f"{START} 500 to Ashby {END}")
    assert swaps(a, b) == [[0, 0, 0, 1, 0], [1, 0, 1, 1, 0]]


def test_a_word_that_also_stands_in_small_letters_is_no_name() -> None:
    a, b = told(f"{START} March {END} march"), told(f"{START} Ashby {END} march")
    assert swaps(a, b) == [[0, 0, 0, 0, 0], [1, 0, 1, 0, 0]]


def test_an_article_of_more_names_than_other_words_tells_no_names() -> None:
    start, end = START.title(), END.title()
    assert swaps(told(f"{start} Oakham {end} 5"), told(f"{start} Ashby {end} 7")) == [[0, 0, 0, 1, 1]] * 2


def test_names_in_boilerplate_do_not_count_nor_do_its_words_towards_the_first_ones() -> None:
    furniture = " ".join(f"menu{n}" for n in range(60))
    a, b = (
        told(f"{furniture} {START} {name} {END} Moss", f"{furniture} Moss") for name in ("Oakham", "Ashby")
    )
    assert swaps(a, b) == [[1, 1, 1, 0, 0]] * 2
    plain = told(f"{furniture} {START} Oakham {END}"), told(f"{furniture} {START} Ashby {END}")
    assert swaps(*plain) == [[1, 1, 0, 0, 0]] * 2
    hidden = told(f"{START} Oakham {END}", "Oakham"), told(f"{START} Ashby {END}")
    assert swaps(*hidden) == [[0, 0, 0, 0, 0], [1, 1, 1, 0, 0]]


def test_names_beside_passages_are_swapped_within_a_few_words() -> None:
    near, far = "Oakham won today said", "Oakham won today as they said"
    others = "Ashby lost badly then"
    assert swaps(told(f"{near} {START} 9"), told(f"{others} {START} 9"))[0][:2] == [1, 1]
    assert swaps(told(f"{far} {START} 9"), told(f"{others} {START} 9"))[0][:2] == [1, 0]
    assert swaps(told(f"{START} for Oakham"), told(f"{START} in the old Ashby"))[1][:2] == [1, 1]
    assert swaps(told(f"{START} for Oakham"), told(f"{START} in the very old Ashby"))[1][:2] == [1, 0]


@pytest.mark.parametrize(
    ("gaps", "swapped"),
    [((5, 5), 1), ((16, 5), 1), ((16, 16), 1), ((17, 5), 0), ((5, 17), 0)],
)
def test_names_between_passages_are_swapped_where_these_follow_each_other(
    gaps: tuple[int, int], swapped: int
) -> None:
    a, b = (
        told(f"{START} {'so ' * 4}{name} {'so ' * (gap - 5)}{END}")
        for gap, name in zip(gaps, ("Oakham", "Ashby"), strict=True)
    )
    passages = [(0, 6, 0, 6, 6), (6 + gaps[0], 13 + gaps[0], 6 + gaps[1], 13 + gaps[1], 7)]
    assert calls.count_swaps([a, b], [(0, 1)], [passages])[0][0][:2] == [1, swapped]


def test_passages_that_overlap_do_not_follow_each_other() -> None:
    a, b = told(f"{START} Oakham {END}"), told(f"{START} Ashby {START} 7 {END}")
    passages = [(0, 6, 0, 6, 6), (0, 14, 7, 21, 13)]
    found = calls.count_swaps([a, b], [(0, 1)], [passages])[0]
    assert found == reference.count_swaps(a, b, passages) == [[1, 1, 1, 0, 0], [1, 1, 1, 1, 0]]


@pytest.mark.parametrize(("first", "among"), [(6, 0), (7, 1)])
def test_names_are_among_the_first_words_up_to_their_number(first: int, among: int) -> None:
    a, b = told(f"{START} Oakham {END}"), told(f"{START} Ashby {END}")
    assert calls.count_swaps([a, b], [(0, 1)], [passages_of(a, b)], (4, first, 16))[0][0][2] == among


def test_where_the_passage_is_the_end_of_one_article_nothing_is_swapped_behind_it() -> None:
    assert swaps(told(f"Oakham {START}"), told(f"{START} Ashby")) == [[1, 0, 1, 0, 0], [1, 0, 1, 0, 0]]


def test_an_empty_article_swaps_nothing() -> None:
    some = [told(""), told(f"{START} 500 to Oakham"), told("")]
    chosen, passages = every_pair(some)
    assert calls.count_swaps(some, chosen, passages) == [
        [[0] * 5, [1, 0, 1, 1, 0]],
        [[0] * 5] * 2,
        [[1, 0, 1, 1, 0], [0] * 5],
    ]
    assert calls.count_own([article.tokens for article in some], chosen, passages) == [[0, 9], [0, 0], [9, 0]]


def test_own_words_are_told_once_each_and_not_those_in_passages() -> None:
    a = told(f"{START} more more {END} bread milk milk")
    b = told(f"{START} less {END} milk and bread butter butter")
    assert calls.count_own([a.tokens, b.tokens], [(0, 1)], [passages_of(a, b)]) == [[0, 2]]
