from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.report.page.pieces import Mark, show
from dedup.report.page.sides import Passage, Side, side_by_side

LEAD = "The ferry ran aground on Monday with 214 people aboard. Nobody was hurt. The owner said so."
COPY = "PORT: The ferry ran aground on Tuesday with 214 people aboard. More later."
PASSAGE = Passage(number=1, a=(0, 55), b=(6, 62), words=9, identical=0.9)


def sides(*passages: Passage, lead: str | None = LEAD, copy: str | None = COPY, **more: Any) -> str:
    a, b = Side(article_id="a", name="Lead", text=lead), Side(article_id="b", name="Copy", text=copy)
    return str(side_by_side(a, b, passages, **more))


def test_a_passage_is_marked_on_both_sides_and_each_number_leads_to_the_other() -> None:
    page = sides(PASSAGE, key="k")
    assert 'id="ka1" href="#kb1"' in page
    assert 'id="kb1" href="#ka1"' in page
    assert page.count('<mark class="passage">') == 2


def test_what_is_cut_added_and_changed_is_told_in_words_and_tags() -> None:
    page = sides(PASSAGE)
    assert "− cut, 7 words</span><del>Nobody was hurt. The owner said so.</del>" in page
    assert "+ added, 2 words</span><ins>More later.</ins>" in page
    assert re.findall('<em class="changed">(.*?)</em>', page) == ["Monday", "Tuesday"]


def test_boilerplate_is_grey_and_named() -> None:
    grey = Passage(number=1, a=(56, 72), b=(63, 74), words=3, identical=1.0, boilerplate=True)
    page = sides(grey)
    assert page.count('<mark class="grey">') == 2
    assert "3 words, boilerplate" in page


def test_without_texts_offsets_stand_in_their_place() -> None:
    page = sides(PASSAGE, lead=None, copy=None)
    assert "characters 0–55 and 6–62" in page
    assert page.count("The text was not kept.") == 2
    assert "href" not in page


def test_nothing_in_common_is_all_cut_and_all_added() -> None:
    page = sides()
    assert f"<del>{LEAD}</del>" in page
    assert f"<ins>{COPY}</ins>" in page


@pytest.mark.parametrize("span", [(0, 10_000), (-1, 5), (9, 3)])
def test_a_passage_outside_of_its_text_is_refused(span: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=f"{span[0]} to {span[1]} does not lie in a text of 91 characters"):
        sides(Passage(number=1, a=span, b=(0, 5), words=1, identical=1.0))


def test_a_long_text_is_folded_around_its_passages_and_what_is_left_out_is_counted() -> None:
    filler = "word " * 5_000
    lead = filler + LEAD + " " + filler
    start = len(filler)
    far = Passage(number=1, a=(start, start + 55), b=(6, 62), words=9, identical=0.9)
    page = sides(far, lead=lead, limit=2_000)
    assert 'id="a1" href="#b1"' in page
    left_out = [int(number.replace(",", "")) for number in re.findall(r"… ([\d,]+) words …", page)]
    assert len(left_out) == 2
    assert sum(left_out) + page.count("word ") == 10_000
    assert len(page) < 6_000


def test_a_passage_beyond_the_cut_leads_nowhere() -> None:
    lead = "word " * 5_000
    many = [
        Passage(number=n + 1, a=(100 * n, 100 * n + 50), b=(n, n + 1), words=10, identical=1.0)
        for n in range(49)
    ]
    page = sides(*many, lead=lead, limit=1_000)
    targets = set(re.findall('href="#(.*?)"', page))
    assert targets
    assert targets <= set(re.findall('id="(.*?)"', page))
    assert "words more</span>" in page


def test_overlapping_passages_are_all_numbered() -> None:
    two = [
        Passage(number=1, a=(0, 30), b=(0, 40), words=5, identical=1.0),
        Passage(number=2, a=(40, 60), b=(20, 50), words=5, identical=1.0),
    ]
    page = sides(*two)
    for target in ("a1", "a2", "b1", "b2"):
        assert page.count(f'id="{target}"') == 1


def test_hostile_texts_stay_texts() -> None:
    hostile = "</div><script>alert(1)</script>\u202e\x00"
    page = sides(lead=hostile, copy=hostile)
    assert "<script" not in page
    assert page.count("U+202E") == page.count("U+0000") == 2


SPANS = st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90)).map(lambda pair: (min(pair), max(pair))))


@given(SPANS, SPANS)
def test_every_character_is_shown_once_and_in_order(
    marked: list[tuple[int, int]], changed: list[tuple[int, int]]
) -> None:
    marks = [Mark(start, end, number) for number, (start, end) in enumerate(marked)]
    told = show(LEAD, marks, changed=changed, limit=len(LEAD))
    assert "".join(piece.head for stretch in told.stretches for piece in stretch.pieces) == LEAD
    starts = [mark.number for stretch in told.stretches for mark in stretch.starting]
    assert sorted(starts) == [mark.number for mark in marks if mark.start < mark.end]
