"""Texts, headlines and sources into the agency that each article credits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dedup.agencies import WRITTEN, known_agency
from dedup.datelines import BRACKET, LAST_BRACKET, NAME, WIRE, as_written, bracketed, closing
from dedup.texts import Texts

HEAD = 400  # characters that hold headline, byline and dateline
TAIL = 300  # characters that hold a closing credit
_OCTETS = 4  # that a character of UTF-8 takes at most


def credits(
    texts: Texts, rows: NDArray[np.int64], titles: pa.Array, sources: pa.Array, bylines: pa.Array
) -> list[str | None]:
    """The agency that each of the articles `rows` credits, None where it credits none.

    `titles`, `sources` and `bylines` are those of the same articles. Only the first 400 and the last 300
    characters of a text are looked at. Agencies of `dedup.agencies` are told by one name, others as they are
    written.
    """
    facts = list(zip(titles.to_pylist(), sources.to_pylist(), bylines.to_pylist(), strict=True))
    found: list[str | None] = [None] * rows.size
    for place, head, tail in _ends(texts, rows):
        title, source, byline = facts[place]
        found[place] = credit(head, tail, title=title or "", source=source or "", byline=byline or "")
    return found


def _ends(texts: Texts, rows: NDArray[np.int64]) -> Iterator[tuple[int, str, str]]:
    """Each place in `rows`, with the first and the last characters of its text."""
    for block, places, within in texts.by_chunk(rows):
        octets = block.data.data
        starts, ends = block.offsets[within].tolist(), block.offsets[within + 1].tolist()
        for place, start, end in zip(places.tolist(), starts, ends, strict=True):
            first = bytes(octets[start : min(end, start + HEAD * _OCTETS)])
            last = bytes(octets[max(start, end - TAIL * _OCTETS) : end])
            yield place, first.decode(errors="ignore")[:HEAD], last.decode(errors="ignore").rstrip()[-TAIL:]


def credit(head: str, tail: str = "", *, title: str = "", source: str = "", byline: str = "") -> str | None:
    """The agency credited by a text's head, else by byline, headline, tail or source, in this order.

    In each the first place counts; so a dateline wins over a copyright line.
    """
    return (
        _first(head, _IN_HEAD)
        or (_of_byline(byline[:HEAD]) if byline else None)
        or _first(title[-HEAD:], _IN_TITLE)
        or _first(tail, _IN_TAIL)
        or _passed_on(source[:HEAD])
    )


class _Rule(NamedTuple):
    """Where a credit may stand, and what tells its agency or None."""

    triggers: tuple[str, ...]
    """The pattern is searched for only where one of these stands: a look for a text takes 40 ns."""
    pattern: re.Pattern[str]
    named: Callable[[re.Match[str]], str | None]


def _first(text: str, rules: tuple[_Rule, ...]) -> str | None:
    """What is credited at the earliest place where a rule tells an agency."""
    text = f"\n{text}"  # so that every line has a start
    best, end = None, len(text)
    for triggers, pattern, named in rules:
        if any(map(text.__contains__, triggers)):
            for found in pattern.finditer(text):
                if found.start() >= end:
                    break
                name = named(found)
                if name is not None:
                    best, end = name, found.start()
                    break
    return best


# Every repetition has a bound, so that no text takes more than linear time.
_NAMES = "|".join(map(re.escape, sorted(WRITTEN, key=lambda name: (-len(name), name))))
_AGENCY = rf"(?:[Tt]he |THE )?(?P<agency>{_NAMES})(?!\w)"
_ROLE = (
    r"(?: [A-Z][\w&]{1,15}){0,2} (?:Staff|STAFF|Writers?|WRITERS?|Correspondents?)"
    r"(?=[A-Z]|\s{0,3}(?:$|[^\w\s]|[A-Z]{4}))"
)


def _agency(found: re.Match[str]) -> str | None:
    return known_agency(found["agency"])


# Bylines, and lines of an agency's own.

_BYLINE = re.compile(r"\n\W{0,3}(?:By|BY|Von|Par|Por)[ :]\s{0,3}(?P<rest>[^\n]{2,90})")
_IN_BYLINE = re.compile(
    rf"(?:^|[,|/–—-]\s{{0,3}}|\b(?:for|of) ){_AGENCY}(?:{_ROLE}|(?=\s{{0,3}}(?:$|[^\w\s'’]|[A-Z]{{4}}|and )))"
)
_WITH_ROLE = re.compile(rf"(?<![^\W\d_]){_AGENCY}{_ROLE}", re.MULTILINE)
_SHORT_LINE = re.compile(r"\n(?P<line>[^\n]{2,60})$", re.MULTILINE)
_OWN_LINE = re.compile(
    rf"\s{{0,8}}(?:Source: ?)?{_AGENCY}(?:\s?,\s?{NAME.pattern}|/(?:{_NAMES})){{0,3}}[ .]{{0,3}}"
)
_LINE_END = re.compile(r"[-–—―]\s?(?P<end>[^-–—―\n]{2,45})$", re.MULTILINE)
_SIGNATURE = re.compile(rf"{_AGENCY}\s?[.)]?\s{{0,3}}")


def _in_byline(found: re.Match[str]) -> str | None:
    known = _IN_BYLINE.search(found["rest"])
    if known is not None:
        return _agency(known)
    *names, last = map(str.strip, re.split(r"[,|]", found["rest"]))
    return last if names and NAME.fullmatch(last) and WIRE.fullmatch(last) else None


def _of_byline(byline: str) -> str | None:
    """The agency in what stands in a field of its own, with or without the `By`."""
    said = " ".join(byline.split())
    return _first(said if _BYLINE.match(f"\n{said}") else f"By {said}", _IN_HEAD) or known_agency(said)


def _own_line(found: re.Match[str]) -> str | None:
    named = _OWN_LINE.fullmatch(found["line"])
    return None if named is None else _agency(named)


def _signed(found: re.Match[str]) -> str | None:
    """`- Reuters` at the end of a line; in `Franco-AP` the dash is part of a word."""
    named = _SIGNATURE.fullmatch(found["end"])
    return None if named is None or found.string[found.start() - 1].isalnum() else _agency(named)


# Closing lines, headlines and sources.

_REPORTING = re.compile(r"\((?:Reporting|Writing|Additional reporting) by\b(?P<rest>[^()]{0,280})")
_EDITING = re.compile(r"; ?[Ee]diting by [^();]{2,80}\)?\s{0,3}$")
_COPYRIGHT = re.compile(
    rf"(?:©|\([cC]\)|Copyright|COPYRIGHT)(?:[\s\d©,–-]|\([cC]\)){{0,24}}+(?:by )?"
    rf"(?:{_AGENCY}|(?:The )?(?P<other>{NAME.pattern}))"
)
_WITH = re.compile(
    r"(?:[Ww]ith (?:\w{1,12} )?(?:files?|reporting|reports?|information|contributions?) (?:from|by)"
    rf"|[Aa]dditional reporting (?:from|by)|\nContributing:) {_AGENCY}"
)
_GAVE = re.compile(rf"(?<!\w){_AGENCY}(?: [Ww]riters? [^\n]{{2,80}})? contributed to this ")
_TITLE_END = re.compile(rf"(?:\s[-–—|]\s{{1,2}}|\(){_AGENCY}\)?\s{{0,3}}$")
_HANDS = re.compile(r"\s(?:via|through|-|–|—)\s|[/|()]")
_ANY = re.compile(rf"(?<!\w){_AGENCY}")


def _reporting(found: re.Match[str]) -> str | None:
    """`(Reporting by A; editing by B)` is how Reuters signs, unless an agency is named there."""
    named = _ANY.search(found["rest"])
    return "Reuters" if named is None else _agency(named)


def _copyright(found: re.Match[str]) -> str | None:
    """Outlets claim copyright too: of unknown names only those count that say what they are."""
    other = found["other"]
    return _agency(found) if other is None else other.rstrip(".") if WIRE.fullmatch(other) else None


def _passed_on(source: str) -> str | None:
    """The agency of a source such as `AP via Lindmoor Echo`; a source that is an agency credits none."""
    parts = [part.strip() for part in _HANDS.split(source) if part.strip()]
    return next(filter(None, map(as_written, parts)), None) if len(parts) > 1 else None


_LINES = (
    _Rule(("\n",), _SHORT_LINE, _own_line),
    _Rule(("-", "–", "—", "―"), _LINE_END, _signed),
)
_IN_HEAD = (
    _Rule(("(", "[", "/", "【"), BRACKET, bracketed),
    _Rule(("By", "BY", "Von", "Par", "Por"), _BYLINE, _in_byline),
    _Rule(("Writer", "WRITER", "Staff", "STAFF", "Correspondent"), _WITH_ROLE, _agency),
    *_LINES,
)
_IN_TITLE = (_Rule((" - ", " – ", " — ", "|", "("), _TITLE_END, _agency),)
_IN_TAIL = (
    _Rule(("ing by",), _REPORTING, _reporting),
    _Rule(("diting by",), _EDITING, lambda _: "Reuters"),
    _Rule(("©", "(c)", "(C)", "opyright", "OPYRIGHT"), _COPYRIGHT, _copyright),
    _Rule(("ith ", "dditional rep", "\nContributing:"), _WITH, _agency),
    _Rule(("contributed to this",), _GAVE, _agency),
    _Rule((")", "]", "/"), LAST_BRACKET, closing),
    *_LINES,
)
