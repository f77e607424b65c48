"""Elements of XHTML, NITF and their kin to plain text: blocks to paragraphs, captions and notes left out."""

from __future__ import annotations

import html
import re
from functools import lru_cache

from lxml import etree

from dedup.feeds.build import UNUSABLE
from dedup.feeds.html import is_html, plain, without_entities
from dedup.feeds.items import Aside, Item
from dedup.feeds.markup.xml_parse import SAFE, Element
from dedup.feeds.wire import wiretext

_XHTML = (
    "address article aside blockquote body caption center dd details div dl dt fieldset footer form "
    "h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol p pre section summary table tbody tfoot "
    "thead tr ul"
)
_NITF = (
    "abstract block body.content bq byline copyrite credit dateline fn hedline hl1 hl2 nitf nitf-table note"
)
# A picture's caption is no text of the article, and neither is what stands around the content in NITF.
_UNSEEN = (
    "audio body.end body.head ed-msg figure head iframe media nitf-table-metadata noscript object "
    "picture script style svg template video"
)

_INLINE, _BLOCK, _CELL, _LINE_BREAK, _HIDDEN, _MAYBE_HIDDEN, _PRE = range(7)
_KINDS = {
    **dict.fromkeys((_XHTML + " " + _NITF).split(), _BLOCK),
    **dict.fromkeys(_UNSEEN.split(), _HIDDEN),
    **dict.fromkeys(("td", "th"), _CELL),
    **dict.fromkeys(("div", "note"), _MAYBE_HIDDEN),
    "br": _LINE_BREAK,
    "pre": _PRE,
}


_NAMES = 1 << 12  # remembered: a hostile document has names without number


@lru_cache(maxsize=_NAMES)
def _kind(tag: str) -> int:
    return _KINDS.get(local(tag).lower(), _INLINE)


@lru_cache(maxsize=_NAMES)
def local(tag: str) -> str:
    """A name without its namespace."""
    return tag.rpartition("}")[2]


def within(element: Element | None) -> dict[str, Element]:
    """The first child of each local name; none where there is no element."""
    if element is None:
        return {}
    return {local(child.tag): child for child in element.iterchildren("*", reversed=True)}


def given(element: Element | None, *names: str) -> str | None:
    """The first of these attributes that is not blank."""
    if element is None:
        return None
    for name in names:
        if said := element.get(name, "").strip():
            return said
    return None


def is_kill(status: str | None) -> bool:
    """Whether a status takes an item back."""
    return status is not None and status.lower() in UNUSABLE


def article(item: Item) -> Item | Aside:
    """The item, its headline no part of its text; aside if there is no text, and it takes nothing back."""
    if not item.text and not is_kill(item.status):
        return Aside("items_without_text")
    headline = f"{item.title}\n\n"
    return item._replace(text=item.text[len(headline) :]) if item.text.startswith(headline) else item


def line(element: Element | None) -> str | None:
    """All text of an element on one line; None where there is none."""
    if element is None:
        return None
    text = paragraphs(element) if len(element) else element.text
    return _with_single_spaces(text) or None if text else None


def content(parent: Element, *, markup: bool = False) -> str:
    """The text that an element carries: as elements, escaped, or plain; nothing where it carries data.

    `markup` says that what is no element is HTML for sure.
    """
    first = next(parent.iterchildren("*"), None)
    if first is None:
        return of_string(_characters(parent), markup=markup)
    if _kind(first.tag) != _INLINE:
        return paragraphs(parent)
    body = next(parent.iter("{*}body.content", "{*}body"), None)
    return "" if body is None else paragraphs(body)


def _characters(element: Element) -> str:
    """All its text as it stands, where it holds no elements: but it may hold entities and comments."""
    parts = [element.text or ""]
    for node in element:
        parts += [html.unescape(node.text or "") if node.tag is etree.Entity else "", node.tail or ""]
    return "".join(parts)


def of_string(text: str, *, markup: bool = False) -> str:
    """The text of a string that holds plain text or, by its looks or for sure, HTML or NITF."""
    if "<body.content" in text and (inner := _parsed(text)) is not None:
        return paragraphs(inner)
    if is_html(text):
        return plain(text)
    return wiretext.joined(wiretext.split(without_entities(text) if markup else text))


def _parsed(text: str) -> Element | None:
    start = re.search(r"<(?:nitf|body)[\s>]", text)
    try:
        return etree.fromstring(text[start.start() if start else 0 :].encode(), etree.XMLParser(**SAFE))
    except etree.XMLSyntaxError:
        return None


def paragraphs(element: Element) -> str:
    """What is seen of an element's text, a blank line between its blocks."""
    seen = _Seen()
    seen.take(element)
    return "\n\n".join(seen.paragraphs)


def _with_single_spaces(text: str) -> str:
    """The text with runs of spaces made one, by `str.replace`: six times as fast as by `split` and `join`."""
    for space in "\n\t\r\xa0":
        text = text.replace(space, " ")
    while "  " in text:
        text = text.replace("  ", " ")
    return text.strip()


_BREAK = "\0"  # a line's end, until the spaces around it are gone; XML holds no NUL
_LONGEST_START = 60  # of a note to editors, such as `Notes to the editors:`
_MANY_LINES = re.compile(r"\n{3,}")


class _Seen:
    """Gathers the text of elements by paragraphs."""

    def __init__(self) -> None:
        self.paragraphs: list[str] = []
        self._parts: list[str] = []
        self._pre = 0

    def take(self, root: Element) -> None:
        """Go through an element and all that is in it, on a stack of our own: however deep it is."""
        self._add(root.text)
        todo: list[Element | tuple[int, str | None]] = list(reversed(root))
        while todo:
            node = todo.pop()
            if isinstance(node, tuple):
                self._leave(*node)
                continue
            kind = _kind(node.tag) if isinstance(node.tag, str) else _HIDDEN
            if kind == _HIDDEN or (kind == _MAYBE_HIDDEN and _is_hidden(node)):
                if node.tag is etree.Entity:
                    self._add(html.unescape(node.text or ""))
                self._add(node.tail)
                continue
            if kind == _BLOCK and not (len(node) or self._pre):
                self._add_paragraph(node.text)
                self._add(node.tail)
                continue
            self._enter(kind, node.text)
            if len(node):
                todo.append((kind, node.tail))
                todo.extend(reversed(node))
            else:
                self._leave(kind, node.tail)
        self._end_paragraph()

    def _enter(self, kind: int, text: str | None) -> None:
        if kind in _PARAGRAPHS:
            self._end_paragraph()
            self._pre += kind == _PRE
        elif kind == _LINE_BREAK:
            self._parts.append(_BREAK)
        self._add(text)

    def _leave(self, kind: int, tail: str | None) -> None:
        if kind in _PARAGRAPHS:
            self._end_paragraph()
            self._pre -= kind == _PRE
        elif kind == _CELL:
            self._parts.append(" ")
        self._add(tail)

    def _add(self, text: str | None) -> None:
        if text and (self._parts or not text.isspace()):
            self._parts.append(text.replace("\n", _BREAK) if self._pre else text)

    def _add_paragraph(self, text: str | None) -> None:
        """A whole one, as most are."""
        self._end_paragraph()
        if text:
            self._keep(_with_single_spaces(text))

    def _end_paragraph(self) -> None:
        if not self._parts:
            return
        text = "".join(self._parts)
        self._parts.clear()
        if _BREAK in text:
            lines = "\n".join(_with_single_spaces(line) for line in text.split(_BREAK))
            self._keep(_MANY_LINES.sub("\n\n", lines).strip("\n"))
        else:
            self._keep(_with_single_spaces(text))

    def _keep(self, text: str) -> None:
        if ":" in text[:_LONGEST_START]:
            text = wiretext.without_note(text).strip()
        if text:
            self.paragraphs.append(text)


_PARAGRAPHS = frozenset((_BLOCK, _MAYBE_HIDDEN, _PRE))
_EDITORS_NOTES = ("editorsnote", "ednote")


def _is_hidden(node: Element) -> bool:
    """Whether it is a note to editors, or a picture with its caption in a `div`, as press releases have."""
    if local(node.tag) == "note":
        return node.get("noteclass") in _EDITORS_NOTES
    names = [local(child.tag) for child in node.iterchildren("*")] if len(node) < 8 else []
    return names == ["img", "p"] and (node.getnext() is not None or node.getprevious() is not None)
