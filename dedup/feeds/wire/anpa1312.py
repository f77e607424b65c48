"""A message of ANPA 1312 to an item: service and number, a slug, lines marked with `^`, text, time."""

from __future__ import annotations

import re
from typing import NamedTuple

from dedup.feeds.items import Item
from dedup.feeds.wire import wiretext
from dedup.feeds.wire.wiretimes import Sent, of_line

# `W2870`, at times an agency's own letters, US, the selector: `asian`
_FIRST_LINE = re.compile(rb"[\0\r\n \x7f]*([A-Za-z]?)([0-9]{3,5})[^\0-\x1f]{0,16}\x1f")
# Priority, category, format, slug, month and day, number of words
_SECOND_LINE = re.compile(r"\w \w +(?P<slug>\S.*?)(?: +[0-9]{1,2}-[0-9]{1,2}(?: +[0-9]*)?)?")
_TABLE = b"\x12"  # DC2 in the header: the text is a table


def is_header(header: bytes) -> bool:
    """Whether what comes before STX is a header of this standard."""
    return _FIRST_LINE.match(header) is not None


def item(header: bytes, text: bytes, closing: bytes, encoding: str | None) -> Item:
    """The item of a message, from what comes before STX, up to ETX and after it."""
    slug = _slug(wiretext.plain(header, encoding))
    units = _units(wiretext.plain(text, encoding))
    sent = of_line(wiretext.plain(closing, encoding)) or _taken_from_end(units)
    top = _top(units, slug)
    table = _TABLE in header
    body = units[top.length :]
    if table or not body:
        body = top.others + body
    return Item(
        text=wiretext.joined([_bare(unit) for unit in body], table=table),
        id=_id(header, sent),
        title=top.headline or top.slug or slug,
        source=sent.source if sent else None,
        published=sent.published if sent else None,
    )


def _slug(header: str) -> str | None:
    lines = [" ".join(line.split()) for line in header.split("\n") if line.strip()]
    second = _SECOND_LINE.fullmatch(lines[1]) if len(lines) > 1 else None
    return second["slug"] if second else None


def _id(header: bytes, sent: Sent | None) -> str | None:
    """Agency, service, number and time, or none: numbers come again each day, or after 9999."""
    first = _FIRST_LINE.match(header)
    if first is None or sent is None:
        return None
    number = f"{first[1].decode()}{first[2].decode()}"
    return "-".join(filter(None, (sent.source, number, sent.stamp)))


# Quad left and quad centre end a line that is to end on the page too; Canada has `@` before them.
_LEFT = re.compile(r"<[ \t]*(?=\n|\^|\Z)")
_CENTRE = re.compile(r"=[ \t]*(?=\n|\Z)")


def _units(text: str) -> list[str]:
    """Lines that are marked with `^`, and paragraphs."""
    text = _CENTRE.sub("\n\n", _LEFT.sub("\n\n", text.replace("@<", "<")))
    return wiretext.split(text.replace("\n^", "\n\n^"))


def _bare(unit: str) -> str:
    return unit.lstrip().removeprefix("^") if unit.lstrip().startswith("^") else unit


def _taken_from_end(units: list[str]) -> Sent | None:
    """The time where it stands before ETX, as a paragraph of its own."""
    sent = of_line(units[-1]) if units and len(units[-1]) < 60 else None
    if sent:
        del units[-1]
    return sent


class _Top(NamedTuple):
    """What the marked lines above a text say."""

    length: int
    slug: str | None
    headline: str | None
    others: list[str]  # neither of these, nor byline or list of pictures


_HEADLINE = "HL:"
_CODE = re.compile(r"\s*(?:\^\*?[0-9]+|[a-z]+:[0-9]+)\s*")  # `^*9006`, `code:2`
_BYLINE = re.compile(r"(?:by|from) ", re.IGNORECASE)
_PICTURES = re.compile(r"(?:with )?[A-Z]{2,4} (?:photo|graphic|video|audio|interactive)s?\b", re.IGNORECASE)
_WORDS = re.compile(r", *[0-9]{1,5}$")  # their number, behind the slug


def _top(units: list[str], slug: str | None) -> _Top:
    """The slug comes first, then the headline; a byline is below both."""
    length = next((place for place, unit in enumerate(units) if not _is_top(unit)), len(units))
    lines = [" ".join(_bare(unit).split()) for unit in units[:length] if not _CODE.fullmatch(unit)]
    found = _WORDS.sub("", lines.pop(0)) if lines and _is_slug(lines[0], slug) else None
    below = next((place for place, line in enumerate(lines) if _BYLINE.match(line)), len(lines))
    above = [line for line in lines[:below] if not _PICTURES.match(line)]
    headline = next((line for line in lines if line.startswith(_HEADLINE)), above[0] if above else None)
    others = [line for line in (*above, *lines[below + 1 :]) if line != headline]
    return _Top(length, found, headline and headline.removeprefix(_HEADLINE).strip(), others)


def _is_top(unit: str) -> bool:
    return unit.lstrip().startswith("^") or _CODE.fullmatch(unit) is not None


_SIGNS = re.compile(r"[\W_]+")
_ENOUGH = 10  # letters that slug and line have in common; the header cuts it off after 24


def _is_slug(line: str, slug: str | None) -> bool:
    start = _SIGNS.sub("", slug or "").lower()[:_ENOUGH]
    same = bool(start) and _SIGNS.sub("", line).lower().startswith(start)
    return same or _WORDS.search(line) is not None
