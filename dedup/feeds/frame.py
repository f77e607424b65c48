"""A table in memory as a feed."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from numbers import Real
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa

from dedup.articles import ARTICLES
from dedup.columns import schema
from dedup.errors import FeedError
from dedup.feeds import build, priors
from dedup.feeds.contract import COUNTED, Feed, FeedOptions
from dedup.feeds.fields import choose
from dedup.frames import Column, columns_of

# Offsets refer to the caller's own texts, so those stay as they are unless asked otherwise.
DEFAULTS = FeedOptions(html="keep")

# What pyarrow raises for values that are not of one type, are too large for it or half characters.
_NOT_ARROW = (pa.ArrowException, TypeError, ValueError, OverflowError)


def read_frame(frame: Any, options: FeedOptions = DEFAULTS) -> Feed:
    """Read a settled frame (`dedup.frames.settled`), each row a record; an absent text is an empty one.

    Raises `FeedError` for a field that is not there, or a column that holds no text.
    """
    columns, rows = columns_of(frame)
    counts: Counter[str] = Counter()
    chosen = choose(list(columns), options.fields, "the frame") if columns else {}
    if rows and "text" not in chosen:
        raise FeedError("the frame has no column for the text; name one with text='NAME'")
    batches = []
    if rows:
        arrays = {field: _array(field, name, columns[name], counts) for field, name in chosen.items()}
        numbers = {"input": pa.array(np.zeros(rows, np.int32)), "record": pa.array(np.arange(1, rows + 1))}
        table = pa.table({**arrays, **numbers}).combine_chunks()
        batches = [build.articles(batch, options, counts) for batch in table.to_batches()]
    counts.update(records=rows, articles=rows)
    return Feed(
        articles=pa.Table.from_batches(batches, ARTICLES),
        rejects=schema("rejects").empty_table(),
        inputs=(),
        counts={name: counts[name] for name in COUNTED},
        notes=(),
    )


def _array(field: str, name: str, column: Column, counts: Counter[str]) -> Any:
    """A column as `build.articles` takes it."""
    try:
        values = column.arrow()
    except _NOT_ARROW:
        return _not_of_one_type(field, name, column, counts)
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if field == "text":
        return _as_text(name, values)
    # An extension of Arrow, as it makes of UUIDs, has no text of its own.
    return _plain_texts(column, counts) if isinstance(values.type, pa.BaseExtensionType) else values


def _not_of_one_type(field: str, name: str, column: Column, counts: Counter[str]) -> pa.Array:
    if field == "text":
        return _texts(name, column, counts)
    if field != "prior_ids":
        return _plain_texts(column, counts)
    made, bad = priors.listed(_without_absent(column), _plain)
    counts["bad_fields"] += bad
    return made


def _as_text(name: str, values: Any) -> Any:
    kind = values.type
    if values.null_count == len(values):
        return pa.nulls(len(values), pa.large_string())
    if not any(is_kind(kind) for is_kind in _TEXTS):
        raise FeedError(f"the column {name!r} holds {kind}, not text; name another with text='NAME'")
    try:
        return values.cast(pa.large_string())
    except pa.ArrowInvalid as error:
        raise FeedError(f"the column {name!r} holds bytes that are not UTF-8; decode them first") from error


_TEXTS = (
    *(pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view),
    *(pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view),
)


def _texts(name: str, column: Column, counts: Counter[str]) -> pa.Array:
    """The texts of a column that Arrow does not take: some hold half characters, or some are no texts."""
    values = _without_absent(column)
    for row, value in enumerate(values, start=1):
        if not isinstance(value, (str, type(None))):
            raise FeedError(
                f"the column {name!r} holds {type(value).__name__} in row {row}, not text; "
                "name another with text='NAME'"
            )
    mended = [None if value is None else build.whole_characters(value) for value in values]
    counts["lone_surrogates"] += sum(before != after for before, after in zip(values, mended, strict=True))
    return pa.array(mended, pa.large_string())


def _plain_texts(column: Column, counts: Counter[str]) -> pa.Array:
    """Each value as its text; one that has none, such as a dict, is absent and counted."""
    values = _without_absent(column)
    texts = [_plain(value) for value in values]
    counts["bad_fields"] += sum(
        text is None and value is not None for value, text in zip(values, texts, strict=True)
    )
    return pa.array(texts, pa.string())


def _without_absent(column: Column) -> list[Any]:
    """The values, with None for all that pandas takes as absent."""
    import pandas as pd  # 0.3 s that only such columns pay

    values = pd.Series(column.values(), dtype=object)
    return [None if is_absent else value for value, is_absent in zip(values, values.isna(), strict=True)]


def _plain(value: Any) -> str | None:
    if isinstance(value, str):
        return build.whole_characters(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, (Real, Decimal, UUID)):
        return None
    try:
        return str(int(value) if isinstance(value, float) and value.is_integer() else value)
    except ValueError:  # more digits than Python turns into text
        return None
