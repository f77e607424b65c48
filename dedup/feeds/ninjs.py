"""ninjs 1, 2 and 3, and Superdesk's kind of it: news items in JSON, as lines, an array or one by one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import compress
from typing import Any

import msgspec
import pyarrow as pa
from msgspec.structs import astuple

from dedup.feeds import html, jsonl
from dedup.feeds.build import optional, unusable
from dedup.feeds.compression import Damaged
from dedup.feeds.contract import FeedOptions, Tally
from dedup.feeds.decoding import Lines, json_lines
from dedup.feeds.items import PLAIN
from dedup.feeds.sources import Source

NAME = "ninjs JSON lines"
SUFFIXES = jsonl.SUFFIXES
INTO_FOLDER = False
check_fit, copy = jsonl.check_fit, jsonl.copy  # its lines are lines like any

# The names of a property, the one that counts first. Generation 2 has lists of objects where 1 has plain
# names, and 3 has capitals where 2 has none; `guid`, `source`, `evolvedfrom` and `ancestors` are Superdesk's.
_NAMES = {
    "id": ("uri", "guid"),
    "version": ("version",),
    "title": ("headline", "headlines", "title"),
    "source": ("infosource", "infosources", "infoSources", "source", "copyrightholder", "copyrightHolder"),
    "published": ("firstcreated", "firstCreated", "versioncreated", "versionCreated"),
    "prior_ids": ("evolvedfrom", "ancestors"),
    "byline": ("byline", "by"),
    "status": ("pubstatus", "pubStatus"),
    "embargoed": ("embargoed",),
}
_BODIES = ("body_text", "body_xhtml", "body_html", "bodies")
_SUMMARIES = ("description_text", "description_xhtml", "description_html", "descriptions")
_EVENTS = ("eventDetails", "plannedCoverage")  # of what holds no article
_KEYS = ("type", *_EVENTS, *_BODIES, *_SUMMARIES, *(name for names in _NAMES.values() for name in names))

# Keys that no other JSON has beside `uri` or `guid`.
_TELLING = (
    *("versioncreated", "versionCreated", "pubstatus", "pubStatus", "bodies", "headlines", "descriptions"),
    *("body_xhtml", "body_html", "description_xhtml", "infosource", "infosources", "infoSources"),
    *("copyrightholder", "copyrightHolder", "renditions", "associations", "evolvedfrom", "eventDetails"),
    "$standard",
)
_TEXTS = ("text", "composite", "preformatted", None)  # what types of items hold an article
_COMPOSED = "composite"

_Values = dict[str, Sequence[Any]]
"""What the items of a block hold under each of `_KEYS`."""

_ITEM = msgspec.defstruct(
    "_ITEM",
    [(f"key{place}", Any, None) for place in range(len(_KEYS))],
    rename={f"key{place}": key for place, key in enumerate(_KEYS)},
    gc=False,  # an item lives for one block and holds no cycles
)


def is_ninjs(keys: Collection[str]) -> bool:
    """Whether an object with these keys is an item of ninjs."""
    return ("uri" in keys or "guid" in keys) and any(key in keys for key in _TELLING)


def read(sources: Sequence[Source], options: FeedOptions, tally: Tally) -> Iterator[pa.RecordBatch]:
    """One batch per block of items. Named fields do not concern it."""
    for source in sources:
        lines = Lines(source, tally, _ITEM, _why)
        try:
            for items, numbers in lines.batches(json_lines(source, options, lines.too_long, tally.seen)):
                if items:
                    yield _batch(source, items, numbers, tally)
        except Damaged as damage:
            lines.cut_off(damage)


def _why(line: bytes, error: Exception) -> str:
    return jsonl.reason(line, error, text_key="")


def _batch(source: Source, items: list[Any], numbers: Sequence[int], tally: Tally) -> pa.RecordBatch:
    values: _Values = dict(zip(_KEYS, zip(*map(astuple, items), strict=True), strict=True))
    columns = {field: _first(values, names) for field, names in _NAMES.items()}
    columns["title"] = [_title(value) for value in columns["title"]]
    columns["source"] = [value if value is None else _name(value) for value in columns["source"]]
    columns["prior_ids"] = [_ids(value) for value in columns["prior_ids"]]
    texts = [_less_title(text, title) for text, title in zip(_texts(values), columns["title"], strict=True)]
    stays = _articles(values, columns["status"], texts, tally)
    if not all(stays):
        texts, numbers = list(compress(texts, stays)), list(compress(numbers, stays))
        columns = {field: list(compress(column, stays)) for field, column in columns.items()}
    made = {field: optional(field, column, tally.counts) for field, column in columns.items()}
    return pa.RecordBatch.from_pydict(
        {
            "input": pa.repeat(pa.scalar(source.index, pa.int32()), len(texts)),
            "record": pa.array(numbers, pa.int64()),
            "text": pa.array(texts, pa.large_string()),
            **made,
        }
    ).replace_schema_metadata(PLAIN)


def _first(values: _Values, names: Sequence[str]) -> Sequence[Any]:
    """Of each item what it has under the first of some names."""
    met = [column for name in names if (column := values[name]).count(None) < len(column)]
    if len(met) < 2:
        return met[0] if met else values[names[0]]
    return [
        next((each for each in row if each not in (None, "", [])), None) for row in zip(*met, strict=True)
    ]


def _articles(values: _Values, status: Sequence[Any], texts: Sequence[str], tally: Tally) -> list[bool]:
    """Which items are articles: those with a text, and whatever kills one; the others are counted."""
    kinds = values["type"]
    if all(texts) and kinds.count("text") == len(texts):
        return [True] * len(texts)
    events = [any(row) for row in zip(*(values[name] for name in _EVENTS), strict=True)]
    killed = unusable(optional("status", status, tally.counts)).is_valid().to_pylist()
    stays = []
    for kind, text, kills, is_event in zip(kinds, texts, killed, events, strict=True):
        is_article = kills or (bool(text) and (kind == "text" or (kind in _TEXTS and not is_event)))
        if not is_article:
            tally.counts["packages" if kind == _COMPOSED else "items_without_text"] += 1
        stays.append(is_article)
    return stays


def _texts(values: _Values) -> list[str]:
    """The text of each item: of the body the version that has paragraphs, without a body its summary."""
    bodies = [values[name] for name in _BODIES]
    has_one = all(column.count(None) == len(column) for column in bodies[1:])
    if has_one and all(isinstance(text, str) and text for text in bodies[0]):
        return list(bodies[0])
    summaries = zip(*(values[name] for name in _SUMMARIES), strict=True)
    rows = zip(zip(*bodies, strict=True), summaries, strict=True)
    return [_best(*_versions(body)) or _best(*_versions(summary)) for body, summary in rows]


def _versions(row: Sequence[Any]) -> tuple[str, str]:
    """What properties say as plain text, and as HTML or NITF."""
    text, xhtml, markup, listed = row
    said = {"plain": text if isinstance(text, str) else ""}
    said["html"] = next((each for each in (xhtml, markup) if isinstance(each, str) and each), "")
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, dict) and isinstance(value := each.get("value"), str):
            said[_kind(each)] = said.get(_kind(each)) or value
    return said["plain"], said["html"] or said.get("nitf", "")


def _kind(body: dict[str, Any]) -> str:
    """How the value of a body or description is written; nothing where it is no text of the article."""
    role = f"{body.get('role') or ''}".lower()
    kind = f"{body.get('contenttype') or body.get('contentType') or role or 'plain'}".lower()
    if role in _NO_TEXT:
        return ""
    return next((each for each in ("html", "nitf", "xml", "json") if each in kind), "plain")


# Of descriptions: what is said of a picture.
_NO_TEXT = frozenset(("caption", "creditline", "writer", "editor"))


def _best(text: str, markup: str) -> str:
    """Plain text, unless it has no paragraphs and there is markup, which has."""
    text = text.strip()
    if not markup or "\n\n" in text:
        return text
    if "<body.content" not in markup:
        return html.plain(markup, is_markup=True) or text
    from dedup.feeds.markup.xml_text import of_string  # only for feeds that hold NITF

    return of_string(markup) or text


def _title(value: Any) -> Any:
    if isinstance(value, list):
        value = next((each["value"] for each in value if isinstance(each, dict) and each.get("value")), None)
    if isinstance(value, str):
        return html.plain(value) if "<" in value or "&" in value else value.strip()
    return value


def _less_title(text: str, title: Any) -> str:
    """The text without the headline above it, which some send there."""
    if title and isinstance(title, str) and text.startswith(f"{title}\n"):
        return text[len(title) :].lstrip("\n")
    return text


def _name(value: Any) -> Any:
    """The name of the first of some parties, or of the only one."""
    if isinstance(value, dict):
        value = [value]
    if isinstance(value, list):
        names = (each.get("name") or each.get("literal") for each in value if isinstance(each, dict))
        return next((name for name in names if isinstance(name, str)), None)
    return value


def _ids(value: Any) -> Any:
    return [value] if isinstance(value, str) and value else value or None
