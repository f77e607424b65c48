"""Text wires as they come off a line, IPTC 7901 and ANPA 1312, to items: one message after another.

A message is SOH, header, STX, text, ETX, a line with its time, EOT. The two standards differ in how header
and text are written, not in this frame.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from dedup.feeds.contract import FeedOptions, Tally
from dedup.feeds.items import Aside, Fault, Item
from dedup.feeds.sources import MOST_BYTES, Source
from dedup.feeds.wire import anpa1312, iptc7901, wiretext

NAME = "text wire"
SUFFIXES: tuple[str, ...] = (".iptc", ".anpa")

_SOH, _STX, _ETX, _EOT = b"\x01", b"\x02", b"\x03", b"\x04"

# What a line sends while it has nothing to say: NUL, SYN, DEL, and the ends of the message before.
_FILL = b"\0\x03\x04\t\n\r\x16 \x7f"

# A header is two or three lines, of some 70 characters each.
_HEAD = re.compile(
    rb"[\0\x03\x04\t\n\r\x16 \x7f]{0,1024}+\x01[\0\r\n \x7f]{0,9}"
    rb"(?:[A-Za-z]{2,8} ?[0-9]{2,6}[ \r\n]|[A-Za-z]?[0-9]{3,5}[^\0-\x1e]{0,16}\x1f)"
    rb"[^\0-\x02]{0,600}\x02"
)


def recognises(head: bytes) -> bool:
    """Whether a document starts with a message: at most fill, then SOH, a source and number, and an STX."""
    return _HEAD.match(head) is not None


def items(source: Source, options: FeedOptions, tally: Tally) -> Iterator[Item | Fault | Aside]:
    """Each message as it is complete, whatever noise the line has left between them."""
    for frame in _frames(source.blocks(seen=tally.seen)):
        yield frame if isinstance(frame, Fault) else _read(frame, options.encoding)


class _Frame(NamedTuple):
    """What stands between an SOH and what ended it."""

    at: int  # byte of the SOH, from 0
    data: bytes
    end: bytes  # EOT, SOH, or nothing where the input ended


def _read(frame: _Frame, encoding: str | None) -> Item | Fault | Aside:
    header, start, rest = wiretext.in_lines(frame.data).partition(_STX)
    # The last ETX: one that noise has put into the text ends nothing, and is taken out with other codes.
    text, end, closing = rest.rpartition(_ETX)
    if not (start and end):
        return _broken(frame, header, start)
    standard = anpa1312 if anpa1312.is_header(header) else iptc7901
    item = standard.item(header, text, closing, encoding)
    return item if item.text else Aside("items_without_text")


_NAMED = re.compile(rb"[A-Za-z]{0,8} ?[0-9]{2,6}")


def _broken(frame: _Frame, header: bytes, start: bytes) -> Fault:
    named = _NAMED.match(header.lstrip(_FILL))
    which = f"the message{f' {named[0].decode()}' if named else ''} at byte {frame.at}"
    if frame.data.count(_ETX) and not start:
        return Fault(f"{which} has no STX (0x02), so its text has no start; have it sent again")
    why = {
        _EOT: "EOT (0x04) came before ETX (0x03) had ended its text",
        _SOH: "the next one begins before ETX (0x03) has ended its text",
        b"": "the file ends before ETX (0x03) has ended its text",
    }[frame.end]
    return Fault(f"{which} breaks off: {why}; have it sent again", cut_off=not frame.end)


def _frames(blocks: Iterator[bytes]) -> Iterator[_Frame | Fault]:
    """Messages, whole or not, and faults for what cannot be one."""
    held: _Message | _Gap = _Gap(at=0)
    none_yet, at = True, 0
    for block in blocks:
        for part, end in _parts(block):
            held.add(part)
            at += len(part) + len(end)
            if end:
                yield from held.ended(end)
                held = _Message(at - 1) if end == _SOH else _Gap(at)
                none_yet = none_yet and end != _SOH
    if none_yet and isinstance(held, _Gap) and held.size:
        yield Fault("it holds no message: none is begun by SOH (0x01)", cut_off=True)
    else:
        yield from held.ended(b"")


def _parts(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The block cut at SOH and EOT, each part with what ends it: four times as fast as by a pattern."""
    *others, last = block.split(_SOH)
    for part, end in (*((other, _SOH) for other in others), (last, b"")):
        *ended, rest = part.split(_EOT)
        yield from ((each, _EOT) for each in ended)
        yield rest, end


class _Message:
    """A message while it comes in."""

    def __init__(self, at: int) -> None:
        self.at, self.size = at, 0
        self._parts: list[bytes] = []

    def add(self, part: bytes) -> None:
        self.size += len(part)
        if self.size > MOST_BYTES:
            self._parts.clear()
        else:
            self._parts.append(part)

    def ended(self, end: bytes) -> Iterator[_Frame | Fault]:
        if self.size > MOST_BYTES:
            most = f"{MOST_BYTES >> 20} MiB"
            reason = f"the message at byte {self.at} is longer than {most}: its end is missing or it is none"
            yield Fault(reason, cut_off=not end)
        else:
            yield _Frame(self.at, b"".join(self._parts), end)


_MOST_NOISE = 200  # bytes between two messages; more is a text that would go unseen


class _Gap:
    """What lies between messages: fill and noise, or a message whose SOH was lost."""

    def __init__(self, at: int) -> None:
        self.at, self.size = at, 0
        self._text = False

    def add(self, part: bytes) -> None:
        self.size += len(part.translate(None, _FILL))
        self._text = self._text or _STX in part

    def ended(self, end: bytes) -> Iterator[_Frame | Fault]:
        del end
        if self._text or self.size > _MOST_NOISE:
            yield Fault(f"what comes after byte {self.at} was not begun by SOH (0x01); have it sent again")
