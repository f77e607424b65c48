"""`compare`: two texts or articles in memory into a `Comparison`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

import pyarrow as pa

from dedup.articles import FieldNames
from dedup.comparing.pair import compare_articles
from dedup.comparison import Comparison
from dedup.feeds import FeedOptions
from dedup.feeds.frame import read_frame
from dedup.settings import Settings

Given = str | Mapping[str, Any]


def compare(
    a: Given, b: Given | None = None, *, settings: Settings | None = None, **fields: Unpack[FieldNames]
) -> Comparison:
    """Tell what two articles have in common, and what each repeats; of `a` alone, what it repeats.

    Each is a text, or a dict with the fields of an article; `fields` name its keys (`text="body"`), and for
    the others the usual names are recognised. What they are to one another is told as `find_duplicates` tells
    it of these two alone: no boilerplate is learnt, and what takes a third article, a roundup, is not told.
    Passages are told however short, from a run of `settings.kgram` equal words up.

    Raises `FeedError` for a dict without a text, `ValueError` for a bad option.
    """
    options = FeedOptions(fields=fields, html="keep")
    given = [_article(each, name, options) for each, name in ((a, "a"), (b, "b")) if each is not None]
    if a is None:
        raise TypeError("a must be a text or a dict, got None")
    return compare_articles(pa.concat_tables(given), settings or Settings())


def _article(given: Given, name: str, options: FeedOptions) -> pa.Table:
    """A table of one article, as `dedup.articles.ARTICLES`."""
    if isinstance(given, str):
        return read_frame([{"text": given}], FeedOptions(html=options.html)).articles
    if not isinstance(given, Mapping):
        raise TypeError(f"{name} must be a text or a dict, got {type(given).__name__}")
    return read_frame([given], options).articles
