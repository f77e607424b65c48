"""The start of an XML document: its root, what it is encoded in, and the same without its DOCTYPE."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MARKLESS = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_DECLARED = re.compile(rb"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']""")

_SPACE = re.compile(r"\s*+")
_IN_DOCTYPE = re.compile(r"""<!--|<\?|[\[\]>]|"[^"]*+"|'[^']*+'""")
_ROOT = re.compile(r"""<(?:([^\W\d][\w.-]*+):)?([^\W\d][\w.-]*+)(?=[\s/>])""")
_NAMESPACE = re.compile(r"""\sxmlns(?::([^\W\d][\w.-]*+))?+\s*+=\s*+(?:"([^"<]*+)"|'([^'<]*+)')""")


def root(head: bytes) -> tuple[str, str] | None:
    """Namespace (or "") and local name of the root element; None where no XML element comes first."""
    text = head.decode(encoding(head), "replace").removeprefix("\ufeff")
    *_, (start, _) = _before_root(text)
    found = _ROOT.match(text, start)
    if found is None:
        return None
    prefix, name = found.groups()
    end = text.find(">", found.end())
    for given in _NAMESPACE.finditer(text, found.end() - 1, end if end >= 0 else len(text)):
        if given[1] == prefix:
            return given[2] or given[3] or "", name
    return "", name


def without_doctype(start: bytes) -> bytes:
    """The start of a document in UTF-8 with nothing but line ends for its XML declaration and its DOCTYPE."""
    text = start.decode("latin-1")  # a character a byte
    parts, last = [], 0
    for at, end in _before_root(text):
        if text[at : at + 9].upper().startswith(("<?XML", "<!DOCTYPE")):
            parts += [start[last:at], b"\n" * start.count(b"\n", at, end)]
            last = end
    return b"".join([*parts, start[last:]])


def _before_root(text: str) -> Iterator[tuple[int, int]]:
    """Where declaration, comments and DOCTYPE start and end; at last where they are over, twice."""
    at = 0
    while True:
        space = _SPACE.match(text, at)
        start = at = space.end() if space else at
        if text.startswith("<!--", at):
            at = _past(text, "-->", at)
        elif text.startswith("<?", at):
            at = _past(text, "?>", at)
        elif text[at : at + 9].upper() == "<!DOCTYPE":
            at = _past_doctype(text, at)
        yield start, at
        if start == at:
            return


def _past(text: str, mark: str, start: int) -> int:
    at = text.find(mark, start)
    return at + len(mark) if at >= 0 else len(text)


def _past_doctype(text: str, start: int) -> int:
    inside, at = False, start + 1
    while token := _IN_DOCTYPE.search(text, at):
        mark, at = token[0], token.end()
        if mark in ("<!--", "<?"):
            at = _past(text, "?>" if mark == "<?" else "-->", at)
        elif mark in "[]":
            inside = mark == "["
        elif mark == ">" and not inside:
            return at
    return len(text)


def encoding(head: bytes, undeclared: str = "utf-8") -> str:
    """What the text is encoded in, by byte order mark or declaration, in Python's name.

    A declaration that can be read byte by byte is not in UTF-16, whatever it says: then it is UTF-8.
    """
    for mark, name in (*_MARKS, *_MARKLESS):
        if head.startswith(mark):
            return name
    declared = _DECLARED.match(head)
    if not declared:
        return undeclared
    try:
        name = codecs.lookup(declared[1].decode()).name
        return name if b"<?xml".decode(name, "replace") == "<?xml" else "utf-8"
    except (LookupError, UnicodeError):  # no codec, or none of text
        return "utf-8"
