from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from dedup.feeds import times
from tests.feeds.wire.wired import anpa, iptc, one


@pytest.mark.parametrize(
    ("end", "published"),
    [
        ("131250 Nov 07", "2007-11-13T12:50:00"),
        ("131250 GMT Nov 07", "2007-11-13T12:50:00Z"),
        ("131250Z NOV 07", "2007-11-13T12:50:00Z"),
        ("131250 MEZ Nov 2007", "13 Nov 2007 12:50 MEZ"),
        ("310001 JUL 97", "1997-07-31T00:01:00"),
        ("062130 Okt 24", "2024-10-06T21:30:00"),
        ("062130 MÄR 24", "2024-03-06T21:30:00"),
        ("062130 août 24", "2024-08-06T21:30:00"),
        ("062130 juil 24", "2024-07-06T21:30:00"),
        ("noise 310001 Feb 24 131250 Nov 07", "2007-11-13T12:50:00"),
        ("322560 Nov 07", None),
        ("131250 Xyz 07", None),
        ("", None),
    ],
)
def test_a_date_time_group_is_a_time_that_feeds_know(end: str, published: str | None) -> None:
    item = one(iptc("Text.", end=end))
    assert item.published == published
    assert (item.id is None) == (published is None)
    if published:
        assert times.microseconds(published, ZoneInfo("Europe/Berlin")) is not None


@pytest.mark.parametrize(
    ("end", "published", "source"),
    [
        ("HW-WF-11-13-07 1509GMT<", "2007-11-13T15:09:00Z", "HW"),
        ("HW-NY-11-13-07 1509EST<", "13 Nov 2007 15:09 EST", "HW"),
        ("OPA-11-13-07 1509<", "2007-11-13T15:09:00", "OPA"),
        ("opa 11-13-07 03:09 pm EST", "13 Nov 2007 15:09 EST", "opa"),
        ("11-13-2007 1209 AM", "2007-11-13T00:09:00", None),
        ("16:35ET 31-10-14<", "2014-10-31T16:35:00-04:00", None),
        ("16:35ET 05-01-14<", "2014-01-05T16:35:00-05:00", None),
        ("16:35 10-31-14", "2014-10-31T16:35:00", None),
        ("HW-WF-13-13-07 1509GMT<", None, None),
        ("", None, None),
    ],
)
def test_a_closing_line_of_anpa_1312_is_a_time_that_feeds_know(
    end: str, published: str | None, source: str | None
) -> None:
    item = one(anpa("\t   Text.", end=end))
    assert (item.published, item.source) == (published, source)
    assert (item.id is None) == (published is None)
    if published:
        assert times.microseconds(published, ZoneInfo("Europe/Berlin")) is not None


@pytest.mark.parametrize(
    "data",
    [
        b"\x01hal0011 4 pl 12\r\n\x02Text.\r\n./.LME\r\n131250 NOV 07\r\n\x03\x04",
        b"\x01hal0011 4 pl 12\r\n\x02Text.\r\n\r\n131250 NOV 07\r\n\x03\x04",
        b"\x01hal0011 4 pl 12\r\n\x02Text.\r\n\x03\r\n131250 NOV 07\r\n\x03\x04",
        b"\x01W2870\x1fa\r\nr i\x13\x11 BC-X 11-13\r\n\x02\tText.\r\n\tHW-WF-11-13-07 1250<\r\n\x03\x04",
    ],
)
def test_a_time_before_the_end_of_the_text_is_no_text(data: bytes) -> None:
    item = one(data)
    assert (item.text, item.published) == ("Text.", "2007-11-13T12:50:00")
