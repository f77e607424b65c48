"""NewsML 1: news items as AFP and Business Wire send them to items, a story told in two languages to two."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dedup.feeds.contract import FeedOptions, Tally
from dedup.feeds.items import Aside, Fault, Item
from dedup.feeds.markup import xml
from dedup.feeds.markup.newsml_stories import stories
from dedup.feeds.markup.xml_items import elements
from dedup.feeds.markup.xml_parse import Element
from dedup.feeds.markup.xml_text import article, given, is_kill, line, local, within
from dedup.feeds.sources import Source

NAME = "NewsML 1"
SUFFIXES: tuple[str, ...] = (".newsml",)

_REVISION = re.compile(r":(\d{1,9})[A-Z]?$")  # at the end of `urn:newsml:example.com:20260714:story:2U`


def recognises(head: bytes) -> bool:
    """Whether the root is `NewsML`."""
    return (xml.root(head) or ("", ""))[1] == "NewsML"


def items(source: Source, options: FeedOptions, tally: Tally) -> Iterator[Item | Fault | Aside]:
    """Every story of every news item; those without any, once."""
    sender = None
    blocks = source.blocks(seen=tally.seen)
    for element in elements(blocks, ("NewsItem",), ("NewsEnvelope",), options.encoding):
        if isinstance(element, Fault):
            yield element
        elif local(element.tag) == "NewsEnvelope":
            sender = _party(within(element).get("SentFrom"))
        else:
            yield from _read(element, sender)


def _read(element: Element, sender: str | None) -> Iterator[Item | Aside]:
    item = _item(element, sender)
    told = stories(element)
    if not told and not is_kill(item.status) and _is_package(element):
        yield Aside("packages")
    elif not told:
        yield article(item)
    taken: set[str] = set()
    for number, story in enumerate(told, start=1):
        mark = "" if number == 1 else f"#{story.language if story.language not in taken else number}"
        taken.add(story.language)
        own = f"{item.id}{mark}" if item.id else None
        yield article(item._replace(text=story.text, title=story.title, id=own))


def _is_package(element: Element) -> bool:
    return next(element.iterdescendants("{*}NewsItemRef", "{*}NewsItem"), None) is not None


def _item(element: Element, sender: str | None) -> Item:
    parts = within(element)
    identity = within(within(parts.get("Identification")).get("NewsIdentifier"))
    management = within(parts.get("NewsManagement"))
    own, status = _id(identity), given(management.get("Status"), "FormalName")
    return Item(
        text="",
        id=own,
        version=line(identity.get("RevisionId")) or _revision(identity),
        title=line(next(element.iterdescendants("{*}HeadLine"), None)),
        source=_source(element) or sender or line(identity.get("ProviderId")),
        published=line(management.get("FirstCreated")) or line(management.get("ThisRevisionCreated")),
        prior_ids=_prior_ids(parts.get("NewsManagement"), own),
        byline=line(next(element.iterdescendants("{*}ByLine"), None)),
        status=status,
        embargoed=_embargoed(management, status),
    )


def _id(identity: Mapping[str, Element]) -> str | None:
    """The same for all revisions: as the public identifier is made, less the revision at its end."""
    names = [line(identity.get(name)) for name in ("ProviderId", "DateId", "NewsItemId")]
    if names[0] and names[2]:
        return ":".join(["urn:newsml", *filter(None, names)])
    public = line(identity.get("PublicIdentifier"))
    return _REVISION.sub("", public) if public else names[2]


def _revision(identity: Mapping[str, Element]) -> str | None:
    found = _REVISION.search(line(identity.get("PublicIdentifier")) or "")
    return found[1] if found else None


def _party(parent: Element | None) -> str | None:
    return given(within(parent).get("Party"), "FormalName")


def _source(element: Element) -> str | None:
    """Whom the item is from: not `Source`, which in press releases is the company that they are about."""
    provider = _party(next(element.iterdescendants("{*}Provider"), None))
    return provider or line(next(element.iterdescendants("{*}CreditLine"), None))


def _prior_ids(management: Element | None, own: str | None) -> list[str] | None:
    found = management.iterchildren("{*}DerivedFrom") if management is not None else ()
    priors = [_REVISION.sub("", given(derived, "NewsItem") or "") for derived in found]
    return [prior for prior in dict.fromkeys(priors) if prior and prior != own] or None


def _embargoed(management: Mapping[str, Element], status: str | None) -> str | None:
    """When the embargo ends, where the item says so."""
    change = within(management.get("StatusWillChange"))
    future = given(change.get("FutureStatus"), "FormalName")
    ends = (status or "").lower() == "embargoed" and (future or "usable").lower() == "usable"
    return line(change.get("DateAndTime")) if ends else None
