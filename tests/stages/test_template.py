"""Forms filled in twice, told from versions, corrections and copies by what differs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from dedup.provenance import Provenance
from dedup.settings import Settings
from dedup.sketches import Nodes
from dedup.stages.boilerplate import set_aside
from dedup.stages.template import Kinds, are_framed, are_templates, by_copies
from tests.stages.made import (
    NOON,
    ONE_THREAD,
    Covered,
    bare_pairs,
    bare_provenance,
    compared,
    int64,
    nodes_known,
    text,
)
from tests.stages.prose import BRIDGE, ELMSTEAD, JUNE_4, JUNE_21, LIBRARY, MONDAY, QUARRY, STORY, TUESDAY

HOUR = dt.timedelta(hours=1)
DAY = 24 * HOUR


def known_of(*rows: dict[str, Any]) -> tuple[Nodes, Provenance]:
    """The nodes of some records of one source, and of one of another."""
    own = [{"id": f"a{n}", "source": "marlow", **row} for n, row in enumerate(rows)]
    return nodes_known(*own, {"id": "other", "source": "elsewhere", "text": text((0, 5))})


def told(nodes: Nodes, known: Provenance, settings: Settings = ONE_THREAD) -> set[tuple[int, int]]:
    """The articles that are templates of each other."""
    pairs = compared(nodes)
    found = are_templates(nodes, pairs, known, Kinds(nodes, known), settings)
    assert found.dtype == np.bool_
    sides = zip(
        known.article[pairs.left[found]].tolist(), known.article[pairs.right[found]].tolist(), strict=True
    )
    return {(min(pair), max(pair)) for pair in sides}


def is_template(one: str, other: str, *fields: dict[str, Any]) -> bool:
    """Whether two texts of one source are templates of each other; `fields`: what else is known of either."""
    first, second = fields or ({}, {})
    return bool(told(*known_of({**first, "text": one}, {**second, "text": other})))


def at(first: dt.datetime, second: dt.datetime, **same: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is known of two articles: their times, and what is the same."""
    return {"published": first, **same}, {"published": second, **same}


# Names that are swapped.


def test_grant_notices_to_other_recipients_are_templates() -> None:
    assert is_template(ELMSTEAD, QUARRY)


def test_office_hours_in_other_towns_are_templates() -> None:
    assert is_template(JUNE_4, JUNE_21)


def test_a_form_of_which_one_notice_says_more_is_a_template() -> None:
    more = " The squad will show its new pump at the county fair, where children may sit in the old engine."
    assert is_template(ELMSTEAD, QUARRY + more)


@pytest.mark.parametrize("apart", [dt.timedelta(), HOUR, 30 * DAY])
def test_grant_notices_are_templates_whenever_they_are_published(apart: dt.timedelta) -> None:
    assert is_template(ELMSTEAD, QUARRY, *at(NOON, NOON + apart))


def test_notices_under_one_headline_within_a_day_are_the_same_news() -> None:
    assert not is_template(ELMSTEAD, QUARRY, *at(NOON, NOON + HOUR, title="Fire grants"))
    assert is_template(ELMSTEAD, QUARRY, *at(NOON, NOON + DAY, title="Fire grants"))
    assert is_template(ELMSTEAD, QUARRY, {"title": "Fire grants"}, {"title": "Fire grants"})
    first, second = at(NOON, NOON + HOUR)
    assert is_template(ELMSTEAD, QUARRY, {**first, "title": "Elmstead"}, {**second, "title": "Quarry Hill"})


def test_a_notice_that_says_that_it_replaces_the_other_is_no_template() -> None:
    assert is_template(ELMSTEAD, QUARRY, {"id": "x"}, {"id": "y", "prior_ids": ["z"]})
    assert not is_template(ELMSTEAD, QUARRY, {"id": "x"}, {"id": "y", "prior_ids": ["x"]})
    assert not is_template(ELMSTEAD, QUARRY, {"id": "x", "version": "2"}, {"id": "x", "version": "1"})


def test_names_that_stand_in_furniture_alone_swap_nothing() -> None:
    """One story on two pages: the names in the furniture are no facts of it."""
    heads = (
        "Read more in Elmstead Weekly News at the kiosk. ",
        "Read more in Pollard Evening Post at the kiosk. ",
    )
    nodes, known = known_of(*({"text": head + STORY} for head in heads))
    assert told(nodes, known) == {(0, 1)}
    runs = np.array([[0, node, 0, 9] for node in (0, 1)], np.int32)
    assert told(set_aside(nodes, runs, ONE_THREAD), known) == set()


# Edits of one story.


def test_a_name_put_right_is_no_template() -> None:
    assert not is_template(STORY, STORY.replace("Smith", "Smyth"))
    assert not is_template(ELMSTEAD, ELMSTEAD.replace("Ada", "Ida"))


def test_a_copy_with_other_words_but_no_other_names_is_no_template() -> None:
    other = STORY.replace("crowded meeting", "full house").replace("rotted through", "gone soft")
    assert not is_template(STORY, other)


def test_a_version_with_another_lead_and_other_sentences_is_no_template() -> None:
    later = """The old ferry pier is to rise again: by nine votes to four the harbour council chose on Tuesday
night to rebuild it, and an uproar followed. {rest} Fishermen from the south bank said they would go to court.
A second meeting is planned for the end of the month, when drawings will be shown."""
    later = later.format(rest=STORY.partition("town hall. ")[2])
    assert not is_template(STORY, later)
    assert not is_template(STORY, later, *at(NOON, NOON + HOUR))


def test_a_version_with_a_paragraph_more_is_no_template() -> None:
    more = " The Friends of the Pier, led by Colin Archer of Pollard, called the vote a victory for the town."
    assert not is_template(STORY, STORY + more)


def test_a_statement_quoted_in_two_stories_makes_no_template() -> None:
    one = f"Elmstead merchants cheered on Wednesday as the harbour got its future back. {STORY} Shares rose."
    other = f"What will become of the terns? Keepers on Gannet Rock are worried. {STORY} Terns nest in May."
    assert not is_template(one, other)


# Figures of another day.


def test_a_market_table_of_the_next_day_is_a_template_and_an_hour_later_it_is_news() -> None:
    assert is_template(MONDAY, TUESDAY, *at(NOON, NOON + DAY))
    assert is_template(MONDAY, TUESDAY, *at(NOON + DAY, NOON))
    assert not is_template(MONDAY, TUESDAY, *at(NOON, NOON + HOUR))


def test_without_times_other_figures_say_nothing() -> None:
    assert not is_template(MONDAY, TUESDAY)
    assert not is_template(MONDAY, TUESDAY, {"published": NOON}, {})


def test_a_table_with_one_figure_put_right_the_next_day_is_no_template() -> None:
    assert not is_template(MONDAY, MONDAY.replace("112.25", "112.75"), *at(NOON, NOON + DAY))


def test_prose_with_another_figure_the_next_day_is_no_template() -> None:
    months = STORY.replace("two years", "24 months")
    assert not is_template(months, months.replace("24", "30"), *at(NOON, NOON + DAY))


# Sources.


def test_texts_of_two_sources_are_never_templates() -> None:
    assert not is_template(ELMSTEAD, QUARRY, {}, {"source": "halden"})
    assert not is_template(ELMSTEAD, QUARRY, {}, {"source": None})
    assert not is_template(ELMSTEAD, QUARRY, {"source": None}, {"source": None})
    first, second = at(NOON, NOON + DAY)
    assert not is_template(MONDAY, TUESDAY, first, {**second, "source": "halden"})


def test_letters_with_copies_of_equal_words_elsewhere_are_templates_whatever_their_ids() -> None:
    rows = [(ELMSTEAD, "agency"), (ELMSTEAD, "marlow"), (QUARRY, "marlow"), (QUARRY, "halden")]
    for order in ([0, 1, 2, 3], [1, 0, 2, 3], [1, 0, 3, 2]):
        named = ({"id": str(n), "text": rows[row][0], "source": rows[row][1]} for n, row in enumerate(order))
        assert told(*nodes_known(*named)) == {(0, 2)}


def test_a_feed_that_tells_no_sources_apart_has_no_templates() -> None:
    rows = ({"id": "a", "source": "feed", "text": ELMSTEAD}, {"id": "b", "source": "feed", "text": QUARRY})
    assert told(*nodes_known(*rows)) == set()
    assert told(*nodes_known(*({**row, "published": NOON} for row in rows))) == {(0, 1)}
    assert told(*nodes_known(*rows, {"id": "x", "source": "y"})) == {(0, 1)}


# Writing in which capitals tell no names.


def test_of_texts_in_capitals_names_tell_nothing() -> None:
    assert not is_template(ELMSTEAD.upper(), QUARRY.upper())


def test_of_chinese_texts_names_tell_nothing() -> None:
    east, west = (
        LIBRARY.format(name=name, place=place) for name, place in (("李明", "东山"), ("张伟", "西河"))
    )
    assert not is_template(east, west)
    assert not is_template(east, west, *at(NOON, NOON + DAY))


def test_of_german_texts_names_tell_nothing_for_every_noun_has_a_capital() -> None:
    facts = {"plan": "Neubau", "meeting": "Sitzung", "shop": "Kiosk"}
    other = {"plan": "Wiederaufbau", "meeting": "Versammlung", "shop": "Zeitungsstand"}
    assert not is_template(BRIDGE.format(**facts), BRIDGE.format(**other))


def test_a_german_word_or_two_make_no_german_text() -> None:
    head = "Mit und für Elmstead. "
    assert is_template(head + ELMSTEAD, head + QUARRY)


# What changes nothing.


@pytest.mark.parametrize("threads", [1, 3])
def test_any_order_and_any_number_of_threads_tell_the_same(
    threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dedup.stages.template._BLOCK_PAIRS", 2)
    texts = [ELMSTEAD, QUARRY, JUNE_4, JUNE_21, STORY]
    for order in ([0, 1, 2, 3, 4], [4, 2, 1, 3, 0], [3, 1, 4, 0, 2]):
        found = told(*known_of(*({"text": texts[n]} for n in order)), Settings(threads=threads))
        assert sorted(tuple(sorted(order[n] for n in pair)) for pair in found) == [(0, 1), (2, 3)]


def test_kinds_are_found_bit_by_bit_as_all_at_once() -> None:
    nodes, known = known_of({"text": ELMSTEAD}, {"text": BRIDGE}, {"text": MONDAY})
    bit_by_bit, at_once = Kinds(nodes, known), Kinds(nodes, known)
    for some in (int64(1), int64(0, 1), int64(3, 2), int64()):
        bit_by_bit.find(nodes, some, 1)
    at_once.read_all(2)
    at_once.find(nodes, np.arange(4), 2)
    kinds = [own.kinds[: int(nodes.counts.sum())].tolist() for own in (bit_by_bit, at_once)]
    assert kinds[0] == kinds[1]


def test_no_pairs_have_no_templates() -> None:
    nodes, known = known_of()
    assert told(nodes, known) == set()
    assert told(*nodes_known()) == set()


# Pages of one frame, before furniture is known.


def framed(own: int, other: int, **fields: object) -> bool:
    """Whether pages of a frame of 60 words, with so many words of their own, are told as framed."""
    frame = (0, 60)
    rows = ({"text": text(frame, (1000, own))}, {"text": text(frame, (2000, other)), **fields})
    nodes, known = known_of(*rows)
    pairs = compared(nodes)
    return bool(are_framed(nodes, pairs, known, 2).any())


@pytest.mark.parametrize(("own", "other", "is_framed"), [(10, 10, True), (9, 10, False), (90, 9, False)])
def test_pages_that_say_ten_other_words_each_are_framed(own: int, other: int, is_framed: bool) -> None:
    assert framed(own, other) is is_framed


def test_pages_of_two_sources_are_not_framed() -> None:
    assert not framed(20, 20, source="halden")
    assert not framed(20, 20, source=None)


def test_words_that_the_other_page_has_too_are_not_its_own() -> None:
    """Ten words in another order, none of them in a passage."""
    frame, words = (0, 60), list(range(1000, 1012))
    nodes, known = known_of({"text": text(frame, *words)}, {"text": text(frame, *words[::-1])})
    assert not are_framed(nodes, compared(nodes), known, 2).any()


# Copies of what has a counterpart. Of four nodes 0 and 1 are letters of one form.


def copies(
    alike: dict[tuple[int, int], int], *, sources: Sequence[int | list[int]], joined: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """The further templates among pairs of the given Jaccard (of 100), where 0 and 1 are templates."""
    covered: Covered = dict.fromkeys(alike, (90, 90))
    pairs = bare_pairs(covered, shingles={pair: (number, 100) for pair, number in alike.items()})
    names = sorted(alike)
    templates = np.array([name == (0, 1) for name in names])
    joining = np.array([name in joined for name in names])
    found = by_copies(pairs, templates, joining, bare_provenance(sources))
    assert not (found & templates).any()
    return [name for name, is_found in zip(names, found.tolist(), strict=True) if is_found]


def test_a_copy_by_another_source_is_a_template_of_the_others_counterpart() -> None:
    alike = {(0, 1): 60, (0, 2): 90, (1, 2): 61}
    joined = [(0, 2), (1, 2)]
    assert copies(alike, sources=[5, 5, 6], joined=joined) == [(1, 2)]
    assert copies(alike, sources=[5, 5, -1], joined=joined) == [(1, 2)]


def test_a_copy_that_is_more_like_the_counterpart_stays_with_it() -> None:
    alike = {(0, 1): 60, (0, 2): 80, (1, 2): 90}
    assert copies(alike, sources=[5, 5, 6], joined=[(0, 2), (1, 2)]) == [(0, 2)]
    assert copies(alike | {(1, 2): 80}, sources=[5, 5, 6], joined=[(0, 2), (1, 2)]) == []


def test_what_one_source_prints_is_judged_by_itself() -> None:
    alike = {(0, 1): 60, (0, 2): 90, (1, 2): 61}
    assert copies(alike, sources=[5, 5, 5], joined=[(0, 2), (1, 2)]) == []


def test_what_does_not_join_a_letter_is_no_copy_of_it() -> None:
    alike = {(0, 1): 60, (0, 2): 90, (1, 2): 61}
    assert copies(alike, sources=[5, 5, 6], joined=[(1, 2)]) == []
    assert copies(alike, sources=[5, 5, 6], joined=[]) == []


def test_a_copy_beside_one_of_the_same_source_is_judged_by_their_sources() -> None:
    """Source 6 has printed the counterpart too, so that what differs tells; of source 7 only the copy is."""
    alike = {(0, 1): 60, (0, 2): 90, (1, 2): 61}
    joined = [(0, 2), (1, 2)]
    assert copies(alike, sources=[5, [5, 6], 6], joined=joined) == []
    assert copies(alike, sources=[[5, 6], 5, 6], joined=joined) == [(1, 2)]
    assert copies(alike, sources=[[5, 7], 5, 7], joined=joined) == [(1, 2)]


def test_pairs_that_were_not_compared_are_not_made_up() -> None:
    assert copies({(0, 1): 60, (0, 2): 90}, sources=[5, 5, 6], joined=[(0, 2)]) == []
    assert copies({(0, 1): 60, (0, 2): 90, (2, 3): 99}, sources=[5, 5, 6, 6], joined=[(0, 2), (2, 3)]) == []
