from __future__ import annotations

import random
from pathlib import Path

import pytest

from dedup.feeds.items import Aside, Fault, Item
from dedup.feeds.markup import nitf
from tests.feeds.damage import damaged
from tests.feeds.made import items_of

FIXTURES = Path(__file__).parent.parent / "fixtures" / "nitf"
NO_TEXT = Aside("items_without_text")


def document(body: str, number: int = 1, attributes: str = "") -> str:
    """A small NITF document."""
    return (
        f'<nitf{attributes}><head><docdata><doc-id id-string="hw-{number}"/></docdata></head>'
        f"<body><body.head><hedline><hl1>Story {number}</hl1></hedline></body.head>"
        f"<body.content>{body}</body.content></body></nitf>"
    )


def read(text: str) -> list[Item | Fault | Aside]:
    return items_of(nitf, text.encode())


def texts(found: list[Item | Fault | Aside]) -> list[str]:
    return [item.text if isinstance(item, Item) else "-" for item in found]


def test_a_story_is_read_without_captions_notes_and_what_stands_around_it() -> None:
    [item] = items_of(nitf, (FIXTURES / "story.xml").read_bytes())
    assert item == Item(
        text="PORT SEVERIN (Halcyon Wire) - The night ferry to Marenia sailed on Tuesday, café open, "
        "with 212 on board.\n\nIt had been tied up for two weeks by a strike of its stokers.\n\n"
        "Crossing Crowns\n\nSingle 48\n\nSails at nine\n\nSails at nine",
        id="hw-641",
        version="3",
        title="Ferry to Marenia runs again",
        source="Halcyon Wire",
        published="20260714T091500Z",
        prior_ids=["hw-640", "hw-639"],
        byline="By Ottoline Marsh",
        status="usable",
    )


def test_every_document_of_a_wrapper_is_read_and_a_kill_without_text_is_an_item() -> None:
    embargoed, withheld, flash, picture = items_of(nitf, (FIXTURES / "wrapped.xml").read_bytes())
    assert embargoed == Item(
        text="Growers near Askerby pick three weeks early.",
        id="apples",
        version="2",
        title="Apples are early",
        published="20260819T060000Z",
        status="embargoed",
        embargoed="20260819T120000Z",
    )
    assert withheld == Item(text="", id="op-9", source="OPA", status="withheld")
    assert flash == Item(
        text="The Bank of Ostra has shut its doors.",
        title="Bank shuts",
        source="Ostra Evening Post",
        published="20260820",
    )
    assert picture == NO_TEXT


def test_documents_in_a_row_are_read_one_by_one() -> None:
    start = '<?xml version="1.0"?>\n<!DOCTYPE nitf SYSTEM "nitf.dtd">\n'
    row = "\n".join(start + document(f"<p>{n}</p>", n) for n in range(1, 4))
    assert texts(read(row)) == ["1", "2", "3"]
    assert texts(read(document("<p>1</p>") + document("<p>2</p>"))) == ["1", "2"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>a</p><p>a</p>", "a\n\na"),
        ("<p>a<br/>b</p>", "a\nb"),
        ("<p>a\n   b\tc</p>", "a b c"),
        ("loose <em>words</em>", "loose words"),
        ("<p>caf&eacute;&nbsp;&unknown; &amp; &#8364;</p>", "café &unknown; & €"),
        ("<p>Fane & Holloway</p>", "Fane & Holloway"),
        ("<p><![CDATA[Fane & <Holloway>]]></p>", "Fane & <Holloway>"),
        ("<p>a<!-- & -->b<?x & ?>c</p>", "abc"),
        ("<dateline>OSTRA</dateline><p>a</p>", "OSTRA\n\na"),
        ("<pre>Tin   4\nZinc  5</pre>", "Tin 4\nZinc 5"),
        ("<ol><li>a</li><li>b</li></ol>", "a\n\nb"),
        ("<hl2>Crosshead</hl2><p>a</p>", "Crosshead\n\na"),
        ("<note noteclass='cpyrt'><p>(c) HW</p></note>", "(c) HW"),
    ],
)
def test_blocks_are_paragraphs_and_entities_characters(body: str, expected: str) -> None:
    assert texts(read(document(body))) == [expected]


def test_the_headline_is_no_part_of_the_text_but_may_be_all_of_it() -> None:
    assert texts(read(document("<p>Story 1</p><p>a</p>"))) == ["a"]
    assert texts(read(document("<p>Story 1</p>"))) == ["Story 1"]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("<nitf>", True),
        ('<?xml version="1.0"?><!DOCTYPE nitf SYSTEM "x" [<!ENTITY a "]>">]><nitf xmlns="urn:x">', True),
        ('<night><!-- --><x:nitf xmlns:x="http://iptc.org/std/NITF/2006-10-18/">', True),
        ("<rss><channel><item><nitf>", False),
        ('<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/"><nitf>', False),
        ("<night><nitfish>", False),
        ("a <nitf> of plain text", False),
        ("", False),
    ],
)
def test_it_is_recognised_by_its_root_or_inside_an_unknown_wrapper(head: str, expected: bool) -> None:
    assert nitf.recognises(head.encode()) is expected
    assert nitf.recognises(b"\xef\xbb\xbf" + head.encode()) is expected


def test_a_broken_document_costs_no_other() -> None:
    row = [document(f"<p>{n}</p>", n) for n in range(1, 5)]
    row[1] = row[1].replace("</p>", "</q>")
    row[2] = row[2].replace("<nitf>", "<nitf a='1' a='2'>")
    first, *faults, last = read("<all>\n" + "\n".join(row) + "\n</all>")
    assert texts([first, last]) == ["1", "4"]
    assert faults == [
        Fault("line 3: it is no well-formed XML: Opening and ending tag mismatch: p line 3 and q"),
        Fault("line 4: it is no well-formed XML: Attribute a redefined"),
    ]


@pytest.mark.parametrize("path", sorted(FIXTURES.iterdir()), ids=lambda path: path.name)
def test_damage_of_any_kind_ends_in_items_and_faults(path: Path) -> None:
    whole = path.read_bytes()
    chance = random.Random(path.name)
    for _ in range(300):
        found = items_of(nitf, damaged(whole, chance))
        assert all(isinstance(item, (Item, Fault, Aside)) for item in found)
        assert found, "not even a fault"
