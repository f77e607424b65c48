"""A web page to its main text: what trafilatura finds, with every repeat that stands on the page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml.etree import _Element as Element
    from lxml.html import HtmlElement

# trafilatura, with its duplicate removal off, still leaves out what it has seen: a paragraph after the same
# one, any in its second and third look at short pages. So each text that is on the page twice gets a mark of
# its own, of signs that no news is written in, and loses it again.
_SIGNS = [chr(code) for code in range(0x1D800, 0x1DA00)]  # Sutton SignWriting: printable, no letters
_MARKS = re.compile(f"[{_SIGNS[0]}-{_SIGNS[-1]}]+")
_SHORTEST = 10  # characters: below are the names of networks, which it knows by how they end
_UNSEEN = frozenset(("script", "style"))  # holds data in JSON, too

_LONGEST_ATTRIBUTE = 2_000
_LONGEST_SCRIPT = 100_000  # of characters: JSON-LD may hold the article itself, in pages drawn by scripts

_PARAGRAPHS = frozenset(("head", "p", "item", "row", "quote", "code", "list", "table"))
_LINE = "\0"  # a line's end, until the spaces around it are gone; the tree holds no NUL
_MANY_LINES = re.compile(r"\n{3,}")


def main_text(tree: HtmlElement) -> list[str]:
    """The paragraphs of the page's main text; a row of a table is one. Comments are left out."""
    from trafilatura import bare_extraction

    _leave_out_data(tree)
    marked = _mark_repeats(tree)
    found: Any = bare_extraction(tree, include_comments=False, deduplicate=False)
    paragraphs = [] if found is None else list(_paragraphs(found.body))
    if _is_of_links(paragraphs, tree):
        return []
    if marked:
        paragraphs = [_MARKS.sub("", paragraph) for paragraph in paragraphs]
    return list(filter(None, map(_tidy, paragraphs)))


def _is_of_links(paragraphs: list[str], tree: HtmlElement) -> bool:
    """Whether nothing but links is left: where trafilatura finds no main text, it takes all that there is."""
    said = "".join("".join(paragraphs).split())
    linked = "".join(str(text) for link in tree.iter("a") for text in link.itertext())
    return said in "".join(linked.split())


def _leave_out_data(tree: HtmlElement) -> None:
    """Without what is too long to be of an article: trafilatura's patterns take the square of its length."""
    for element in tree.iter():
        if element.tag == "script" and len(element.text or "") > _LONGEST_SCRIPT:
            element.text = None
        for name, value in element.attrib.items():
            if len(value) > _LONGEST_ATTRIBUTE:
                del element.attrib[name]


def _mark_repeats(tree: HtmlElement) -> bool:
    """Whether there may be marks in the tree now."""
    seen = [element for element in tree.iter() if element.tag not in _UNSEEN]
    texts = Counter(text for element in seen for text in (element.text, element.tail) if _counts(text))
    if _MARKS.search("".join(texts)):
        return False  # a page about SignWriting keeps its signs
    repeated = {text: count() for text, times in texts.items() if times > 1}
    for element in seen:
        if element.text in repeated:
            element.text = _marked(element.text, next(repeated[element.text]))
        if element.tail in repeated:
            element.tail = _marked(element.tail, next(repeated[element.tail]))
    return True


def _counts(text: str | None) -> bool:
    return text is not None and len(text) >= _SHORTEST and not text.isspace()


def _marked(text: str, number: int) -> str:
    """The text with a mark at its end, of two signs: no mark must be the start of another."""
    said = text.rstrip()
    high, low = divmod(number, len(_SIGNS))
    return said + _SIGNS[high % len(_SIGNS)] + _SIGNS[low] + text[len(said) :]


def _paragraphs(body: Element) -> Iterator[str]:
    from lxml import etree

    parts: list[str] = []
    for event, element in etree.iterwalk(body, events=("start", "end")):
        if element.tag in _PARAGRAPHS:
            yield "".join(parts)
            parts.clear()
        if event == "start":
            parts += [_LINE if element.tag == "lb" else "", element.text or ""]
        else:
            parts += [" " if element.tag == "cell" else "", element.tail or ""]
    yield "".join(parts)


def _tidy(paragraph: str) -> str:
    lines = (" ".join(line.split()) for line in paragraph.split(_LINE))
    return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()
