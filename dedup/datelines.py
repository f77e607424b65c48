"""Brackets in datelines and at the end of a text into the agency they name: `LONDON, March 3 (AP) -`."""

from __future__ import annotations

import re

from dedup.agencies import NO_AGENCIES, WRITTEN, known_agency, squeezed

# Every repetition has a bound, so that no text takes more than linear time.
NAME = re.compile(r"[A-Z][\w.&'’-]{1,20}(?: [A-Z&][\w.&'’-]{0,20}){0,3}")
WIRE = re.compile(r".{2,40} ?\b(?:newswire|wire|(?:news |press )?agency|news service)", re.IGNORECASE)
BRACKET = re.compile(
    r"[(\[【](?P<inside>[^()\[\]【】\n]{2,60})[)\]】]|(?<![\w/])/(?P<slashed>[A-Za-z][\w -]{1,30})/(?!\w)"
)
LAST_BRACKET = re.compile(
    r"(?:[(\[](?P<inside>[^()\[\]\n]{2,30})[)\]]|(?<![\w/])/(?P<slashed>\w{2,20})/)\W{0,5}$"
)
_PARTS = re.compile(
    r"\s{0,3}[/=|,–—\uff1d]\s{0,3}|\s{0,3}-\s{1,3}|\s{1,3}-|(?:^|\s)(?:and|via|[Ww]ith(?: [Tt]he)?)\s"
)
_WORD = re.compile(r"[^\W\d_][\w.'’]*")
_DASH = re.compile(r"\s?[-–—―_]")
_STOP = re.compile(r"[.:](?:\s|$)")
_GOES_ON = re.compile(r"\s{0,3}[a-z,]")
_NO_CREDIT = re.compile(
    r"://|photo|image|picture|courtesy|file|video|foto|\d[./]\d|\d{4}|^(?:both )?[RDI]D?-", re.IGNORECASE
)
_MOST_WORDS = 12  # before a bracket: `NEW DELHI [India], Tuesday 3 March 2026` has five
_SMALL_WORDS = "a al am and d da de del den der di do dos du el et i im la le les of on the und y"
_SMALL = frozenset(_SMALL_WORDS.split(" "))
_LONGEST_ACRONYM = 6  # letters; a longer word in capitals that stands alone in brackets is a town
_SHORT = 4  # letters
_CODE = 2  # letters of a state or country, but for these agencies: `(PA) -` is Pennsylvania
_CODES_OF_AGENCIES = ("AP", "CP", "AA")


def bracketed(found: re.Match[str]) -> str | None:
    """The agency in brackets or between slashes, where a dateline has one."""
    text, inside = found.string, (found["inside"] or found["slashed"]).strip()
    line = text[text.rfind("\n", 0, found.start()) + 1 : found.start()].strip()
    before = line.rpartition("  ")[2]  # a wider space is what is left of a line's end
    after = text[found.end() : found.end() + 8]
    is_place = _is_place(before)  # asked first: nine in ten brackets stand in a sentence
    if not (is_place or _DASH.match(after)):
        return None
    if _is_code(inside) or _NO_CREDIT.search(inside) or _is_short_for(inside, before):
        return None
    known = _known_in(inside)
    if known is not None:
        in_dateline = is_place and not _GOES_ON.match(after)
        return known if in_dateline or _DASH.match(after) else None
    return None if found["inside"] is None or not is_place else _unknown(inside, before, after)


def closing(found: re.Match[str]) -> str | None:
    """The agency that signs a text in brackets at its end."""
    inside = (found["inside"] or found["slashed"]).strip()
    return None if _is_code(inside) or _NO_CREDIT.search(inside) else _known_in(inside)


def _is_code(inside: str) -> bool:
    return len(inside) == _CODE and inside.isascii() and inside not in _CODES_OF_AGENCIES


def _known_in(inside: str) -> str | None:
    """The first known agency of one or several: `MENAFN - Gulf Echo`, `Reuters/AP`."""
    return next(filter(None, map(as_written, _PARTS.split(inside))), None)


def as_written(name: str) -> str | None:
    """The agency of that name; a short one counts only as agencies write it, `AP` but not `ap`."""
    return known_agency(name) if len(name) > _SHORT or name in WRITTEN else None


def _unknown(inside: str, before: str, after: str) -> str | None:
    """A name that no table has, where none but an agency's can stand: behind a place."""
    if not NAME.fullmatch(inside):
        return None
    if not NO_AGENCIES.isdisjoint(word.rstrip(".") for word in inside.casefold().split()):
        return None
    is_wire, dash = bool(WIRE.fullmatch(inside)), bool(_DASH.match(after))
    if not before:
        is_agency = is_wire or (dash and inside.isupper() and len(inside) <= _LONGEST_ACRONYM)
    elif before.partition(",")[0].isupper():
        is_agency = dash or bool(_STOP.match(after))
    else:
        is_agency = dash and is_wire
    return inside if is_agency else None


def _is_place(before: str) -> bool:
    """Whether what stands before a bracket may be place and date: nothing, or words none of them small."""
    for number, found in enumerate(_WORD.finditer(before), start=1):
        word = found[0]
        if number > _MOST_WORDS or (word[0].islower() and word.rstrip(".") not in _SMALL):
            return False
    return True


def _is_short_for(inside: str, before: str) -> bool:
    """Whether a bracket shortens or repeats the words before it: `World Health Organization (WHO)`."""
    letters, words = squeezed(inside), re.findall(r"[^\W_]+", before.casefold())
    large = [word for word in words if word not in _SMALL]
    initials = ("".join(word[0] for word in several) for several in (words, large))
    return letters in words or any(each.endswith(letters) for each in initials)
