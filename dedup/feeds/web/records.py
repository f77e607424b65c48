"""The bytes of a WARC file to its records, one at a time; past damage it goes on at the next record.

fastwarc stops at the first damage, does not say where a record is cut off, and panics where its stream does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dedup.feeds import sources as at
from dedup.feeds.items import Fault

START = b"WARC/"
_END = b"\r\n\r\n"
_NEXT = re.compile(rb"(?<=\n)WARC/[01]\.[0-9]+\r?\n")
_HEADER_END = re.compile(rb"\r?\n\r?\n|\n(?P<next>WARC/)")  # or where the next record starts too soon
_LENGTH = re.compile(rb"^content-length[ \t]*:[ \t]*([0-9]{1,18})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_URI = re.compile(rb"^warc-target-uri[ \t]*:[ \t]*<?([^\s>]{1,500})", re.IGNORECASE | re.MULTILINE)
_BETWEEN = re.compile(rb"[\r\n]*+")

_LONGEST_HEADER = 1 << 15  # bytes: as fastwarc has it
_NEAR = 16  # bytes that are enough to see how the next record starts


def records(blocks: Iterator[bytes]) -> Iterator[bytes | Fault]:
    """Every whole record, its header and what it holds; a fault for each place that is none."""
    held = _Held(blocks)
    while held.has(1):
        gap = _BETWEEN.match(held.data, held.at)
        if gap is not None and gap.end() > gap.start():
            held.at = gap.end()
        elif held.starts_with(START):
            yield from _record(held)
        else:
            yield Fault(f"byte {held.place():,} is not the start of a WARC record; it is damaged")
            held.find_next()


def _record(held: _Held) -> Iterator[bytes | Fault]:
    """The record that starts here, or what is wrong with it; what is held then starts after it."""
    held.has(_LONGEST_HEADER)
    header = _HEADER_END.search(held.data, held.at, held.at + _LONGEST_HEADER)
    if header is not None and header["next"]:
        header = None
    length = _LENGTH.search(held.data, held.at, header.end()) if header else None
    if header is None or length is None:
        lack = "an end" if header is None else "a Content-Length"
        yield Fault(f"the record at byte {held.place():,} is damaged: its header has not got {lack}")
        held.find_next()
        return
    name = f"{name_of(held.data[held.at : header.end()])}, at byte {held.place():,},"
    size = header.end() - held.at + int(length[1])
    if size > at.MOST_BYTES:
        whole = held.skip(size)
        long = f"{name} is longer than {at.MOST_BYTES:,} bytes, which no article is"
        yield Fault(long if whole else f"{long}, or its Content-Length is damaged", cut_off=not whole)
    elif held.has(size + _NEAR) or held.has(size):
        if held.ends_at(size):
            yield held.take(size)
        else:
            yield Fault(f"{name} is damaged: no record starts where its Content-Length says that it ends")
            held.find_next()
    elif held.has_next():  # its length has swallowed the records that follow
        yield Fault(f"{name} is damaged: its Content-Length is more than there is")
        held.find_next()
    else:
        yield Fault(f"{name} breaks off before its end", cut_off=True)
        held.skip(size)


def name_of(record: bytes | bytearray) -> str:
    """How a person may know a record."""
    uri = _URI.search(record, 0, _LONGEST_HEADER)
    return f"the record of {uri[1].decode(errors='replace')}" if uri else "the record"


class _Held:
    """What is held of a stream: `data` from `at` on."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self.data = bytearray()
        self.at = 0
        self._blocks = blocks
        self._passed = 0  # bytes before `data`

    def place(self) -> int:
        """How many bytes of the stream come before."""
        return self._passed + self.at

    def has(self, size: int) -> bool:
        """Whether there are `size` bytes more; they are held then."""
        while len(self.data) - self.at < size:
            block = next(self._blocks, None)
            if block is None:
                return False
            del self.data[: self.at]
            self._passed += self.at
            self.at = 0
            self.data += block
        return True

    def starts_with(self, start: bytes) -> bool:
        """Whether what is next starts so."""
        return self.has(len(start)) and self.data.startswith(start, self.at)

    def ends_at(self, size: int) -> bool:
        """Whether after `size` bytes a record ends: by two line ends, by the next one, or with the stream."""
        end = self.at + size
        after = bytes(self.data[end : end + _NEAR])
        rest = after.lstrip(b"\r\n")
        return after.startswith(_END) or not rest or rest.startswith(START)

    def take(self, size: int) -> bytes:
        """The next `size` bytes, which are held."""
        self.at += size
        return bytes(memoryview(self.data)[self.at - size : self.at])

    def skip(self, size: int) -> bool:
        """Go past `size` bytes; whether there are so many."""
        while size and self.has(1):
            step = min(size, len(self.data) - self.at)
            self.at += step
            size -= step
        return not size

    def has_next(self) -> bool:
        """Whether another record starts in what is held."""
        return _NEXT.search(self.data, self.at + 1) is not None

    def find_next(self) -> None:
        """Go to the start of the next record, or to the end."""
        self.at += 1
        while self.has(1):
            found = _NEXT.search(self.data, self.at)
            if found:
                self.at = found.start()
                return
            self.at = max(self.at, len(self.data) - _NEAR)
            if not self.has(_NEAR + 1):
                self.at = len(self.data)
