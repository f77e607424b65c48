"""Web archives, WARC, to the articles of the pages in them, and WET, to the texts that it has of pages."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Literal

from dedup.errors import FeedError
from dedup.feeds import sources as at
from dedup.feeds.contract import FeedOptions, Tally
from dedup.feeds.items import Aside, Fault, Item
from dedup.feeds.sources import Source
from dedup.feeds.web import pages
from dedup.feeds.web.records import START, name_of, records
from dedup.feeds.web.whole import decoded

if TYPE_CHECKING:
    from fastwarc.warc import ArchiveIterator, WarcRecord

NAME = "WARC"
SUFFIXES: tuple[str, ...] = (".warc", ".wet")

_HTML = ("text/html", "application/xhtml+xml")
_OF_PAGES = ("response", "resource", "conversion", "revisit", "continuation")
"""Kinds of records that hold what was on the web; others tell how it was fetched."""
_OTHERWISE = (KeyboardInterrupt, SystemExit, GeneratorExit)


def recognises(head: bytes) -> bool:
    """Whether a record of a web archive starts so."""
    return head.startswith(START)


def items(source: Source, options: FeedOptions, tally: Tally) -> Iterator[Item | Fault | Aside]:
    """The archive's pages, as a stream. Raises `FeedError` where fastwarc or trafilatura is missing."""
    del options
    _fastwarc()
    for record in records(source.blocks(seen=tally.seen)):
        found = record if isinstance(record, Fault) else _guarded(record)
        if found is not None:
            yield found


def _guarded(record: bytes) -> Item | Fault | Aside | None:
    """What a record holds, None where it is none of a page; whatever fails in it is told of it alone."""
    try:
        try:
            return _item(_parsed(record, "all"))
        except OSError as damage:  # many archives hold pages unpacked, and their headers as they were
            if pages.recognises(_parsed(record, "none").reader.read(at.HEAD)):
                return _item(_parsed(record, "none"))
            return Fault(f"{name_of(record)} cannot be unpacked: {damage}")
    except FeedError:
        raise
    except BaseException as error:  # fastwarc is of Rust, whose panics are no Exceptions
        if isinstance(error, _OTHERWISE):
            raise
        return Fault(f"{name_of(record)} cannot be read: {error!r:.200}")


def _parsed(record: bytes, decode: Literal["all", "none"]) -> WarcRecord:
    return next(iter(_fastwarc()(io.BytesIO(record), auto_decode=decode, quirks_mode=True)))


def _item(record: WarcRecord) -> Item | Fault | Aside | None:
    kind = str(record.record_type)
    uri = (record.headers.get("WARC-Target-URI") or "").strip(" <>")
    if kind not in _OF_PAGES or uri.startswith("dns:"):
        return None
    found = _content(record, kind, uri)
    if not isinstance(found, Item):
        return found
    date = record.headers.get("WARC-Date")
    return found._replace(
        id=uri or found.id, url=uri or found.url, version=date, published=found.published or date
    )


def _content(record: WarcRecord, kind: str, uri: str) -> Item | Fault | Aside:
    if kind == "response":
        held, fetched = record.http_content_type, record.http_headers.status_code == 200
    else:
        held, fetched = (record.headers.get("Content-Type") or "").partition(";")[0].strip(), True
    is_text = kind == "conversion" and held in ("text/plain", "")
    is_page = kind in ("response", "resource") and fetched and (held or "").lower() in _HTML
    if not is_text and not is_page:
        return Aside("items_without_text")
    body = _body(record)
    if len(body) > at.MOST_BYTES:
        return Fault(f"{uri} unpacks to more than {at.MOST_BYTES:,} bytes, which no article does")
    if is_text:
        return _text(body)
    charset = record.http_charset if kind == "response" else None
    return pages.page(body, uri, url=uri or None, charset=charset)


def _body(record: WarcRecord) -> bytes:
    """What a record holds, unpacked, a byte more than it may be at most."""
    parts: list[bytes] = []
    left = at.MOST_BYTES + 1
    while left and (part := record.reader.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _text(body: bytes) -> Item | Aside:
    """A text as WET has it: a line for each block of the page."""
    lines = (" ".join(line.split()) for line in decoded(body).splitlines())
    text = "\n\n".join(filter(None, lines))
    return Item(text=text) if text else Aside("items_without_text")


@cache
def _fastwarc() -> type[ArchiveIterator]:
    try:
        from fastwarc import warc
    except ImportError as error:
        raise FeedError("a WARC file needs fastwarc to be read: pip install 'wirededup[warc]'") from error
    return warc.ArchiveIterator
