"""The rows of `repeats` into articles, each with a bar of its parts and its blocks with their places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dedup.report.page import pieces
from dedup.report.page.result import Key, Result, keys
from dedup.report.page.shown import opening
from dedup.report.page.words import Span

_BLOCK_SHOWN = 1_500  # characters of a block's own text: a screen; its places are marked in the article
_ARTICLE_SHOWN = 4_000  # characters of an article, as beside its lead
_MOST_PLACES = 200  # of one article; a text that is one line 100,000 times has as many


@dataclass(frozen=True, kw_only=True)
class Block:
    """A repeated block and where it stands, its first place first."""

    number: int
    words: int
    identical: float
    """The least of its later places."""
    places: Sequence[Span]
    text: pieces.Shown


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of an article's bar, in percent of its length."""

    kind: str
    """first, again or boilerplate."""
    label: str
    x: float
    width: float


@dataclass(frozen=True, kw_only=True)
class Repeating:
    """An article that repeats itself."""

    number: int
    """Its place among all of them, the one of which repeats take most first, from 1."""
    article_id: str
    version: str | None
    headline: str
    """Its title, or its first words, or its id."""
    source: str | None
    share: float
    blocks: Sequence[Block]
    bar: Sequence[Part]
    text: pieces.Shown | None
    """The article with its places marked; None where the text was not kept."""
    places_not_shown: int


def ranked(result: Result) -> list[Key]:
    """The articles that repeat themselves, the one of which the later places take most first."""
    some = result.tables["repeats"].select(["article_id", "version", "share"])
    summed = some.group_by(["article_id", "version"], use_threads=False).aggregate([("share", "sum")])
    order = [("share_sum", "descending"), ("article_id", "ascending"), ("version", "ascending")]
    ordered = summed.sort_by(order)
    return list(zip(ordered["article_id"].to_pylist(), ordered["version"].to_pylist(), strict=True))


def repeating(
    result: Result,
    wanted: Sequence[Key],
    texts: Mapping[Key, str],
    boilerplate: Mapping[Key, Sequence[Span]],
) -> Iterator[Repeating]:
    """These articles, as `ranked` gives them, one after another."""
    rows = result.tables["repeats"]
    facts = _facts(result)
    order = [("article_id", "ascending"), ("version", "ascending"), ("block", "ascending")]
    ordered = rows.sort_by([*order, ("second_start", "ascending")])
    bounds = _bounds(ordered)
    for number, key in enumerate(wanted, start=1):
        start, end = bounds[key]
        known = facts.get(key, {})
        yield _article(number, key, known, ordered.slice(start, end - start).to_pylist(), texts, boilerplate)


def _facts(result: Result) -> dict[Key, dict[str, Any]]:
    articles = result.tables["articles"]
    some = articles.filter(pc.is_in(keys(articles), pc.unique(keys(result.tables["repeats"]))))
    wanted = ["article_id", "version", "title", "source"]
    return {(row["article_id"], row["version"]): row for row in some.select(wanted).to_pylist()}


def _bounds(ordered: pa.Table) -> dict[Key, Span]:
    bounds: dict[Key, Span] = {}
    names = zip(ordered["article_id"].to_pylist(), ordered["version"].to_pylist(), strict=True)
    for key, some in groupby(enumerate(names), key=lambda pair: pair[1]):
        places = [place for place, _ in some]
        bounds[key] = places[0], places[-1] + 1
    return bounds


def _article(
    number: int,
    key: Key,
    known: Mapping[str, Any],
    rows: Sequence[dict[str, Any]],
    texts: Mapping[Key, str],
    boilerplate: Mapping[Key, Sequence[Span]],
) -> Repeating:
    text, told = texts.get(key), rows[:_MOST_PLACES]
    grey = boilerplate.get(key, ()) if text is not None else ()
    blocks = [_block(block, list(some)) for block, some in groupby(told, key=lambda row: row["block"])]
    return Repeating(
        number=number,
        article_id=key[0],
        version=key[1],
        headline=known.get("title") or opening(text or "") or key[0],
        source=known.get("source"),
        share=min(1.0, sum(row["share"] for row in rows)),
        blocks=blocks,
        bar=list(_bar(blocks, grey, len(text) if text else max(row["second_end"] for row in rows))),
        text=None if text is None else _marked(text, blocks, grey),
        places_not_shown=len(rows) - len(told),
    )


def _block(number: int, rows: Sequence[dict[str, Any]]) -> Block:
    first = rows[0]
    return Block(
        number=number,
        words=first["words"],
        identical=min(row["identical"] for row in rows),
        places=[
            (first["first_start"], first["first_end"]),
            *((row["second_start"], row["second_end"]) for row in rows),
        ],
        text=pieces.show(first["text"], (), limit=_BLOCK_SHOWN),
    )


def _bar(blocks: Sequence[Block], boilerplate: Sequence[Span], length: int) -> Iterator[Part]:
    for start, end in boilerplate:
        yield _part("boilerplate", "", start, end, length)
    for block in blocks:
        for place, (start, end) in enumerate(block.places):
            yield _part("again" if place else "first", str(block.number), start, end, length)


def _part(kind: str, label: str, start: int, end: int, length: int) -> Part:
    x, width = (round(100 * part / length, 2) for part in (start, end - start))
    return Part(kind=kind, label=label, x=x, width=max(width, 0.3))


def _marked(text: str, blocks: Sequence[Block], boilerplate: Sequence[Span]) -> pieces.Shown:
    marks = [
        pieces.Mark(*span, block.number, kind="again" if place else "first")
        for block in blocks
        for place, span in enumerate(block.places)
    ]
    return pieces.show(text, marks, boilerplate=boilerplate, limit=_ARTICLE_SHOWN)
