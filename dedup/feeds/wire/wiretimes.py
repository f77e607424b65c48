"""Times as wires write them behind a text, to times as feeds have them."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Sent(NamedTuple):
    """When a message was sent, and by whom if that is said with it."""

    published: str
    """ISO 8601, without a zone where none is given, or `13 Nov 2007 15:09 EST`."""
    stamp: str
    """Day and minute as given: `2007-11-13T1509`."""
    source: str | None = None


_ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {
    name: place
    for place, names in enumerate(
        (
            "jan ene gen",
            "feb fév",
            "mar mär mrz mae maa mrt",
            "apr avr abr",
            "may mai mei mag",
            "jun juin giu",
            "jul juil lug",
            "aug aoû aou ago",
            "sep set",
            "oct okt ott",
            "nov",
            "dec dez déc dic",
        ),
        start=1,
    )
    for name in names.split()
}  # English, German, French, Spanish, Italian, Dutch

_UNIVERSAL = frozenset(("GMT", "UTC", "UT", "Z"))
# Of America's wires, which leave it to the day whether it is summer time.
_BY_SEASON = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
}
_FIRST_YEAR = 70  # of two digits, in the last century: the standards are of the seventies


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 4:
        return year
    return year + (1900 if year >= _FIRST_YEAR else 2000)


def _sent(time: datetime, zone: str | None, source: str | None = None) -> Sent:
    stamp = f"{time.date().isoformat()}T{time.hour:02}{time.minute:02}"
    zone = zone.upper() if zone else None
    if zone is None:
        published = time.isoformat()
    elif zone in _UNIVERSAL:
        published = f"{time.isoformat()}Z"
    elif zone in _BY_SEASON:
        published = time.replace(tzinfo=ZoneInfo(_BY_SEASON[zone])).isoformat()
    else:
        published = f"{time.day} {_ENGLISH[time.month - 1]} {time.year} {time:%H:%M} {zone}"
    return Sent(published, stamp, source)


# `131250 Nov 07`, `242200 GMT Jun 17`, `062130 Okt 24`
_GROUP = re.compile(
    r"(?<!\w)([0-9]{2})([0-9]{2})([0-9]{2}) ?(?:([A-Z]{1,4}) +)?"
    r"([^\W\d_]{3,9})\.? +([0-9]{4}|[0-9]{2})(?!\w)"
)


def of_group(text: str) -> Sent | None:
    """The time of a date-time group of IPTC 7901: day, hour and minute in one, month, year."""
    for found in _GROUP.finditer(text):
        day, hour, minute, zone, name, year = found.groups()
        month = _MONTHS.get(name.lower()[:4]) or _MONTHS.get(name.lower()[:3])
        if month:
            with suppress(ValueError):  # day 31 of a shorter month
                return _sent(datetime(_year(year), month, int(day), int(hour), int(minute)), zone)
    return None


# `AP-WF-11-13-07 1509GMT`, `11-13-07 0309 pm EST`
_DAY_FIRST = re.compile(
    r"(?<!\w)(?:([A-Za-z]{2,8})(?:-[A-Za-z]{1,4})?[- ])?([0-9]{2})-([0-9]{2})-([0-9]{4}|[0-9]{2})"
    r" +([0-9]{1,2}):?([0-9]{2}) ?(?:([ap])\.?m\.?)? ?([A-Za-z]{1,4})?(?!\w)",
    re.IGNORECASE,
)
# `16:35ET 31-10-14`, as Canada's wire has it
_CLOCK_FIRST = re.compile(
    r"(?<!\w)([0-9]{1,2}):([0-9]{2}) ?([A-Za-z]{1,4})? +([0-9]{2})-([0-9]{2})-([0-9]{4}|[0-9]{2})(?!\w)"
)


def of_line(text: str) -> Sent | None:
    """The time of the closing line of ANPA 1312, and the agency that it names."""
    with suppress(ValueError):  # month 13 in both orders
        if found := _DAY_FIRST.search(text):
            source, month, day, year, hour, minute, half, zone = found.groups()
            hours = int(hour)
            if half:
                hours = hours % 12 + (12 if half in "pP" else 0)
            return _sent(_either_way(year, month, day, hours, int(minute)), zone, source)
        if found := _CLOCK_FIRST.search(text):
            hour, minute, zone, first, second, year = found.groups()
            if zone:  # the Canadian Press, the day first
                first, second = second, first
            return _sent(_either_way(year, first, second, int(hour), int(minute)), zone)
    return None


def _either_way(year: str, month: str, day: str, hour: int, minute: int) -> datetime:
    """The time with month and day as named, or, where there is no such month, the other way round."""
    if int(month) > 12:
        month, day = day, month
    return datetime(_year(year), int(month), int(day), hour, minute)
