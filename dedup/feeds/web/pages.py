"""Web pages to articles: the main text, as trafilatura finds it, and what the page says of itself."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from dedup.errors import FeedError
from dedup.feeds.contract import FeedOptions, Tally
from dedup.feeds.items import Aside, Fault, Item
from dedup.feeds.sources import Source
from dedup.feeds.web.about import about
from dedup.feeds.web.maintext import main_text
from dedup.feeds.web.whole import decoded, whole

if TYPE_CHECKING:
    from lxml.html import HtmlElement

NAME = "HTML page"
SUFFIXES: tuple[str, ...] = (".html", ".htm", ".xhtml")

# Possessive, so that 64 KiB of anything are gone through once.
_START = re.compile(
    r"(?:\s++|<\?xml[^>]*+>|<!--.*?-->)*+<(?:!doctype\s+html|html|head|body|meta)(?=[\s>])",
    re.IGNORECASE | re.DOTALL,
)
_DECLARATION = re.compile(r"\s*+<\?xml[^>]*+>")
_CHARSET = re.compile(rb"""<meta\s[^<>]*?charset\s*=\s*["']?\s*([A-Za-z0-9._:-]+)""", re.IGNORECASE)
_LOOKED_AT = 4096  # bytes for the encoding: HTML wants it within the first 1,024

_LONGEST = 8 << 20  # characters
_MOST_ELEMENTS = 100_000  # of hostile ones, each takes trafilatura up to 90 µs
_MANY = 1 << 20  # characters: trafilatura keeps the last thousands of texts, however long they are


def recognises(head: bytes) -> bool:
    """Whether a page of HTML starts so, and no other XML."""
    return _START.match(decoded(head)) is not None


def items(source: Source, options: FeedOptions, tally: Tally) -> Iterator[Item | Fault | Aside]:
    """The page's article."""
    del options
    document = whole(source, tally)
    if document.cut is None:
        yield page(document.data, source.inside)
    yield from document.told()


def page(
    data: bytes, name: str, *, url: str | None = None, charset: str | None = None
) -> Item | Fault | Aside:
    """The article of a page that came from `url` in `charset`, if those are known.

    Its id is the address that it names, else `url`, else `name`. Raises `FeedError` where there is no
    trafilatura.
    """
    trafilatura = _trafilatura()
    text = decoded(data, charset or _charset(data))
    if len(text) > _LONGEST:
        return Fault(f"the page is longer than {_LONGEST:,} characters, which no article's is")
    try:
        # It takes for HTML what says so in its first 50 characters, and an XML declaration may fill them.
        declared = _DECLARATION.match(text)
        tree = trafilatura.load_html("<!doctype html>\n" + text[declared.end() if declared else 0 :])
        return Aside("items_without_text") if tree is None else _article(tree, name, url)
    except Exception as error:  # whatever trafilatura and its libraries may raise
        return Fault(f"the page's main text cannot be found: {error!r:.200}")
    finally:
        if len(text) > _MANY:
            _forget()


def _charset(data: bytes) -> str | None:
    """What the page says that it is encoded in; not UTF-16, since the words that say so are not."""
    found = _CHARSET.search(data[:_LOOKED_AT])
    name = found[1].decode() if found else None
    return None if name is None or name.lower().startswith("utf-16") else name


def _article(tree: HtmlElement, name: str, url: str | None) -> Item | Fault | Aside:
    if sum(1 for _ in tree.iter()) > _MOST_ELEMENTS:
        return Fault(f"the page has more than {_MOST_ELEMENTS:,} elements, which no article's has")
    said = about(tree, url)
    paragraphs = [paragraph for paragraph in main_text(tree) if paragraph != said.title]
    if not paragraphs:
        return Aside("items_without_text")
    return Item(
        text="\n\n".join(paragraphs),
        id=said.url or name,
        version=said.modified if said.published != said.modified else None,
        title=said.title,
        source=said.source,
        published=said.published or said.modified,
        url=said.url,
    )


@cache
def _trafilatura() -> Any:
    try:
        import trafilatura
    except ImportError as error:
        raise FeedError("an HTML page needs trafilatura to be read: pip install 'wirededup[html]'") from error
    for name in ("trafilatura", "htmldate", "courlan", "charset_normalizer", "justext"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is told of each page
    return trafilatura


def _forget() -> None:
    from trafilatura.meta import reset_caches

    reset_caches()
