"""Parts of an XML document to elements, by one run of libxml2 that opens no file and no connection."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, NamedTuple, cast

from lxml import etree

from dedup.feeds import sources as at
from dedup.feeds.items import Fault

Element = etree._Element

SAFE: dict[str, Any] = {
    "resolve_entities": False,  # nothing swells, and no file is put in
    "load_dtd": False,
    "no_network": True,
    "huge_tree": False,  # 256 levels and 10 MB of one text are enough
}
"""Options of a parser that a document can do no harm to."""

MOST_TAGS = 1 << 18
"""Tags and attributes of one item: libxml2 takes 100 bytes and more for each, and no article has 10,000."""

_OVERLONG = f"an item goes on for over {at.MOST_BYTES >> 20} MB, which no article does; split it"
_OVERTAGGED = f"an item has over {MOST_TAGS:,} tags and attributes, which no article has"
_MORE = Fault("there is more after the end of the document; remove it, or mend the tag that ends too soon")

_CODES = etree.ErrorTypes
_AFTER_THE_END = (_CODES.ERR_DOCUMENT_END, _CODES.ERR_RESERVED_XML_NAME)
_FATAL = etree.ErrorLevels.FATAL


class Part(NamedTuple):
    """Some bytes of a document."""

    data: bytes
    line: int
    """Where it starts."""
    is_item: bool
    """Whether it starts with the start tag of an item."""
    is_last: bool = False
    """Whether the document is over."""


class Parse:
    """One run of the parser: from a document's start, or from an item on, behind what stands `before` all."""

    def __init__(
        self, items: tuple[str, ...], also: tuple[str, ...], before: bytes = b"", after: Fault | None = None
    ) -> None:
        self.fault: Fault | None = None
        """Why it has ended early."""
        self._items, self._before, self._after = items, before, after
        self._hidden = 0  # lines of the document that the parser has not seen
        self._waiting: deque[Part] = deque()  # from the first on whose item's start the parser has not seen
        self._begun = self._open = 0  # items of which it has seen the start, and of those not the end
        self._size = self._tags = 0  # of the item so far
        self._parser = etree.XMLPullParser(
            events=("start", "end"),
            tag=[f"{{*}}{name}" for name in (*items, *also)],
            encoding="utf-8",
            **SAFE,
        )

    @property
    def is_hopeless(self) -> bool:
        """Whether nothing can be read after its fault: the item is over all bounds, or the wrapper broken."""
        return self.fault is not None and (self.fault.cut_off or not (self._begun or self._after))

    def told(self) -> Iterator[Fault]:
        """The fault, if anything was lost by it, and if it is not the one that led to this run."""
        is_known = self.fault == self._after and not self._begun
        if self.fault and self.fault is not _MORE and not is_known:
            yield self.fault

    def unread(self) -> list[Part]:
        """After a fault: the parts from the next item on, which deserve a run of their own.

        The parser waits for the ends of tags, and so may have taken in more than one.
        """
        if self.fault is None or self.is_hopeless:
            return []
        own = 1 if self._after and not self._begun else 0
        starts = [place for place, part in enumerate(self._waiting) if part.is_item][own:]
        return list(self._waiting)[starts[0] :] if starts else []

    def feed(self, part: Part) -> Iterator[Element]:
        """The elements that end in the next part of the document; none after a fault."""
        if part.is_item or self._waiting:
            self._waiting.append(part)
        if self.fault or not self._is_within_bounds(part):
            return
        data = part.data
        if self._before:
            self._hidden = part.line - 1 - self._before.count(b"\n")
            data, self._before = self._before + data, b""
        try:
            self._parser.close() if part.is_last else self._parser.feed(data)
        except etree.XMLSyntaxError:
            yield from self._elements()
            self.fault = self._fault(part)
        else:
            yield from self._elements()

    def _is_within_bounds(self, part: Part) -> bool:
        if part.is_item:
            self._size = self._tags = 0
        self._size += len(part.data)
        self._tags += part.data.count(b"<") + part.data.count(b"=")
        if self._size > at.MOST_BYTES or self._tags > MOST_TAGS:
            self.fault = Fault(_OVERLONG if self._size > at.MOST_BYTES else _OVERTAGGED, cut_off=True)
        return self.fault is None

    def _elements(self) -> Iterator[Element]:
        for event, element in cast("Iterator[tuple[str, Any]]", self._parser.read_events()):
            is_item = element.tag.rpartition("}")[2] in self._items
            if event == "start":
                if is_item:
                    self._begin()
                continue
            yield element
            self._open -= is_item
            element.clear(keep_tail=True)
            if not self._open:
                _forget_before(element)

    def _begin(self) -> None:
        self._begun += 1
        self._open += 1
        if self._waiting:
            self._waiting.popleft()
        while self._waiting and not self._waiting[0].is_item:
            self._waiting.popleft()

    def _fault(self, part: Part) -> Fault | None:
        """What it has broken off with; not for a prefix that is not declared: nothing is lost by it."""
        fatal = (entry for entry in self._parser.feed_error_log if entry.level == _FATAL)
        first = next(fatal, None)
        if first is None:
            return None if part.is_last else Fault("it is no well-formed XML")
        if first.type in _AFTER_THE_END and self._begun and not self._open:
            return _MORE
        what = _what(first.type, first.message, part)
        return Fault(f"line {first.line + self._hidden}: {what}")


def _what(code: int, message: str, part: Part) -> str:
    """What is wrong in words, and the mend where there is one."""
    message = " ".join(message.split())
    if code == _CODES.ERR_DOCUMENT_EMPTY:
        return "it is no XML: it starts with no tag"
    if code == _CODES.ERR_INVALID_ENCODING:
        return f"{_bad_byte(part.data)} is not UTF-8; let the XML declaration say what it is encoded in"
    if code == _CODES.ERR_INVALID_CHAR:
        return f"it holds a control character, which XML may not; remove it ({message})"
    if code == _CODES.ERR_RESOURCE_LIMIT:
        return next(words for key, words in _LIMITS if key in message)
    return f"{'it breaks off' if part.is_last else 'it is no well-formed XML'}: {message}"


_LIMITS = (
    ("depth", "its tags are nested over 256 deep, which no article's are"),
    ("amplification", "its entities swell without end, which only an attack's do"),
    ("", "a text or tag in it is over 10 MB long, which no article's is"),
)


def _bad_byte(data: bytes) -> str:
    try:
        data.decode()
    except UnicodeDecodeError as bad:
        return f"byte 0x{data[bad.start]:02x}"
    return "it"


def _forget_before(element: Element) -> None:
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
