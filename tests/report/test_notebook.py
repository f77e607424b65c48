"""What a notebook shows of a result."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from dedup.duplicates import Duplicates
from dedup.report.figures import figures
from tests.report.made_up import RUN, member, result, table


class Cells(HTMLParser):
    """The cells of all rows, and every tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.append(tag)
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if {"td", "th"} & set(self._open):
            self.rows[-1][-1] += data


def shown(found: Duplicates) -> str:
    return found._repr_html_()


def test_the_counts_are_those_of_the_summary() -> None:
    found = result()
    told, html = figures(found), re.sub("<[^>]*>", "", shown(found))
    assert f"{told.stories} distinct stories among {told.articles} articles" in html
    assert f"{told.copies} copies ({told.copy_share:.1%}) in {told.clusters} clusters." in html
    for relation, number in told.in_clusters.items():
        assert f"{relation} {number}" in html
    assert "1 article repeats a block of its own." in html
    assert "1 record could not be read." in html


def test_of_an_archives_run_the_new_articles_are_counted() -> None:
    clusters = result().tables["clusters"]
    is_new = np.array([False, True, False, False, False, True])
    found = Duplicates(
        tables={**result().tables, "clusters": clusters.append_column("is_new", [is_new])},
        run={"counts": {"articles_new": 3}},
        keep=np.ones(8, bool),
        articles_in=None,
    )
    told = figures(found)
    assert (told.articles, told.copies) == (3, 2)
    assert "<b>1 distinct story</b> among 3 articles; 2 copies (66.7%)" in shown(found)


def test_the_largest_clusters_come_first_with_headline_and_sources() -> None:
    assert Cells(shown(result())).rows == [
        ["Articles", "Largest clusters, by their lead", "Sources"],
        ["4", "Harbour bridge opens", "Bay Post, Coast Daily, Northern Wire, The Tide"],
        ["2", "b1", ""],
    ]


def test_only_ten_clusters_are_shown_and_the_others_counted() -> None:
    rows = [
        row
        for n in range(13)
        for row in (member(f"c{n:02}", f"l{n}", 2), member(f"c{n:02}", f"m{n}", 2, relation="near"))
    ]
    html = shown(result(clusters=table("clusters", *rows)))
    assert len(Cells(html).rows) == 1 + 10
    assert "and 3 more clusters" in html


HOSTILE = "</td><script>alert(\"x\")</script><img src=x onerror=alert(1)>\n&amp; 'quoted'"


def test_hostile_text_stays_text() -> None:
    rows = (
        member("c1", "a1", 2, title=HOSTILE, source=HOSTILE),
        member("c1", "a2", 2, relation="<b>", source="S"),
    )
    cells = Cells(shown(result(clusters=table("clusters", *rows))))
    assert cells.rows[1][1] == " ".join(HOSTILE.split())
    assert {tag for tag, _ in cells.tags} == {"div", "b", "table", "thead", "tbody", "tr", "th", "td", "bdi"}
    assert {name for _, attributes in cells.tags for name in attributes} == {"style"}


def test_it_asks_for_no_colour_of_its_own_and_fetches_nothing() -> None:
    html = shown(result())
    assert not re.search(r"background|(?<!-)\bcolor:|url\(|https?:|src=|class=|id=", html)


@pytest.mark.parametrize("title", ["A" * 5_000, "word " * 5_000])
def test_a_headline_that_is_long_is_cut(title: str) -> None:
    rows = (member("c1", "a1", 2, title=title), member("c1", "a2", 2, relation="near"))
    html = shown(result(clusters=table("clusters", *rows)))
    assert len(html) < 3_000
    assert "…" in html


def test_nothing_found_is_said_without_a_table() -> None:
    names = ("clusters", "pairs", "repeats", "boilerplate", "articles", "rejects")
    nothing = {name: table(name) for name in names}
    html = Duplicates(tables=nothing, run={}, keep=np.ones(0, bool), articles_in=None)._repr_html_()
    assert "<b>0 distinct stories</b> among 0 articles, no copies." in html
    assert "<table" not in html
    assert RUN["counts"]
