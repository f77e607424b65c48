"""Documents that are read whole: their bytes within bounds, their encoding, and tidy texts and lines."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

from dedup.feeds import sources as at
from dedup.feeds.compression import Damaged
from dedup.feeds.contract import Tally
from dedup.feeds.items import Fault
from dedup.feeds.markup.xml import encoding
from dedup.feeds.sources import Source


class Whole(NamedTuple):
    """A document's bytes, and what cut them off: damage, or that they are too many."""

    data: bytes
    cut: Damaged | Fault | None = None

    def told(self) -> Iterator[Fault]:
        """After the items of what there is: how it was cut off, if it was. Raises damage as it came."""
        if isinstance(self.cut, Damaged):
            raise self.cut
        if self.cut is not None:
            yield self.cut


def whole(source: Source, tally: Tally) -> Whole:
    """The bytes of a document, `MOST_BYTES` of them at most."""
    blocks: list[bytes] = []
    size = 0
    try:
        for block in source.blocks(seen=tally.seen):
            blocks.append(block)
            size += len(block)
            if size > at.MOST_BYTES:
                most = f"it is longer than {at.MOST_BYTES:,} bytes, which no such document is; split it"
                return Whole(b"".join(blocks)[: at.MOST_BYTES], Fault(most, cut_off=True))
    except Damaged as damage:
        return Whole(b"".join(blocks), damage)
    return Whole(b"".join(blocks))


# What XML and HTML let no document hold; a NUL would end it for some parsers.
_CONTROLS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


# Python knows more, which no document is in: `zlib` unpacks, and `punycode` takes the square of the length.
_OF_DOCUMENTS = re.compile("(?:utf-(?:8|16|32)|iso|cp|koi|gb|big5|euc|shift|mac|tis|johab)[a-z0-9_-]*")
# Of encodings that are mistaken for each other, the one that holds more, as browsers take it.
_WIDER = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030"}
_LONGEST_CHARACTER = 4  # bytes


def decoded(data: bytes, declared: str | None = None) -> str:
    """The text of a document: by its mark, as declared, as UTF-8, else as Windows-1252, which Latin-1 is in.

    `declared` is what the document says in its own way; what an XML declaration says is seen here. Control
    characters become spaces.
    """
    marked = encoding(data)
    if marked == "utf-8" and declared and not data.startswith(codecs.BOM_UTF8):
        marked = declared
    for name in (marked, "utf-8"):
        text = _as(name, data)
        if text is not None:
            break
    else:
        text = data.decode("cp1252", "replace")
    return _CONTROLS.sub(" ", text.removeprefix("\ufeff"))


def _as(name: str, data: bytes) -> str | None:
    """The text in an encoding, less a character cut off at the end; None where it is not in it."""
    try:
        name = codecs.lookup(name).name
    except (LookupError, ValueError):  # the second for a NUL in it
        return None
    name = _WIDER.get(name, name)
    if not _OF_DOCUMENTS.fullmatch(name):
        return None
    try:
        return data.decode(name)
    except UnicodeDecodeError as bad:
        if len(data) - bad.start >= _LONGEST_CHARACTER:
            return None
        return data[: bad.start].decode(name)


_SPACES = re.compile(r"[^\S\n]+")
_AROUND_LINES = re.compile(r" ?\n ?")
_MANY_LINES = re.compile(r"\n{3,}")


def tidy(text: str) -> str:
    """A text with single spaces, no space at the ends of lines, and at most one blank line at a time."""
    text = _AROUND_LINES.sub("\n", _SPACES.sub(" ", text))
    return _MANY_LINES.sub("\n\n", text).strip()


def line(text: str | None) -> str | None:
    """What is said in one line; None where nothing is."""
    return " ".join((text or "").split()) or None
