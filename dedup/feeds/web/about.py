"""What a web page says of itself, in meta elements, JSON-LD and markup: title, address, outlet and times.

trafilatura's own search takes 2 s for 30 kB of `<!--` in a meta element, and 8 s for 60 kB; and of a time it
tells just the day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_TITLE = ("og:title", "headline", "twitter:title", "dc.title")
_SOURCE = ("og:site_name", "application-name", "publisher", "dc.publisher")
_URL = ("og:url", "twitter:url")
_PUBLISHED = (
    *("article:published_time", "og:published_time", "datepublished", "date", "dc.date.issued", "dc.date"),
    *("dcterms.issued", "dcterms.created", "pubdate", "publishdate", "publish-date", "publish_date"),
    *("parsely-pub-date", "sailthru.date", "article.published", "cxenseparse:recs:publishtime"),
)
_MODIFIED = ("article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "last-modified")

_HEADLINES = (
    "//h1[@itemprop='headline']",
    "//article//h1",
    "//main//h1",
)
_TIMES = (
    "//time[@itemprop='datePublished' or @pubdate]/@datetime",
    "//article//time/@datetime",
    "//main//time/@datetime",
)
_LINKED = re.compile(r'"(datePublished|dateModified)"\s*+:\s*+"([^"\\]{4,64})"')
_DAY_IN_URL = re.compile(r"/((?:19|20)\d\d)[/-](\d\d?)[/-](\d\d?)(?=/|-|$)")
_OF_SITE = re.compile(r"\s+[|–—•·»-]\s+")  # between the title and the name of the site

_LONGEST = 2000  # characters: what is longer is data


class About(NamedTuple):
    """What a page says of itself; absent what it does not say."""

    title: str | None
    url: str | None
    source: str | None
    published: str | None
    modified: str | None


def about(tree: HtmlElement, url: str | None = None) -> About:
    """What the page at `url`, if that is known, says of itself."""
    meta = _meta(tree)
    linked = _linked(tree)
    url = _address(tree, meta) or url
    source = _of(meta, _SOURCE) or _host(url)
    published = _of(meta, _PUBLISHED[:3]) or linked.get("datePublished") or _of(meta, _PUBLISHED[3:])
    return About(
        title=_title(tree, meta, source),
        url=url,
        source=source,
        published=published or next(_found(tree, _TIMES), None) or _day_in(url),
        modified=_of(meta, _MODIFIED) or linked.get("dateModified"),
    )


def _meta(tree: HtmlElement) -> dict[str, str]:
    """The first content of each name of a meta element, in lower case."""
    said: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        if content := _line(element.get("content", "")):
            said.setdefault(name.strip().lower(), content)
    return said


def _of(meta: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((meta[name] for name in names if name in meta), None)


def _linked(tree: HtmlElement) -> dict[str, str]:
    """The times that JSON-LD tells of an article, the first of each kind."""
    times: dict[str, str] = {}
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        if "Article" in (script.text or ""):
            for name, time in _LINKED.findall(script.text or ""):
                times.setdefault(name, time)
    return times


def _address(tree: HtmlElement, meta: dict[str, str]) -> str | None:
    found = (*_found(tree, ("//link[@rel='canonical']/@href",)), _of(meta, _URL) or "")
    return next((url for url in found if url.lower().startswith(("http://", "https://"))), None)


def _host(url: str | None) -> str | None:
    try:
        return (urlsplit(url or "").hostname or "").removeprefix("www.") or None
    except ValueError:  # half an IPv6 address, say
        return None


def _day_in(url: str | None) -> str | None:
    found = _DAY_IN_URL.search(url or "")
    return f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}" if found else None


def _title(tree: HtmlElement, meta: dict[str, str], source: str | None) -> str | None:
    headline = next(_found(tree, _HEADLINES), None)
    if headline is None and len(only := list(_found(tree, ("//h1",)))) == 1:
        headline = only[0]
    title = _of(meta, _TITLE) or next(_found(tree, ("//head/title", "//title")), None)
    return headline or (title and _without_site(title, source))


def _without_site(title: str, source: str | None) -> str:
    """A page's title less the name of the site at its end: a known one, or any after a bar."""
    marks = list(_OF_SITE.finditer(title))
    if not marks:
        return title
    site = title[marks[-1].end() :]
    known = source is not None and site.casefold() == source.casefold()
    return title[: marks[-1].start()] if known or "|" in marks[-1][0] else title


def _found(tree: HtmlElement, paths: tuple[str, ...]) -> Iterator[str]:
    """What is at the paths, elements by their text, in the order of the paths."""
    for path in paths:
        for found in tree.xpath(path):
            said = found if isinstance(found, str) else "".join(found.itertext())
            if line := _line(said):
                yield line


def _line(text: str) -> str | None:
    return " ".join(text.split()) or None if len(text) <= _LONGEST else None
