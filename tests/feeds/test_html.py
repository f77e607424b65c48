from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.feeds.html import is_html, plain, stripped, without_entities
from tests.feeds.made import feed_of, lines, texts


@pytest.mark.parametrize(
    "text",
    ["<p>a", "a<br/>b", "a<br>b", "a <BR><BR> b", "<P>one<P>two", '<div class="x">', "x</a>", "<A HREF='x'>y",
     "<h1>a", "<H1>a</H1>", "<!-- c -->x", "<!DOCTYPE html>x", "<img src=x>", "<p\n>x", "</ P>x</P >"],
)  # fmt: skip
def test_real_tags_make_html(text: str) -> None:
    assert is_html(text)


@pytest.mark.parametrize(
    "text",
    ["1 < 2", "a <b and c> d", "Motors <GM> and Phillips <P> rose", "Sears <S>, US Steel <X>", "<GM.N>",
     "a@b <a@b.com>", "<http://example.com/p>", "<<<", "<p", "< p >", "<3", "->", "<paragraph>", "", "AT&T"],
)  # fmt: skip
def test_other_angle_brackets_do_not(text: str) -> None:
    assert not is_html(text)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("<p>One\n  line <b>bold</b>\tword</p>", "One line bold word"),
        ("one<br>two<br/> three", "one\ntwo\nthree"),
        ("<p>a<br><br><br><br>b</p>", "a\n\nb"),
        ("<div>a<div>b</div>c</div>", "a\n\nb\n\nc"),
        ("<ul><li>a<li>b</ul>", "a\n\nb"),
        ("<script>var x = '<p>';</script><style>p {}</style><!-- no --><p>yes", "yes"),
        ("<html><head><title>t</title></head><body><p>b</p></body></html>", "b"),
        ("<p>AT&amp;T &#8217;s &nbsp;x &lt;GM&gt; &eacute;&hellip;</p>", "AT&T ’s \xa0x <GM> é…"),
        ("<p>General Motors <GM> is < 5, mail <a@b.com></p>", "General Motors <GM> is < 5, mail <a@b.com>"),
        ("<p>word<o:p></o:p> of<my-tag> Word</my-tag></p>", "word of Word"),
        ("<pre>a\n  b</pre>c", "a\nb\n\nc"),
        ("First para with <i>italics</i>.\n\nSecond  para.", "First para with italics.\n\nSecond  para."),
        ("First <b>x</b><br>y.\n\nSecond.", "First x\ny.\n\nSecond."),
        ("<![CDATA[<p>a</p>]]>", "a"),
        ("<p>nul\0here</p>", "nul\ufffdhere"),
        ("<p>😀 e\u0301 汉字</p>", "😀 e\u0301 汉字"),
        ("<?xml version='1.0' encoding='latin-1'?><p>é</p>", "é"),
        ("<meta charset='latin-1'><p>é</p>", "é"),
        ("<p></p>", ""),
        ("<!-- only -->", ""),
    ],
)  # fmt: skip
def test_html_becomes_what_a_reader_sees(html: str, text: str) -> None:
    assert plain(html) == text


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("Marks &amp; Spencer&#8217;s", "Marks & Spencer’s"),
        ("&#x2019; &nbsp;", "’ \xa0"),
        ("AT&T; &unknown; & &; &#; ?a=1&copy=2", "AT&T; &unknown; & &; &#; ?a=1&copy=2"),
        ("&amp;lt;", "&lt;"),
    ],
)
def test_only_well_formed_entities_are_decoded(text: str, decoded: str) -> None:
    assert without_entities(text) == decoded


@pytest.mark.parametrize(
    "text", ["<p " * 300_000, "<p =" * 300_000, "<div>" * 100_000, "&amp" * 300_000, "<" * 10**6]
)
def test_a_text_of_nothing_but_beginnings_takes_no_time(text: str) -> None:
    stripped(pa.array([text], pa.large_string()))


def test_a_feed_counts_what_was_stripped_and_keeps_the_rest(tmp_path: Path) -> None:
    data = lines(
        *({"text": text} for text in ("plain", "<p>a</p>", "b &amp; c", "AT&T < x", None, "<p></p>"))
    )
    feed = feed_of(tmp_path / "feed.jsonl", data)
    assert texts(feed) == ["plain", "a", "b & c", "AT&T < x", "", ""]
    assert (feed.counts["html_stripped"], feed.counts["entities_decoded"]) == (2, 1)
    assert feed.counts["empty_texts"] == 2


def test_html_is_kept_when_asked(tmp_path: Path) -> None:
    data = lines({"text": "<p>a &amp; b</p>"}, {"text": "b &amp; c"})
    feed = feed_of(tmp_path / "feed.jsonl", data, html="keep")
    assert texts(feed) == ["<p>a &amp; b</p>", "b &amp; c"]
    assert (feed.counts["html_stripped"], feed.counts["entities_decoded"]) == (0, 0)


some_text = st.text("ab<&é;/p>", max_size=8) | st.sampled_from(["<p>x</p>", "&amp;", "plain"])


@given(st.lists(some_text, max_size=8), st.integers(0, 3), st.integers(0, 3))
def test_every_text_of_a_slice_is_stripped_as_if_alone(some: list[str], before: int, after: int) -> None:
    whole = pa.array([*["<p>before</p>"] * before, *some, *["after &amp;"] * after], pa.large_string())
    found = stripped(whole.slice(before, len(some)))
    assert found.texts.to_pylist() == [
        plain(text) if is_html(text) else without_entities(text) for text in some
    ]
    assert found.tags == sum(map(is_html, some))


@given(
    st.text(max_size=30)
    | st.lists(st.sampled_from(["<p>", "</p>", "<br>", "<", "a ", "&lt;", "\0", "<!--", "<b"])).map("".join)
)
def test_no_text_is_an_error(text: str) -> None:
    assert "\0" not in plain(text)
