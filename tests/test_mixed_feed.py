"""One story as agencies and aggregators send it, in a folder of all formats: one cluster, each row right."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import NamedTuple

import pytest

from dedup import find_duplicates

PARAGRAPHS = (
    "PORT SEVERIN – A barge loaded with four hundred pianos broke its moorings in the night and drifted two "
    "kilometres down the Orle before a sandbank at Kestrel Point stopped it.",
    "Nobody was hurt. The pianos, bound for music schools in the interior, stood under tarpaulins and are "
    "dry, said the harbour master, Dorte Velling, who went through them with a torch & a tuning fork.",
    "“About one in ten is out of tune,” she said, “and I am told that they left the factory like that.”",
    "The barge will be pulled free at high water on Thursday. Until then the ferry to Lindmoor runs every "
    "second hour, and passengers are asked not to play.",
)
TITLE = "Four hundred pianos go aground at Kestrel Point"
HTML = "".join(f"<p>{escape(each, quote=False)}</p>" for each in PARAGRAPHS)


class Sent(NamedTuple):
    """A file of the feed, and what its row must say."""

    name: str
    data: str
    source: str
    published: str
    version: str


def ninjs() -> Sent:
    item = {"uri": "hw-900", "type": "text", "version": "3", "versioncreated": "2026-04-07T06:10:00Z"}
    more = {
        "headline": TITLE,
        "infosource": [{"name": "Halcyon Wire"}],
        "body_xhtml": HTML,
        "pubstatus": "usable",
    }
    return Sent("a.json", json.dumps({**item, **more}, indent=1), "Halcyon Wire", "06:10", "3")


def newsml_g2() -> Sent:
    data = f"""<?xml version="1.0" encoding="UTF-8"?>
<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:newsml:ostra:900" version="2">
<itemMeta><itemClass qcode="ninat:text"/><provider><name>Ostra Press Agency</name></provider>
<versionCreated>2026-04-07T06:20:00Z</versionCreated><pubStatus qcode="stat:usable"/>
<edNote>Adds ferry</edNote></itemMeta>
<contentMeta><headline>{TITLE}</headline></contentMeta>
<contentSet><inlineXML contenttype="application/xhtml+xml">
<html xmlns="http://www.w3.org/1999/xhtml"><body>{HTML}</body></html></inlineXML></contentSet></newsItem>"""
    return Sent("b.xml", data, "Ostra Press Agency", "06:20", "2")


def newsml() -> Sent:
    data = f"""<?xml version="1.0"?>
<NewsML Version="1.2"><NewsEnvelope><DateAndTime>20260407T063000Z</DateAndTime></NewsEnvelope>
<NewsItem><Identification><NewsIdentifier><ProviderId>mereside.example</ProviderId><DateId>20260407</DateId>
<NewsItemId>900</NewsItemId><RevisionId PreviousRevision="3" Update="N">4</RevisionId>
<PublicIdentifier>urn:newsml:mereside.example:20260407:900:4</PublicIdentifier></NewsIdentifier></Identification>
<NewsManagement><NewsItemType FormalName="News"/><FirstCreated>20260407T063000Z</FirstCreated>
<ThisRevisionCreated>20260407T063000Z</ThisRevisionCreated><Status FormalName="Usable"/></NewsManagement>
<NewsComponent><NewsLines><HeadLine>{TITLE}</HeadLine></NewsLines>
<AdministrativeMetadata><Provider><Party FormalName="Mereside Chronicle"/></Provider></AdministrativeMetadata>
<ContentItem><MediaType FormalName="Text"/><DataContent><body>{HTML}</body></DataContent></ContentItem>
</NewsComponent></NewsItem></NewsML>"""
    return Sent("c.xml", data, "Mereside Chronicle", "06:30", "4")


def nitf() -> Sent:
    data = f"""<?xml version="1.0"?>
<nitf><head><title>{TITLE}</title><docdata><doc-id id-string="bg-900" regsrc="BG"/>
<du-key key="pianos" version="5"/><date.issue norm="20260407T064000Z"/>
<doc.copyright holder="Brackwater Gazette"/></docdata></head>
<body><body.head><hedline><hl1>{TITLE}</hl1></hedline></body.head>
<body.content>{HTML}</body.content></body></nitf>"""
    return Sent("d.xml", data, "Brackwater Gazette", "06:40", "5")


def rss() -> Sent:
    data = f"""<?xml version="1.0"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Kestrel Daily</title><item><guid>kd-900</guid><title>{TITLE}</title>
<link>https://kestreldaily.example/900</link><pubDate>Tue, 07 Apr 2026 06:50:00 GMT</pubDate>
<description>A barge breaks loose.</description><content:encoded><![CDATA[{HTML}]]></content:encoded>
</item></channel></rss>"""
    return Sent("e.xml", data, "Kestrel Daily", "06:50", "")


def atom() -> Sent:
    data = f"""<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>The Lindmoor Echo</title><id>le</id>
<updated>2026-04-07T07:00:00Z</updated><entry><id>le-900</id><title>{TITLE}</title>
<published>2026-04-07T07:00:00Z</published><updated>2026-04-07T07:00:00Z</updated>
<content type="html">{escape(HTML)}</content></entry></feed>"""
    return Sent("f.xml", data, "The Lindmoor Echo", "07:00", "")


def json_lines() -> Sent:
    record = {"id": "ps-900", "title": TITLE, "source": "Port Severin Courier", "revision": 7}
    text = "\n\n".join(PARAGRAPHS)
    data = json.dumps({**record, "published": "2026-04-07T07:10:00Z", "body": text}) + "\n"
    return Sent("g.jsonl", data, "Port Severin Courier", "07:10", "7")


def json_feed() -> Sent:
    item = {"id": "tv-900", "title": TITLE, "content_html": HTML, "date_published": "2026-04-07T07:20:00Z"}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Tarn Valley News", "items": [item]}
    return Sent("h.json", json.dumps(feed), "Tarn Valley News", "07:20", "")


def html_page() -> Sent:
    data = f"""<!DOCTYPE html><html><head><title>{TITLE} | Saltmarsh Mail</title>
<meta property="og:title" content="{TITLE}"><meta property="og:site_name" content="Saltmarsh Mail">
<link rel="canonical" href="https://saltmarshmail.example/900">
<meta property="article:published_time" content="2026-04-07T07:30:00Z"></head>
<body><nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav>
<article><h1>{TITLE}</h1>{HTML}</article><footer>All rights reserved.</footer></body></html>"""
    return Sent("i.html", data, "Saltmarsh Mail", "07:30", "")


def text_wire() -> Sent:
    lines = "\r\n".join(f"   {each}" for each in PARAGRAPHS)
    data = f"\x01HAL0900 4 pol 100 pianos\r\n\x02{TITLE} =\r\n\r\n{lines}\r\n\x03070740 Apr 26\r\n\x04"
    return Sent("j", data, "HAL", "07:40", "")


FORMATS: tuple[Callable[[], Sent], ...] = (
    *(ninjs, newsml_g2, newsml, nitf, rss, atom, json_lines, json_feed, html_page, text_wire),
)


@pytest.mark.parametrize("packed", [False, True])
def test_one_story_in_all_formats_is_one_cluster_and_each_row_says_what_was_sent(
    tmp_path: Path, packed: bool
) -> None:
    for number, sent in enumerate(each() for each in FORMATS):
        data = sent.data.encode()
        folder = tmp_path / f"day{number % 3}"
        folder.mkdir(exist_ok=True)
        name = f"{sent.name}.gz" if packed and number % 2 else sent.name
        (folder / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    found = find_duplicates(tmp_path)
    assert len(found.rejects) == 0
    clusters = found.clusters.fillna({"version": "", "relation": ""})
    assert clusters["cluster_id"].nunique() == 1
    assert set(clusters["title"]) == {TITLE}
    assert set(clusters["relation"]) <= {"", "exact", "version"}
    assert {(row.source, f"{row.published:%H:%M}", row.version) for row in clusters.itertuples()} == {
        (sent.source, sent.published, sent.version) for sent in (each() for each in FORMATS)
    }
    texts = set(found.articles["text"])
    assert texts == {"\n\n".join(PARAGRAPHS)}
