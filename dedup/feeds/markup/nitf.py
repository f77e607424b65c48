"""NITF 3: news documents of the IPTC, alone, in a row, or in a wrapper of any kind, to items."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dedup.feeds.contract import FeedOptions, Tally
from dedup.feeds.items import Aside, Fault, Item
from dedup.feeds.markup import xml
from dedup.feeds.markup.xml_items import elements
from dedup.feeds.markup.xml_parse import Element
from dedup.feeds.markup.xml_text import article, content, given, line, paragraphs, within
from dedup.feeds.sources import Source

NAME = "NITF"
SUFFIXES: tuple[str, ...] = (".nitf",)

_OPENS = re.compile(rb"<(?:[\w.-]+:)?nitf[\s>]")
# Roots that other formats read, NITF inside them included.
_OTHERS = frozenset(("RDF", "feed", "html", "newsItem", "newsMessage", "NewsML", "packageItem", "rss"))


def recognises(head: bytes) -> bool:
    """Whether the root is `nitf`, or a wrapper of no format known with a `nitf` in it near the start."""
    found = xml.root(head)
    if found is None or found[1] in _OTHERS:
        return False
    return found[1] == "nitf" or _OPENS.search(head) is not None


def items(source: Source, options: FeedOptions, tally: Tally) -> Iterator[Item | Fault | Aside]:
    """Every `nitf` of a document."""
    for element in elements(source.blocks(seen=tally.seen), ("nitf",), encoding=options.encoding):
        yield element if isinstance(element, Fault) else article(_item(element))


def _item(nitf: Element) -> Item:
    parts = within(nitf)
    head, body = within(parts.get("head")), within(parts.get("body"))
    docdata, above = within(head.get("docdata")), within(body.get("body.head"))
    management = head.get("docdata")
    status = given(management, "management-status")
    published = given(docdata.get("date.issue"), "norm")
    released = given(docdata.get("date.release"), "norm")
    return Item(
        text=content(nitf) or _abstract(above),
        id=given(docdata.get("doc-id"), "id-string") or given(docdata.get("du-key"), "key"),
        version=given(docdata.get("du-key"), "version", "generation"),
        title=line(within(above.get("hedline")).get("hl1")) or line(head.get("title")),
        source=_source(head, docdata, above),
        published=published or released or _printed(head, above),
        prior_ids=_prior_ids(management, docdata),
        byline=line(above.get("byline")),
        status=status,
        embargoed=released if status is not None and status.lower() == "embargoed" else None,
    )


def _abstract(above: Mapping[str, Element]) -> str:
    """The summary, which is all there is of a flash."""
    abstract = above.get("abstract")
    return "" if abstract is None else paragraphs(abstract)


def _source(
    head: Mapping[str, Element], docdata: Mapping[str, Element], above: Mapping[str, Element]
) -> str | None:
    return (
        line(within(above.get("distributor")).get("org"))
        or line(above.get("distributor"))
        or given(docdata.get("doc.copyright"), "holder")
        or given(head.get("pubdata"), "name")
        or given(docdata.get("doc-id"), "regsrc")
    )


def _printed(head: Mapping[str, Element], above: Mapping[str, Element]) -> str | None:
    """When it was in print, or else the day in the dateline."""
    printed = given(head.get("pubdata"), "date.publication")
    return printed or given(within(above.get("dateline")).get("story.date"), "norm")


def _prior_ids(management: Element | None, docdata: Mapping[str, Element]) -> list[str] | None:
    """The document that this one manages, and the one that it corrects."""
    found = (given(management, "management-doc-idref"), given(docdata.get("correction"), "id-string"))
    own = given(docdata.get("doc-id"), "id-string")
    return [prior for prior in dict.fromkeys(found) if prior and prior != own] or None
