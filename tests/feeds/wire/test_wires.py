from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dedup.feeds.compression import Damaged
from dedup.feeds.contract import FeedOptions, Tally
from dedup.feeds.items import Aside, Fault, Item
from dedup.feeds.sources import Source
from dedup.feeds.wire import wires
from tests.feeds.made import items_of
from tests.feeds.wire.wired import FILES, anpa, fixture, iptc, read


def test_messages_off_a_line_are_read_one_after_the_other_and_a_broken_one_is_told() -> None:
    first, second, broken, last = items_of(wires, fixture("iptc7901/line.iptc"))
    assert isinstance(first, Item)
    assert first.text.endswith("Final table:\nSeverin 6 4 14\nBelmar 6 3 10")
    assert isinstance(second, Item)
    assert second.title == "Mayor of Port Severin resigns"
    assert broken == Fault(
        "the message hal0003 at byte 336 breaks off: the next one begins before ETX (0x03) has ended "
        "its text; have it sent again"
    )
    assert isinstance(last, Item)
    assert last.id == "hal0004-2026-06-07T0031"


def test_a_message_without_text_is_set_aside() -> None:
    assert (
        items_of(wires, iptc("") + iptc("Eds: nothing more tonight.") + anpa("^BC-ML--Ferry<"))
        == [Aside("items_without_text")] * 3
    )


GOOD = iptc("A good one.", head="hal0012 4 pl 12")


@pytest.mark.parametrize(
    ("data", "reason", "good", "cut_off"),
    [
        (
            iptc("Cut")[:-19],
            "the message hal0011 at byte 0 breaks off: the file ends before ETX (0x03) has ended its text; "
            "have it sent again",
            0,
            True,
        ),
        (
            b"\x01hal0011 4 pl",
            "the message hal0011 at byte 0 breaks off: the file ends before ETX (0x03) has ended its text; "
            "have it sent again",
            0,
            True,
        ),
        (
            iptc("Cut").replace(b"\x03", b"") + GOOD,
            "the message hal0011 at byte 0 breaks off: EOT (0x04) came before ETX (0x03) had ended its text; "
            "have it sent again",
            1,
            False,
        ),
        (
            b"\x01" + GOOD,
            "the message at byte 0 breaks off: the next one begins before ETX (0x03) has ended its text; "
            "have it sent again",
            1,
            False,
        ),
        (
            iptc("Mixed").replace(b"\x02", b"") + GOOD,
            "the message hal0011 at byte 0 has no STX (0x02), so its text has no start; have it sent again",
            1,
            False,
        ),
        (
            GOOD + iptc("No start")[1:] + GOOD,
            "what comes after byte 51 was not begun by SOH (0x01); have it sent again",
            2,
            False,
        ),
        (
            b"x" * 201 + GOOD,
            "what comes after byte 0 was not begun by SOH (0x01); have it sent again",
            1,
            False,
        ),
        (b"Just a text.", "it holds no message: none is begun by SOH (0x01)", 0, True),
    ],
)
def test_what_is_broken_is_told_and_the_next_is_read(
    data: bytes, reason: str, good: int, cut_off: bool
) -> None:
    found = items_of(wires, data)
    assert [each for each in found if isinstance(each, Fault)] == [Fault(reason, cut_off)]
    assert [each.text for each in found if isinstance(each, Item)] == ["A good one."] * good


@pytest.mark.parametrize(
    "junk", [b"", b"\x16" * 300_000, b"\0\0\r\n", b"~#\x7f\xff{", b"x" * 200, b"\x04\x04"]
)
def test_fill_and_noise_between_messages_are_nothing(junk: bytes) -> None:
    assert [item.text for item in read(junk + GOOD + junk + GOOD + junk)] == ["A good one."] * 2


def test_an_empty_file_holds_nothing() -> None:
    assert items_of(wires, b"") == items_of(wires, b"\x16\0\r\n") == []


def test_a_message_of_boundless_length_is_told_and_the_next_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wires, "MOST_BYTES", 1 << 20)
    long = iptc("x" * (1 << 20))
    found = items_of(wires, long + GOOD + long.replace(b"\x04", b""))
    reason = "the message hal0011 at byte {} is longer than 1 MiB: its end is missing or it is none"
    assert [found[0], found[2]] == [
        Fault(reason.format(0).replace("hal0011 ", "")),
        Fault(reason.format(len(long + GOOD)).replace("hal0011 ", ""), cut_off=True),
    ]
    assert isinstance(found[1], Item)


class Slow(Source):
    """A source whose blocks are cut anywhere."""

    def blocks(self, size: int = 1, seen: object = None) -> Iterator[bytes]:
        del seen
        data = b"".join(super().blocks())
        yield from (data[start : start + size] for start in range(0, len(data), size))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_blocks_may_be_cut_anywhere(file: Path) -> None:
    data = file.read_bytes() * 2
    source = Slow(name="feed", index=0, path=file, inside="feed", size=len(data))
    found = list(wires.items(source, FeedOptions(), Tally(lambda _: None)))
    assert found == items_of(wires, file.read_bytes())


def test_what_came_before_damage_stands() -> None:
    class Breaking(Source):
        def blocks(self, size: int = 1, seen: object = None) -> Iterator[bytes]:
            del size, seen
            yield GOOD + GOOD[:10]
            raise Damaged("the gzip data breaks off before its end")

    found = wires.items(Breaking(name="feed", index=0), FeedOptions(), Tally(lambda _: None))
    first = next(found)
    assert isinstance(first, Item)
    with pytest.raises(Damaged, match="breaks off"):
        next(found)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_wires_are_recognised_by_their_first_bytes(file: Path) -> None:
    data = file.read_bytes()
    assert wires.recognises(data)
    assert wires.recognises(b"\r\n\x16\0 " * 100 + data)
    assert not wires.recognises(data.lstrip(b"\x16\x7f\0")[1:])


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\x01",
        b"hal0011 4 pl 12\r\nPlain text.",
        b"\x01hal0011 4 pl 12\r\nno start of text",
        b"\x01\x02\x03\x04",
        b"\x01one\x01two\x02three",  # Hive
        b'{"text": "\\u0001hal0011 4 pl\\u0002"}',
        b"<?xml version='1.0'?><nitf>",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x02\x03",
        b"PK\x03\x04\x14\0\0\0\x08\0",
        b"PAR1\x15\x04\x15\x01\x02\x03",
        b"\x1f\x8b\x08\0",
        b"\xff\xd8\xff\xe1\0\x01hal0011 4\x02",
        b"\0" * (1 << 16),
        b"\x16" * (1 << 16),
        b"\x01W287" + b"0" * (1 << 16),
    ],
)
def test_other_things_are_not_recognised(head: bytes) -> None:
    assert not wires.recognises(head)


@pytest.mark.parametrize(
    "text",
    [
        " " * 300_000 + "x",
        ("x" + " " * 300_000 + "\n") * 2 + "x",
        "\n" * 300_000 + "x",
        "\n\xa0" * 150_000 + "x",
        "<" * 300_000,
        "=\n" * 150_000,
        "^\n" * 150_000,
        "(" * 300_000,
        "(Eds: " * 50_000,
        "* \n" * 100_000 + "x",
        "# " * 150_000,
        "12-" * 100_000,
        "131250 " * 40_000,
        "dpa " * 80_000 + ".",
    ],
)
@pytest.mark.parametrize("made", [iptc, anpa])
@pytest.mark.parametrize("place", ["text", "head", "end"])
def test_a_hostile_message_is_read(text: str, made: object, place: str) -> None:
    assert callable(made)
    data = made(text) if place == "text" else made("Text.", **{place: text})
    assert len(items_of(wires, data)) == 1  # in a third of a second, or minutes if every space is a new start


CODE = re.compile("[\0-\x08\x0b-\x1f\x7f]")


def mutated(data: bytes, chance: random.Random) -> bytes:
    made = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(made) + 1)
        end = at + chance.randint(0, 40)
        special = chance.choice(
            (b"\x01", b"\x02", b"\x03", b"\x04", b"\x1f", b"\n", b"\r", b"^", b"<", b"=", b"\xc3", b"\0")
        )
        match chance.randrange(5):
            case 0:
                made[at:end] = b""
            case 1:
                made[at:at] = special
            case 2:
                made[at : at + 1] = bytes([chance.randrange(256)])
            case 3:
                made[at:at] = made[at:end] * 2
            case _:
                made[at:end] = chance.randbytes(end - at)
    return bytes(made)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_nothing_that_a_line_does_to_a_message_makes_it_vanish(file: Path) -> None:
    chance = random.Random(file.name)
    data = file.read_bytes()
    for _ in range(1500):
        broken = mutated(data, chance)
        found = items_of(wires, broken)
        assert len(found) >= broken.count(b"\x01")
        for item in found:
            if isinstance(item, Item):
                assert item.text
                for value in item:
                    if isinstance(value, str):
                        assert value.strip() == value != ""
                        assert not CODE.search(value)
