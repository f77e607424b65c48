"""NewsML-G2: news items of the IPTC, alone or in news messages, to items; packages and concepts aside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dedup.feeds.contract import FeedOptions, Tally
from dedup.feeds.items import Aside, Fault, Item
from dedup.feeds.markup import xml
from dedup.feeds.markup.xml_items import elements
from dedup.feeds.markup.xml_parse import Element
from dedup.feeds.markup.xml_text import article, content, given, is_kill, line, local, within
from dedup.feeds.sources import Source

NAME = "NewsML-G2"
SUFFIXES: tuple[str, ...] = (".newsmlg2",)

_NAMESPACE = "http://iptc.org/std/nar/"  # a date follows
_ITEMS = ("newsItem", "packageItem", "conceptItem", "knowledgeItem", "planningItem", "catalogItem")
_NO_TEXT = frozenset(("animation", "audio", "graphic", "picture", "video"))
# Links from an item to what it takes the place of, or was made from.
_PRIOR = frozenset(("previousversion", "evolvedfrom", "derivedfrom", "replaces", "updates", "corrects"))


def recognises(head: bytes) -> bool:
    """Whether the root is an item of NewsML-G2 or a message of such."""
    namespace, name = xml.root(head) or ("", "")
    is_ours = not namespace or namespace.startswith(_NAMESPACE)
    return is_ours and name in (*_ITEMS, "newsMessage")


def items(source: Source, options: FeedOptions, tally: Tally) -> Iterator[Item | Fault | Aside]:
    """Every item of a document, of a message, or of the items in a row."""
    for element in elements(source.blocks(seen=tally.seen), _ITEMS, encoding=options.encoding):
        yield element if isinstance(element, Fault) else _read(element)


def _read(element: Element) -> Item | Aside:
    name = local(element.tag)
    if name == "packageItem":
        return Aside("packages")
    return _article(element) if name == "newsItem" else Aside("items_without_text")


def _article(element: Element) -> Item | Aside:
    parts = within(element)
    about, of_content = within(parts.get("itemMeta")), within(parts.get("contentMeta"))
    own, status = given(element, "guid"), _code(about.get("pubStatus"), "qcode", "uri", "literal")
    if _code(about.get("itemClass"), "qcode", "uri") in _NO_TEXT and not is_kill(status):
        return Aside("items_without_text")  # what text it has is a caption, or the script of a film
    return article(
        Item(
            text=_text(parts.get("contentSet")),
            id=own,
            version=given(element, "version"),
            title=line(of_content.get("headline")) or line(about.get("title")),
            source=_source(about, of_content, within(parts.get("rightsInfo"))),
            published=line(about.get("firstCreated")) or line(about.get("versionCreated")),
            prior_ids=_prior_ids(parts.get("itemMeta"), own),
            byline=line(of_content.get("by")) or line(within(of_content.get("creator")).get("name")),
            status=status,
            embargoed=line(about.get("embargoed")),
        )
    )


def _code(element: Element | None, *names: str) -> str | None:
    """The last part of the first of these attributes: `canceled` of `stat:canceled`, or of its address."""
    value = given(element, *names)
    return value.replace("/", ":").rstrip(":").rpartition(":")[2] or None if value else None


def _name(party: Element | None) -> str | None:
    return line(within(party).get("name")) or _code(party, "qcode", "literal")


def _source(
    about: Mapping[str, Element], of_content: Mapping[str, Element], rights: Mapping[str, Element]
) -> str | None:
    return (
        _name(of_content.get("infoSource"))
        or line(of_content.get("creditline"))
        or _name(about.get("provider"))
        or _name(rights.get("copyrightHolder"))
    )


def _prior_ids(about: Element | None, own: str | None) -> list[str] | None:
    links = about.iterchildren("{*}link") if about is not None else ()
    found = [
        given(link, "residref", "href")
        for link in links
        if (_code(link, "rel", "reluri") or "").lower() in _PRIOR
    ]
    return [prior for prior in dict.fromkeys(found) if prior and prior != own] or None


def _text(renditions: Element | None) -> str:
    """The text of one rendition: rather with markup, which has paragraphs for sure; else the longest."""
    marked, plain = [""], [""]
    for rendition in renditions.iterchildren("*") if renditions is not None else ():
        kind = rendition.get("contenttype", "text/").lower()
        if local(rendition.tag) == "inlineXML":
            marked.append(content(rendition))
        elif local(rendition.tag) == "inlineData" and (kind.startswith("text/") or "ml" in kind):
            (marked if "ml" in kind else plain).append(content(rendition, markup="html" in kind))
    return max(marked, key=len) or max(plain, key=len)
