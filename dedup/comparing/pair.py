"""Two articles into a `Comparison`, by the stages of `find_duplicates`."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from dedup.clock import Clock
from dedup.comparison import Article, Comparison, Passage, Repeat
from dedup.pipeline import Judged, judge, untold
from dedup.places import find_spots
from dedup.search import Beyond
from dedup.settings import Settings
from dedup.stages.boilerplate import KnownBoilerplate, grams_of
from dedup.stages.collapse import collapse
from dedup.stages.identify import identify, with_ids
from dedup.stages.sketch import sketch
from dedup.texts import Texts

Row = dict[str, Any]
Part = TypeVar("Part", Passage, Repeat)

_NEVER = 1_000_000  # unrelated stories: boilerplate is known, and none is learnt from two articles
_LOWEST = 1e-9  # share in common: two articles with a passage have more
_NOTHING: Row = {"relation": None, "jaccard": 0.0, "a_in_b": 0.0, "b_in_a": 0.0, "shared_words": 0}


def compare_articles(
    articles: pa.Table, settings: Settings, boilerplate: KnownBoilerplate | None = None
) -> Comparison:
    """Compare the two articles of a table as `dedup.articles.ARTICLES`, or tell what a single one repeats.

    `boilerplate`: what is known to be such, from a feed that they are of.
    """
    # A window of one gram: every run of `kgram` words in common is found. Two articles can afford it.
    wanted = replace(settings, window=1, boilerplate=_NEVER if boilerplate else 0)
    given = with_ids(articles)
    judged = _judged(given, wanted, boilerplate)
    a, *others = (_article(row, place, judged) for place, row in enumerate(given.to_pylist()))
    if not others:
        return Comparison(a=a, b=None, **_NOTHING, passages=())
    pair, rows = _told(judged)
    if pair is None:  # what is less than any relation asks for is shown all the same
        pair, rows = _told(_judged(given, replace(wanted, shared=_LOWEST), boilerplate))
        pair = pair and {**pair, "relation": None}
    if pair is None and boilerplate:  # set aside it makes no pair; what is found without is of it
        _, rows = _told(_judged(given, replace(wanted, shared=_LOWEST, boilerplate=0), None))
        rows = [{**row, "boilerplate": True} for row in rows]
    figures = {name: (pair or _NOTHING)[name] for name in _NOTHING}
    return Comparison(a=a, b=others[0], **figures, passages=_passages(rows, a, others[0]))


def boilerplate_of(blocks: pa.ChunkedArray, settings: Settings) -> KnownBoilerplate:
    """The texts of blocks of boilerplate as what is known to be such."""
    nodes = collapse(sketch(Texts(blocks).blocks(), settings))
    number = np.arange(len(nodes), dtype=np.int32)
    whole = np.stack([number, number, np.zeros_like(number), nodes.counts], axis=1)
    grams, row = grams_of(nodes, whole, settings)
    grams, first = np.unique(grams, return_index=True)
    return KnownBoilerplate(grams, row[first].astype(np.int32))


def _judged(articles: pa.Table, settings: Settings, boilerplate: KnownBoilerplate | None) -> Judged:
    """What the stages of a whole run tell of the articles; none is left out."""
    known = identify(_apart(articles), None)
    sketches = sketch(Texts(articles["text"]).blocks(), settings)
    return judge(known, collapse(sketches), settings, untold, Clock(), Beyond(boilerplate=boilerplate))


def _apart(articles: pa.Table) -> pa.Table:
    """Under two ids, where an article is held against itself: elsewhere it counts once."""
    ids, texts = articles["id"].to_pylist(), articles["text"].to_pylist()
    if len(set(zip(ids, texts, strict=True))) == len(ids):
        return articles
    place = articles.schema.get_field_index("id")
    return articles.set_column(place, "id", pa.array([ids[0], f"{ids[0]}, again"], pa.string()))


def _article(row: Row, place: int, judged: Judged) -> Article:
    """A side, as it was given; `place`: among the articles judged."""
    name = _name(judged, place)
    repeats = judged.tables["repeats"].to_pylist()
    return Article(
        **{name: row[name] for name in ("id", "version", "title", "source", "published", "url", "text")},
        words=int(judged.nodes.counts[judged.nodes.of_article[place]]),
        repeats=tuple(_part(Repeat, one) for one in repeats if (one["article_id"], one["version"]) == name),
        boilerplate=_boilerplate(judged, place),
    )


def _boilerplate(judged: Judged, place: int) -> tuple[tuple[int, int], ...]:
    """Where boilerplate stands in an article; blocks that overlap are one span."""
    runs = judged.found.runs
    united: list[list[int]] = []
    for first, last in sorted(runs[runs[:, 1] == judged.nodes.of_article[place], 2:].tolist()):
        if united and first <= united[-1][1]:
            united[-1][1] = max(united[-1][1], last)
        else:
            united.append([first, last])
    spans = np.array(united, np.int32).reshape(-1, 2)
    spots = find_spots(judged.known.texts, np.full(len(spans), place), spans, 1)
    return tuple(zip(spots.starts.tolist(), spots.ends.tolist(), strict=True))


def _name(judged: Judged, place: int) -> tuple[str, str | None]:
    id_, version = (judged.known.articles[column][place].as_py() for column in ("id", "version"))
    return id_, version


def _part(kind: type[Part], row: Row) -> Part:
    return kind(**{field.name: row[field.name] for field in fields(kind)})


def _told(judged: Judged) -> tuple[Row | None, list[Row]]:
    """The row of the two articles, None where they have no relation, and their passages; `a` is the first."""
    pairs, passages = (
        [_as_given(judged, row) for row in judged.tables[name].to_pylist()] for name in ("pairs", "passages")
    )
    return (pairs[0] if pairs else None), passages


def _passages(rows: list[Row], a: Article, b: Article) -> tuple[Passage, ...]:
    """Rows of `passages` with their texts, numbered in a's order."""
    ordered = sorted(rows, key=lambda row: (row["a_start"], row["b_start"]))
    return tuple(
        _part(
            Passage,
            {
                **row,
                "passage": number,
                "a_text": a.text[row["a_start"] : row["a_end"]],
                "b_text": b.text[row["b_start"] : row["b_end"]],
            },
        )
        for number, row in enumerate(ordered, start=1)
    )


def _as_given(judged: Judged, row: Row) -> Row:
    """A row in which `a` is the first article given; in tables it is the one whose id comes first."""
    if (row["a_id"], row["a_version"]) == _name(judged, 0):
        return row
    return {_other(name): value for name, value in row.items()}


def _other(name: str) -> str:
    """The column that says the same of the other side."""
    sides = str.maketrans("ab", "ba")
    if name in ("a_in_b", "b_in_a"):
        return name.translate(sides)
    return name[0].translate(sides) + name[1:] if name[:2] in ("a_", "b_") else name
