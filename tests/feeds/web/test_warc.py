from __future__ import annotations

import gzip
import sys
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from dedup.errors import FeedError
from dedup.feeds import sources
from dedup.feeds.contract import FeedOptions, Tally
from dedup.feeds.items import Aside, Fault, Item
from dedup.feeds.sources import Source
from dedup.feeds.web import warc
from dedup.feeds.web.records import records
from tests.feeds.made import items_of

pytest.importorskip("fastwarc")
pytest.importorskip("trafilatura")
brotli = pytest.importorskip("brotli")  # comes with fastwarc

TEXT = "The tide will lift the ferry at noon, the harbour master of Port Severin said on Tuesday."
PAGE = f"<!doctype html><html><head><title>Tide</title></head><body><p>{TEXT}</p></body></html>".encode()
DATE = "2026-02-03T05:00:00Z"


def record(kind: str, uri: str | None, body: bytes, **headers: str) -> bytes:
    said = {"WARC-Type": kind, "WARC-Record-ID": "<urn:uuid:0001>", "WARC-Date": DATE}
    said |= {"WARC-Target-URI": uri} if uri else {}
    said |= {"Content-Type": "application/http; msgtype=response", "Content-Length": str(len(body))}
    said |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    return f"WARC/1.0\r\n{lines}\r\n".encode() + body + b"\r\n\r\n"


def response(uri: str, body: bytes = PAGE, status: str = "200 OK", **headers: str) -> bytes:
    said = {"Content_Type": "text/html; charset=utf-8", **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in said.items())
    return record("response", uri, f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body)


def conversion(uri: str, text: str) -> bytes:
    return record("conversion", uri, text.encode(), Content_Type="text/plain")


def read(*parts: bytes) -> list[Item | Fault | Aside]:
    return items_of(warc, b"".join(parts))


def uris(found: list[Item | Fault | Aside]) -> list[str | Fault | None]:
    return [one.id if isinstance(one, Item) else one for one in found if not isinstance(one, Aside)]


INFO = record("warcinfo", None, b"software: none\r\n", Content_Type="application/warc-fields")


def test_a_page_is_its_article_and_is_named_by_where_it_was() -> None:
    assert read(INFO, response("https://www.lindmoorecho.example/1")) == [
        Item(
            text=TEXT,
            id="https://www.lindmoorecho.example/1",
            version=DATE,
            title="Tide",
            source="lindmoorecho.example",
            published=DATE,
            url="https://www.lindmoorecho.example/1",
        )
    ]


def test_a_page_says_itself_when_it_was_published() -> None:
    body = PAGE.replace(
        b"</head>", b'<meta property="article:published_time" content="2026-02-02T20:00Z"></head>'
    )
    (found,) = read(response("http://a.example/1", body))
    assert isinstance(found, Item)
    assert (found.published, found.version) == ("2026-02-02T20:00Z", DATE)


def test_a_text_of_wet_has_a_paragraph_for_each_line() -> None:
    assert read(
        INFO, conversion("http://a.example/1", "A  headline\r\nOne. \n\nTwo.\n"), conversion("x", " \n")
    ) == [
        Item(
            text="A headline\n\nOne.\n\nTwo.",
            id="http://a.example/1",
            version=DATE,
            published=DATE,
            url="http://a.example/1",
        ),
        Aside("items_without_text"),
    ]


CHUNKED = b"".join(
    b"%x\r\n%s\r\n" % (len(PAGE[at : at + 50]), PAGE[at : at + 50]) for at in range(0, len(PAGE), 50)
)
RAW_DEFLATE = zlib.compressobj(wbits=-15)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (gzip.compress(PAGE), {"Content_Encoding": "gzip"}),
        (brotli.compress(PAGE), {"Content_Encoding": "br"}),
        (zlib.compress(PAGE), {"Content_Encoding": "deflate"}),
        (CHUNKED + b"0\r\n\r\n", {"Transfer_Encoding": "chunked"}),
        (PAGE, {"Content_Encoding": "gzip"}),  # unpacked by who archived it
        (PAGE, {"Transfer_Encoding": "chunked"}),
        (PAGE, {"Content_Type": "application/xhtml+xml"}),
        (PAGE, {"Content_Type": "TEXT/HTML;charset=UTF-8"}),
    ],
)
def test_a_page_is_unpacked_as_it_was_sent(body: bytes, headers: dict[str, str]) -> None:
    (found,) = read(response("http://a.example/1", body, **headers))
    assert isinstance(found, Item)
    assert found.text == TEXT


def test_the_encoding_that_was_sent_is_used() -> None:
    body = "<html><body><p>Ærø, Łódź</p></body></html>".encode("iso-8859-2", "replace")
    (found,) = read(response("http://a.example/1", body, Content_Type="text/html; charset=iso-8859-2"))
    assert isinstance(found, Item)
    assert found.text == "?r?, Łódź"


@pytest.mark.parametrize(
    "one",
    [
        response("http://a.example/1", status="404 Not Found"),
        response("http://a.example/1", status="301 Moved", Location="/2"),
        response("http://a.example/1", b"\x89PNG", Content_Type="image/png"),
        response("http://a.example/1", b"", Content_Type="text/html"),
        record("revisit", "http://a.example/1", b"HTTP/1.1 200 OK\r\n\r\n"),
        record("resource", "http://a.example/1.png", b"\x89PNG", Content_Type="image/png"),
    ],
)
def test_what_is_no_article_is_counted(one: bytes) -> None:
    assert read(one) == [Aside("items_without_text")]


@pytest.mark.parametrize(
    "one",
    [
        INFO,
        record("request", "http://a.example/1", b"GET / HTTP/1.1\r\n\r\n", Content_Type="application/http"),
        record(
            "metadata", "http://a.example/1", b"fetchTimeMs: 1\r\n", Content_Type="application/warc-fields"
        ),
        record(
            "response",
            "dns:a.example",
            b"20260203050000\r\na.example. IN A 127.0.0.1\r\n",
            Content_Type="text/dns",
        ),
        record("something-new", "http://a.example/1", b"x"),
    ],
)
def test_how_it_was_fetched_is_no_record(one: bytes) -> None:
    assert read(one) == []


def test_a_page_kept_without_its_response_is_read() -> None:
    (found,) = read(record("resource", "http://a.example/1", PAGE, Content_Type="text/html"))
    assert isinstance(found, Item)
    assert found.text == TEXT


ONE, TWO, THREE = (response(f"http://a.example/{number}") for number in (1, 2, 3))
AT = f"{len(ONE):,}"


@pytest.mark.parametrize(
    ("damaged", "reason"),
    [
        (
            TWO.replace(b"Content-Length: ", b"Content-Length: x"),
            f"the record at byte {AT} is damaged: its header has not got a Content-Length",
        ),
        (
            TWO.replace(b"Content-Length: ", b"Content-Length: 9"),
            f"the record of http://a.example/2, at byte {AT}, is damaged: its Content-Length is more than "
            "there is",
        ),
        (
            TWO.replace(b"Content-Length: 2", b"Content-Length: "),
            f"the record of http://a.example/2, at byte {AT}, is damaged: no record starts where its "
            "Content-Length says that it ends",
        ),
        (b"garbage\r\n" * 20, f"byte {AT} is not the start of a WARC record; it is damaged"),
        (TWO.removeprefix(b"WARC"), f"byte {AT} is not the start of a WARC record; it is damaged"),
        (
            response("http://a.example/2", b"not packed", Content_Encoding="gzip"),
            "the record of http://a.example/2 cannot be unpacked: Gzip decompression error: data error",
        ),
    ],
)
def test_after_a_damaged_record_the_next_is_read(damaged: bytes, reason: str) -> None:
    assert uris(read(ONE, damaged, THREE)) == ["http://a.example/1", Fault(reason), "http://a.example/3"]


@pytest.mark.parametrize("size", range(1, len(THREE) - 4, 40))
def test_an_archive_that_breaks_off_gives_its_whole_records(size: int) -> None:
    *whole, last = read(ONE, TWO, THREE[:size])
    assert uris(whole) == ["http://a.example/1", "http://a.example/2"]
    assert isinstance(last, Fault)
    assert last.cut_off or "its header has not got an end" in last.reason or "not the start" in last.reason


def test_too_long_a_record_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MOST_BYTES", 5_000)
    long = response("http://a.example/2", b"x" * 9_000)
    reason = (
        f"the record of http://a.example/2, at byte {AT}, is longer than 5,000 bytes, which no article is"
    )
    assert uris(read(ONE, long, THREE)) == ["http://a.example/1", Fault(reason), "http://a.example/3"]
    reason += ", or its Content-Length is damaged"
    assert uris(read(ONE, long[:8_000])) == ["http://a.example/1", Fault(reason, cut_off=True)]
    bomb = response("http://a.example/2", gzip.compress(bytes(9_000_000)), Content_Encoding="gzip")[:9_999]
    monkeypatch.setattr(sources, "MOST_BYTES", 20_000)
    assert uris(read(ONE, bomb, THREE)) == [
        "http://a.example/1",
        Fault("http://a.example/2 unpacks to more than 20,000 bytes, which no article does"),
        "http://a.example/3",
    ]


def test_headers_whose_lines_end_in_line_feeds_alone_are_read() -> None:
    header, end, body = conversion("http://a.example/1", TEXT).partition(b"\r\n\r\n")
    (found,) = read((header + end).replace(b"\r\n", b"\n") + body)
    assert isinstance(found, Item)
    assert (found.id, found.text) == ("http://a.example/1", TEXT)


@pytest.mark.parametrize("size", [1, 7, 100, 1 << 20])
def test_records_are_found_wherever_the_blocks_are_cut(size: int) -> None:
    data = b"".join((INFO, ONE, b"garbage\r\n", TWO, b"\r\n", THREE))
    found = list(records(iter([data[at : at + size] for at in range(0, len(data), size)])))
    assert [one if isinstance(one, bytes) else type(one) for one in found] == [
        *(one.removesuffix(b"\r\n\r\n") for one in (INFO, ONE)),
        Fault,
        *(one.removesuffix(b"\r\n\r\n") for one in (TWO, THREE)),
    ]


def test_memory_does_not_grow_with_the_archive() -> None:
    long = response("http://a.example/1", b"x" * 90_000)

    def blocks() -> Iterator[bytes]:
        for _ in range(100):
            yield long * 10

    tracemalloc.start()
    count = sum(1 for _ in records(blocks()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 1000
    assert peak < 5_000_000  # of 90 MB


def test_an_archive_of_packed_records_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(b"".join(map(gzip.compress, (INFO, ONE, TWO))))
    source = Source(name=str(path), index=0, path=path)
    found = list(warc.items(source, FeedOptions(), Tally(lambda _: None)))
    assert uris(found) == ["http://a.example/1", "http://a.example/2"]


def test_an_archive_is_recognised() -> None:
    assert warc.recognises(INFO)
    assert warc.recognises(b"WARC/1.1\r\n")
    assert not warc.recognises(b"")
    assert not warc.recognises(b"WAR AND PEACE")


def test_without_fastwarc_a_person_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fastwarc", None)
    warc._fastwarc.cache_clear()
    with pytest.raises(FeedError, match=r"a WARC file needs .* pip install 'wirededup\[warc\]'"):
        read(ONE)
