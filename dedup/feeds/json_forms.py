"""First bytes of JSON to its form: lines or a document, of ninjs or of records with fields of their own."""

from __future__ import annotations

import re
from collections.abc import Collection

import msgspec

from dedup.articles import USUAL_NAMES, FieldNames
from dedup.feeds import jsonl, ninjs
from dedup.feeds.decoding import UNREADABLE
from dedup.feeds.elements import wrapper
from dedup.feeds.sources import STDIN, Source

_KEY = re.compile(rb'"((?:[^"\\]|\\.){1,40})"\s*:')
_TEXTS = frozenset(USUAL_NAMES["text"])
_LOOKED_AT = 20  # lines: the first few may be broken


def json_form(source: Source, head: bytes, named: FieldNames) -> str:
    """The name of the form, or nothing where it does not begin like JSON.

    Items of ninjs are told by their keys, unless one of these is a field that the user named.
    """
    head = head.lstrip()
    if not head.startswith((b"{", b"[")):
        return ""
    keys = _keys_of_lines(head)
    wrapped = 0 if _hold_texts(keys or (), named) else wrapper(head)
    are_lines = not wrapped and (keys is not None or _is_called_lines(source, head))
    if keys is None or wrapped:
        keys = {key.decode("utf-8", "replace") for key in _KEY.findall(head, wrapped)}
    if ninjs.is_ninjs(keys) and keys.isdisjoint(named.values()):
        return ninjs.NAME if are_lines else "ninjs"
    if are_lines:
        return jsonl.NAME
    # A folder may hold documents of any kind, settings and the like.
    return "JSON" if _hold_texts(keys, named) else ""


def _hold_texts(keys: Collection[str], named: FieldNames) -> bool:
    return any(key in named.values() or key.lower() in _TEXTS for key in keys)


def _keys_of_lines(head: bytes) -> set[str] | None:
    """The keys of the first line that is an object; None where none is, as in a document."""
    if not head.startswith(b"{"):
        return None
    decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
    for line in head.split(b"\n", _LOOKED_AT)[:_LOOKED_AT]:
        if not line.startswith(b"{"):  # an object within a document is indented
            continue
        try:
            return set(decode(line))
        except UNREADABLE:
            continue
    return None


def _is_called_lines(source: Source, head: bytes) -> bool:
    """Whether what begins with an object that is not whole in its line is lines all the same."""
    if not head.startswith(b"{"):
        return False
    is_one_line = b"\n" not in head.rstrip()
    return is_one_line or source.name == STDIN or source.plain_name.endswith(jsonl.SUFFIXES)
