"""Times of publication, in the ways feeds write them, to microseconds in UTC."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

TIME = pa.timestamp("us", "UTC")
_NAIVE = pa.timestamp("us")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# What Python can show in any zone: Arrow knows the year 0, and an offset can lead out of the year 1.
_KNOWN = range(
    (datetime(1, 1, 2, tzinfo=UTC) - _EPOCH) // _MICROSECOND,
    (datetime(9999, 12, 31, tzinfo=UTC) - _EPOCH) // _MICROSECOND,
)
_LONGEST = 100  # characters; no time is longer, and dateutil takes seconds for a text of megabytes


def parsed(column: pa.Array, zone: ZoneInfo) -> tuple[pa.Array, int]:
    """The column as times, and how many of its values are none (absent then); naive times are of `zone`."""
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return _of_times(column, zone)
    texts = column if kind == pa.string() else column.cast(pa.string())
    vectorised = _all_iso(texts, zone)
    return (vectorised, 0) if vectorised is not None else _one_by_one(texts, zone)


def _of_times(column: pa.Array, zone: ZoneInfo) -> tuple[pa.Array, int]:
    if getattr(column.type, "tz", None) is not None:
        return pc.cast(column, TIME, safe=False), 0  # nanoseconds are cut to microseconds
    naive = pc.cast(column, _NAIVE, safe=False)
    return (naive.cast(TIME), 0) if zone.key == "UTC" else _one_by_one(naive.cast(pa.string()), zone)


def _all_iso(texts: pa.Array, zone: ZoneInfo) -> pa.Array | None:
    """All of a column at once, where it is ISO 8601 throughout, all with zones or all without."""
    first = texts.drop_null()[:1]
    try:
        times = texts.cast(TIME) if _is_cast(first, TIME) else None
        if times is None and zone.key == "UTC":  # Arrow knows no summer times after 2037
            times = texts.cast(_NAIVE).cast(TIME)
    except pa.ArrowInvalid:
        return None
    if times is None:
        return None
    bounds = pc.min_max(times.cast(pa.int64())).as_py()
    return times if all(bound is None or bound in _KNOWN for bound in bounds.values()) else None


def _is_cast(texts: pa.Array, kind: pa.DataType) -> bool:
    """Whether Arrow reads these texts so; a cast that fails takes 1 us for each of all values."""
    try:
        texts.cast(kind)
    except pa.ArrowInvalid:
        return False
    return True


def _one_by_one(texts: pa.Array, zone: ZoneInfo) -> tuple[pa.Array, int]:
    values = [None if text is None else microseconds(text, zone) for text in texts.to_pylist()]
    times = pa.array(values, pa.int64()).cast(TIME)
    return times, times.null_count - texts.null_count


@lru_cache(maxsize=1 << 16)
def microseconds(text: str, zone: ZoneInfo) -> int | None:
    """Microseconds since 1970, or None for what is no time with day, month and year."""
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return None
    for read in (_of_number,) if _NUMBER.fullmatch(text) else _READERS:
        with suppress(ValueError, OverflowError):
            time = read(text)
            if time is not None:
                aware = time.replace(tzinfo=zone) if time.tzinfo is None else time
                since = (aware - _EPOCH) // _MICROSECOND
                return since if since in _KNOWN else None
    return None


_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?")
_CALENDAR = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_CALENDAR_YEARS = range(1900, 2100)
_FEWEST_DIGITS = 9  # seconds since 1973; `2007` is a year and `0` a blank, neither a number of seconds

# Below each bound a number counts these parts of a second: milliseconds pass 1973 at the first, which
# seconds reach in the year 5138.
_PARTS = ((10**11, 1), (10**14, 10**3), (10**17, 10**6), (10**20, 10**9))


def _of_number(text: str) -> datetime | None:
    """A count since 1970, or a date such as `20071113`, which as seconds would lie in 1970."""
    whole = text.partition(".")[0].lstrip("+-")
    if whole == text and len(text) in _CALENDAR:
        with suppress(ValueError):
            time = datetime.strptime(text, _CALENDAR[len(text)])
            if time.year in _CALENDAR_YEARS:
                return time
    if len(whole) < _FEWEST_DIGITS:
        return None
    number = Decimal(text)
    parts = next((parts for bound, parts in _PARTS if abs(number) < bound), None)
    return None if parts is None else _EPOCH + timedelta(microseconds=int(number * 10**6 / parts))


_MONTH_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTHS = {name: place for place, name in enumerate(_MONTH_NAMES.split(), start=1)}

# Zones that news feeds name by letters; the ambiguous CST and the like are America's, and IST India's.
_ZONES = (
    (0, "UT UTC GMT Z WET"),
    (1, "BST WEST CET MEZ"),
    (2, "CEST MESZ EET SAST"),
    (3, "EEST MSK"),
    (5, "PKT"),
    (5.5, "IST"),
    (8, "SGT HKT AWST"),
    (9, "JST KST"),
    (10, "AEST"),
    (11, "AEDT"),
    (12, "NZST"),
    (13, "NZDT"),
    (-3, "ADT"),
    (-4, "AST EDT"),
    (-5, "EST CDT"),
    (-6, "CST MDT"),
    (-7, "MST PDT"),
    (-8, "PST AKDT"),
    (-9, "AKST"),
    (-10, "HST"),
)
_HOURS = {name: hours for hours, names in _ZONES for name in names.split()}


def _named_zone(name: str | None, seconds: int | None) -> tzinfo | None:
    """The zone of a name or an offset; raises `ValueError` for a name that is not known."""
    if seconds is not None:
        return timezone(timedelta(seconds=seconds))
    if name is None:
        return None
    if name.upper() not in _HOURS:
        raise ValueError(name)
    return timezone(timedelta(hours=_HOURS[name.upper()]))


# RFC 822 (`Tue, 13 Nov 2007 09:30:00 -0500`) and what Reuters wrote in 1987 (`26-FEB-1987 15:01:01.79`).
_DAY_MONTH_YEAR = re.compile(
    r"(?:[a-z]{3,9},?\s+)?(\d{1,2})[-\s]([a-z]{3})[a-z]{0,6}[-\s](\d{4}),?"
    r"(?:\s+(\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?(?:\s*([+-])(\d{2}):?(\d{2})|\s+([a-z]{1,4}))?)?",
    re.IGNORECASE | re.ASCII,
)


def _day_month_year(text: str) -> datetime | None:
    found = _DAY_MONTH_YEAR.fullmatch(text)
    if not found or found[2].lower() not in _MONTHS:
        return None
    day, month, year, hour, minute, second, fraction, sign, hours, minutes, name = found.groups()
    if name is not None and name.upper() in ("AM", "PM"):
        return None
    offset = None if sign is None else int(f"{sign}1") * (int(hours) * 3600 + int(minutes) * 60)
    return datetime(
        int(year),
        _MONTHS[month.lower()],
        int(day),
        int(hour or 0),
        int(minute or 0),
        int(second or 0),
        int(float(fraction or 0) * 1_000_000),
        _named_zone(name, offset),
    )


class _NothingGuessed(datetime):
    """dateutil fills what a text leaves out from a default; this one has no day, month or year to give."""

    def replace(self, **given: Any) -> datetime:  # type: ignore[override]
        if not {"year", "month", "day"} <= given.keys():
            raise ValueError("not a whole date")
        return datetime(**{"hour": 0, "minute": 0, "second": 0, **given})


_DOTTED = re.compile(r"(?:\D*\s)?\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2})(?!\d)", re.ASCII)


def _by_dateutil(text: str) -> datetime | None:
    """All other ways; `03/04/2007` is the fourth of March, but `3.4.2007` the third of April."""
    from dateutil import parser  # 30 ms that most feeds need not pay

    try:
        time: datetime = parser.parse(
            text,
            default=_NothingGuessed(1, 1, 1),
            tzinfos=_named_zone,
            dayfirst=_DOTTED.match(text) is not None,
        )
    except (TypeError, AttributeError, IndexError, ArithmeticError) as error:  # seen on garbage
        raise ValueError(text) from error
    return time


_READERS: tuple[Callable[[str], datetime | None], ...] = (
    datetime.fromisoformat,
    _day_month_year,
    _by_dateutil,
)
