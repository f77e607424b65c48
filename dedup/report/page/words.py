"""Two passages that match into the words in which they differ."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

Span = tuple[int, int]
"""Where something starts in a text and where it ends, exclusive: Python string indices."""

# Of scripts without spaces each character is a word, as in the search.
_ALONE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_ALONE}]|[^\W{_ALONE}]+(?:['’.][^\W{_ALONE}]+)*")
_INSIDE = re.compile("['’.]")
_FURTHEST = 48  # words; a passage has gaps of at most 16 a side, and runs of 4 that do not start it between
_AGREEING = 4  # words in a row that end a gap: what the search counts beside an anchor


def words(text: str) -> int:
    """How many words a text has."""
    return sum(1 for _ in _WORD.finditer(text))


def has_words(text: str) -> bool:
    """Whether there is any word in a text: between passages there may be punctuation alone."""
    return _WORD.search(text) is not None


def differences(a: str, b: str) -> tuple[list[Span], list[Span]]:
    """The stretches of each of two matching passages whose words the other has not, in linear time."""
    a_spans, b_spans = ([word.span() for word in _WORD.finditer(text)] for text in (a, b))
    a_words, b_words = ([_folded(t[i:j]) for i, j in spans] for t, spans in ((a, a_spans), (b, b_spans)))
    a_found, b_found = [], []
    for (a_from, a_to), (b_from, b_to) in _unequal(a_words, b_words):
        if a_from < a_to:
            a_found.append((a_spans[a_from][0], a_spans[a_to - 1][1]))
        if b_from < b_to:
            b_found.append((b_spans[b_from][0], b_spans[b_to - 1][1]))
    return a_found, b_found


def _folded(word: str) -> str:
    if not word.isascii():
        plain = unicodedata.normalize("NFKD", word)
        word = "".join(c for c in plain if not unicodedata.combining(c)) if plain[:1] < "\u0530" else plain
    return _INSIDE.sub("", word.casefold())


def _unequal(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[Span, Span]]:
    """Gap after gap: equal words pass, then the nearest place is looked for where both agree again."""
    i = j = 0
    while i < len(a) and j < len(b):
        if a[i] == b[j]:
            i, j = i + 1, j + 1
            continue
        a_end, b_end = _agreeing(a, b, i, j)
        yield from _inside(a[i:a_end], b[j:b_end], i, j)
        i, j = a_end, b_end
    if i < len(a) or j < len(b):
        yield (i, len(a)), (j, len(b))


def _agreeing(a: Sequence[str], b: Sequence[str], i: int, j: int) -> tuple[int, int]:
    for far in range(1, 2 * _FURTHEST):
        for more in range(max(0, far - _FURTHEST), min(far, _FURTHEST) + 1):
            a_run, b_run = a[i + more : i + more + _AGREEING], b[j + far - more : j + far - more + _AGREEING]
            if a_run and a_run == b_run:
                return i + more, j + far - more
    return len(a), len(b)


def _inside(a: Sequence[str], b: Sequence[str], i: int, j: int) -> Iterator[tuple[Span, Span]]:
    """Single words that both sides of a gap have are no change; a gap that never ends is one."""
    if max(len(a), len(b)) > 2 * _FURTHEST:
        yield (i, i + len(a)), (j, j + len(b))
        return
    for tag, a_from, a_to, b_from, b_to in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag != "equal":
            yield (i + a_from, i + a_to), (j + b_from, j + b_to)
