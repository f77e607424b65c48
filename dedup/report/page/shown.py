"""What feeds say to what a page may hold: controls made visible, addresses checked, times in words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from textwrap import shorten
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from dedup.report.terminal import count

# Controls that HTML forbids, those that reorder or hide what stands beside them, and halves of characters,
# which a file name may hold. The joiners and the plain marks (U+200E, U+200F, U+061C) belong to Persian,
# Arabic and Hebrew, and reach no further than a word.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff"
    "\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_LINE_ENDS = re.compile("\r\n?")
_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n){2,}")
_OPENING = 90  # characters
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))
_SHORT = {"day": "d", "hour": "h", "minute": "min"}
_DAYS_ALONE = 3  # of so many days the hours say nothing more


def shown(text: str) -> Markup:
    """A text as a page shows it: escaped, with the code of every control that would not be seen."""
    text = _BLANK_LINES.sub("\n\n", _LINE_ENDS.sub("\n", text))
    return Markup(_UNSEEN.sub(_code, str(escape(text))))  # escaped first; codes bring no text of a feed


def one_line(text: str | None) -> Markup:
    """A headline or a name: white space folded."""
    return shown(" ".join((text or "").split()))


def opening(text: str) -> str:
    """The first words of a text, for an article without a title."""
    return shorten(text[: 4 * _OPENING], _OPENING, placeholder=" …")


def _code(control: re.Match[str]) -> str:
    return f'<span class="code">U+{ord(control.group()):04X}</span>'


def address(url: str | None) -> str | None:
    """An address that may become a link: http or https, of a host; None for any other."""
    try:
        parts = urlsplit(url or "")
        good = parts.scheme in ("http", "https") and parts.hostname
    except ValueError:
        return None
    return url if good else None


def percent(share: float | None) -> str:
    """A share in whole percent that never says all or nothing of what is neither."""
    if share is None:
        return "–"
    whole = 100 * share
    if 0 < whole < 1:
        return "<1%"
    return ">99%" if 99 <= whole < 100 and round(whole) == 100 else f"{whole:.0f}%"


def moment(time: dt.datetime | None) -> str:
    """A time to the minute, in UTC, as it is read aloud."""
    return f"{time.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC" if time else "no time"


def span(seconds: float | None) -> str:
    """A span of time in its two largest units."""
    return _spelt(seconds, count)


def short_span(seconds: float | None) -> str:
    """A span of time in its two largest units, abbreviated."""
    return _spelt(seconds, lambda number, unit: f"{number:,} {_SHORT[unit]}")


def _spelt(seconds: float | None, spell: Callable[[int, str], str]) -> str:
    if seconds is None:
        return "no times"
    left, parts = int(abs(seconds)), []
    for name, size in _UNITS:
        number, left = divmod(left, size)
        if number:
            parts.append(spell(number, name))
        if parts and (len(parts) == 2 or (name == "day" and number >= _DAYS_ALONE)):
            break
    return " ".join(parts) or ("under a minute" if seconds else "at once")


def lag(seconds: float | None) -> str:
    """How long after the first something came."""
    if seconds is None:
        return "no time"
    if not seconds:
        return "first"
    return f"{span(seconds)} {'later' if seconds > 0 else 'earlier'}"


def short_lag(seconds: float | None) -> str:
    """A span of time in its largest unit, for a narrow cell."""
    if seconds is None:
        return "–"
    unit, size = next(((unit, size) for unit, size in _UNITS if abs(seconds) >= size), _UNITS[-1])
    return f"{seconds / size:.0f} {_SHORT[unit]}"
