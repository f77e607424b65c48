"""Feeds that are no XML to ones that are nearly: HTML in the open, bare `&` and `<`, entities of HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from html.entities import html5

# Elements of feeds. Any other name without a prefix is taken for HTML that somebody forgot to escape.
_NAMES = (
    "rss rdf channel feed item items entry title link guid id source description summary content "
    "pubdate published issued created updated modified lastbuilddate author contributor name email uri "
    "category language copyright rights generator docs managingeditor webmaster ttl image url width "
    "height textinput cloud skiphours skipdays hour day enclosure comments rating logo icon subtitle tagline"
)
_KNOWN = frozenset(_NAMES.split())

# Of each part nothing is looked for beyond the next `<`, so that a text of a million `<a ` is gone
# through once.
_MARKUP = re.compile(
    r"<(?P<end>/?)(?P<name>[^\W\d][\w.-]*+(?P<prefixed>:[\w.-]++)?+)(?P<rest>(?:[\s/][^<>]*+)?+)>"
    r"|<|&(?P<entity>(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{0,31});)?+"
)
_ATTRIBUTE = re.compile(r"""([^\W\d][\w.:-]*+)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'/]++))""")
_OF_XML = frozenset(("amp;", "lt;", "gt;", "quot;", "apos;"))


def mended(text: str) -> str:
    """The text with all that is no markup of a feed escaped; CDATA as it is, without comments."""
    parts: list[str] = []
    for outside, inside in _cut(text, "<![CDATA[", "]]>"):
        parts += [_MARKUP.sub(_mended, part) for part, _ in _cut(outside, "<!--", "-->")]
        if inside:
            parts.append(escape(inside))
    return "".join(parts)


def _cut(text: str, start: str, end: str) -> Iterator[tuple[str, str]]:
    """Pairs of what is outside and what follows it inside the marks; a mark without its end is left out."""
    outside, *rest = text.split(start)
    for part in rest:
        inside, mark, after = part.partition(end)
        if mark:
            yield outside, inside
            outside = after
        else:
            outside += part
    yield outside, ""


def _mended(found: re.Match[str]) -> str:
    name, entity = found["name"], found["entity"]
    if name is not None:
        if found["prefixed"] or name.lower() in _KNOWN:
            return _tag(found)
        return escape(found[0])
    if found[0] == "<":
        return "&lt;"
    if entity is None:
        return "&amp;"
    if entity[0] == "#" or entity in _OF_XML:
        return found[0]
    return escape(unescape(found[0])) if entity in html5 else f"&amp;{entity}"


def _tag(found: re.Match[str]) -> str:
    if found["end"]:
        return f"</{found['name']}>"
    given = {name: a or b or c for name, a, b, c in _ATTRIBUTE.findall(found["rest"])}
    attributes = "".join(f' {name}="{escape(unescape(value))}"' for name, value in given.items())
    return f"<{found['name']}{attributes}{'/' if found['rest'].endswith('/') else ''}>"
