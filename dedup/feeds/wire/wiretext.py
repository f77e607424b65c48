"""Texts of wires: from bytes with codes for typesetters in them to paragraphs without editors' notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

# Codes of the newspaper control set (ISO-IR 26) that stand for a space of some width or for the bounds of
# an instruction. All others, such as those for fonts and bells, stand for nothing that is read.
_SPACES = b"\x0b\x0c\x10\x1c\x1d\x1e"
_AS_SPACES = bytes.maketrans(_SPACES, b" " * len(_SPACES))
_UNSEEN = bytes(code for code in (*range(0x20), 0x7F) if code not in b"\t\n" + _SPACES)
_INSTRUCTION = re.compile(rb"\x0c[^\x0b\n]{1,60}\x0b")
_COLUMN = b"\x1f"  # the end of a table's column
_WIDE = b" " * 4  # by which `_has_rows` knows a table


def in_lines(raw: bytes) -> bytes:
    """The bytes with lines ended by LF or CR LF; teleprinters end them with CR CR LF."""
    if raw.count(b"\r") != raw.count(b"\r\n"):
        for end in (b"\r\r\n", b"\r\n", b"\n\r", b"\r"):
            raw = raw.replace(end, b"\n")
    return raw


def plain(raw: bytes, encoding: str | None) -> str:
    """Bytes in lines as text, without control codes but newlines and tabs."""
    if b"\x0c" in raw:
        raw = _INSTRUCTION.sub(b"", raw)
    raw = raw.replace(_COLUMN, _WIDE).translate(_AS_SPACES, _UNSEEN)
    return _decoded(raw, encoding)


def _decoded(raw: bytes, encoding: str | None) -> str:
    """As the user says; or UTF-8, which other text hardly ever is by chance; or else Windows-1252.

    That holds what ISO 8859-1 has, which the standard names, and the quotes that AP puts at 0x91 to 0x94.
    """
    if encoding is not None:
        with suppress(LookupError, ValueError):  # half characters, of UTF-7 say, are replaced too
            return raw.decode(encoding, "replace").encode(errors="replace").decode()
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


# Paragraphs are set apart by an empty line, by a tab, or by two spaces or more.
_BREAK = re.compile(r"\n(?:[ \t]*\n)++|\n(?=\t|  )")
_FURTHEST = 60  # letters before the colon of a note, with the spaces that a paragraph starts with


def split(text: str) -> list[str]:
    """The paragraphs of a text less editors' notes, with their own line ends and spaces."""
    found = [paragraph.strip("\n") for paragraph in _BREAK.split(f"\n{text}")]
    found = [without_note(each) if each.find(":", 0, _FURTHEST) > 0 else each for each in found]
    return [paragraph for paragraph in found if paragraph and not paragraph.isspace()]


def joined(paragraphs: list[str], *, table: bool = False) -> str:
    """Paragraphs as one text: lines made one, but for tables, whose rows stay.

    `table` says that all of it is one.
    """
    whole = _BETWEEN.join(filter(None, map(str.strip, paragraphs)))
    if table or "   " in whole or "|" in whole:
        return "\n\n".join(filter(None, _unwrapped(paragraphs, table)))
    whole = whole.replace("\n", " ").replace("\t", " ")  # all at once: thrice as fast as one by one
    while "  " in whole:
        whole = whole.replace("  ", " ")
    return whole.replace(_BETWEEN, "\n\n")


_BETWEEN = "\0"  # paragraphs; `plain` lets none through


def _unwrapped(paragraphs: list[str], table: bool) -> Iterator[str]:
    for paragraph in paragraphs:
        if table or _has_rows(paragraph):
            yield "\n".join(filter(None, (" ".join(row.split()) for row in paragraph.split("\n"))))
        else:
            yield " ".join(paragraph.split())


_INNER = re.compile(r"(?<! ) {3,}+(?!\n)")  # each run of spaces is gone through once


def _has_rows(paragraph: str) -> bool:
    """Whether it is a table: a row starts with a bar, or three spaces and more set columns apart."""
    inner = paragraph.strip()
    if inner.startswith("|"):
        return True
    return "   " in inner and _INNER.search(inner) is not None


# Only at the start of a paragraph and only with the colon: `Editors said` is prose, and so may be
# `Editor's note`, which is printed as a rule.
_NOTE = re.compile(
    r"\s*+\^?(?P<bracket>[(\[]?)\s*+(?:"
    r"eds\.?|editors|editors['’]? notes?|notes? (?:to|for) (?:the )?editors|attention,? editors|"
    r"redaktions(?:hinweise?|notiz)|redaktionelle[rn]? hinweise?|"
    r"hinweise? (?:an die|für die|für) redaktion(?:en)?|achtung,? redaktion(?:en)?|"
    r"attention,? rédactions?|notes? aux (?:rédactions?|rédacteurs)|"
    r"notas? a (?:la redacción|las redacciones|los editores)"
    r")\s?:",
    re.IGNORECASE,
)
# The longest of a note that is taken for one; beyond it the article's paragraphs are not set apart.
_LONGEST_NOTE = 1000


def without_note(paragraph: str) -> str:
    """The paragraph without a note to editors that it starts with, which is mostly all of it."""
    note = _NOTE.match(paragraph)
    if note is None:
        return paragraph
    if note["bracket"]:
        end = _closed(paragraph, note.start("bracket"))
        if end:
            return paragraph[end:]
    return "" if len(paragraph) <= _LONGEST_NOTE else paragraph.lstrip().partition("\n")[2]


_BRACKET = re.compile(r"[()\[\]]")


def _closed(text: str, start: int) -> int:
    """Where the bracket at `start` is closed, or 0."""
    depth = 0
    for bracket in _BRACKET.finditer(text, start):
        depth += 1 if bracket[0] in "([" else -1
        if depth == 0:
            return bracket.end()
    return 0
