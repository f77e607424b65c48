"""JSON Feed, as websites publish it beside RSS: the items of one JSON object."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from dedup.feeds import html
from dedup.feeds.build import plain
from dedup.feeds.contract import FeedOptions, Tally
from dedup.feeds.decoding import UNREADABLE
from dedup.feeds.items import Aside, Fault, Item
from dedup.feeds.sources import Source
from dedup.feeds.web.whole import decoded, line, tidy, whole

NAME = "JSON Feed"
SUFFIXES: tuple[str, ...] = ()

_VERSION = re.compile(rb'"version"\s*:\s*"https?:\\?/\\?/(?:www\.)?jsonfeed\.org\\?/version\\?/')
_ITEMS = re.compile(r'"items"\s*:\s*\[')
_TITLE = re.compile(r'"title"\s*:\s*("(?:[^"\\]|\\.)*+")')
_HALF = re.compile("[\ud800-\udfff]")
_BETWEEN = re.compile(r"[\s,]*")

_Feed = dict[str, Any]


def recognises(head: bytes) -> bool:
    """Whether it is an object that names a version of JSON Feed."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{" and _VERSION.search(head) is not None


def items(source: Source, options: FeedOptions, tally: Tally) -> Iterator[Item | Fault | Aside]:
    """The feed's items; where the JSON is broken, those before the break."""
    del options
    document = whole(source, tally)
    text = decoded(document.data)
    try:
        feed = msgspec.json.decode(text)
    except UNREADABLE as error:
        yield from _read_leniently(text, tally, None if document.cut else str(error))
    else:
        yield from _of_feed(feed)
    yield from document.told()


def _of_feed(feed: object) -> Iterator[Item | Fault | Aside]:
    found = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(feed, dict) or not isinstance(found, list):
        yield Fault("it has no list of items; a JSON Feed holds its articles in `items`", cut_off=True)
        return
    title = _line(feed.get("title"))
    for one in found:
        yield _item(one, title)


def _read_leniently(text: str, tally: Tally, why: str | None) -> Iterator[Item | Fault | Aside]:
    """The items of what msgspec does not take: half characters, or JSON that breaks off.

    `why` it is broken is told after the last whole item, unless that is told elsewhere.
    """
    start = _ITEMS.search(text)
    place = start.end() if start else len(text)
    title = _TITLE.search(text, 0, place)
    source = _line(_decoded_string(title[1])) if title else None
    decode = json.JSONDecoder().raw_decode
    while True:
        place = _BETWEEN.match(text, place).end()  # type: ignore[union-attr]  # it matches anything
        try:
            one, place = decode(text, place)
        except UNREADABLE:
            break
        yield _item(_whole(one, tally), source)
    if why is not None and text[place : place + 1] != "]":
        yield Fault(f"the JSON breaks off or is damaged: {why}", cut_off=True)


def _whole(one: object, tally: Tally) -> object:
    """The item with half characters, which cut-off emojis leave, made U+FFFD, and counted."""
    if not isinstance(one, dict):
        return one
    mended = {key: _HALF.sub("\ufffd", said) if isinstance(said, str) else said for key, said in one.items()}
    tally.counts["lone_surrogates"] += mended != one
    return mended


def _decoded_string(quoted: str) -> object:
    try:
        return msgspec.json.decode(quoted)
    except UNREADABLE:
        return None


def _item(one: object, source: str | None) -> Item | Fault | Aside:
    if not isinstance(one, dict):
        return Fault(f"the item is no object but {_kind(one)}; each of `items` holds an article in `{{ }}`")
    text = _text(one)
    if not text:
        return Aside("items_without_text")
    url = _line(one.get("url")) or _line(one.get("external_url"))
    published, modified = _line(one.get("date_published")), _line(one.get("date_modified"))
    return Item(
        text=text,
        id=_line(one.get("id")) or url,
        version=modified if published and modified != published else None,
        title=_line(one.get("title")),
        source=source,
        published=published or modified,
        url=url,
    )


def _text(one: _Feed) -> str:
    """The fullest of what an item says: its content, twice where it says so, or just a summary."""
    said = one.get("content_html")
    texts = [html.plain(said) if isinstance(said, str) else ""]
    texts += [value for key in ("content_text", "summary") if isinstance(value := one.get(key), str)]
    return max(map(tidy, texts), key=len)


def _line(value: object) -> str | None:
    return line(plain(value))


def _kind(value: object) -> str:
    return "null" if value is None else f"{json.dumps(value)[:40]}"
