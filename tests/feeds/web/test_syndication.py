from __future__ import annotations

import gzip
import random
import socket
from pathlib import Path

import pytest

from dedup.feeds import sources
from dedup.feeds.compression import Damaged
from dedup.feeds.contract import FeedOptions, Tally
from dedup.feeds.items import Aside, Fault, Item
from dedup.feeds.web import syndication
from tests.feeds.made import items_of

FIXTURES = Path(__file__).parent.parent / "fixtures"
FEEDS = sorted((*(FIXTURES / "rss").iterdir(), *(FIXTURES / "atom").iterdir()))


def fixture(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


def rss(*items: str) -> str:
    return f"<rss version='2.0'><channel><title>Halcyon Wire</title>{''.join(items)}</channel></rss>"


def item(number: int, text: str = "A text.") -> str:
    return f"<item><guid isPermaLink='false'>i{number}</guid><description>{text}</description></item>\n"


def read(feed: str | bytes) -> list[Item | Fault | Aside]:
    return items_of(syndication, feed.encode() if isinstance(feed, str) else feed)


def texts(feed: str | bytes) -> list[str]:
    return [found.text for found in read(feed) if isinstance(found, Item)]


def faults(feed: str | bytes) -> list[Fault]:
    return [found for found in read(feed) if isinstance(found, Fault)]


def test_rss_20_gives_the_full_text_and_counts_what_has_none() -> None:
    assert items_of(syndication, fixture("rss/rss20.xml")) == [
        Item(
            text="PORT SEVERIN – From Monday on, no ferry crosses in fog without a pilot, the county council "
            "decided with nine votes to eight.\n\nThe ninth vote was that of Councillor Dagny Rusk, who had "
            "been on board on Tuesday.",
            id="hw-4411",
            version="2026-02-03T18:05:00+01:00",
            title="Pilots to guide every ferry in fog, council decides",
            source="Halcyon Wire: Marenia & the coast",
            published="Tue, 03 Feb 2026 17:20:00 +0100",
            url="https://halcyonwire.example/marenia/4411?from=rss&n=1",
        ),
        Item(
            text="Whoever holds a ticket may board any bus until Thursday, if there are < 40 passengers on "
            "it.",
            id="https://halcyonwire.example/marenia/4412",
            title="Bus by the coast road takes ferry tickets",
            source="Ostra Press Agency",
            published="Tue, 03 Feb 2026 18:00:00 +0100",
            url="https://halcyonwire.example/marenia/4412",
        ),
        Aside("items_without_text"),
    ]


def test_rss_092_needs_neither_ids_nor_titles() -> None:
    first, second = items_of(syndication, fixture("rss/rss092.xml"))
    assert isinstance(first, Item)
    assert (first.id, first.source, first.title) == (
        "https://lindmoorecho.example/soup",
        "Tarn Valley News",
        "Soup again",
    )
    assert second == Item(text="A note without a title: the boiler is warm.", source="The Lindmoor Echo")


def test_rss_10_has_its_items_beside_the_channel() -> None:
    assert items_of(syndication, fixture("rss/rss10.rdf")) == [
        Item(
            text="Hailstones the size of almonds fell on the almonds of Ostra on Sunday.",
            id="https://ostrapress.example/op-88",
            title="Almond growers ask for rain, get hail",
            source="Ostra Press Agency",
            published="2026-03-01T08:15:00Z",
            url="https://ostrapress.example/op-88",
        )
    ]


def test_atom_10_says_what_is_markup_and_what_is_text() -> None:
    assert items_of(syndication, fixture("atom/atom10.xml")) == [
        Item(
            text="OSTRA – The hail of Sunday has cost the growers four million, their union said & sighed."
            "\n\n“We asked for rain,” it added. Nobody had been specific.",
            id="tag:ostrapress.example,2026:op-91",
            version="2026-03-02T09:30:00Z",
            title="Hail & almonds: the bill",
            source="Ostra Press Agency: all reports",
            published="2026-03-02T07:00:00Z",
            url="https://ostrapress.example/op-91",
        ),
        Item(
            text="The ministry writes <b> where it means bold, and 3 < 5 where it means little.",
            id="tag:ostrapress.example,2026:op-92",
            title="Is 3 < 5, asks ministry",
            source="Halcyon Wire",
            published="2026-03-02T09:00:00Z",
            url="https://ostrapress.example/op-92",
        ),
    ]


def test_atom_03_is_read_from_base64() -> None:
    assert items_of(syndication, fixture("atom/atom03.xml")) == [
        Item(
            text="The inspector was in the cellar.\n\nHe has signed.",
            id="tv-7",
            version="2026-01-22T11:00:00Z",
            title="Inspector found",
            source="Tarn Valley News",
            published="2026-01-22T09:00:00Z",
            url="https://tarnvalley.example/7",
        )
    ]


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.name)
def test_a_feed_is_recognised_in_any_encoding(path: Path) -> None:
    assert syndication.recognises(path.read_bytes())
    assert syndication.recognises(path.read_text("utf-8").encode("utf-16"))


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"plain text",
        b"<html><body>rss</body></html>",
        b"<rssx/>",
        b"<nitf/>",
        b'<feed xmlns="urn:prices"/>',
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
        b"<!-- <rss> --><newsItem/>",
        b'{"rss": 1}',
    ],
)
def test_what_is_no_feed_is_not_recognised(head: bytes) -> None:
    assert not syndication.recognises(head)


def test_the_longer_of_content_and_summary_is_the_text() -> None:
    content = "<x:encoded xmlns:x='http://purl.org/rss/1.0/modules/content/'>More on our site.</x:encoded>"
    feed = rss(f"<item><description>The whole of the article stands here.</description>{content}</item>")
    assert texts(feed) == ["The whole of the article stands here."]


def test_a_picture_in_atom_is_no_text() -> None:
    picture = '<content type="image/png">aGVsbG8gdGhlcmU=</content>'
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id>{picture}</entry></feed>'
    assert read(feed) == [Aside("items_without_text")]


@pytest.mark.parametrize(
    "feed",
    [
        '<?xml version="1.0" encoding="iso-8859-1"?>é'.encode("latin-1"),
        "é".encode("latin-1"),
        "é".encode(),
        b"\xef\xbb\xbf" + "é".encode(),
        '<?xml version="1.0" encoding="utf-8"?>é'.encode("latin-1"),
        '<?xml version="1.0" encoding="utf-16"?>é'.encode("utf-16"),
        '<?xml version="1.0" encoding="nonesuch"?>é'.encode(),
    ],
    ids=["declared", "undeclared Latin-1", "UTF-8", "mark", "declared wrongly", "UTF-16", "unknown"],
)
def test_any_encoding_is_read(feed: bytes) -> None:
    wide = feed.startswith((b"\xff\xfe", b"\xfe\xff"))
    around = rss(item(1, "caf|")).encode("utf-16-le" if wide else "ascii")
    before, after = around.split("|".encode("utf-16-le" if wide else "ascii"))
    letter = "é".encode("utf-16-le") if wide else (b"\xe9" if feed.endswith(b"\xe9") else "é".encode())
    assert texts(feed[: -len(letter)] + before + letter + after) == ["café"]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("AT&T &amp; more", "AT&T & more"),
        ("caf&eacute;&nbsp;noir", "café noir"),
        ("&unheard; of", "&unheard; of"),
        ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
        ("<p>One.<br>Two.<p>Three.", "One.\nTwo.\n\nThree."),
        ("<a href=x>link</a> \x0c here", "link here"),
        ("<![CDATA[<p>One & two</p>]]>", "One & two"),
        ("<!-- never & seen -->Seen & read", "Seen & read"),
    ],
)
def test_sloppy_xml_still_gives_every_item(text: str, seen: str) -> None:
    feed = rss(item(1, text), item(2, "Bare & unescaped."), item(3))
    assert texts(feed) == [seen, "Bare & unescaped.", "A text."]
    assert faults(feed) == []


def test_a_prefix_that_nobody_declared_is_known() -> None:
    body = "<content:encoded><![CDATA[<p>All of it, and a little more.</p>]]></content:encoded>"
    assert texts(rss(f"<item><description>Part.</description>{body}</item>")) == [
        "All of it, and a little more."
    ]


def test_items_that_nobody_ended_are_each_read() -> None:
    assert texts(rss(item(1).replace("</item>", ""), item(2, "Two."), item(3, "Three."))) == [
        "A text.",
        "Two.",
        "Three.",
    ]


def test_a_feed_that_breaks_off_gives_its_whole_items() -> None:
    whole = rss(item(1, "One."), item(2, "Two."), item(3, "Three."))
    broken = whole[: whole.index("Three.")]
    assert texts(broken) == ["One.", "Two."]
    assert faults(broken) == [
        Fault(
            "the feed breaks off: Premature end of data in tag description line 3, line 3, column 55",
            cut_off=True,
        )
    ]


def test_a_feed_that_breaks_off_between_items_says_so() -> None:
    broken = rss(item(1, "One."), item(2, "Two.")).removesuffix("</channel></rss>")
    assert texts(broken) == ["One.", "Two."]
    assert [fault.cut_off for fault in faults(broken)] == [True]
    assert faults(f"{broken}</channel>") == []


def test_what_is_no_feed_at_all_is_a_fault() -> None:
    reason = "it holds no feed: there is no element `rss`, `RDF` or `feed`"
    assert (
        read("/etc/passwd")
        == read("")
        == read("https://halcyonwire.example")
        == [Fault(reason, cut_off=True)]
    )


def test_a_damaged_file_keeps_what_came_before(tmp_path: Path) -> None:
    feed = rss(*(item(number, f"Text {random.Random(number).random()}.") for number in range(4000)))
    path = tmp_path / "feed.rss.gz"
    path.write_bytes(gzip.compress(feed.encode())[:-2000])
    source = sources.Source(name=str(path), index=0, path=path)
    found: list[Item | Fault | Aside] = []
    reading = syndication.items(source, FeedOptions(), Tally(lambda _: None))
    with pytest.raises(Damaged, match="the gzip data breaks off before its end"):
        found.extend(reading)
    assert 3000 < len(found) < 4000
    assert all(isinstance(one, Item) for one in found)


def test_a_feed_that_is_too_long_is_read_up_to_there(monkeypatch: pytest.MonkeyPatch) -> None:
    feed = rss(item(1, "One."), item(2, "Two."), item(3, "x" * 1000))
    monkeypatch.setattr(sources, "MOST_BYTES", 500)
    assert [found.text if isinstance(found, Item) else found for found in read(feed)] == [
        "One.",
        "Two.",
        Fault("it is longer than 500 bytes, which no such document is; split it", cut_off=True),
    ]


def test_entities_of_its_own_are_never_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", None)  # whoever connects fails
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    doctype = (
        f'<!DOCTYPE rss SYSTEM "http://halcyonwire.example/x.dtd" [<!ENTITY l0 "ha">{laughs}'
        f'<!ENTITY file SYSTEM "file://{secret}"><!ENTITY net SYSTEM "http://halcyonwire.example/">]>'
    )
    for before in ("", "<!-- <rss> -->", "<?x <a?>", "\n"):
        found = texts(f"{before}{doctype}{rss(item(1, 'Said: &l11; &file; &net;'))}")
        assert found in (["Said: &l11; &file; &net;"], [])
    assert texts(f"{doctype}{rss(item(1, '&l11;').replace('false', '&l11;'))}") == ["&l11;"]
