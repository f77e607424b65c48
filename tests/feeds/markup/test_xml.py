from __future__ import annotations

import socket
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from dedup.feeds.compression import Damaged
from dedup.feeds.items import Aside, Fault, Item
from dedup.feeds.markup import newsml_g2, nitf, xml, xml_items
from dedup.feeds.markup.xml_items import elements
from dedup.feeds.markup.xml_parse import MOST_TAGS
from tests.feeds.made import items_of
from tests.feeds.markup.test_newsml_g2 import news_item
from tests.feeds.markup.test_nitf import document

DECLARED = '<?xml version="1.0" encoding="{}"?>\n'


def read(data: bytes, encoding: str | None = None) -> list[Item | Fault | Aside]:
    return items_of(nitf, data, encoding=encoding)


def texts(data: bytes, encoding: str | None = None) -> list[str]:
    return [item.text if isinstance(item, Item) else "-" for item in read(data, encoding)]


def fault(data: bytes) -> Fault:
    """The one fault that reading ends with."""
    found = read(data)[-1]
    assert isinstance(found, Fault)
    return found


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("<rss version='2.0'>", ("", "rss")),
        ("\n <!-- <a> --> <?x <b> ?><feed xmlns='urn:atom'>", ("urn:atom", "feed")),
        ('<r:RDF xmlns="urn:x" xmlns:r = "urn:r">', ("urn:r", "RDF")),
        ('<!DOCTYPE a [<!ENTITY b "]><c>"> <!-- ]> --> <!ELEMENT a (b)>]><a>', ("", "a")),
        ("<!doctype html><html lang='en'>", ("", "html")),
        ("<a/>", ("", "a")),
        ("<a b='cut off", ("", "a")),
        ("<a", None),
        ("<!-- never ends <a>", None),
        ("<?xml version='1.0' ", None),
        ("<!DOCTYPE a [ <a>", None),
        ("text <a>", None),
        ('{"a": 1}', None),
        ("", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_root_is_known_by_the_first_bytes(
    head: str, expected: tuple[str, str] | None, encoding: str
) -> None:
    assert xml.root(head.encode(encoding)) == expected


@pytest.mark.parametrize(
    "head",
    [b"<!--" * 9000, b"<!DOCTYPE [" + b"<!--" * 9000, b"<!DOCTYPE [" + b'<"' * 9000, b"<?" * 9000,
     b" " * 40000],
)  # fmt: skip
def test_a_head_without_a_root_is_gone_through_once(head: bytes) -> None:
    assert xml.root(head) is None


@pytest.mark.parametrize("name", ["base64", "rot13", "idna", "unheard-of", "utf-16"])
def test_a_declared_encoding_that_cannot_be_is_taken_for_utf8(name: str) -> None:
    head = f'<?xml version="1.0" encoding="{name}"?><a/>'.encode()
    assert xml.encoding(head) == "utf-8"
    assert xml.root(head) == ("", "a")


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("", "utf-8"),
        ("", "utf-8-sig"),
        (DECLARED.format("utf-8"), "utf-8-sig"),
        (DECLARED.format("ISO-8859-1"), "latin-1"),
        (DECLARED.format("windows-1252"), "cp1252"),
        (DECLARED.format("UTF-16"), "utf-16"),
        ("", "utf-16"),
        (DECLARED.format("UTF-16"), "utf-16-le"),
        (DECLARED.format("UTF-16"), "utf-16-be"),
        ("\n \n" + DECLARED.format("ISO-8859-15"), "iso-8859-15"),
    ],
)
def test_encodings_that_are_declared_are_read(declared: str, encoding: str) -> None:
    assert texts((declared + document("<p>café à la</p>")).encode(encoding)) == ["café à la"]


def test_latin1_with_the_quotes_of_windows_is_read_as_it_was_meant() -> None:
    data = (DECLARED.format("ISO-8859-1") + document("<p>“no” – “yes”</p>")).encode("cp1252")
    assert texts(data) == ["“no” – “yes”"]


def test_an_encoding_that_is_not_declared_is_told_or_taken_from_the_options() -> None:
    data = ("\n\n" + document("<p>café</p>")).encode("latin-1")
    reason = "line 3: byte 0xe9 is not UTF-8; let the XML declaration say what it is encoded in"
    assert read(data) == [Fault(reason, cut_off=True)]
    assert texts(data, encoding="cp1252") == ["café"]
    assert texts(document("<p>café</p>").encode("utf-16"), encoding="cp1252") == ["café"]


@pytest.mark.parametrize(("name", "body"), [("unicode_escape", "\\x4"), ("utf-7", "+!")])
def test_a_document_that_is_not_in_its_encoding_is_damaged(name: str, body: str) -> None:
    with pytest.raises(Damaged, match=r"it is not all in .*, which it says it is encoded in"):
        read((DECLARED.format(name) + document(body)).encode())


def test_one_item_in_another_encoding_costs_no_other() -> None:
    parts = [document(f"<p>é{n}</p>", n) for n in range(3)]
    data = b"<a>" + parts[0].encode() + parts[1].encode("latin-1") + parts[2].encode() + b"</a>"
    assert texts(data) == ["é0", "-", "é2"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "line 1: it is no XML: it starts with no tag"),
        (b"\n\nplain", "line 3: it is no XML: it starts with no tag"),
        (document("<p>a</p>").encode()[:-7],
         "line 1: it breaks off: Premature end of data in tag nitf line 1"),
        (document("<p>a</p>").encode()[:-1], "line 1: it breaks off: expected '>'"),
        (document("<p>a\0b</p>").encode(),
         "line 1: it holds a control character, which XML may not; remove it "
         "(Invalid character: Char 0x0 out of allowed range)"),
        (document("<p>a\x1ab</p>").encode(),
         "line 1: it holds a control character, which XML may not; remove it "
         "(PCDATA invalid Char value 26)"),
        (document("<p>" + "<em>" * 100_000 + "</em>" * 100_000 + "</p>").encode(),
         "line 1: its tags are nested over 256 deep, which no article's are"),
        (document(f"<p>{'a ' * 6_000_000}</p>").encode(),
         "line 1: a text or tag in it is over 10 MB long, which no article's is"),
        (document("<p/>" * MOST_TAGS).encode(),
         "an item has over 262,144 tags and attributes, which no article has"),
        (document("<p>a</p>").encode() + b"more",
         "there is more after the end of the document; remove it, or mend the tag that ends too soon"),
        (b"<a><b>" + document("<p>a</p>").encode() + b"</a>",
         "line 1: it is no well-formed XML: Opening and ending tag mismatch: b line 1 and a"),
    ],
    ids=["empty", "no XML", "cut off", "cut in a tag", "NUL", "control", "deep", "long", "tags", "more",
         "wrapper"],
)  # fmt: skip
def test_what_cannot_be_read_is_told_in_words(data: bytes, reason: str) -> None:
    assert fault(data) == Fault(reason, cut_off=True)


def test_an_item_over_the_bound_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dedup.feeds.sources.MOST_BYTES", 10_000)
    found = read(("<a>" + document("<p>a</p>") + document("<p>" + "b " * 9000 + "</p>") + "</a>").encode())
    assert isinstance(found[0], Item)
    assert found[1:] == [
        Fault("an item goes on for over 64 MB, which no article does; split it", cut_off=True)
    ]


def _laughs(depth: int) -> str:
    inner = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, depth))
    return f'<!DOCTYPE nitf [<!ENTITY e0 "ha">{inner}]>'


def test_entities_do_not_swell() -> None:
    assert texts((_laughs(20) + document("<p b='&e19;'>a&e19;</p>")).encode()) == ["a&e19;"]


def test_nothing_is_opened_that_a_document_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("SECRET")
    secret = (tmp_path / "secret").as_uri()
    monkeypatch.setattr(socket, "socket", lambda *_: pytest.fail("a connection"))
    inside = f'<!ENTITY a SYSTEM "{secret}"> <!ENTITY % b SYSTEM "{secret}"> %b;'
    dtd = f'<!DOCTYPE nitf SYSTEM "http://127.0.0.1:9/a" [{inside}]>'
    include = f'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="{secret}" parse="text"/>'
    assert texts((dtd + document(f"<p>a&a;{include}</p>")).encode()) == ["a&a;"]


def test_nothing_is_held_of_the_items_that_were_read() -> None:
    item = news_item(f"<inlineXML><p>{'word ' * 200}</p></inlineXML>").encode()

    def blocks() -> Iterator[bytes]:
        yield b"<newsMessage><header/>"
        for _ in range(20):
            yield item * 50
        yield b"</newsMessage>"

    tracemalloc.start()
    try:
        count, last = 0, None
        for element in elements(blocks(), ("newsItem",)):
            assert not isinstance(element, Fault)
            parent = element.getparent()
            assert parent is not None
            assert len(parent) <= 2  # with the last one, whose place is kept until its successor is read
            assert len(element) == 3
            assert last is None or len(last) == 0
            count, last = count + 1, element
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 1000
    assert peak < 1 << 20  # of 1.3 MB


def test_blocks_may_be_cut_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dedup.feeds.sources.HEAD", 64)
    whole = (
        "<a>" + "".join(document(f"<p>{n} & é &eacute;<!-- <nitf > -->\n</p>", n) for n in range(3)) + "</a>"
    )
    data = whole.encode()
    expected = [f"Story {n}" for n in range(3)]
    for size in (*range(1, 40), 127, 128, 129):
        blocks = (data[at : at + size] for at in range(0, len(data), size))
        titles = [
            element.findtext(".//hl1")
            for element in elements(blocks, ("nitf",))
            if not isinstance(element, Fault)
        ]
        assert titles == expected, size


def test_what_came_before_a_damaged_block_is_read() -> None:
    def blocks() -> Iterator[bytes]:
        yield (document("<p>a</p>") + document("<p>b</p>")).encode()
        raise Damaged("breaks off")

    found = elements(blocks(), ("nitf",))
    assert [element.tag for element in (next(found), next(found)) if not isinstance(element, Fault)] == [
        "nitf"
    ] * 2
    with pytest.raises(Damaged, match="breaks off"):
        next(found)


@pytest.mark.parametrize(
    "piece", ['<nitf><p a="', "<nitf></p>", "<nitf >", "<nitf><? ", "<nitf><!--", "<nitf>&#x;"]
)
def test_a_document_that_breaks_everywhere_is_given_up(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dedup.feeds.sources.MOST_BYTES", 4 << 20)
    found = read(b"<a>" + piece.encode() * 20_000)
    assert isinstance(found[-1], Fault)
    assert found[-1].cut_off
    assert len(found) <= 1 + (4 << 20) // xml_items._PRICE


def test_a_document_type_may_be_of_any_length_and_form() -> None:
    dtd = '<!DOCTYPE nitf PUBLIC "-//IPTC//DTD NITF 3.4//EN"\n"nitf.dtd" [\n<!ENTITY hw "Halcyon">\n]>\n'
    data = f"{dtd}{document('<p>a&nbsp;b</p>')}\n{document('<p>c')}"
    assert texts(data.encode()) == ["a b", "-"]
    assert fault(data.encode()).reason.startswith("line 6: ")


def test_other_formats_give_the_options_on() -> None:
    data = news_item("<inlineData>é</inlineData>").encode("latin-1")
    [item] = items_of(newsml_g2, data, encoding="latin-1")
    assert isinstance(item, Item)
    assert item.text == "é"
