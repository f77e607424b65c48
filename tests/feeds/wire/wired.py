"""Messages of text wires to read in tests."""

from __future__ import annotations

from pathlib import Path

from dedup.feeds.items import Item
from dedup.feeds.wire import wires
from tests.feeds.made import items_of

FIXTURES = Path(__file__).parent.parent / "fixtures"
FILES = sorted((*FIXTURES.glob("iptc7901/*"), *FIXTURES.glob("anpa/*")))


def fixture(name: str) -> bytes:
    """The bytes of a file."""
    return (FIXTURES / name).read_bytes()


def iptc(text: str, *, head: str = "hal0011 4 pl 12", end: str = "131250 Nov 07") -> bytes:
    """A message of IPTC 7901."""
    return f"\x01{head}\r\n\x02{text}\r\n\x03\r\n{end}\r\n\x04".encode()


def anpa(
    text: str, *, head: str = "BC-ML--Ferry     11-13 0049", end: str = "HW-WF-11-13-07 1509GMT<"
) -> bytes:
    """A message of ANPA 1312."""
    return f"\x16\x16\x01W2870\x1fasian\r\nr i\x13\x11 {head}\r\n\x02{text}\r\n\x03{end}\r\n\x04".encode()


def read(data: bytes, encoding: str | None = None) -> list[Item]:
    """The items of messages that can all be read."""
    found = items_of(wires, data, encoding=encoding)
    assert all(isinstance(each, Item) for each in found), found
    return [each for each in found if isinstance(each, Item)]


def one(data: bytes, encoding: str | None = None) -> Item:
    """The item of one message."""
    (item,) = read(data, encoding)
    return item
