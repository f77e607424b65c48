"""RSS 0.9x, 1.0 and 2.0, and Atom, to articles.

lxml reads the XML, mended where it must be, and finds the items; what each says is told by `entries`.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dedup.feeds import html
from dedup.feeds.contract import FeedOptions, Tally
from dedup.feeds.items import Aside, Fault, Item
from dedup.feeds.markup.xml import root
from dedup.feeds.sources import Source
from dedup.feeds.web import entries
from dedup.feeds.web.mending import mended
from dedup.feeds.web.whole import decoded, line, tidy, whole

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

NAME = "RSS or Atom"
SUFFIXES: tuple[str, ...] = (".rss", ".atom", ".rdf")

_ROOTS = ("rss", "RDF", "feed")
_RSS_IN_RDF = ("http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/")
_ATOM = ("http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#")
_ROOT = re.compile(r"<(?:[\w.-]+:)?(?:rss|RDF|feed)(?=[\s>])")
_ITEM_TAG = re.compile(r"<(?P<end>/?)(?:[\w.-]+:)?(?:item|entry)(?=[\s>])")
_END = re.compile(r"</(?:[\w.-]+:)?(?:rss|RDF|feed|channel)\s*>")


def recognises(head: bytes) -> bool:
    """Whether the root element is that of a feed; RDF has other uses, too, and so has a name like `feed`."""
    found = root(head)
    if found is None or found[1] not in _ROOTS:
        return False
    if found[1] == "RDF":
        return any(name in decoded(head) for name in _RSS_IN_RDF)
    return found[1] == "rss" or found[0] in ("", *_ATOM)


def items(source: Source, options: FeedOptions, tally: Tally) -> Iterator[Item | Fault | Aside]:
    """The feed's items; where it breaks off, the whole ones."""
    del options
    document = whole(source, tally)
    text = decoded(document.data)
    start = _ROOT.search(text)
    if start is None:
        yield Fault("it holds no feed: there is no element `rss`, `RDF` or `feed`", cut_off=True)
    else:
        # Without what stands before the root, above all a DOCTYPE: no entity can be declared elsewhere.
        before = "\n" * text.count("\n", 0, start.start())  # lines are told by their number
        yield from _of_feed(before + text[start.start() :], untold=document.cut is None)
    yield from document.told()


def _of_feed(text: str, *, untold: bool) -> Iterator[Item | Fault | Aside]:
    tree, why = _parsed(text)
    broken_off = None
    if why:
        broken_off = _broken_off(text)
        text = mended(text[:broken_off])
        tree, _ = _parsed(text, recover=True)
    found = [] if tree is None else list(tree.iter("{*}item", "{*}entry"))
    title = None if tree is None else _title_of(tree)
    for element, entry in zip(found, entries.entries(found), strict=True):
        yield _item(element, entry, title)
    lost = sum(not tag["end"] for tag in _ITEM_TAG.finditer(text)) - len(found) if why else 0
    if lost > 0:
        yield Fault(f"{lost} of its items cannot be made out, since it is no XML: {why}")
    if broken_off is not None and untold:
        yield Fault(f"the feed breaks off: {why}", cut_off=True)


def _parsed(text: str, *, recover: bool = False) -> tuple[Element | None, str]:
    """The root, and why it is no XML, where that is so."""
    from lxml import etree  # only for feeds that need it

    parser = etree.XMLParser(
        recover=recover,
        resolve_entities=False,
        no_network=True,
        huge_tree=True,  # a text may be longer than 10 MB
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(text.encode(), parser), ""
    except etree.XMLSyntaxError as error:
        return None, (error.msg or "it is damaged").partition("\n")[0]


def _broken_off(text: str) -> int | None:
    """Where the last whole item ends in a feed without an end; None where it has one."""
    last = next(iter(deque(_ITEM_TAG.finditer(text), maxlen=1)), None)
    if _END.search(text, last.start() if last else 0):
        return None
    return last.start() if last and not last["end"] else len(text)


def _title_of(tree: Element) -> str | None:
    """What the feed is called: RSS 1.0 has its items beside the channel, and the others in it."""
    for above in (tree, *tree.iterchildren("{*}channel")):
        for title in above.iterchildren("{*}title"):
            if said := line(_plain("".join(map(str, title.itertext())))):
                return said
    return None


def _item(
    element: Element, entry: dict[str, Any] | Exception, feed_title: str | None
) -> Item | Fault | Aside:
    if isinstance(entry, Exception):
        return Fault(f"the item in line {element.sourceline} cannot be read: {entry!r:.200}")
    is_atom = entries.is_atom(element)
    details = [*entry.get("content", ()), entry.get("summary_detail", {})]
    text = max((_said(detail, is_atom) for detail in details), key=len)
    if not text:
        return Aside("items_without_text")
    link = line(entry.get("link"))  # feedparser takes an id for one
    url = link if link and (entry.get("links") or link.startswith(("http://", "https://"))) else None
    published = line(entry.get("published")) or line(entry.get("created"))
    updated = line(entry.get("updated"))
    return Item(
        text=text,
        id=line(entry.get("id")) or url,
        version=updated if published != updated and published else None,
        title=line(_said(entry.get("title_detail", {}), is_atom)),
        source=line(_plain(entry.get("source", {}).get("title", ""))) or feed_title,
        published=published or updated,
        url=url,
    )


def _said(detail: dict[str, Any], is_atom: bool) -> str:
    """Atom says which texts are plain; in RSS any may be HTML."""
    value = detail.get("value", "")
    return tidy(value) if is_atom and detail.get("type") == "text/plain" else _plain(value)


def _plain(text: str) -> str:
    return tidy(html.plain(text) if "<" in text or "&" in text else text)
