"""What every format is told by, and what is read from the real examples of each."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dedup.errors import FeedError
from dedup.feeds import inventory, read
from dedup.feeds.formats import readers, recognise
from dedup.feeds.sources import Source
from dedup.feeds.web import pages, warc
from tests.feeds.made import rejects

FIXTURES = Path(__file__).parent / "fixtures"

# Words and paragraphs of each text item; all other files hold pictures, events, packages and the like.
REAL = {
    "newsml-g2/LISTING_22_Sports_story_in_NewsML-G2NITF.xml": (205, 6),
    "newsml-g2/LISTING_25_An_NITF_marked-up_article_conveyed_in_inlineXML.xml": (47, 1),
    "newsml-g2/LISTING_2_NewsML-G2_Text_Document.xml": (133, 2),
    "ninjs/1.4/businesswire-newsml-20130515006361.json": (73, 1),
    "ninjs/1.4/businesswire-newsml-20130605006126.json": (4, 1),
    "ninjs/1.4/businesswire-newsml-20130612006110.json": (6, 1),
    "ninjs/1.4/businesswire-newsml-20130731006140.json": (51, 1),
    "ninjs/1.4/ninjsExComplex1.json": (158, 4),
    "ninjs/1.4/ninjsExComplex2.json": (158, 4),
    "ninjs/1.4/ninjsExMediumText1.json": (158, 4),
    "ninjs/1.4/ninjsExSimpleText1.json": (158, 4),
    "ninjs/2.1/businesswire-newsml-20130605006126.json": (4, 1),
    "ninjs/2.1/businesswire-newsml-20130731006140.json": (51, 1),
    "ninjs/2.1/dpa_text.json": (437, 9),
    "ninjs/2.1/ninjsExSimpleText_2.json": (158, 4),
    "ninjs/2.1/ntb_text.json": (22, 1),
    "ninjs/2.1/schema-extension/extension-example.json": (166, 7),
    "ninjs/2.1/tt_text_image_2.json": (166, 7),
    "ninjs/3.0/20231008-anti-doping-measures-at-the-tour-down-under-will-be-the-toughest-ever-addb-ninjs-nitf"
    ".json": (484, 18),
    "ninjs/3.0/businesswire-newsml-20130605006126.json": (4, 1),
    "ninjs/3.0/businesswire-newsml-20130731006140.json": (51, 1),
    "ninjs/3.0/dpa_text.json": (437, 9),
    "ninjs/3.0/ninjsExSimpleText_3.json": (158, 4),
    "ninjs/3.0/ntb_text.json": (22, 1),
    "ninjs/3.0/tt_text_image_3.json": (166, 7),
    "ninjs/NewsML/businesswire-newsml-20130515006361.xml": (1267, 28),
    "ninjs/NewsML/businesswire-newsml-20130605006126.xml": (50, 13),
    "ninjs/NewsML/businesswire-newsml-20130612006110.xml": (41, 22),
    "ninjs/NewsML/businesswire-newsml-20130731006140.xml": (557, 15),
}


def test_every_text_item_of_the_real_examples_is_read(shared: Path) -> None:
    folder = shared / "formats"
    feed = read([folder])
    found = {
        feed.inputs[article["input"]].removeprefix(f"{folder}/"): (
            len(article["text"].split()),
            len(article["text"].split("\n\n")),
        )
        for article in feed.articles.to_pylist()
    }
    assert found == REAL
    assert feed.articles.num_rows == len(REAL)
    assert rejects(feed) == []
    assert (feed.counts["items_without_text"], feed.counts["packages"]) == (57, 3)
    assert feed.counts["unknown_files"] == 6  # a README, a schema, and four pieces of documents


def test_the_inventory_of_the_real_examples_tells_each_format(shared: Path) -> None:
    told = inventory(read([shared / "formats"]))
    assert {each["format"]: (each["inputs"], each["articles"]) for each in told["formats"]} == {
        "NewsML-G2": (25, 2),
        "NITF": (1, 1),
        "ninjs": (42, 22),
        "NewsML 1": (4, 4),
    }


def form_of(name: str, data: bytes) -> str:
    return recognise(Source(name=name, index=0), data, {})


FORMS = {
    "anpa": "text wire",
    "atom": "RSS or Atom",
    "html": "HTML page",
    "iptc7901": "text wire",
    "jsonfeed": "JSON Feed",
    "newsml": "NewsML 1",
    "newsml-g2": "NewsML-G2",
    "ninjs": "ninjs",
    "nitf": "NITF",
    "rss": "RSS or Atom",
}
FILES = sorted(path for path in FIXTURES.rglob("*") if path.is_file())


def test_every_format_has_fixtures() -> None:
    assert {path.parent.name for path in FILES} == FORMS.keys()


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_document_is_told_by_its_content_whatever_it_is_named(path: Path) -> None:
    told = form_of("feed", path.read_bytes())
    expected = FORMS[path.parent.name]
    assert told == ("ninjs JSON lines" if path.suffix == ".jsonl" else expected)


@pytest.mark.parametrize(
    ("name", "data", "form"),
    [
        ("a.jsonl", b'{"text": "a"}\n', "JSON lines"),
        ("a", b'{"text": "a"}\n{"text": "b"}\n', "JSON lines"),
        ("a.json", b'{"text": "a"}', "JSON lines"),
        ("a.json", b'{\n "text": "a"\n}', "JSON"),
        ("a.txt", b'[{"text": "a"}]', "JSON"),
        ("a.jsonl", b'{ broken\n{"text": "a"}\n', "JSON lines"),
        ("a.json", b'{"status": "ok", "articles": [{"content": "a"}]}', "JSON"),
        ("a.json", b'{"_items": [{"guid": "a", "pubstatus": "usable"}], "_meta": {}}', "ninjs"),
        ("a.json", b'{"text": "a", "items": [{"text": "b"}]}', "JSON lines"),
        ("a.csv", b'{"text": "a"}\n', "CSV"),
        ("a.tsv", b"id\theadline\tbody\n1\tH\tB\n", "CSV"),
        ("a", b"id,body\rtext\n1,B\n", ""),
        ("a", b"PAR1\x15\x04", "Parquet"),
        ("a.txt", b"Words of a story.", "plain text"),
        ("a", b"Words of a story.", ""),
        ("a.xml", b"<?xml version='1.0'?><settings/>", ""),
        ("a.png", b"\x89PNG\r\n\x1a\n\0", ""),
    ],
)
def test_what_else_there_is_is_told_by_content_and_name(name: str, data: bytes, form: str) -> None:
    assert form_of(name, data) == form


def test_no_two_readers_have_one_name() -> None:
    assert len({reader.NAME for reader in readers()}) == len(readers())


@pytest.mark.parametrize(
    ("library", "data", "message"),
    [
        ("trafilatura", b"<!DOCTYPE html><html></html>", "an HTML page needs trafilatura to be read"),
        ("fastwarc", b"WARC/1.0\r\nWARC-Type: warcinfo\r\n", "a WARC file needs fastwarc to be read"),
    ],
)
def test_a_library_that_is_missing_is_named_with_the_file_that_needs_it(
    library: str, data: bytes, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name in ((pages, "_trafilatura"), (warc, "_fastwarc")):
        monkeypatch.setattr(module, name, getattr(module, name).__wrapped__)
    monkeypatch.setitem(sys.modules, library, None)
    (tmp_path / "feed").write_bytes(data)
    with pytest.raises(FeedError, match=rf"^{tmp_path}/feed: {message}: pip install 'wirededup\["):
        read([tmp_path / "feed"])
