"""What stands around spans of characters, read from octets, against slices of the texts."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernels import calls

PIECES = st.sampled_from(["a", "\u00e9", "\u4e16", "\U0001f600", ". ", "word " * 15, "\u00fc" * 70])
TEXTS = st.lists(PIECES, max_size=12).map("".join)


@given(st.lists(TEXTS, min_size=1, max_size=3), st.data(), st.integers(1, 16))
@settings(max_examples=calls.EXAMPLES)
def test_characters_around_spans_are_those_of_the_text(
    texts: list[str], data: st.DataObject, width: int
) -> None:
    rows = data.draw(st.lists(st.integers(0, len(texts) - 1), min_size=1, max_size=4), label="rows")
    spans = []
    for row in rows:
        start, end = sorted(data.draw(st.integers(0, len(texts[row])), label="place") for _ in range(2))
        spans.append((start, end))
    assert calls.chars_around(texts, rows, spans, width) == [
        (texts[row][max(0, start - width) : start][::-1], texts[row][end : end + width])
        for row, (start, end) in zip(rows, spans, strict=True)
    ]
