from __future__ import annotations

import datetime as dt

import pytest
from markupsafe import Markup

from dedup.report.page import shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("\" onload='x' &amp;", "&#34; onload=&#39;x&#39; &amp;amp;"),
        ("a\x00b", 'a<span class="code">U+0000</span>b'),
        ("price \u202e001", 'price <span class="code">U+202E</span>001'),
        ("line\r\nline\rline", "line\nline\nline"),
        ("one\n\n \n\n\ntwo", "one\n\ntwo"),
        ("می\u200cخواهم \u200f", "می\u200cخواهم \u200f"),
    ],
    ids=["script", "quotes", "nul", "override", "line ends", "blank lines", "joiner and mark"],
)
def test_what_a_feed_says_is_shown_as_text(text: str, expected: str) -> None:
    assert shown.shown(text) == Markup(expected)


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,x",
        "file:///etc",
        "//example.org/x",
        "http:///nowhere",
        "http://[broken",
        "example.org",
    ],
)
def test_only_web_addresses_become_links(url: str | None) -> None:
    assert shown.address(url) is None


@pytest.mark.parametrize("url", ["http://example.org", "HTTPS://example.org/a?b=c#d"])
def test_a_web_address_becomes_a_link_as_it_is(url: str) -> None:
    assert shown.address(url) == url


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (None, "no time"),
        (0, "first"),
        (20, "under a minute later"),
        (60, "1 minute later"),
        (3_725, "1 hour 2 minutes later"),
        (86_400 + 120, "1 day 2 minutes later"),
        (4 * 86_400 + 7_200, "4 days later"),
        (-7_200, "2 hours earlier"),
    ],
)
def test_a_lag_is_told_in_words(seconds: float | None, told: str) -> None:
    assert shown.lag(seconds) == told


@pytest.mark.parametrize(
    ("seconds", "told"), [(None, "–"), (30, "0 min"), (5_400, "2 h"), (86_400, "1 d"), (9 * 86_400, "9 d")]
)
def test_a_narrow_cell_has_the_largest_unit(seconds: float | None, told: str) -> None:
    assert shown.short_lag(seconds) == told


@pytest.mark.parametrize(
    ("share", "told"), [(None, "–"), (0, "0%"), (0.004, "<1%"), (0.5, "50%"), (0.997, ">99%"), (1, "100%")]
)
def test_a_share_never_says_all_or_nothing_of_what_is_neither(share: float | None, told: str) -> None:
    assert shown.percent(share) == told


def test_a_time_is_told_in_utc() -> None:
    zone = dt.timezone(dt.timedelta(hours=2))
    assert shown.moment(dt.datetime(2024, 3, 1, 1, 30, tzinfo=zone)) == "2024-02-29 23:30 UTC"
