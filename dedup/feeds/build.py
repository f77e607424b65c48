"""Batches as readers give them to batches of `ARTICLES`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dedup.articles import ARTICLES
from dedup.feeds import html, priors, times
from dedup.feeds.contract import FeedOptions, zone

_OF_TEXT = ("id", "version", "title", "source", "url", "byline")
_OF_TIME = ("published", "embargoed")

# What says that an item must not be used, and the word it is kept as. Collections use `status` for other
# things too, `published` or `draft`, which are not ours to judge.
_UNUSABLE = {
    "canceled": "canceled",
    "cancelled": "canceled",
    "kill": "canceled",
    "killed": "canceled",
    "withheld": "withheld",
}
UNUSABLE = frozenset(_UNUSABLE)
"""The words that say so."""


def articles(batch: pa.RecordBatch, options: FeedOptions, counts: Counter[str]) -> pa.RecordBatch:
    """The batch in the schema `ARTICLES`; what was changed or taken as absent is added to `counts`.

    `batch` has `text` (text or null), `input`, `record`, and those of the other fields that there are,
    in any type.
    """
    columns = {name: batch.column(name) for name in batch.schema.names}
    texts = columns["text"]
    if texts.type != pa.large_string() or texts.null_count:  # either copies all texts
        texts = texts.cast(pa.large_string()).fill_null("")
    if options.html == "strip" and (batch.schema.metadata or {}).get(b"text") != b"plain":
        texts, tags, entities = html.stripped(texts)
        counts["html_stripped"] += tags
        counts["entities_decoded"] += entities
    counts["empty_texts"] += pc.sum(pc.equal(pc.binary_length(texts), 0)).as_py() or 0
    made = {"text": texts, "input": columns["input"], "record": columns["record"]}
    for field in _OF_TEXT:
        if field in columns:
            made[field] = _text(columns[field], counts)
    for field in _OF_TIME:
        if field in columns:
            made[field] = _times(columns[field], options, counts)
    if "prior_ids" in columns:
        made["prior_ids"] = _prior_ids(columns["prior_ids"], counts)
    if "status" in columns:
        made["status"] = unusable(_text(columns["status"], counts))
    absent = {field.name: pa.nulls(len(batch), field.type) for field in ARTICLES if field.name not in made}
    return pa.RecordBatch.from_pydict({**made, **absent}, schema=ARTICLES)


def optional(field: str, values: Sequence[Any], counts: Counter[str]) -> pa.Array:
    """The values of an optional field as a column; those that are no text or number are counted."""
    try:
        return pa.array(values, pa.string())
    except (pa.ArrowTypeError, UnicodeEncodeError):  # not all are texts, or whole ones
        pass
    if field == "prior_ids":
        made, bad = priors.listed(values, plain)
    else:
        texts = [plain(value) for value in values]
        made, bad = pa.array(texts, pa.string()), texts.count(None) - values.count(None)
    counts["bad_fields"] += bad
    return made


def _times(column: pa.Array, options: FeedOptions, counts: Counter[str]) -> pa.Array:
    kind = column.type
    if not (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
        column = _text(column, counts)
    made, unparsed = times.parsed(column, zone(options.tz))
    counts["unparsed_times"] += unparsed
    return made


def _prior_ids(column: pa.Array, counts: Counter[str]) -> pa.Array:
    column = _with_nulls(column)
    if column.null_count == len(column):
        return pa.nulls(len(column), priors.PRIOR_IDS)
    made, bad = priors.listed(priors.values_of(column), plain)
    counts["bad_fields"] += bad
    return made


def unusable(status: pa.Array) -> pa.Array:
    """Why each item must not be used, absent where it may be; of `stat:canceled` or an address, its end."""
    said = status.dictionary_encode()  # of a few words: half a microsecond for each item otherwise
    names = pc.replace_substring_regex(said.dictionary, r"(?s)^.*[:/]", "")
    place = pc.index_in(pc.utf8_lower(pc.utf8_trim_whitespace(names)), pa.array(list(_UNUSABLE)))
    return pa.array(list(_UNUSABLE.values())).take(place).take(said.indices)


def _text(column: pa.Array, counts: Counter[str]) -> pa.Array:
    """The column as text, an empty cell absent; a value that has no text is absent and counted."""
    column = _with_nulls(column)
    made = _as_text(column)
    counts["bad_fields"] += made.null_count - column.null_count
    empty = pc.equal(made, "")
    return pc.if_else(empty, None, made) if pc.any(empty).as_py() else made


def _with_nulls(column: pa.Array) -> pa.Array:
    """The column with its absent values null: a dictionary may hold null, and pandas writes NaN."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), None, column)
    return column


def _as_text(column: pa.Array) -> pa.Array:
    kind = column.type
    if kind == pa.string():
        return column
    if pa.types.is_floating(kind):
        return pa.array([plain(value) for value in column.to_pylist()], pa.string())
    if pa.types.is_boolean(kind) or pa.types.is_nested(kind):
        return pa.nulls(len(column), pa.string())
    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):  # a type that has no text, such as an interval
        return pa.nulls(len(column), pa.string())


def plain(value: Any) -> str | None:
    """A value of an optional field as text, or None for what is no text or number.

    7.0 gives `7`: a column of whole numbers becomes one of floats as soon as a value is absent.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        return str(value)
    except ValueError:  # more digits than Python turns into text
        return None


def whole_characters(text: str) -> str:
    """The text with U+FFFD for each half of a surrogate pair, which cut-off emojis leave."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
