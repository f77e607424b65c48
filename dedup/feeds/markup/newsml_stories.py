"""The components of a NewsML 1 news item to the stories that it tells.

Components nest, and what they hold is told by their roles: a headline, a picture and its caption, a body, the
same in French. A story is the text under one headline in one language.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dedup.feeds.markup.xml_parse import Element
from dedup.feeds.markup.xml_text import content, given, line, within

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"

# Roles, as catalogs of agencies name them, less spaces and case.
_OF_TEXT = frozenset(
    ("article", "body", "bodytext", "lead", "main", "mainstory", "maintext", "story", "text")
)
_MEDIA = frozenset(("animation", "audio", "graphic", "image", "photo", "picture", "video"))
_BESIDE = (
    "abstract advisory byline caption contact copyright dateline ednote editorsnote headline icon keyword "
    "keywords logo quicklook slugline stylesheet subheadline summary synopsis teaser thumbnail title"
)
_NOT_OF_TEXT = _MEDIA | frozenset(_BESIDE.split())


class Story(NamedTuple):
    """A story of a news item; its language is empty where it does not say."""

    text: str
    title: str | None
    language: str


class _Piece(NamedTuple):
    text: str
    role: str
    title: str | None
    language: str


def stories(item: Element) -> list[Story]:
    """The stories of a news item in their order; none where it holds pictures, or other items, only."""
    told: dict[tuple[str | None, str], list[_Piece]] = {}
    for component in item.iterchildren("{*}NewsComponent"):
        for piece in _pieces(component, None, ""):
            told.setdefault((piece.title, piece.language), []).append(piece)
    return [
        Story("\n\n".join(piece.text for piece in _main(pieces)), title, language)
        for (title, language), pieces in told.items()
    ]


def _main(pieces: list[_Piece]) -> list[_Piece]:
    """Those that are of the text by their role, if any is; else all."""
    return [piece for piece in pieces if piece.role in _OF_TEXT] or pieces


def _pieces(component: Element, title: str | None, language: str) -> Iterator[_Piece]:
    """The texts in a component, in order. It is no deeper than the parser lets it be, so we may recurse."""
    parts = within(component)
    role = _formal(parts.get("Role")).replace(" ", "").replace("-", "")
    if role in _NOT_OF_TEXT:
        return
    title = line(within(parts.get("NewsLines")).get("HeadLine")) or title
    said = _formal(within(parts.get("DescriptiveMetadata")).get("Language"))
    language = component.get(_LANGUAGE) or said or language
    if text := _text(component):
        yield _Piece(text, role, title, language)
    inner = [
        piece
        for child in component.iterchildren("{*}NewsComponent")
        for piece in _pieces(child, title, language)
    ]
    yield from _longest(inner) if component.get("EquivalentsList") == "yes" else inner


def _longest(equivalents: list[_Piece]) -> Iterator[_Piece]:
    """Of pieces that say the same, one for each language."""
    found: dict[str, _Piece] = {}
    for piece in equivalents:
        if piece.language not in found or len(found[piece.language].text) < len(piece.text):
            found[piece.language] = piece
    yield from found.values()


def _text(component: Element) -> str:
    """The text of one rendition, with markup if there is one; none beside a picture, whose caption it is."""
    marked, plain = [""], [""]
    for rendition in component.iterchildren("{*}ContentItem"):
        parts = within(rendition)
        kind = _formal(parts.get("MimeType")) or "text/"
        if _formal(parts.get("MediaType")) in _MEDIA or kind.partition("/")[0] in _MEDIA:
            return ""
        data = parts.get("DataContent")
        if data is not None and (kind.startswith("text/") or "ml" in kind) and "css" not in kind:
            is_html = "html" in kind or "html" in _formal(parts.get("Format"))
            (marked if len(data) or is_html else plain).append(content(data, markup=is_html))
    return max(marked, key=len) or max(plain, key=len)


def _formal(element: Element | None) -> str:
    return (given(element, "FormalName") or "").lower()
