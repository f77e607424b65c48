"""A stream of XML to the elements that are its items, each whole, or to the fault that it breaks off with.

The stream is cut before the start tag of each item. So a break costs one item: the next is parsed anew,
behind what stood before the first, where namespaces are declared and the wrapper opens. Documents that
follow each other in one file are read the same way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

from dedup.feeds import sources as at
from dedup.feeds.compression import Damaged
from dedup.feeds.items import Fault
from dedup.feeds.lines import in_utf8
from dedup.feeds.markup import xml
from dedup.feeds.markup.xml_parse import Element, Parse, Part

_LONGEST_NAME = 128  # bytes of a start tag's prefix and name, or an entity, which a block's end must not cut

# Bytes that could be parsed in the time that a new parser takes. What is parsed anew is bounded, lest a
# document that breaks everywhere is gone through as often as it breaks.
_PRICE = 1 << 12
_BROKEN = Fault("it is broken in thousands of places; what follows is not read", cut_off=True)
_ENDS = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
_BARE = re.compile(rb"&(?!(?:#[0-9]{1,7}|[\w.:\x80-\xff-]{1,64}|#x[0-9a-fA-F]{1,6});)")  # starts no entity
_CODECS = {"iso8859-1": "cp1252", "ascii": "cp1252"}  # as in browsers: the quotes of Windows are meant

# In place of the document's own: so it defines no entities, and those of HTML are kept, since a DTD that is
# not loaded may define them.
_NO_DTD = b'<!DOCTYPE _ SYSTEM "_">'


def elements(
    blocks: Iterator[bytes], items: tuple[str, ...], also: tuple[str, ...] = (), encoding: str | None = None
) -> Iterator[Element | Fault]:
    """The elements of these local names, in any namespace, in the order of their ends.

    An element is emptied when the next is asked for, and what stood before it is gone. `also` names what is
    wanted of the wrapper, such as an envelope. `encoding` is that of documents which do not say theirs.
    Passes on what `blocks` raises.
    """
    parts = _parts(_prepared(blocks, encoding), items)
    first = next(parts)
    parse, spent = Parse(items, also), 0
    for part in chain((first,), parts):
        yield from parse.feed(part)
        while again := parse.unread():
            yield from parse.told()
            spent += _PRICE + len(first.data) + sum(len(missed.data) for missed in again)
            if spent > at.MOST_BYTES:
                yield _BROKEN
                return
            parse = Parse(items, also, first.data, after=parse.fault)
            for missed in again:
                yield from parse.feed(missed)
        if parse.is_hopeless:
            break
    if parse.fault:
        yield parse.fault._replace(cut_off=True)


def _prepared(blocks: Iterator[bytes], undeclared: str | None) -> Iterator[bytes]:
    """The document in UTF-8, with no DTD but ours, its first block long enough to tell what it is."""
    gathered = _gathered(blocks)
    head = next(gathered)
    encoding = xml.encoding(head, undeclared or "utf-8")
    codec = None if encoding == "utf-8" else _CODECS.get(encoding, encoding)
    decoded = _decoded(chain((head,), gathered), codec)
    yield _NO_DTD + xml.without_doctype(next(decoded, b""))
    yield from decoded


def _decoded(blocks: Iterator[bytes], codec: str | None) -> Iterator[bytes]:
    try:
        yield from in_utf8(blocks, codec)
    except UnicodeError as error:  # of codecs in which an ASCII byte may be wrong, such as ISO-2022
        raise Damaged(f"it is not all in {codec}, which it says it is encoded in") from error


def _gathered(blocks: Iterator[bytes]) -> Iterator[bytes]:
    start = b""
    try:
        for block in blocks:
            start += block
            if len(start) >= at.HEAD:
                break
    except Damaged:
        yield start
        raise
    yield start
    yield from blocks


def _parts(blocks: Iterator[bytes], items: tuple[str, ...]) -> Iterator[Part]:
    """The same bytes, cut before each start tag of an item: none is in the first part, the last is empty."""
    line = 1
    for is_item, data in _split(blocks, items):
        yield Part(data, line, is_item)
        line += data.count(b"\n")
    yield Part(b"", line, is_item=False, is_last=True)


@lru_cache(maxsize=16)
def _marks(items: tuple[str, ...]) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """Start tags of items, and of what holds text only; and those or a bare `&`, five times as slow."""
    tags = rf"<!--|<!\[CDATA\[|<\?|<(?:[\w.-]+:)?(?:{'|'.join(items)})(?=[\s/>])".encode()
    return re.compile(tags), re.compile(tags + b"|" + _BARE.pattern)


def _split(blocks: Iterator[bytes], items: tuple[str, ...]) -> Iterator[tuple[bool, bytes]]:
    """Whether they start an item, and the bytes; a bare `&`, as in `Fane & Holloway`, is escaped."""
    held, inside = b"", b""
    try:
        for block in blocks:
            data = held + block
            window = max(0, len(data) - _LONGEST_NAME)
            cut = max(data.rfind(b"<", window), data.rfind(b"&", window))
            cut = cut if cut >= 0 else max(0, len(data) - len(b"->"))
            held, data = data[cut:], data[:cut]
            found, inside = _found(data, items, inside)
            yield from _cut(data, found)
    except Damaged:
        yield from _cut(held, _found(held, items, inside)[0])
        raise
    yield from _cut(held, _found(held, items, inside)[0])


def _found(data: bytes, items: tuple[str, ...], inside: bytes) -> tuple[list[int], bytes]:
    """Where items and bare `&` are; `inside` is the end of what holds the start of the data, then its end."""
    found: list[int] = []
    place = 0
    marks = _marks(items)[_BARE.search(data) is not None]
    while True:
        if inside:
            end = data.find(inside, place)
            if end < 0:
                return found, inside
            place = end + len(inside)
        mark = marks.search(data, place)
        if mark is None:
            return found, b""
        place, inside = mark.end(), _ENDS.get(mark[0], b"")
        if not inside:
            found.append(mark.start())


def _cut(data: bytes, found: list[int]) -> Iterator[tuple[bool, bytes]]:
    is_item, start = False, 0
    for place in found:
        if data.startswith(b"&", place):
            yield is_item, data[start : place + 1] + b"amp;"
            is_item, start = False, place + 1
        else:
            if start < place:
                yield is_item, data[start:place]
            is_item, start = True, place
    if start < len(data):
        yield is_item, data[start:]
