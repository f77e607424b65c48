from __future__ import annotations

import io
import re
from dataclasses import replace

import numpy as np
import pytest
from rich.cells import cell_len

from dedup.duplicates import Duplicates
from dedup.report.figures import figures
from dedup.report.highlights import largest_clusters, most_repeating
from dedup.report.terminal import capped, harmless, show
from tests.report.made_up import RUN, member, result, table


class Terminal(io.StringIO):
    """A terminal of 60 columns."""

    def isatty(self) -> bool:
        return True


def shown(found: Duplicates) -> str:
    stream = io.StringIO()
    show(found, stream)
    return stream.getvalue()


def test_the_figures_add_up() -> None:
    told = figures(result())
    assert (told.records, told.rejects, told.articles) == (9, 1, 8)
    assert (told.clusters, told.copies, told.stories, told.copy_share) == (2, 4, 4, 0.5)
    assert told.in_clusters == {"exact": 1, "excerpt": 1, "near": 2}
    assert told.pairs == {"near": 2, "shared": 1}
    assert told.repeating == 1


def test_figures_do_without_counts() -> None:
    found = result()
    bare = Duplicates(tables=found.tables, run={}, keep=np.ones(8, dtype=np.bool_), articles_in=None)
    assert (figures(bare).records, figures(bare).articles) == (9, 8)


def test_an_empty_result_has_no_copies() -> None:
    names = ("clusters", "pairs", "repeats", "boilerplate", "articles", "rejects")
    nothing = Duplicates(
        tables={name: table(name) for name in names},
        run={},
        keep=np.ones(0, dtype=np.bool_),
        articles_in=None,
    )
    assert figures(nothing).copy_share == 0
    assert shown(nothing) == ("0 records read, 0 articles compared.\n0 distinct stories, no copies.\n")


def test_the_largest_clusters_come_first_and_sources_by_their_number() -> None:
    first, second = largest_clusters(result())
    assert (first.size, first.title) == (4, "Harbour bridge opens")
    assert first.sources == ("Bay Post", "Coast Daily", "Northern Wire", "The Tide")
    assert (second.title, second.sources) == (None, (None,))
    assert second.opening == "First words of a story without a headline."


def test_clusters_of_one_size_are_told_by_id_and_ten_at_most() -> None:
    many = [member(f"c{number:02}", f"a{number}", 2) for number in range(30)]
    told = largest_clusters(result(clusters=table("clusters", *reversed(many))))
    assert [cluster.article_id for cluster in told] == [f"a{number}" for number in range(10)]


@pytest.mark.parametrize(
    ("title", "text", "headline"),
    [
        ("Title", "Text", "Title"),
        ("  ", "\n" * 500 + "Text", "Text"),
        ("\u200b", "\u00a0" + " " * 500 + "Some" + "\n" * 500 + "text", "Some text"),
        (None, "\ufeff" + " " * 500 + "Text", "\ufffd Text"),
        (None, " ", "b1"),
        ("", None, "b1"),
    ],
)
def test_without_a_title_the_first_words_are_the_headline_and_else_the_id(
    title: str | None, text: str | None, headline: str
) -> None:
    found = result(
        clusters=table("clusters", member("c", "b1", 2, title=title)),
        articles=table("articles", {"article_id": "b1", "title": title, "text": text}),
    )
    assert re.search(rf"\n       2  {headline}  ", shown(found))


def test_versions_of_an_article_repeat_themselves_each_for_itself() -> None:
    rows = [
        {"article_id": "d", "version": "1", "block": 1, "share": 0.1},
        {"article_id": "d", "version": "2", "block": 1, "share": 0.3},
        {"article_id": "d", "version": "2", "block": 2, "share": 0.9},
    ]
    versions = [
        {"article_id": "d", "version": "1", "title": "Early"},
        {"article_id": "d", "version": "2", "title": "Late"},
    ]
    told = most_repeating(result(repeats=table("repeats", *rows), articles=table("articles", *versions)))
    assert [(a.title, a.blocks, a.places, a.share) for a in told] == [
        ("Late", 2, 4, 1.0),
        ("Early", 1, 2, 0.1),
    ]


def test_caps_are_told_by_what_they_cap() -> None:
    told = list(capped({"caps": {"band_lists": 2, "fingerprint_lists": 0, "split_groups": 1}}))
    assert told == [
        "Split, and left once few of their articles moved: 1 large group.",
        "Over-full, their articles held to the shortest ones only: band lists (2).",
    ]
    assert not list(capped({"caps": {"band_lists": 0, "split_groups": 0}}))


def test_the_summary_tells_each_part_in_plain_text() -> None:
    text = shown(result())
    for part in (
        "9 records read, 8 articles compared.",
        "4 distinct stories; 4 copies of them (50.0% of the articles) in 2 clusters.",
        "Harbour bridge opens",
        "Bay Post, Coast Daily +2",
        "First words of a story without a",
        "1 block in 3 places",
        "Said twice",
        "1 record could not be read",
        "Over-full, their articles held to the shortest ones only: posting lists (3).",
        "No article has a time of publication: origins are told by coverage and id.\n",
    ):
        assert part in text
    assert "buckets" not in text
    assert "left out" not in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("killed", "embargoed", "line"),
    [
        (2, 1, "2 articles killed, 1 under embargo: left out."),
        (1, 0, "1 article killed, 0 under embargo: left out."),
        (0, 1200, "0 articles killed, 1,200 under embargo: left out."),
    ],
)
def test_what_must_not_be_used_is_told_in_a_line(killed: int, embargoed: int, line: str) -> None:
    counts = {"records": 9, "articles_killed": killed, "articles_embargoed": embargoed}
    assert line in shown(replace(result(), run={**RUN, "counts": counts})).splitlines()


def test_without_a_terminal_lines_are_a_hundred_wide_whatever_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = shown(result())
    monkeypatch.setenv("COLUMNS", "30")
    assert shown(result()) == plain
    assert max(map(len, plain.splitlines())) <= 100


def test_a_terminal_has_colours_and_its_own_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")
    stream = Terminal()
    show(result(), stream)
    assert "\x1b[" in stream.getvalue()
    assert max(len(re.sub(r"\x1b\[\d*m", "", line)) for line in stream.getvalue().splitlines()) <= 60


def test_no_color_is_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    show(result(), stream)
    assert "\x1b[3" not in stream.getvalue()


@pytest.mark.parametrize(
    ("title", "safe"),
    [
        ("\x1b[31mred\x1b[0m", "\ufffd[31mred\ufffd[0m"),
        ("two\nlines\tand\r\n tabs", "two lines and tabs"),
        ("exe\u202etxt.x", "exe\ufffdtxt.x"),
        ("\u2066a\u2069 \u200eb", "\ufffda\ufffd \ufffdb"),
        ("bell\x07 nul\0 c1\x9b31m del\x7f", "bell\ufffd nul\ufffd c1\ufffd31m del\ufffd"),
        ("line\u2028break", "line break"),
        ("اخبار می\u200cشود", "اخبار می\u200cشود"),
        ("[bold]x[/bold] :smile:", "[bold]x[/bold] :smile:"),
    ],
)
def test_a_title_can_do_nothing_to_the_terminal(title: str, safe: str) -> None:
    assert harmless(title) == safe
    assert safe in shown(result(clusters=table("clusters", member("c", "a", 2, title=title, source=title))))


@pytest.mark.parametrize("title", ["word " * 100, "新聞" * 100, "👩‍🚒" * 100])
def test_long_and_wide_titles_stay_on_one_line_and_leave_the_counts_alone(title: str) -> None:
    many = [member(f"c{n}", f"a{n}", 12_345, title=title, source=title) for n in range(10)]
    again = [{"article_id": title, "block": 1, "share": 0.5}]
    text = shown(result(clusters=table("clusters", *many), repeats=table("repeats", *again)))
    assert text.count("\n  12,345  ") == 10
    assert "\n  50%  1 block in 2 places  " in text
    assert max(map(cell_len, text.splitlines())) <= 100
