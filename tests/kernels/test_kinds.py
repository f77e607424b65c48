"""Names, numbers and words in small letters, against the plain twin."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.kernels import kinds
from tests import reference
from tests.kernels import calls
from tests.kernels.made import maybe_flags, texts, tokens

# Words of many scripts, and all that may stand between them.
WORDS = ["Rome", "rome", "É", "éa", "Жуков", "жук", "ẞA", "ǅ", "Ａb", "漢", "ก", "שלום", "U.S.", "O’Neil"]
WORDS += ["3rd", "-3.5", "7", "³", "٣", "mRNA", "Covid-19", "ª", "e\u0301", "E\u0301a"]
SIGNS = [
    " ",
    "  ",
    "\n",
    "\r\n",
    "\t",
    ". ",
    "! ",
    "?",
    ": ",
    "; ",
    ", ",
    " - ",
    " – ",
    " (",
    ") ",
    " [",
    " *",
]
SIGNS += ["…", "“", "” ", "'", ' "', "。", "\u00a0", "\u2028", " • ", "«", "¿", "\u200b", "/", ""]

sentences = st.lists(st.sampled_from(WORDS + SIGNS), max_size=14).map("".join) | texts


@given(st.lists(sentences, min_size=1, max_size=3), st.data())
@settings(max_examples=2 * calls.EXAMPLES)
def test_the_kinds_of_tokens_are_the_twins(some: list[str], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.integers(0, len(some) - 1), max_size=3), label="rows")
    assert calls.find_kinds(some, rows) == [reference.kinds(some[row]) for row in rows]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("", []),
        ("The mayor met Ada in Rome.", ["plain", "lower", "lower", "name", "lower", "name"]),
        ("He left. She stayed", ["plain", "lower", "plain", "lower"]),
        ("They said: “Peter, come!”", ["plain", "lower", "plain", "lower"]),
        ("of course, Peter", ["lower", "lower", "name"]),
        ("first line\nSecond (Third)", ["lower", "lower", "plain", "name"]),
        ("• Bread\n\t* Milk", ["plain", "plain"]),
        ("Rome – Paris", ["plain", "name"]),
        ("in 1999 the G7 paid -3.5 for Mk2", ["lower", "number", "lower", "number", "lower", "number"]),
        ("à Paris", ["lower", "name"]),
        ("Они живут в Москве", ["plain", "lower", "lower", "name"]),
        ("ο Νίκος και η Άννα", ["lower", "name", "lower", "lower", "name"]),
        ("он ушёл. Она осталась", ["lower", "lower", "plain", "lower"]),
        ("٣ Rome", ["plain", "name"]),
        ("漢字 Rome", ["plain", "plain", "name"]),
    ],
)
def test_a_capital_inside_a_sentence_makes_a_name_in_any_script_that_has_them(
    text: str, kinds: list[str]
) -> None:
    assert calls.find_kinds([text], [0])[0][: len(kinds)] == kinds


def test_a_text_is_read_from_its_own_start() -> None:
    assert calls.find_kinds(["in a town", "Rome is old"], [1, 0]) == [
        ["plain", "lower", "lower"],
        ["lower", "lower", "lower"],
    ]


def test_many_capitals_beyond_ascii_are_told_without_going_back_over_all_of_them() -> None:
    assert calls.find_kinds(["É" + "漢É" * 2000], [0])[0].count("name") == 2000


@st.composite
def articles(draw: st.DrawFn) -> list[reference.Told]:
    """Articles of few words, so that a word is now a name, now a number or in small letters."""
    some = draw(st.lists(tokens(), min_size=1, max_size=3))
    kinds = [
        draw(st.lists(st.sampled_from(list(calls.KINDS)), min_size=len(own), max_size=len(own)))
        for own in some
    ]
    inside = draw(maybe_flags(*some))
    return [reference.Told(*article) for article in zip(some, kinds, inside, strict=True)]


@given(
    articles(), st.tuples(*2 * [st.lists(st.integers(1, 40), max_size=4)]), st.sampled_from([0.1, 0.5, 1.1])
)
@settings(max_examples=calls.EXAMPLES)
def test_names_are_told_as_by_the_twin(
    some: list[reference.Told], words: tuple[list[int], list[int]], share: float
) -> None:
    assert calls.tell_names(some, words, (share, 5)).tolist() == [
        flags for article in some for flags in reference.tell_names(article, *words, share=share, first=5)
    ]


def test_words_that_name_nobody_are_plain_and_texts_of_small_words_have_no_names() -> None:
    few, many = [9, 2, 3, 4, 5, 5, 5, 5], [1, 7, 8, 8, 5, 5, 5, 5]
    some = [
        reference.Told(own, ["name", "name", "number", "name", *4 * ["lower"]], 8 * [False])
        for own in (few, many)
    ]
    told = calls.tell_names(some, ([7, 8], [2]), (0.3, 50)).tolist()
    name, number = kinds.NAME | kinds.FRESH | kinds.LEADING, kinds.NUMBER | kinds.FRESH
    assert told[:8] == [name, kinds.PLAIN, number, name, *4 * [kinds.PLAIN]]
    assert told[8:] == [kinds.PLAIN, kinds.PLAIN, number, *5 * [kinds.PLAIN]]
