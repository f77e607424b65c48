"""Names of an input's own fields to the fields of an article."""

from __future__ import annotations

from collections.abc import Sequence

from dedup.articles import USUAL_NAMES, FieldNames
from dedup.errors import FeedError

# Enough records to meet the fields that only some of them have.
LOOKED_AT = 100

_TOLD_IN_ORDER = (
    *("text", "id", "title", "source", "published"),
    *("url", "version", "prior_ids", "byline", "status", "embargoed"),
)
_MISSED = ("id", "title", "source", "published", "url")  # that the others are not there is nothing to tell


def choose(present: Sequence[str], named: FieldNames, where: str) -> dict[str, str]:
    """The input's name for each field it has; `present` are its names in the order they are met.

    Raises `FeedError` when a field the user named is not there, or there is none that holds text.
    """
    chosen: dict[str, str] = {}
    for field in _TOLD_IN_ORDER:
        wanted = named.get(field)
        if wanted is None:
            name = _usual(field, present)
        elif wanted in present:
            name = str(wanted)
        else:
            raise FeedError(f"{where}: no record has a field {wanted!r} for {field}; {_there(present)}")
        if name is not None:
            chosen[field] = name
    if "text" not in chosen:
        raise FeedError(
            f"{where}: which field holds the text? {_there(present)}; name one with --text NAME (text='NAME')"
        )
    return chosen


def _usual(field: str, present: Sequence[str]) -> str | None:
    for usual in USUAL_NAMES[field]:
        alike = [name for name in present if name.strip().lower() == usual]
        if alike:
            return usual if usual in alike else alike[0]
    return None


def _there(present: Sequence[str]) -> str:
    if not present:
        return "its records have no fields"
    shown = ", ".join(repr(name) for name in present[:40])
    return f"the fields there are: {shown}" + (f" and {len(present) - 40} more" if len(present) > 40 else "")


def told(chosen: dict[str, str]) -> str:
    """The choice in words: `text from 'body', id from 'guid'; no published`."""
    taken = ", ".join(f"{field} from {chosen[field]!r}" for field in _TOLD_IN_ORDER if field in chosen)
    missed = ", ".join(field for field in _MISSED if field not in chosen)
    return f"{taken}; no {missed}" if missed else taken
