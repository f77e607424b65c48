from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from dedup.feeds.items import Aside, Fault, Item
from dedup.feeds.markup import newsml_g2, nitf
from tests.feeds.damage import damaged
from tests.feeds.made import items_of

MESSAGE = Path(__file__).parent.parent / "fixtures" / "newsml-g2" / "message.xml"
NO_TEXT, PACKAGE = Aside("items_without_text"), Aside("packages")


def news_item(content: str, meta: str = "", about: str = "", attributes: str = "") -> str:
    """A small news item."""
    return (
        f'<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:x:1" version="1"{attributes}>'
        f"<itemMeta>{meta}</itemMeta><contentMeta>{about}</contentMeta>"
        f"<contentSet>{content}</contentSet></newsItem>"
    )


def read(text: str) -> list[Item | Fault | Aside]:
    return items_of(newsml_g2, text.encode())


def only(text: str) -> Item:
    [item] = read(text)
    assert isinstance(item, Item)
    return item


def test_every_item_of_a_message_is_read_or_counted() -> None:
    found = items_of(newsml_g2, MESSAGE.read_bytes())
    urn = "urn:newsml:halcyon.example:20260714:"
    assert found == [
        PACKAGE,
        Item(
            text="Copper rose.\nTin fell.\n\nThe road to the Harrow Deep mine is shut.",
            id=f"{urn}copper",
            version="3",
            title="Copper at a peak",
            source="Ostra Press Agency",
            published="2026-07-14T08:30:00+02:00",
            prior_ids=[f"{urn}copper-alert", "tag:ostra.example,2026:op-3"],
            status="usable",
            embargoed="2026-07-14T12:00:00Z",
        ),
        Item(
            text="",
            id=f"{urn}ferry",
            version="2",
            title="Kill: ferry",
            source="HW",
            published="2026-07-14T11:00:00Z",
            status="canceled",
        ),
        NO_TEXT,
        NO_TEXT,
        Item(
            text="Rain is due.\n\nThen more.",
            id=f"{urn}rain",
            version="1",
            title="Rain",
            source="Weather desk",
        ),
    ]


@pytest.mark.parametrize(
    ("meta", "about", "source"),
    [
        ('<provider qcode="p:HW"/>', '<infoSource qcode="is:OPA"/><creditline>C</creditline>', "OPA"),
        ('<provider qcode="p:HW"/>', '<infoSource literal="Ostra Press"/>', "Ostra Press"),
        ('<provider qcode="p:HW"/>', '<infoSource uri="http://ostra.example"/>', "HW"),
        ('<provider qcode="p:HW"/>', "<creditline> OPA /\n HW </creditline>", "OPA / HW"),
        ('<provider qcode="p:HW"><name>Halcyon</name></provider>', "", "Halcyon"),
        ('<provider uri="http://halcyon.example/"/>', "", None),
    ],
)
def test_the_source_is_whom_the_news_is_from(meta: str, about: str, source: str | None) -> None:
    assert only(news_item("<inlineData>a</inlineData>", meta, about)).source == source


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<inlineData>One.\n\nTwo\nwrapped.</inlineData>", "One.\n\nTwo wrapped."),
        ("<inlineData contenttype='text/html'>&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two</inlineData>", "One\n\nTwo"),
        ("<inlineData contenttype='text/html'><![CDATA[Fane &amp; Co]]></inlineData>", "Fane & Co"),
        ("<inlineData contenttype='text/plain'><![CDATA[Fane &amp; Co]]></inlineData>", "Fane &amp; Co"),
        ("<inlineXML><p>One</p><p>Two</p></inlineXML>", "One\n\nTwo"),
        ("<inlineXML><p>Two</p></inlineXML><inlineData>One and two</inlineData>", "Two"),
        ("<inlineXML><html><body/></html></inlineXML><inlineData>One</inlineData>", "One"),
        ("<inlineXML><sports-content><body><p>One</p></body></sports-content></inlineXML>", "One"),
        ("<inlineXML><![CDATA[<nitf><body><body.head><hedline><hl1>H</hl1></hedline></body.head>"
         "<body.content><p>One</p></body.content></body></nitf>]]></inlineXML>", "One"),
    ],
)  # fmt: skip
def test_the_text_is_that_of_one_rendition(content: str, text: str) -> None:
    assert only(news_item(content)).text == text


@pytest.mark.parametrize(
    "item",
    [
        news_item("<remoteContent href='a.jpg' contenttype='image/jpeg'/>"),
        news_item("<inlineData contenttype='image/jpeg'>QUJD</inlineData>"),
        news_item(
            "<inlineXML><sports-content><team><name>Askerby</name></team></sports-content></inlineXML>"
        ),
        news_item("<inlineData>A caption.</inlineData>", "<itemClass qcode='ninat:picture'/>"),
        news_item("<inlineXML/>"),
        news_item(""),
        '<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/"> ..... </newsItem>',
        '<planningItem xmlns="http://iptc.org/std/nar/2006-10-01/"/>',
    ],
)
def test_what_is_no_article_is_counted(item: str) -> None:
    assert read(item) == [NO_TEXT]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ('qcode="stat:canceled"', "canceled"),
        ('uri="http://cv.iptc.org/newscodes/pubstatusg2/withheld"', "withheld"),
        ('literal="Canceled"', "Canceled"),
    ],
)
def test_a_kill_is_an_item_whatever_it_holds(status: str, expected: str) -> None:
    picture = "<itemClass qcode='ninat:picture'/>"
    for meta in ("", picture):
        assert only(news_item("", f"{meta}<pubStatus {status}/>")) == Item(
            text="", id="urn:x:1", version="1", status=expected
        )


def test_notes_to_editors_are_in_no_field() -> None:
    item = only(
        news_item(
            "<inlineXML><p>Eds: SECRET</p><p>News.</p></inlineXML>",
            "<edNote>SECRET</edNote><title>Title</title><edNote>SECRET</edNote>",
            "<note>SECRET</note>",
        )
    )
    assert item == Item(text="News.", id="urn:x:1", version="1", title="Title")


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/">', True),
        ('<n:newsMessage xmlns:n="http://iptc.org/std/nar/2099-01-01/">', True),
        ("<packageItem guid='a'>", True),
        ('<newsItem xmlns="urn:else">', False),
        ("<contentSet>", False),
        ("<NewsML>", False),
    ],
)
def test_it_is_recognised_by_its_root(head: str, expected: bool) -> None:
    assert newsml_g2.recognises(head.encode()) is expected
    assert newsml_g2.recognises(head.encode("utf-16")) is expected


def test_prefixes_are_read_though_nobody_declared_them() -> None:
    inner = "<n:newsItem><n:contentSet><n:inlineData>a</n:inlineData></n:contentSet></n:newsItem>"
    message = f'<n:newsMessage xmlns:n="http://iptc.org/std/nar/2006-10-01/">{inner}</n:newsMessage>'
    assert only(message).text == "a"
    assert only(news_item("<inlineData x:y='z'>a</inlineData>")).text == "a"


def test_damage_of_any_kind_ends_in_items_and_faults() -> None:
    whole, chance = MESSAGE.read_bytes(), random.Random(2)
    for _ in range(400):
        found = items_of(newsml_g2, damaged(whole, chance))
        assert found
        assert all(isinstance(item, (Item, Fault, Aside)) for item in found)


# What the examples of the IPTC hold: id, title, source, first words, number of paragraphs.
EXAMPLES = {
    "LISTING_2_": (
        "urn:newsml:acmenews.com:20161121:US-FINANCE-FED",
        'Fed to halt QE to avert "bubble"',
        "Associated Press",
        "(New York, NY -",
        2,
    ),
    "LISTING_22_": (
        "tag:xmlteam.com,2016:xt.5932656-preview",
        "Preview: Arizona Diamondbacks (29-23) at Philadelphia Phillies (26-24), 7:05 p.m.",
        "www.xmlteam.com",
        "(Sports Network) - A",
        6,
    ),
}


def test_all_examples_of_the_iptc_are_read(shared: Path) -> None:
    paths = sorted((shared / "formats" / "newsml-g2").glob("*.xml"))
    asides: Counter[str] = Counter()
    unknown = []
    for path in paths:
        data = path.read_bytes()
        if not newsml_g2.recognises(data):
            unknown.append(path.name.split("_")[1])
            continue
        for item in items_of(newsml_g2, data):
            if isinstance(item, Aside):
                asides[item.what] += 1
                continue
            assert isinstance(item, Item)
            expected = next(value for name, value in EXAMPLES.items() if path.name.startswith(name))
            start, paragraphs = " ".join(item.text.split()[:4]), item.text.count("\n\n") + 1
            assert (item.id, item.title, item.source, start, paragraphs) == expected
            asides["items"] += 1
    assert asides == {"items": len(EXAMPLES), "packages": 3, "items_without_text": 24}
    assert sorted(unknown) == ["25", "28", "7", "8", "9"]  # parts of items, shown by themselves


def test_the_example_of_an_article_without_its_item_is_read_as_nitf(shared: Path) -> None:
    [path] = (shared / "formats" / "newsml-g2").glob("LISTING_25_*")
    data = path.read_bytes()
    assert nitf.recognises(data)
    [item] = items_of(nitf, data)
    assert isinstance(item, Item)
    assert (item.title or "").startswith("Arizona Diamondbacks")
    assert item.text.startswith("(Sports Network) - With")
    assert "By" not in item.text[:20]
