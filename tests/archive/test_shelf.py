"""Outlines and token hashes: the same tokens in the same places, and nothing to be read."""

from __future__ import annotations

import sys

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from dedup.archive.shelf import outline, unveiled, veiled
from dedup.folding import fold_table
from dedup.kernels.tokens import tokenize
from dedup.settings import Settings
from dedup.stages.sketch import sketch, sketch_again
from dedup.texts import Texts

KEY = bytes(range(16))
TOKENS = st.lists(st.integers(0, 2**32 - 1), max_size=40)


def places(text: str) -> list[tuple[int, int]]:
    """Where the tokens of a text start and end, in characters."""
    data = np.frombuffer(text.encode(errors="surrogatepass"), np.uint8)
    tokens = np.empty(data.size + 1, np.uint32)
    spans = np.empty((2, data.size + 1), np.int32)
    size = tokenize(data, 0, data.size, *fold_table(), tokens, spans[0], spans[1])
    return list(zip(*(side[:size].tolist() for side in spans), strict=True))


CHARACTERS = st.characters(exclude_categories=["Cs", "Cn"])


@given(st.text(CHARACTERS, max_size=60) | st.text("aZ9.,'-é ½ﬁ字ไก้ि한\u0301 ", max_size=60))
def test_an_outline_has_its_tokens_where_the_text_has_them(text: str) -> None:
    assert len(outline(text)) == len(text)
    assert places(outline(text)) == places(text)


@given(st.text(CHARACTERS, max_size=60))
def test_an_outline_keeps_capitals_and_digits_what_they_are(text: str) -> None:
    for was, now in zip(text, outline(text), strict=True):
        assert was.isupper() == now.isupper()
        assert was.isdecimal() == now.isdecimal()


def test_no_letter_of_any_script_stays() -> None:
    letters = [chr(n) for n in range(sys.maxunicode + 1) if chr(n).isalpha()]
    stays = [char for char in letters if outline(char) == char and char not in "Xx\u0294\u0531\u0561\u05d0字"]
    # Letters by Unicode, and by our table apostrophes and what is ignored, such as the tatweel.
    assert len(stays) < 12
    assert not any(places(char) for char in stays)
    assert outline("Harbour to close, say 214 of 300: Привет, 한국 临江") == (
        "Xxxxxxx xx xxxxx, xxx 000 xx 000: Xxxxxx, \u05d0\u05d0 字字"
    )


@given(TOKENS, st.binary(min_size=16, max_size=16))
def test_what_is_veiled_comes_back_and_is_another_under_another_key(tokens: list[int], key: bytes) -> None:
    given_ = np.array(tokens, np.uint32)
    hidden = veiled(given_, key)
    assert unveiled(hidden, key).tolist() == tokens
    assert len(set(hidden.tolist())) == len(set(tokens))


def test_two_keys_give_other_hashes() -> None:
    tokens = np.arange(1000, dtype=np.uint32)
    assert (veiled(tokens, KEY) == veiled(tokens, KEY[::-1])).sum() < 5
    assert (veiled(tokens, KEY) == tokens).sum() < 5


@given(st.lists(st.text(max_size=200), min_size=1, max_size=5))
def test_sketches_of_known_tokens_are_those_of_the_texts(texts: list[str]) -> None:
    settings = Settings(threads=1)
    clean = [text.encode(errors="ignore").decode() for text in texts]
    column = pa.chunked_array([pa.array(clean, pa.large_string())])
    first = sketch(Texts(column).blocks(), settings)
    again = sketch_again(first.tokens.copy(), first.token_spans, settings)
    assert np.array_equal(again.counts, first.counts)
    assert np.array_equal(again.hashes, first.hashes)
    assert np.array_equal(again.signatures, first.signatures)
    for one, other in zip(first.print_spans, again.print_spans, strict=True):
        assert np.array_equal(first.prints[slice(*one)], again.prints[slice(*other)])
