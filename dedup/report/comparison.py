"""A `Comparison` to two texts side by side, for people: what is shared, changed, and in one of them only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, TYPE_CHECKING, NamedTuple

from dedup.comparison import Article, Comparison, Passage, Repeat
from dedup.report.page import pieces
from dedup.report.page.relations import MEANINGS
from dedup.report.page.words import Span, differences, has_words, words
from dedup.report.plain import share, table
from dedup.report.terminal import console, count, harmless, put

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

_NARROW = 76  # columns; in fewer, two texts beside each other have some five words a line
_LONG = 3_000  # characters, some 500 words; of what stands in one article only, longer stretches are folded
_LINE_END = re.compile(r"[^\S\n]*\n\s*")
_SAME, _CHANGED, _GREY = "green", "bold yellow", "dim"
_ONLY = {"A": ("-", "red"), "B": ("+", "cyan")}
_MARKS = {"A": ("[-", "-]"), "B": ("{+", "+}")}  # around changed words, as wdiff has them

_OPENING = ' \t\r\n"\u201c\u201e\u00ab\u2018([{'  # what at the end of a stretch belongs to what follows
_FEWEST_WORDS = 3  # as `sketches.FEWEST_TOKENS`: what has fewer has no keys


class Row(NamedTuple):
    """What stands in A beside what in B; of a passage that is the same in both, the same text twice."""

    a: Text | None
    b: Text | None
    is_passage: bool


def show_comparison(told: Comparison, stream: IO[str], *, folds: bool = True) -> None:
    """Write a comparison: coloured and as wide as the terminal, or plain and 100 wide where there is none.

    Long stretches are folded, unless `folds` is False, and how many words were left out is said.
    """
    target = console(stream)
    parts = _alone(told.a, folds) if told.b is None else _both(told, told.b, folds, target.width)
    put(parts, target, stream)


def meaning(told: Comparison) -> str:
    """What two articles are to one another, in a few words."""
    if told.relation is not None:
        return MEANINGS[told.relation]
    if told.passages:
        furniture = all(passage.boilerplate for passage in told.passages)
        return "only furniture in common" if furniture else "less in common than any relation asks for"
    sides = [side for side in (told.a, told.b) if side is not None]
    if min(side.words for side in sides) < _FEWEST_WORDS:
        return f"nothing in common, for an article of fewer than {_FEWEST_WORDS} words matches nothing"
    return "nothing in common"


def _both(told: Comparison, b: Article, folds: bool, width: int) -> Iterator[RenderableType]:
    from rich.text import Text

    yield Text("\n").join([*_who(told.a, "A  "), *_who(b, "B  ")])
    yield Text.assemble((told.relation or "no relation", "bold"), f": {meaning(told)}.")
    if told.passages:
        figures = (*map(share, (told.jaccard, told.a_in_b, told.b_in_a)), f"{told.shared_words:,}")
        header = ("Jaccard>", "A in B>", "B in A>", "Words in common>", "Passages>")
        yield table(header, [(*figures, f"{len(told.passages):,}")])
        rows = _rows(told, b, folds)
        yield from [_columns(rows)] if width >= _NARROW else _stacked(rows)
    for name, article in (("A", told.a), ("B", b)):
        if article.repeats:
            yield Text(f"{name} repeats {_blocks(article.repeats)} of its own; alone, it shows them.")


def _alone(article: Article, folds: bool) -> Iterator[RenderableType]:
    """What an article repeats: where, and each block's text once."""
    from rich.text import Text

    yield Text("\n").join(_who(article))
    if not article.repeats:
        yield Text("It repeats no block of its own.")
        return
    taken = min(1.0, sum(repeat.share for repeat in article.repeats))
    yield Text(
        f"It repeats {_blocks(article.repeats)} of its own: {taken:.1%} of its words stand there again."
    )
    header = ("Block>", "Words>", "Identical>", "Share>", "First", "Again")
    yield table(header, map(_places, article.repeats))
    for repeat in {repeat.block: repeat for repeat in reversed(article.repeats)}.values():
        head = (f"[{repeat.block}] {count(repeat.words, 'word')}\n", f"bold {_SAME}")
        yield Text.assemble(head, *_pieces(repeat.text, (), ("", ""), _SAME, folds))


def _places(repeat: Repeat) -> tuple[str, ...]:
    first = f"{repeat.first_start:,}–{repeat.first_end:,}"
    again = f"{repeat.second_start:,}–{repeat.second_end:,}"
    return f"{repeat.block}", f"{repeat.words:,}", share(repeat.identical), share(repeat.share), first, again


def _blocks(repeats: Iterable[Repeat]) -> str:
    return count(len({repeat.block for repeat in repeats}), "block")


def _who(article: Article, name: str = "") -> Iterator[Text]:
    """An article in a line, and its headline in another."""
    from rich.text import Text

    version = f"@{article.version}" if article.version else ""
    published = f"{article.published:%Y-%m-%d %H:%M} UTC" if article.published else None
    facts = (f"{article.id}{version}", article.source, published, count(article.words, "word"))
    yield Text(name + "; ".join(harmless(fact) for fact in facts if fact))
    if article.title:
        yield Text(" " * len(name) + harmless(article.title), "bold")


def _rows(told: Comparison, b: Article, folds: bool) -> Iterator[Row]:
    """The passages in A's order, and before each what stands before it in one of the two only."""
    only_a = _gaps("A", told.a, [(p.a_start, p.a_end) for p in told.passages], folds)
    only_b = _gaps("B", b, [(p.b_start, p.b_end) for p in told.passages], folds)
    last: Passage | None = None  # in B, of those that were shown
    for passage in told.passages:
        yield Row(only_a.pop(passage.a_start, None), only_b.pop(passage.b_start, None), False)
        moved = last is not None and passage.b_start < last.b_start
        yield _passage(passage, f", in B before [{last.passage}]" if last and moved else "", folds)
        last = last if moved else passage
    yield Row(only_a.pop(len(told.a.text), None), only_b.pop(len(b.text), None), False)


def _gaps(name: str, article: Article, spans: Iterable[Span], folds: bool) -> dict[int, Text]:
    """The stretches of an article that no span covers and that have a word, by where they end."""
    found, at, end_of_text = {}, 0, len(article.text)
    for start, end in [*sorted(spans), (end_of_text, end_of_text)]:
        if at < start and has_words(article.text[at:start]):
            found[start] = _only(name, article, (at, start), folds)
        at = max(at, end)
    return found


def _only(name: str, article: Article, span: Span, folds: bool) -> Text:
    """A stretch of one article that the other has not."""
    from rich.text import Text

    start, end = span
    text = article.text[start:end].rstrip(_OPENING).lstrip()
    furniture = sum(
        words(article.text[max(start, first) : min(end, last)])
        for first, last in article.boilerplate
        if first < end and start < last
    )
    many = words(text)
    told = ", boilerplate" if furniture >= many else f", {furniture:,} of them boilerplate"
    sign, style = _ONLY[name]
    head = f"{sign} only in {name}, {count(many, 'word')}{told if furniture else ''}\n"
    return Text.assemble(
        (head, f"bold {style}"), *_pieces(text, (), _MARKS[name], style, folds and len(text) > _LONG)
    )


def _passage(passage: Passage, moved: str, folds: bool) -> Row:
    """Both sides of a passage; `moved`: where its other side stands, if it is not its turn there."""
    from rich.text import Text

    facts = [count(passage.words, "word")]
    facts += [f"{share(passage.identical)} identical"] if passage.identical < 1 else []
    facts += ["boilerplate"] if passage.boilerplate else []
    style = _GREY if passage.boilerplate else _SAME
    head = (f"[{passage.passage}] {', '.join(facts)}{moved}\n", f"bold {style}")
    changed: tuple[Sequence[Span], Sequence[Span]] = ((), ())
    if passage.identical < 1:
        changed = differences(passage.a_text, passage.b_text)
    texts = (passage.a_text, passage.b_text)
    a, b = (
        Text.assemble(head, *_pieces(text, spans, _MARKS[name], style, folds))
        for name, text, spans in zip("AB", texts, changed, strict=True)
    )
    return Row(a, a if a.plain == b.plain else b, True)


def _pieces(
    text: str, changed: Sequence[Span], marks: tuple[str, str], style: str, folds: bool
) -> Iterator[tuple[str, str]]:
    """A text in pieces with their styles: changed words marked, and long ones folded."""
    limit = max(1, len(text) - 1) if folds else len(text) + 1
    for stretch in pieces.show(text.rstrip(), (), changed=changed, limit=limit).stretches:
        for piece in stretch.pieces:
            before, behind = marks if piece.changed else ("", "")
            left_out = f" … {count(piece.left_out, 'word')} … " if piece.left_out else ""
            shown = f"{before}{_safe(piece.head)}"
            kind = _CHANGED if piece.changed else style
            yield shown, kind
            yield left_out, _GREY
            yield f"{_safe(piece.tail)}{behind}", kind


def _safe(text: str) -> str:
    """A text as a terminal shows it: its lines kept, the white space at either end as one space."""
    return "\n".join(map(_safe_line, _LINE_END.split(text)))


def _safe_line(line: str) -> str:
    before, behind = (" " if edge.isspace() else "" for edge in (line[:1], line[-1:]))
    return f"{before}{shown}{behind}" if (shown := harmless(line)) else before


def _columns(rows: Iterable[Row]) -> RenderableType:
    """A beside B."""
    from rich.table import Column, Table

    sides = (Column(name, ratio=1, overflow="fold") for name in "AB")
    made = Table(*sides, box=None, pad_edge=False, padding=(0, 2, 1, 0), header_style="bold", expand=True)
    for row in rows:
        if row.a or row.b:
            made.add_row(row.a, row.b)
    return made


def _stacked(rows: Iterable[Row]) -> Iterator[RenderableType]:
    """A above B; what is the same in both once."""
    from rich.text import Text

    for row in rows:
        if row.a is row.b and row.a:
            yield row.a
            continue
        for name, text in (("A ", row.a), ("B ", row.b)):
            if text:
                yield Text.assemble((name if row.is_passage else "", "bold"), text)
