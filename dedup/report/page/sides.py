"""Two articles and their passages into the two texts side by side: what is shared, cut, added and changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dedup.report.page import pieces
from dedup.report.page.shell import environment
from dedup.report.page.words import Span, differences

WHOLE = 60_000
"""Characters of a text up to which it is shown whole, unless the caller says otherwise: some 10,000 words."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two articles."""

    article_id: str
    name: str
    """What it is here: "Lead", "Copy 3", the name of a file."""
    text: str | None = None
    """The text that was compared; None where it was not kept, and offsets are shown instead."""
    version: str | None = None
    title: str | None = None
    source: str | None = None
    published: dt.datetime | None = None
    url: str | None = None
    boilerplate: Sequence[Span] = ()
    """Where boilerplate stands in the text, beside the passages that are marked so."""


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A row of `passages.csv`: a span in each text."""

    number: int
    """From 1; unique among the passages of the two."""
    a: Span
    b: Span
    words: int
    identical: float
    boilerplate: bool = False


def side_by_side(
    a: Side, b: Side, passages: Iterable[Passage], *, key: str = "", limit: int = WHOLE
) -> Markup:
    """The two texts beside each other, as markup for `shell.document`.

    What is only in `a` is told as cut, what is only in `b` as added. `key` starts the ids of this piece of a
    page, and so must be another one each time. Of a text longer than `limit` characters long stretches are
    folded, and how many words were left out is said. Raises `ValueError` for a passage outside of its text.
    """
    known = list(passages)
    changed_a, changed_b = _changed(a, b, known)
    template = environment().get_template("sides.html.j2")
    shown_a = _shown(a, [_mark(p, p.a) for p in known], changed_a, limit)
    shown_b = _shown(b, [_mark(p, p.b) for p in known], changed_b, limit)
    linked = shown_a.numbers & shown_b.numbers if shown_a and shown_b else frozenset()
    return Markup(
        template.render(
            key=key,
            passages=known,
            linked=linked,
            by_number={passage.number: passage for passage in known},
            sides=[(a, shown_a, "a", "b"), (b, shown_b, "b", "a")],
            no_text=a.text is None or b.text is None,
        )
    )


def legend() -> Markup:
    """What the marks of `side_by_side` mean, as markup to stand above the first of them."""
    return Markup(environment().get_template("lists.html.j2").module.side_legend())  # type: ignore[attr-defined]


def _mark(passage: Passage, span: Span) -> pieces.Mark:
    return pieces.Mark(*span, passage.number, passage.boilerplate)


def _shown(
    side: Side, marks: Sequence[pieces.Mark], changed: Sequence[Span], limit: int
) -> pieces.Shown | None:
    if side.text is None:
        return None
    return pieces.show(side.text, marks, changed=changed, boilerplate=side.boilerplate, limit=limit)


def _changed(a: Side, b: Side, passages: Iterable[Passage]) -> tuple[list[Span], list[Span]]:
    """Where the words of passages that are not the same through and through differ."""
    found: tuple[list[Span], list[Span]] = ([], [])
    if a.text is None or b.text is None:
        return found
    for passage in passages:
        if passage.identical < 1:
            both = differences(a.text[slice(*passage.a)], b.text[slice(*passage.b)])
            for side, start, spans in zip(found, (passage.a[0], passage.b[0]), both, strict=True):
                side += [(start + first, start + last) for first, last in spans]
    return found
