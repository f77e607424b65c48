"""The tokeniser against its twin, on generated texts and on bytes that are no text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import reference
from tests.kernels import calls
from tests.kernels.made import texts


def twin(text: str) -> list[tuple[int, int, int]]:
    return [(reference.token_hash(t.fold), t.start, t.end) for t in reference.tokenise(text)]


@given(texts)
@settings(max_examples=2 * calls.EXAMPLES)
def test_the_tokeniser_gives_what_its_twin_gives(text: str) -> None:
    assert calls.tokenize(text) == twin(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "'",
        "...",
        "U.S.A. and e.g. a.m. or J.K. Rowling",
        "end.Next 'quoted' O’Neil's rock ’n’ roll",
        "-3.5 +7 1,234.5 −8 a-3 --4 - 5 10-12 COVID-19 3rd 1..2 3,",
        "x\u0301\u0301y \u0301z é.U. U.\u0301S a.\u200bb",
        "3\u0301.5 don\u200b’\u200bt",
        "漢字かな交じり文 abc漢.d ก\u0e34ก's",
        "한국\u0301 को\u093ca א\u05b8ב",
        "a😀b \U0001f468\u200d\U0001f469 1\ufe0f\u20e3",
        "a  b\t\tc\r\nd  ",
        "aé é漢 7b8",
        "U.한 U.7 U.ab 7.U U.S's",
    ],
)
def test_the_tokeniser_gives_what_its_twin_gives_where_rules_meet(text: str) -> None:
    assert calls.tokenize(text) == twin(text)


@pytest.mark.parametrize("word", ["한국cafe\u0301", "שde\u0301"])
def test_a_mark_on_a_latin_letter_drops_whatever_letter_the_word_began_with(word: str) -> None:
    assert calls.tokenize(word) == twin(word)


@given(st.binary(max_size=12))
@settings(max_examples=2 * calls.EXAMPLES)
def test_bytes_that_are_no_text_give_tokens_within_bounds(data: bytes) -> None:
    found = calls.tokenize(data)
    ends = [0, *(end for _, _, end in found)]
    assert all(0 <= start < end <= len(data) for _, start, end in found)
    assert all(start >= before for (_, start, _), before in zip(found, ends, strict=False))


@pytest.mark.parametrize("char", ["é", "漢", "😀", "\U0010ffff"])
def test_a_truncated_character_at_the_end_is_a_separator(char: str) -> None:
    for size in range(1, len(char.encode())):
        broken = char.encode()[:size]
        assert calls.tokenize(b"ab" + broken) == calls.tokenize("ab")
        assert calls.tokenize(broken) == []


@pytest.mark.parametrize("octet", range(0x80, 0x100))
def test_a_lone_broken_byte_never_hides_what_is_far_behind_it(octet: int) -> None:
    assert calls.tokenize(bytes([octet]) + b"... ab")[-1][0] == calls.tokenize("ab")[0][0]
    assert len(calls.tokenize(bytes([octet]) * 7)) <= 7


# Of what words of ASCII are made, and what stands between them.
ASCII = st.lists(
    st.sampled_from(["a", "S", "word", "U", "7", "12", ".", ",", "'", "`", "-", "+", " ", "\n", "(", "\x00"])
).map("".join)


@given(ASCII | st.text(st.characters(codec="ascii")))
@settings(max_examples=4 * calls.EXAMPLES)
def test_tokens_of_ascii_stand_where_those_of_any_text_do(text: str) -> None:
    wanted = [
        (start, end, any(letter.isdecimal() for letter in text[start:end])) for _, start, end in twin(text)
    ]
    assert calls.ascii_places(text) == wanted
