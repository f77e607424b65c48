"""Feeds and pages that are made to hurt: all of them is read, or told, and none is waited for in vain."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest

from dedup.feeds.items import Aside, Fault, Format, Item
from dedup.feeds.web import pages, syndication, warc
from tests.feeds.made import items_of

FIXTURES = Path(__file__).parent.parent / "fixtures"
PLACES = sorted((*(FIXTURES / "rss").iterdir(), *(FIXTURES / "atom").iterdir()))
ARTICLE = (FIXTURES / "html" / "article.html").read_bytes()

ITEM = "<item><guid>i1</guid><description>A text.</description></item>"


def archive(body: bytes, headers: str = "") -> bytes:
    said = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{headers}\r\n".encode() + body
    names = "WARC-Type: response\r\nWARC-Target-URI: http://a.example/\r\nWARC-Date: 2026-02-03T05:00:00Z\r\n"
    kind = "Content-Type: application/http\r\n"
    return f"WARC/1.0\r\n{names}{kind}Content-Length: {len(said)}\r\n\r\n".encode() + said + b"\r\n\r\n"


def page(body: str, head: str = "") -> bytes:
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode()


def is_read(form: Format, data: bytes) -> bool:
    """Whether all of it is told; where it took the square of its length, nobody would wait for the answer."""
    found = items_of(form, data)
    return bool(found) and all(isinstance(each, Item | Fault | Aside) for each in found)


OPEN = "<rss><channel><item><title>x</title><description>"
ENDED = "</description></item></channel></rss>"


@pytest.mark.parametrize("end", ["", ENDED], ids=["open", "ended"])
@pytest.mark.parametrize(
    "garbage",
    [
        *("<a ", "<a '", "<!-- ", "<! x", "<x>", "<b>", "<title>", "&a", "<![CDATA[", "<?", "]]>", "<x:y>"),
        *("&#", "<description>", "<link>", "<item>", '<x:a b="'),
    ],
)
def test_garbage_in_a_feed(garbage: str, end: str) -> None:
    # feedparser alone takes minutes for some of them
    assert is_read(syndication, f"{OPEN}{garbage * (200_000 // len(garbage))}{end}".encode())


@pytest.mark.parametrize("tag", ["author", "category", "pubDate", "guid", "title", "link", "source"])
def test_long_fields_in_a_feed(tag: str) -> None:
    more = f"<{tag}>{'a1 ' * 100_000}</{tag}>{'<category>c</category>' * 9999}</item>"
    assert is_read(syndication, f"<rss><channel>{ITEM.replace('</item>', more)}</channel></rss>".encode())


@pytest.mark.parametrize(
    "garbage",
    [
        *("<p ", "<p>", "<div>", "<table><tr><td>", "<ul><li>", "<br>", "x<br>", "<!--", "<script>", "a"),
        *(
            "&amp;",
            "<a href=x>b</a>",
            "<i>a</i>",
            "<h1>a</h1>",
            "<td>a",
            "<div class=comment>",
            "<blockquote>",
        ),
    ],
)
def test_garbage_in_a_page(garbage: str) -> None:
    assert is_read(pages, page(garbage * (50_000 // len(garbage))))


@pytest.mark.parametrize(
    "element",
    [
        '<meta property="og:title" content="{}">',
        '<meta name="author" content="{}">',
        '<meta name="date" content="{}">',
        '<script type="application/ld+json">{}</script>',
        "<div class='{}'></div>",
        "<link rel='canonical' href='https://{}'>",
        "<title>{}</title>",
        "<time datetime='{}'></time>",
    ],
)
@pytest.mark.parametrize("garbage", ["<", "<!--", "{", "[", " ", "a@", " | ", "2026-"])
def test_long_values_in_a_page(element: str, garbage: str) -> None:
    # trafilatura's own search for what a page says of itself takes minutes for some of them
    assert is_read(pages, page("<p>x</p>", element.format(garbage * (100_000 // len(garbage)))))


@pytest.mark.parametrize(
    "garbage", [b"WARC/1.0\r\n", b"WARC/", b"\r\n", b"\n\n", b"x", b"Content-Length: 1\r\n\r\n"]
)
def test_garbage_in_an_archive(garbage: bytes) -> None:
    assert is_read(warc, archive(ARTICLE) + garbage * (1_000_000 // len(garbage)))


def damaged(data: bytes, number: int) -> list[bytes]:
    """The bytes cut off, with bytes changed, and with parts left out and doubled."""
    dice = random.Random(7)
    made = []
    for _ in range(number):
        changed = bytearray(data)
        for _ in range(dice.randrange(9)):
            changed[dice.randrange(len(changed))] = dice.randrange(256)
        start, end = sorted(dice.randrange(len(changed)) for _ in range(2))
        ways = (changed[:start], changed, changed[:start] + changed[end:], changed[:end] + changed[start:])
        made.append(bytes(dice.choice(ways)))
    return made


ARCHIVE = archive(ARTICLE) + archive(gzip.compress(ARTICLE), "Content-Encoding: gzip\r\n") + archive(b"")


@pytest.mark.parametrize(
    ("form", "data", "number"),
    [
        *((syndication, path.read_bytes(), 60) for path in PLACES),
        (pages, ARTICLE, 150),
        (warc, ARCHIVE, 150),
    ],
    ids=[*(path.name for path in PLACES), "page", "archive"],
)
def test_nothing_escapes_from_what_is_damaged(
    form: Format, data: bytes, number: int, capfd: pytest.CaptureFixture[str]
) -> None:
    for some in damaged(data, number):
        for found in items_of(form, some):
            assert isinstance(found, (Item, Fault, Aside))
            assert not isinstance(found, Item) or found.text.encode().strip()
    assert capfd.readouterr() == ("", "")
