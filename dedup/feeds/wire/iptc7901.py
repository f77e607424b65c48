"""A message of IPTC 7901 to an item: `bdt0027 4 pl 380  dpa 0045`, key words, headline, text, time."""

from __future__ import annotations

import re
from typing import NamedTuple

from dedup.feeds.items import Item
from dedup.feeds.wire import wiretext
from dedup.feeds.wire.wiretimes import Sent, of_group


def item(header: bytes, text: bytes, closing: bytes, encoding: str | None) -> Item:
    """The item of a message, from what comes before STX, up to ETX and after it."""
    head = _head(wiretext.plain(header, encoding))
    paragraphs = wiretext.split(_public(wiretext.plain(text, encoding)))
    sent = of_group(wiretext.plain(closing, encoding)) or _taken_from_end(paragraphs)
    _drop_signature(paragraphs)
    title = _taken_headline(paragraphs)
    return Item(
        text=wiretext.joined(paragraphs),
        id=_id(head, sent),
        title=title or head.key_words,
        source=head.source or None,
        published=sent.published if sent else None,
    )


class _Head(NamedTuple):
    """What the lines before STX say."""

    number: str  # with the name of the service: `bdt0027`
    source: str
    key_words: str | None


# Service and number; priority, category and number of words; fifty letters of whatever the agency wants.
_FIRST_LINE = re.compile(
    r"(?P<service>[A-Za-z]{2,8}) ?(?P<number>[0-9]{2,6})(?!\w)"
    r"(?: \w [A-Za-z]{1,4} [0-9]{1,6}(?!\S)| [0-9](?: [A-Za-z]{1,3})?(?!\S))?"
    r"(?P<free>.*)"
)
# The agency and its own number in the free field: `dpa 0045`, `F BELGA-0102`. A year is no number.
_AGENCY = re.compile(
    r"(?:\w{1,5} +)?([A-Za-z]{2,6}(?:-[A-Za-z]{2,4})?)[ -](?:[0-9]{6}-|(?!(?:19|20)[0-9]{2})[0-9]{4}|\.{3})"
)


def _head(header: str) -> _Head:
    lines = [" ".join(line.split()) for line in header.split("\n") if line.strip()]
    first = _FIRST_LINE.match(lines[0]) if lines else None
    if first is None:  # noise: better no number than a wrong one
        return _Head("", "", _key_words(lines[1:]))
    free = first["free"].strip()
    agency = _AGENCY.match(free)
    key_words = _key_words(lines[1:]) or (None if agency else _key_words([free]))
    source = agency[1] if agency else first["service"]
    return _Head(f"{first['service']}{first['number']}", source, key_words)


def _key_words(lines: list[str]) -> str | None:
    words = " ".join(lines).rstrip("/ ")
    return wiretext.without_note(words).strip() or None


def _id(head: _Head, sent: Sent | None) -> str | None:
    """Service, number and time, or none: an id that other messages have too would hide them.

    Numbers start again after 999 or at the agency's midnight, which may be 22:00 by the time that is
    given; so the date is not enough.
    """
    return f"{head.number}-{sent.stamp}" if head.number and sent else None


# What is not for publication comes last: dpa's notebook of contacts and links.
_PRIVATE = re.compile(
    r"^[ \t]*(?:\#[# ]*(?:dpa-)?(?:Notizblock|Notebook)[ \t]*$|"
    r"\*[* ]*\n\s*(?:The following information is not (?:intended )?for publication|"
    r"Die folgenden Informationen sind nicht zur Veröffentlichung bestimmt))",
    re.MULTILINE,
)


def _public(text: str) -> str:
    # The signs above it first, which are found in a hundredth of the time.
    private = _PRIVATE.search(text) if "#" in text or "*" in text else None
    return text[: private.start()] if private else text


def _taken_from_end(paragraphs: list[str]) -> Sent | None:
    """The time where it stands before ETX, taken from the last paragraph's last line."""
    if not paragraphs:
        return None
    before, _, last = paragraphs[-1].rstrip().rpartition("\n")
    sent = of_group(last) if len(last) < 30 else None
    if sent:
        paragraphs[-1] = before
    return sent


# `./.CVN` ends a text, and so does `dpa koe/su yyno n1`: who wrote and who sent it.
_SIGNATURE = re.compile(r"(?:\./\. ?[A-Z/]{0,12}|dpa(?: [a-zäöüß0-9/]{1,9}){1,9})")


def _drop_signature(paragraphs: list[str]) -> None:
    while paragraphs:
        before, _, last = paragraphs[-1].rstrip().rpartition("\n")
        if last and not _SIGNATURE.fullmatch(last.strip()):
            break
        paragraphs[-1] = before
        if not before:
            paragraphs.pop()


_MOST_LINES = 15  # of a headline, with notes about a correction above it


def _taken_headline(paragraphs: list[str]) -> str | None:
    """The headline, taken from the paragraphs with the lines around it; or key words behind STX."""
    if not paragraphs:
        return None
    lines = paragraphs[0].split("\n")
    key_words = _key_words([lines.pop(0)]) if lines[0].rstrip().endswith("/") else None
    end = _end_of_headline(lines, alone=len(paragraphs) == 1)
    paragraphs[0] = "\n".join(lines[end:])
    return _headline(lines[:end]) or key_words


# A dateline: `Port Severin (Halcyon) - `, `PORT SEVERIN 31/07 (HALCYON) = `
_DATELINE = re.compile(r"\([^()]{2,40}\) ?[-=_–—]")
_LONGEST = 200  # letters of a headline that no `=` ends


def _end_of_headline(lines: list[str], *, alone: bool) -> int:
    """How many of the first lines are headline: up to `=`, or a line or two set apart and no sentence."""
    if not lines or lines[0][:1].isspace():
        return 0
    for place, line in enumerate(lines[:_MOST_LINES], start=1):
        if line.rstrip().endswith("="):
            return place
    first = "\n".join(lines[:3]).rstrip()
    is_sentence = first.rstrip("\"'”’»)")[-1:] in (".", ":", ";", ",") or _DATELINE.search(first[:_LONGEST])
    return 0 if alone or len(lines) > 2 or len(first) > _LONGEST or is_sentence else len(lines)


_IN_BRACKETS = re.compile(r"^[ \t]*\([^()]*\)[ \t]*$", re.MULTILINE)  # of any number of whole lines
_BYLINE = re.compile(r"(?:By|Von|Par|Por|Door) ")
_EMBARGO = re.compile(r"(?:Sperrfrist|Embargo)\b")


def _headline(lines: list[str]) -> str | None:
    """The lines that are the headline: not `(Correction: ...)`, `1ST LEAD`, `By ...` or `(Photo)`."""
    whole = "\n".join(lines).rstrip().removesuffix("=")
    if "(" in whole:
        whole = _IN_BRACKETS.sub("", whole)
    rest = [line for line in whole.split("\n") if line.strip() and not _EMBARGO.match(line)]
    rest = [line for line in rest if wiretext.without_note(line)]
    if any(not line.isupper() for line in rest):
        rest = [line for line in rest if not line.isupper()]
    if len(rest) > 1 and _BYLINE.match(rest[-1]):
        del rest[-1]
    return " ".join(" ".join(rest).split()) or None
