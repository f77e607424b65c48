"""What two articles have in common, as a terminal and a page show it."""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from dedup.comparison import Article, Comparison, Passage, Repeat
from dedup.errors import OutputError
from dedup.report.comparison import meaning, show_comparison
from dedup.report.comparison_page import as_page, check_page, write_page
from dedup.report.page.relations import MEANINGS

ESCAPES = re.compile("\x1b\\[[0-9;]*m")


class Terminal(io.StringIO):
    """A terminal, as wide as COLUMNS says."""

    def isatty(self) -> bool:
        return True


def article(text: str, **facts: Any) -> Article:
    plain = {
        "id": "x1",
        "version": None,
        "title": None,
        "source": None,
        "published": None,
        "url": None,
        "words": len(text.split()),
        "repeats": (),
        "boilerplate": (),
    }
    return Article(text=text, **{**plain, **facts})


def passage(number: int, a: Article, b: Article, a_text: str, b_text: str, **facts: Any) -> Passage:
    a_start, b_start = a.text.index(a_text), b.text.index(b_text)
    plain = {"words": len(a_text.split()), "identical": 1.0, "boilerplate": False}
    return Passage(
        passage=number,
        a_start=a_start,
        a_end=a_start + len(a_text),
        b_start=b_start,
        b_end=b_start + len(b_text),
        a_text=a_text,
        b_text=b_text,
        **{**plain, **facts},
    )


def comparison(
    a: Article, b: Article | None, *passages: Passage, relation: str | None = "near"
) -> Comparison:
    jaccard, a_in_b, b_in_a = (0.5, 2 / 3, 1.0) if passages else (0.0, 0.0, 0.0)
    return Comparison(
        a=a,
        b=b,
        relation=relation,
        jaccard=jaccard,
        a_in_b=a_in_b,
        b_in_a=b_in_a,
        shared_words=12 if passages else 0,
        passages=passages,
    )


def shown(told: Comparison, stream: io.StringIO | None = None, **how: bool) -> str:
    stream = stream or io.StringIO()
    show_comparison(told, stream, **how)
    return stream.getvalue()


def columns(told: str) -> list[str]:
    """What stands in A's column, and what in B's; runs of white space as one space."""
    lines = told.splitlines()
    below = lines[lines.index("A" + " " * 49 + "B") + 1 :]
    return [" ".join(" ".join(line[side] for line in below).split()) for side in (slice(50), slice(50, None))]


BRIDGE = "The bridge opens on Monday with a parade of boats."
SHIFT = "Ferries run every hour until the last cars have crossed."


def two() -> Comparison:
    """Two passages that stand the other way round in B, one of them with a word changed."""
    changed = SHIFT.replace("hour", "night")
    a = article(f"{BRIDGE}\n\nOnly the harbour says so.\n\n{SHIFT}", title="Bridge", source="Wire")
    b = article(f"{changed} {BRIDGE} Nobody was asked.", id="y2", version="3")
    return comparison(
        a, b, passage(1, a, b, BRIDGE, BRIDGE), passage(2, a, b, SHIFT, changed, identical=0.9, words=9)
    )


def test_both_texts_stand_side_by_side_with_what_is_changed_and_what_is_only_in_one() -> None:
    lines = shown(two()).splitlines()
    assert lines[:3] == ["A  x1; Wire; 25 words", "   Bridge", "B  y2@3; 23 words"]
    assert "near: most of each is in the other." in lines
    assert " 0.5000  0.6667  1.0000               12         2" in lines
    left, right = columns(shown(two()))
    assert "[1] 10 words The bridge opens on Monday with a parade of" in left
    assert "- only in A, 5 words Only the harbour says so." in left
    assert "Ferries run every [-hour-] until" in left
    assert "[2] 9 words, 0.9000 identical, in B before [1]" in right
    assert "Ferries run every {+night+} until" in right
    assert "+ only in B, 3 words Nobody was asked." in right


def test_a_narrow_terminal_has_one_text_under_the_other_and_what_is_the_same_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    plain = ESCAPES.sub("", shown(two(), Terminal()))
    assert all(cell_len(line) <= 60 for line in plain.splitlines())
    assert plain.count("[1] 10 words") == 1
    assert "A [2] 9 words" in plain
    assert "B [2] 9 words" in plain
    assert plain.index("Ferries run every [-hour-]") < plain.index("Ferries run every {+night+}")


def test_a_terminal_has_colours_unless_it_wants_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured = shown(two(), Terminal())
    assert "\x1b[32m" in coloured
    assert ESCAPES.sub("", coloured).split() == shown(two()).split()
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[32m" not in shown(two(), Terminal())


def test_a_pipe_gets_plain_text_of_a_hundred_columns() -> None:
    told = shown(two())
    assert "\x1b" not in told
    assert max(map(cell_len, told.splitlines())) <= 100


def test_long_stretches_are_folded_with_a_count_unless_the_whole_is_wanted() -> None:
    long = " ".join(f"word{n}" for n in range(2_000))
    a = article(f"{long}. {' '.join(f'other{n}' for n in range(2_000))}")
    b = article(long)
    told = comparison(a, b, passage(1, a, b, long, long))
    left, right = columns(shown(told))
    counts = [int(count.replace(",", "")) for count in re.findall(r"… ([\d,]+) words …", f"{left} {right}")]
    assert len(counts) == 3  # both sides of the passage, and what is only in A
    assert all(1_900 < count < 2_000 for count in counts)
    assert "word1000" not in left + right
    assert "other1000" not in left
    whole = shown(told, folds=False)
    assert "…" not in whole
    assert whole.count("word1000") == 2
    assert whole.count("other1000") == 1


def test_every_word_is_shown_once_on_its_side_when_nothing_is_folded() -> None:
    told = two()
    assert told.b is not None
    for text, column in zip((told.a.text, told.b.text), columns(shown(told, folds=False)), strict=True):
        bare = re.sub(
            r"\[\d\] .*?words[^A-Z]*(?:B before \[1\])?|[-+] only in [AB], \d+ words|[-{}+\]\[]", "", column
        )
        assert sorted(re.findall(r"\w+", bare)) == sorted(re.findall(r"\w+", text))


def test_boilerplate_is_said() -> None:
    a, b = article(f"{BRIDGE} {SHIFT} Call us."), article(f"{SHIFT} {BRIDGE}", boilerplate=((0, len(SHIFT)),))
    told = shown(comparison(a, b, passage(1, a, b, BRIDGE, BRIDGE, boilerplate=True)))
    assert "[1] 10 words, boilerplate" in told
    assert "+ only in B, 10 words, boilerplate" in told
    half = article(f"{SHIFT} {BRIDGE}", boilerplate=((0, SHIFT.index(" run")),))
    assert "only in B, 10 words, 1 of them boilerplate" in " ".join(
        shown(comparison(a, half, passage(1, a, half, BRIDGE, BRIDGE))).replace("\n", " ").split()
    )


HOSTILE = "\x1b[2Jnow \u202egnp\u202c\x07 \x9b31m [bold]red[/bold] :smile:"


def test_what_would_move_a_cursor_or_turn_the_reading_round_is_shown_harmless() -> None:
    text = f"{BRIDGE} {HOSTILE}"
    a = article(text, id=HOSTILE, title=HOSTILE, source=HOSTILE)
    repeat = Repeat(
        block=1, first_start=0, first_end=len(text), second_start=0, second_end=len(text), words=9,
        identical=1.0, share=0.5, text=text,
    )  # fmt: skip
    pair = comparison(a, a, passage(1, a, a, BRIDGE, BRIDGE))
    for told in (pair, comparison(article(text, id=HOSTILE, repeats=(repeat,)), None, relation=None)):
        plain = shown(told)
        assert not set(plain) & set("\x1b\u202e\u202c\x07\x9b")
        assert "[bold]red[/bold] :smile:" in " ".join(plain.split())


def test_scripts_of_all_kinds_keep_their_columns() -> None:
    text = "临江夜航渡轮停运十九年后重启。" * 8
    a, b = article(text), article(f"{text}قصة")
    lines = shown(comparison(a, b, passage(1, a, b, text, text))).splitlines()
    assert all(cell_len(line) <= 100 for line in lines)


@pytest.mark.parametrize(
    ("a", "b", "passages", "said"),
    [
        ("one two three four", "five six seven", False, "nothing in common"),
        (
            "one two",
            "one two",
            False,
            "nothing in common, for an article of fewer than 3 words matches nothing",
        ),
        (BRIDGE, f"{BRIDGE} {SHIFT}", True, "less in common than any relation asks for"),
    ],
)
def test_no_relation_is_said_plainly(a: str, b: str, passages: bool, said: str) -> None:
    sides = article(a), article(b)
    found = [passage(1, *sides, BRIDGE, BRIDGE)] if passages else []
    told = shown(comparison(*sides, *found, relation=None))
    assert f"no relation: {said}." in told.splitlines()
    assert ("Jaccard" in told) is passages


@pytest.mark.parametrize("relation", MEANINGS)
def test_every_relation_has_its_meaning(relation: str) -> None:
    a = article(BRIDGE)
    assert (
        meaning(comparison(a, a, passage(1, a, a, BRIDGE, BRIDGE), relation=relation)) == MEANINGS[relation]
    )


def test_an_article_alone_shows_each_block_once_and_all_its_places() -> None:
    text = f"{BRIDGE} {SHIFT} {BRIDGE} {BRIDGE}"
    places = [match.start() for match in re.finditer(re.escape(BRIDGE), text)]
    repeats = tuple(
        Repeat(
            block=1, first_start=0, first_end=len(BRIDGE), second_start=start, second_end=start + len(BRIDGE),
            words=10, identical=1.0, share=0.25, text=BRIDGE,
        )
        for start in places[1:]
    )  # fmt: skip
    lines = shown(comparison(article(text, repeats=repeats), None, relation=None)).splitlines()
    assert "It repeats 1 block of its own: 50.0% of its words stand there again." in lines
    assert [line.split()[-2:] for line in lines if line.endswith(("158", "209"))] == [
        ["0–50", f"{start}–{start + len(BRIDGE)}"] for start in places[1:]
    ]
    assert lines.count(BRIDGE) == 1


def test_an_article_that_repeats_nothing_says_so() -> None:
    assert shown(comparison(article(BRIDGE), None, relation=None)).endswith(
        "\n\nIt repeats no block of its own.\n"
    )


def test_the_page_has_both_texts_and_nothing_of_a_feed_becomes_markup() -> None:
    hostile = '<script>alert(1)</script> "quoted" </main>'
    a = article(f"{BRIDGE} {hostile}", title=hostile, source=hostile, url="javascript:alert(1)")
    b = article(BRIDGE, id=hostile, published=dt.datetime(2026, 3, 1, tzinfo=dt.UTC))
    page = as_page(comparison(a, b, passage(1, a, b, BRIDGE, BRIDGE)))
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert page.count("</main>") == 1
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "near: most of each is in the other" in page
    assert page.count(BRIDGE) == 2


def test_a_page_of_one_article_is_refused() -> None:
    with pytest.raises(ValueError, match="a page shows two articles, got 'x1' alone"):
        as_page(comparison(article(BRIDGE), None))


def test_a_page_takes_the_place_of_an_older_one_whole(tmp_path: Path) -> None:
    place = tmp_path / "new" / "page.html"
    write_page(two(), place)
    first = place.read_bytes()
    write_page(two(), place)
    assert place.read_bytes() == first
    assert list(place.parent.iterdir()) == [place]


def test_a_page_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "full").write_text("a file")
    with pytest.raises(OutputError, match=r"full/page\.html cannot be written: .*; name another file"):
        write_page(two(), tmp_path / "full" / "page.html")
    assert [path.name for path in tmp_path.iterdir()] == ["full"]


def test_a_page_never_takes_the_place_of_what_is_compared(tmp_path: Path) -> None:
    story = tmp_path / "story.txt"
    story.write_text(BRIDGE)
    (tmp_path / "link.html").symlink_to(story)
    with pytest.raises(OutputError, match="which is compared; name another file"):
        check_page(tmp_path / "link.html", [str(story)])
    check_page(tmp_path / "page.html", [str(story)])
