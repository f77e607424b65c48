"""Which nodes meet: by a band key, by fingerprints, and over caps that drop no article."""

from __future__ import annotations

from collections import Counter
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import lists
from dedup.lists import CAP, HUBS, Links
from dedup.pairs import pair_keys
from dedup.settings import Settings
from dedup.sketches import Nodes
from dedup.stages import candidates
from dedup.stages.boilerplate import set_aside
from dedup.stages.candidates import FORM_HUBS
from tests import reference
from tests.stages.made import ONE_THREAD, int64, nodes_of, text

THREADS = Settings(threads=3)


def apart(nodes: Nodes) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """Each node is its own group."""
    return np.arange(len(nodes), dtype=np.int32)


def everyone(nodes: Nodes) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """No node is left out."""
    return np.ones(len(nodes), bool)


def pairs(links: Links) -> set[tuple[int, int]]:
    return set(zip(*(side.tolist() for side in links), strict=True))


def by_prints(texts: list[str]) -> set[tuple[int, int]]:
    """The pairs of texts that meet in their fingerprints."""
    nodes = nodes_of(texts)
    links, _ = candidates.share_fingerprints(nodes, apart(nodes), everyone(nodes), ONE_THREAD)
    texts_of = {int(node): place for place, node in enumerate(nodes.of_article)}
    return {(min(pair), max(pair)) for a, b in pairs(links) for pair in [(texts_of[a], texts_of[b])]}


@given(st.integers(17, 60), st.integers(0, 60), st.integers(0, 200), st.integers(0, 10**6))
@settings(max_examples=60)
def test_articles_that_share_a_run_of_half_the_shorter_one_always_meet(
    run: int, own: int, longer: int, seed: int
) -> None:
    rng = Random(seed)
    before, after = rng.randint(0, min(own, run)), rng.randint(0, longer)
    shared = (1000 * rng.randrange(1000), run)
    a = text((10**7, before), shared, (2 * 10**7, min(own, run) - before))
    b = text((3 * 10**7, after), shared, (4 * 10**7, longer - after))
    if a != b:
        assert by_prints([a, b]) == {(0, 1)}


def test_articles_without_a_common_run_do_not_meet() -> None:
    assert by_prints([text((100 * n, 90)) for n in range(5)]) == set()


def test_a_link_goes_from_the_fuller_node_to_the_other_and_is_told_once() -> None:
    nodes = nodes_of([text((0, 60 + n)) for n in range(6)])
    (earlier, later), _ = candidates.share_fingerprints(nodes, apart(nodes), everyone(nodes), ONE_THREAD)
    assert (earlier < later).all()
    assert len(pairs((earlier, later))) == earlier.size == 15


def test_a_list_over_the_cap_links_every_node_to_its_hubs_and_is_counted() -> None:
    n = CAP + 60
    nodes = nodes_of([text((0, 120), (1000 * article + 1000, 30 + article)) for article in range(n)])
    links, capped = candidates.share_fingerprints(nodes, apart(nodes), everyone(nodes), ONE_THREAD)
    assert capped > 0
    assert set(np.concatenate(links).tolist()) == set(range(n))
    assert {(a, b) for a in range(n) for b in range(n - HUBS, n) if a < b} <= pairs(links)
    assert links[0].size < 2 * n * HUBS


def test_a_band_list_over_the_cap_links_every_node_to_its_hubs_and_is_counted() -> None:
    n = CAP + 10
    nodes = nodes_of([text((0, 400), 1000 + article) for article in range(n)])
    bands = candidates.band_lists(nodes, ONE_THREAD)
    links, capped = candidates.share_band(nodes, bands, apart(nodes), everyone(nodes))
    assert capped > 0
    assert set(np.concatenate(links).tolist()) == set(range(n))


def test_nodes_of_one_group_do_not_meet() -> None:
    nodes = nodes_of([text((0, 100 + n)) for n in range(4)])
    groups = np.array([0, 0, 2, 2], np.int32)
    across = {(0, 2), (0, 3), (1, 2), (1, 3)}
    bands = candidates.band_lists(nodes, ONE_THREAD)
    by_band, _ = candidates.share_band(nodes, bands, groups, everyone(nodes))
    by_print, _ = candidates.share_fingerprints(nodes, groups, everyone(nodes), ONE_THREAD)
    assert (0, 2) in pairs(by_band) & pairs(by_print)
    assert pairs(by_band) | pairs(by_print) <= across


def test_near_copies_share_a_band_and_meet_the_first_of_each_list() -> None:
    nodes = nodes_of([text((0, 200), 900 + n) for n in range(4)] + [text((5000, 200))])
    bands = candidates.band_lists(nodes, ONE_THREAD)
    first = pairs(candidates.first_of_lists(nodes, bands))
    assert {later for _, later in first} == {1, 2, 3}
    assert all(earlier < later < 4 for earlier, later in first)
    links, capped = candidates.share_band(nodes, bands, apart(nodes), everyone(nodes))
    assert first <= pairs(links) <= {(a, b) for a in range(4) for b in range(4) if a < b}
    assert capped == 0


def test_articles_under_three_words_have_no_band_keys() -> None:
    again = "one two three one two three"
    nodes = nodes_of(["one two", "one", "", again, again + " one"])
    for entries in candidates.band_lists(nodes, ONE_THREAD):
        assert set((entries & np.uint64(0xFFFFFFFF)).tolist()) == {0, 1}


def test_signatures_that_disagree_in_most_rows_are_not_alike() -> None:
    nodes = nodes_of([text((0, 100)), text((0, 90)), text((95, 80))])
    links = candidates.alike(nodes, (int64(0, 0, 1), int64(1, 2, 2)))
    assert pairs(links) == {(0, 1)}


def test_links_are_open_where_prints_or_signatures_leave_room() -> None:
    nodes = nodes_of([text((0, 300)), text((0, 280)), text((250, 250)), text((900, 200))])
    every = (int64(0, 0, 0, 1), int64(1, 2, 3, 3))
    assert pairs(candidates.open_links(nodes, every, Settings(told=0.1))) == {(0, 1), (0, 2)}
    assert pairs(candidates.open_links(nodes, every, Settings(told=0.9))) == {(0, 1)}


def test_any_number_of_threads_gives_the_same_links(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = Random(3)
    nodes = nodes_of([text((rng.randrange(300), rng.randint(20, 90)), 900 + n) for n in range(80)])
    one, other = (
        (
            candidates.share_band(nodes, candidates.band_lists(nodes, some), apart(nodes), everyone(nodes)),
            candidates.share_fingerprints(nodes, apart(nodes), everyone(nodes), some),
        )
        for some in (ONE_THREAD, THREADS)
    )
    monkeypatch.setattr(lists, "_BLOCK_NODES", 7)
    cut = candidates.share_fingerprints(nodes, apart(nodes), everyone(nodes), THREADS)
    assert [np.array_equal(a, b) for a, b in zip(one[1][0], cut[0], strict=True)] == [True, True]
    for (links, capped), (same, number) in zip(one, other, strict=True):
        assert pairs(links) == pairs(same)
        assert capped == number


def test_links_less_what_was_seen_are_sorted_and_distinct() -> None:
    links = (int64(3, 0, 0, 1), int64(4, 2, 2, 2))
    kept = candidates.without(links, pair_keys(int64(1), int64(2)))
    assert [side.tolist() for side in kept] == [[0, 3], [2, 4]]
    assert [side.tolist() for side in candidates.without(links, int64())] == [[0, 1, 3], [2, 2, 4]]


def test_prints_of_a_node_are_the_twins() -> None:
    nodes = nodes_of([text((0, 250)), text((0, 20))])
    for node, (start, end) in enumerate(nodes.print_spans.tolist()):
        first, last = nodes.token_spans[node].tolist()
        wanted = reference.fingerprints(nodes.tokens[first:last].tolist())
        assert nodes.prints[start:end].tolist() == sorted(wanted)


def test_only_the_chosen_meet() -> None:
    nodes = nodes_of([text((0, 200), 900 + n) for n in range(4)])
    chosen = np.array([True, False, True, True])
    bands = candidates.band_lists(nodes, ONE_THREAD)
    by_band, _ = candidates.share_band(nodes, bands, apart(nodes), chosen)
    by_print, _ = candidates.share_fingerprints(nodes, apart(nodes), chosen, ONE_THREAD)
    assert pairs(by_band) | pairs(by_print) == {(0, 2), (0, 3), (2, 3)}


def test_a_text_that_repeats_itself_meets_the_article_that_holds_it_once() -> None:
    once = (0, 100)
    assert by_prints([text(*[once] * 20), text((5000, 1200), once, (9000, 1200))]) == {(0, 1)}


def test_copies_with_every_seventh_word_changed_meet_by_their_signatures() -> None:
    rng = Random(1)
    met = 0
    for _ in range(50):
        words = [rng.randrange(10**6) for _ in range(300)]
        edited = [rng.randrange(10**6) if place % 7 == 6 else word for place, word in enumerate(words)]
        met += len(by_prints([" ".join(f"w{word}" for word in some) for some in (words, edited)]))
    assert met >= 45


# Boilerplate.


def with_boilerplate(texts: list[str], *blocks: tuple[int, int]) -> tuple[Nodes, Nodes]:
    """The nodes of texts with and without (the second) the fingerprints inside blocks of words."""
    raw = nodes_of(texts)
    runs = [
        (number, node, words.index(f"word{first}"), words.index(f"word{first}") + size)
        for node in range(len(raw))
        for words in [texts[int(raw.articles(node)[0])].split()]
        for number, (first, size) in enumerate(blocks)
        if f"word{first}" in words
    ]
    runs.sort(key=lambda run: run[1:3])
    return raw, set_aside(raw, np.array(runs, np.int32).reshape(-1, 4), ONE_THREAD)


def test_entries_are_the_fingerprints_that_chosen_nodes_share_sorted() -> None:
    _, nodes = with_boilerplate([text((1000 * n, 60 + n), (90_000, 40)) for n in range(5)], (90_000, 8))
    chosen = np.array([True, False, True, True, True])
    every = [
        int(value) << 32 | node
        for node in np.flatnonzero(chosen).tolist()
        for value in nodes.prints[slice(*nodes.print_spans[node])]
    ]
    counts = Counter(entry >> 32 for entry in every)
    entries = candidates.print_entries(nodes, chosen).tolist()
    assert entries == sorted(entries)
    assert {entry for entry in every if counts[entry >> 32] > 1} <= set(entries) <= set(every)
    assert len(entries) < len(every)
    assert candidates.print_entries(nodes, ~everyone(nodes)).size == 0


def test_articles_that_share_boilerplate_alone_meet_only_as_forms() -> None:
    letter = (90_000, 100)
    raw, nodes = with_boilerplate([text((1000 * n, 80 + n), letter) for n in range(3)], letter)
    assert pairs(candidates.share_fingerprints(nodes, apart(nodes), everyone(nodes), ONE_THREAD)[0]) == set()
    assert pairs(candidates.share_boilerplate(nodes, raw, ONE_THREAD)[0]) == {(0, 1), (0, 2), (1, 2)}
    assert pairs(candidates.share_boilerplate(raw, raw, ONE_THREAD)[0]) == set()


@pytest.mark.parametrize(("own", "is_form"), [(120, True), (121, False)])
def test_an_article_is_no_form_of_which_boilerplate_is_less_than_a_quarter(own: int, is_form: bool) -> None:
    footer = (90_000, 40)
    raw, nodes = with_boilerplate([text((1000, own), footer), text((2000, 20), footer)], footer)
    assert bool(pairs(candidates.share_boilerplate(nodes, raw, ONE_THREAD)[0])) is is_form


def test_articles_with_much_boilerplate_of_their_own_do_not_meet() -> None:
    one, other = (90_000, 60), (80_000, 60)
    raw, nodes = with_boilerplate([text((1000, 60), one), text((2000, 60), other)], one, other)
    assert pairs(candidates.share_boilerplate(nodes, raw, ONE_THREAD)[0]) == set()


def test_of_very_many_forms_each_meets_the_shortest_ones() -> None:
    letter, n = (90_000, 100), CAP + 20
    raw, nodes = with_boilerplate(
        [text((1000 * article, 40 + article), letter) for article in range(n)], letter
    )
    links = pairs(candidates.share_boilerplate(nodes, raw, ONE_THREAD)[0])
    assert {(a, b) for a in range(n) for b in range(n - FORM_HUBS, n) if a < b} <= links
    assert len(links) < n * (FORM_HUBS + 1)


def test_fingerprints_answer_for_no_more_than_an_article_has_of_its_own() -> None:
    footer = (90_000, 200)
    raw, nodes = with_boilerplate([text((1000, 60), footer), text((2000, 300))], footer)
    node = int(nodes.of_article[0])
    assert candidates.answered_tokens(raw, ONE_THREAD)[node] == 260
    assert candidates.answered_tokens(nodes, ONE_THREAD)[node] == 60
