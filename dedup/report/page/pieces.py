"""A text and the spans known in it into the stretches and pieces that a page shows one after another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dedup.report.page.words import Span, has_words, words

_HEAD = 240  # characters kept at either end of a stretch that is folded: two or three lines


@dataclass(frozen=True)
class Mark:
    """A numbered span of a text."""

    start: int
    end: int
    number: int
    boilerplate: bool = False
    kind: str = ""
    """A word of the caller's, such as the place of a repeat."""


@dataclass(frozen=True)
class Piece:
    """Some characters that are shown alike; between `head` and `tail` words may be left out."""

    head: str
    changed: bool = False
    left_out: int = 0
    tail: str = ""


@dataclass(frozen=True)
class Stretch:
    """Pieces that the same marks cover."""

    marks: tuple[Mark, ...]
    starting: tuple[Mark, ...]
    """Those of the marks that start here."""
    boilerplate: bool
    pieces: tuple[Piece, ...]
    words: int
    """How many, of a stretch that no mark covers."""

    @property
    def blank(self) -> bool:
        """Whether no mark covers it and it has no word."""
        return not (self.marks or self.words)


@dataclass(frozen=True)
class Shown:
    """What is shown of a text."""

    stretches: tuple[Stretch, ...]
    left_out: int
    """Words behind the last stretch."""

    @property
    def numbers(self) -> frozenset[int]:
        """The marks whose start is shown."""
        return frozenset(mark.number for stretch in self.stretches for mark in stretch.starting)


def show(
    text: str,
    marks: Sequence[Mark],
    *,
    changed: Sequence[Span] = (),
    boilerplate: Sequence[Span] = (),
    limit: int,
) -> Shown:
    """Cut a text at its marks; of one longer than `limit` characters long stretches are folded.

    Raises `ValueError` for a span that does not lie in the text.
    """
    _check(text, [(mark.start, mark.end) for mark in marks] + [*changed, *boilerplate])
    changed = _united(changed)
    made: list[Stretch] = []
    room, folding = limit, len(text) > limit
    for start, end, covering in _intervals(len(text), marks, boilerplate):
        if room <= 0:
            return Shown(tuple(made), words(text[start:]))
        for first, last, many in _stretches(text, start, end, covering):
            pieces = tuple(_pieces(text, first, last, changed, folding))
            room -= sum(len(piece.head) + len(piece.tail) for piece in pieces)
            starting = tuple(mark for mark in covering if mark.start == first)
            grey = any(mark.boilerplate for mark in covering) or _holds(boilerplate, first, last)
            made.append(Stretch(covering, starting, grey, pieces, many))
    return Shown(tuple(made), 0)


def _check(text: str, spans: Sequence[Span]) -> None:
    for start, end in spans:
        if not 0 <= start <= end <= len(text):
            raise ValueError(f"{start} to {end} does not lie in a text of {len(text):,} characters")


def _intervals(
    length: int, marks: Sequence[Mark], boilerplate: Sequence[Span]
) -> Iterator[tuple[int, int, tuple[Mark, ...]]]:
    """The stretches between any two edges, and the marks that cover each."""
    edges = {0, length}.union(*((mark.start, mark.end) for mark in marks), *boilerplate)
    ordered = sorted(edges)
    waiting = sorted(marks, key=lambda mark: (mark.start, mark.number), reverse=True)
    active: list[Mark] = []
    for start, end in pairwise(ordered):
        active = [mark for mark in active if mark.end > start]
        while waiting and waiting[-1].start <= start:
            active.append(waiting.pop())
        yield start, end, tuple(mark for mark in active if mark.end > start)


def _stretches(text: str, start: int, end: int, covering: Sequence[Mark]) -> Iterator[tuple[int, int, int]]:
    """Where what no mark covers starts with white space, that stands alone: a label comes behind it."""
    if covering or not has_words(text[start:end]):
        yield start, end, 0
        return
    first = end - len(text[start:end].lstrip())
    if start < first:
        yield start, first, 0
    yield first, end, words(text[first:end])


def _holds(spans: Sequence[Span], start: int, end: int) -> bool:
    return any(a <= start and end <= b for a, b in spans)


def _united(spans: Sequence[Span]) -> list[Span]:
    united: list[Span] = []
    for start, end in sorted(spans):
        if united and start <= united[-1][1]:
            united[-1] = united[-1][0], max(end, united[-1][1])
        else:
            united.append((start, end))
    return united


def _pieces(text: str, start: int, end: int, changed: Sequence[Span], folding: bool) -> Iterator[Piece]:
    at = start
    for first, last in changed:
        first, last = max(first, at), min(last, end)  # noqa: PLW2901 - what of it lies here
        if first < last:
            if at < first:
                yield _piece(text[at:first], folding)
            yield _piece(text[first:last], folding, changed=True)
            at = last
    if at < end:
        yield _piece(text[at:end], folding)


def _piece(text: str, folding: bool, *, changed: bool = False) -> Piece:
    if not folding or len(text) <= 3 * _HEAD:
        return Piece(text, changed)
    head, tail = _ends_at_space(text[:_HEAD]), _starts_at_space(text[-_HEAD:])
    return Piece(head, changed, words(text[len(head) : len(text) - len(tail)]), tail)


def _ends_at_space(text: str) -> str:
    return text[: text.rfind(" ") + 1] or text


def _starts_at_space(text: str) -> str:
    return text[max(0, text.find(" ")) :]
