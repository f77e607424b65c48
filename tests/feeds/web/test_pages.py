from __future__ import annotations

import logging
import socket
import sys
from pathlib import Path

import pytest

from dedup.errors import FeedError
from dedup.feeds import sources
from dedup.feeds.items import Aside, Fault, Item
from dedup.feeds.web import pages
from dedup.feeds.web.about import about
from tests.feeds.made import items_of

trafilatura = pytest.importorskip("trafilatura")

ARTICLE = (Path(__file__).parent.parent / "fixtures" / "html" / "article.html").read_bytes()

PARAGRAPHS = (
    "The harbour was shut for the whole of the day, the office in Port Severin said on Tuesday morning.",
    "Pupils went home at eleven for the third day running, because the boiler had failed yet again.",
    "He said no to that.",
    "A replacement was approved two years ago and has been waiting for a stamp ever since, the school said.",
    "No one could say on Wednesday when the certificate would come, the caretaker added with a sigh.",
)


def html(body: str, head: str = "") -> bytes:
    return f"<!doctype html><html><head><title>A page</title>{head}</head><body>{body}</body></html>".encode()


def page(data: bytes) -> Item | Fault | Aside:
    (found,) = items_of(pages, data, name="folder/page.html")
    return found


def article(data: bytes) -> Item:
    found = page(data)
    assert isinstance(found, Item), found
    return found


def said(head: str, body: str = "") -> Item:
    return article(html("".join(f"<p>{text}</p>" for text in PARAGRAPHS) + body, head))


def test_a_page_gives_its_article_without_what_stands_around_it() -> None:
    assert article(ARTICLE) == Item(
        text="""\
PORT SEVERIN (HW) – A ferry with 212 people on board ran onto a sandbank in thick fog on Tuesday morning, \
and all of them were brought ashore within three hours.

No one was hurt, the harbour office said. The Marenia Star had left the quay twenty minutes late & was \
running on one engine.

What the harbour office says

"The tide will lift her at noon," harbour master Tobin Varley said. "Until then she is a rather large \
lighthouse."

We had tea, we had cards, and we had a very long look at the fog.

Year Groundings

2024 Two on the Heron Bank

2025 One near the mole

The ferry line has stopped its service until Thursday.

Tickets may be used on the bus by the coast road.

The company has asked for a pilot on every crossing in fog, a rule which the county council refused last \
spring because of what it would cost.""",
        id="https://lindmoorecho.example/2026/02/03/ferry",
        version="2026-02-03T09:00:00+01:00",
        title="Ferry runs aground off Port Severin",
        source="The Lindmoor Echo",
        published="2026-02-03T06:41:00+01:00",
        url="https://lindmoorecho.example/2026/02/03/ferry",
    )


def in_rows(paragraphs: tuple[str, ...]) -> str:
    return "".join(f"<tr><td>{text}</td></tr>" for text in paragraphs)


def marked_up(tag: str, paragraphs: tuple[str, ...]) -> str:
    return "".join(f"<{tag}>{text}</{tag}>\n" for text in paragraphs)


TWICE = PARAGRAPHS * 2
IN_A_ROW = tuple(text for paragraph in PARAGRAPHS for text in (paragraph, paragraph))


@pytest.mark.parametrize(
    "body",
    [
        f"<article>{marked_up('p', TWICE)}</article>",
        f"<article>{marked_up('p', IN_A_ROW)}</article>",
        marked_up("p", TWICE),
        marked_up("p", IN_A_ROW),
        f"<div>{marked_up('p', PARAGRAPHS)}</div>" * 2,
        f"<article>{marked_up('p', PARAGRAPHS)}</article>" * 2,
        f"<section id='x'>{marked_up('p', PARAGRAPHS)}</section>" * 2,
        marked_up("div", TWICE),
        f"<div>{'<br><br>'.join(TWICE)}</div>",
        f"<ul>{marked_up('li', TWICE)}</ul>",
        f"<table>{in_rows(TWICE)}</table>",
        f"<article>{marked_up('p', tuple(f'<b>{text[:9]}</b>{text[9:]}' for text in TWICE))}</article>",
        f"<div class='teaser'>{marked_up('p', TWICE)}</div>",
    ],
)
def test_a_page_that_says_everything_twice_is_read_twice(body: str) -> None:
    text = article(html(body)).text
    assert [text.count(paragraph) for paragraph in PARAGRAPHS] == [2] * len(PARAGRAPHS)
    assert len(text.replace("\n", "")) == 2 * len("".join(PARAGRAPHS))  # and no mark is left


@pytest.mark.parametrize("around", ["<p>{}</p>", "<blockquote><p>{}</p></blockquote>", "<div>{}</div>"])
def test_a_short_page_that_says_its_paragraph_twice_is_read_twice(around: str) -> None:
    assert article(html(around.format(PARAGRAPHS[0]) * 2)).text.count(PARAGRAPHS[0]) == 2


def test_a_page_in_signwriting_keeps_its_signs() -> None:
    text = (
        "\U0001d803\U0001d9ff is how Ostra signs its almonds, the ministry has decided, and so it shall be."
    )
    assert article(html(f"<p>{text}</p>" * 2)).text.startswith(text)


@pytest.mark.parametrize(
    ("head", "published"),
    [
        ('<meta property="article:published_time" content="2026-02-03T06:41:00Z">', "2026-02-03T06:41:00Z"),
        ('<meta itemprop="datePublished" content="2026-02-03T06:41">', "2026-02-03T06:41"),
        ('<meta name="DC.date.issued" content="3 Feb 2026 06:41">', "3 Feb 2026 06:41"),
        (
            '<script type="application/ld+json">{"@type":"NewsArticle", "datePublished" : "2026-02-03T06"}'
            "</script>",
            "2026-02-03T06",
        ),
        ('<script type="application/ld+json">{"@type":"Person","datePublished":"2026"}</script>', None),
        ('<link rel="canonical" href="https://a.example/2026/2/3/ferry">', "2026-02-03"),
        ("", None),
    ],
)
def test_the_time_of_publication_is_what_the_page_says(head: str, published: str | None) -> None:
    assert said(head).published == published


def test_a_time_in_the_article_is_one_of_publication() -> None:
    assert said("", '<article><time datetime="2026-02-03T06:41">today</time></article>').published == (
        "2026-02-03T06:41"
    )


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ('<meta property="og:title" content="Said twice | Echo"><title>X</title>', "", "Said twice"),
        ('<meta property="og:title" content="Said">', "<h1>Read</h1>", "Read"),
        ('<meta property="og:title" content="Said">', "<h1>Menu</h1><h1>Ads</h1>", "Said"),
        ('<meta property="og:site_name" content="The Echo"><title>Fog - The Echo</title>', "", "Fog"),
        ("<title>Fog - a history</title>", "", "Fog - a history"),
    ],
)
def test_the_title_is_the_headline(head: str, body: str, title: str) -> None:
    tree = trafilatura.load_html(f"<html><head>{head}</head><body>{body}<p>x</p></body></html>")
    assert about(tree).title == title


def test_a_page_without_an_address_is_named_by_its_path() -> None:
    found = said('<link rel="canonical" href="/relative">')
    assert (found.id, found.url, found.source) == ("folder/page.html", None, None)


def test_an_outlet_without_a_name_is_named_by_its_host() -> None:
    assert said('<link rel="canonical" href="https://www.lindmoorecho.example/1">').source == (
        "lindmoorecho.example"
    )
    assert said('<link rel="canonical" href="https://[half/1">').source is None


@pytest.mark.parametrize(
    "data",
    [
        html("<p>café</p>", '<meta charset="iso-8859-1">').decode().encode("latin-1"),
        html("<p>café</p>", "<meta http-equiv='content-type' content='text/html; charset=latin1'>")
        .decode()
        .encode("latin-1"),
        html("<p>café</p>").decode().encode("latin-1"),
        html("<p>café</p>"),
        b"\xef\xbb\xbf" + html("<p>café</p>", '<meta charset="iso-8859-1">'),
        html("<p>café</p>", '<meta charset="utf-8">').decode().encode("latin-1"),
        html("<p>café</p>", '<meta charset="utf-16">'),
        html("<p>café</p>", '<meta charset="zlib">'),
        html("<p>café</p>").decode().encode("utf-16"),
    ],
)
def test_any_encoding_is_read(data: bytes) -> None:
    assert pages.recognises(data)
    assert article(data).text == "café"


def test_xhtml_with_a_declaration_is_read() -> None:
    data = b'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml">'
    data += f"<body><p>{PARAGRAPHS[0]}</p></body></html>".encode()
    assert pages.recognises(data)
    assert article(data).text == PARAGRAPHS[0]


@pytest.mark.parametrize(
    "head",
    [
        b"<!DOCTYPE HTML PUBLIC '-//W3C//DTD HTML 4.01//EN'>",
        b"<HTML>",
        b" \n<!-- saved --><html lang=en>",
        b"<head><title>x",
        b"<meta charset=utf-8><p>x",
    ],
)
def test_a_page_is_recognised(head: bytes) -> None:
    assert pages.recognises(head)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"plain text about <html> and <body>",
        b"<?xml version='1.0'?><nitf><head/><body/></nitf>",
        b"<!DOCTYPE nitf><nitf/>",
        b"<rss><!-- <html> -->",
        b"<!--<html>",
        b"<!-- " * 12_000,
    ],
)
def test_what_is_no_page_is_not_recognised(head: bytes) -> None:
    assert not pages.recognises(head)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>",
        html(""),
        html('<img src="fog.jpg">'),
        html("<nav><a href=/>Home</a></nav>"),
        html("<script>let a = 1</script>"),
    ],
)
def test_a_page_without_a_main_text_is_counted(data: bytes) -> None:
    assert page(data) == Aside("items_without_text")


def test_too_long_a_page_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    reason = "the page has more than 100,000 elements, which no article's has"
    assert page(html("<p>x</p>" * 100_001)) == Fault(reason)
    reason = "the page is longer than 8,388,608 characters, which no article's is"
    assert page(html("x" * (8 << 20))) == Fault(reason)
    monkeypatch.setattr(sources, "MOST_BYTES", 100)
    reason = "it is longer than 100 bytes, which no such document is; split it"
    assert page(html("x" * 100)) == Fault(reason, cut_off=True)


def test_what_fails_in_trafilatura_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(trafilatura, "bare_extraction", fails)
    assert page(ARTICLE) == Fault("the page's main text cannot be found: RecursionError('too deep')")


def test_no_network_is_used_and_nothing_is_logged(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(socket, "socket", None)
    caplog.set_level(logging.INFO)
    page(
        html(
            '<iframe src="http://a.example"></iframe><img src="http://a.example/i.png">',
            '<base href="http://b">',
        )
    )
    page(b"\xff\xfe\x00")
    page(b"<p>")
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def test_without_trafilatura_a_person_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    pages._trafilatura.cache_clear()
    with pytest.raises(FeedError, match=r"an HTML page needs .* pip install 'wirededup\[html\]'"):
        items_of(pages, ARTICLE)
