"""What recurs in articles that are otherwise unrelated is learnt, and a story that many quote is not."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.provenance import Provenance
from dedup.settings import Settings
from dedup.sketches import Nodes
from dedup.stages.boilerplate import learn, no_runs, set_aside
from dedup.stages.candidates import print_entries
from tests import reference
from tests.stages.made import ONE_THREAD, int64, nodes_known, text

Part = tuple[int, int]
Place = tuple[int, int]
Runs = np.ndarray[tuple[int, int], np.dtype[np.int32]]

FOOTER = (900_000, 30)
OTHER = (910_000, 25)


def story(number: int, words: int = 120) -> Part:
    """Words that no other article has."""
    return (1000 * number, words)


def feed(texts: Sequence[str], sources: Sequence[str | None] = ()) -> tuple[Nodes, Provenance]:
    """The nodes of some texts, and what is known of them."""
    given_sources = sources or [None] * len(texts)
    return nodes_known(
        *(
            {"id": f"{n:04}", "text": one, "source": source}
            for n, (one, source) in enumerate(zip(texts, given_sources, strict=True))
        )
    )


def runs_of(
    nodes: Nodes, known: Provenance, groups: Sequence[int] = (), options: Settings = ONE_THREAD
) -> Runs:
    """What is learnt; `groups`: a number for each text, the same for near copies."""
    roots = np.arange(len(nodes), dtype=np.int32)
    for group in set(groups):
        some = nodes.of_article[[n for n, name in enumerate(groups) if name == group]]
        roots[some] = some.min()
    return learn(nodes, print_entries(nodes, np.ones(len(nodes), bool)), roots, known, options)


def learnt(
    texts: Sequence[str],
    sources: Sequence[str | None] = (),
    *,
    groups: Sequence[int] = (),
    options: Settings = ONE_THREAD,
) -> dict[int, list[Place]]:
    """Where boilerplate stands in each text that has some: first word and the one behind the last."""
    nodes, known = feed(texts, sources)
    found: dict[int, list[Place]] = {}
    for _, node, start, end in runs_of(nodes, known, groups, options).tolist():
        for article in nodes.articles(node).tolist():
            found.setdefault(article, []).append((start, end))
    return dict(sorted(found.items()))


def blocks(texts: Sequence[str], sources: Sequence[str | None] = ()) -> set[frozenset[str]]:
    """The different texts of each block."""
    nodes, known = feed(texts, sources)
    found: dict[int, set[str]] = {}
    for block, node, start, end in runs_of(nodes, known).tolist():
        words = texts[known.article[node]].split()
        found.setdefault(block, set()).add(" ".join(words[start:end]))
    return {frozenset(some) for some in found.values()}


# A footer.


@pytest.mark.parametrize("before", [0, 50, 120])
def test_a_footer_in_five_unrelated_stories_is_learnt_and_in_four_it_is_not(before: int) -> None:
    texts = [text((1000 * n, before), FOOTER, (1000 * n + before, 120 - before)) for n in range(5)]
    assert learnt(texts) == {n: [(before, before + 30)] for n in range(5)}
    assert learnt(texts[:4]) == {}


@given(words=st.integers(17, 60), before=st.integers(0, 300), behind=st.integers(0, 300))
@settings(max_examples=30)
def test_any_footer_as_long_as_the_guaranteed_run_is_learnt(words: int, before: int, behind: int) -> None:
    texts = [text(story(n, before), (900_000, words), story(50 + n, behind + 40)) for n in range(5)]
    assert learnt(texts) == {n: [(before, before + words)] for n in range(5)}


@pytest.mark.parametrize("least", [2, 3, 8])
def test_how_many_stories_are_needed_can_be_set(least: int) -> None:
    texts = [text(story(n), FOOTER) for n in range(least)]
    options = Settings(threads=1, boilerplate=least)
    assert len(learnt(texts, options=options)) == least
    assert learnt(texts[1:], options=options) == {}


def test_a_footer_is_learnt_wherever_it_stands_and_however_often() -> None:
    texts = [text(story(n), FOOTER) for n in range(4)]
    texts += [text(FOOTER, story(4)), text(FOOTER, story(5), FOOTER), text(story(6))]
    assert learnt(texts) == {
        **{n: [(120, 150)] for n in range(4)}, 4: [(0, 30)], 5: [(0, 30), (150, 180)]
    }  # fmt: skip


def test_a_part_of_a_footer_is_learnt_where_only_that_recurs() -> None:
    texts = [text(story(n), FOOTER) for n in range(5)] + [text(story(5), (900_010, 20))]
    assert learnt(texts)[5] == [(120, 140)]


# Votes.


def test_a_story_with_300_near_copies_is_one_vote() -> None:
    copies = [text(story(9), (500_000 + 10 * n, 3), FOOTER) for n in range(300)]
    others = [text(story(n), FOOTER) for n in range(4)]
    groups = [0] * 300 + [1, 2, 3, 4]
    found = learnt(copies + others, groups=groups)
    assert found == {**{n: [(123, 153)] for n in range(300)}, **{300 + n: [(120, 150)] for n in range(4)}}
    assert learnt(copies + others[1:], groups=groups[:-1]) == {}


def test_copies_of_equal_words_are_one_vote() -> None:
    texts = [text(story(n), FOOTER) for n in range(4)]
    assert learnt(texts + texts[:1] * 9) == {}


# What is no boilerplate though many have it.


def about(event: int, number: int, *parts: Part) -> str:
    """A story with eight words of an event, none beside another, and some parts."""
    words: list[int | Part] = []
    for n in range(8):
        words += [event + n, (1000 * number + 12 * n, 12)]
    return text(*words, *parts)


REST = [text(story(n)) for n in range(100, 700)]


def test_a_letter_quoted_by_articles_that_share_more_than_it_is_not_learnt() -> None:
    letter = (800_000, 40)
    assert learnt([about(700_000, n, letter) for n in range(6)] + REST) == {}
    assert len(learnt([about(700_000 + 100 * n, n, letter) for n in range(6)] + REST)) == 6


def test_articles_of_one_event_are_one_vote_beside_others() -> None:
    of_one_event = [about(700_000, n, FOOTER) for n in range(6)]
    others = [about(710_000 + 100 * n, 10 + n, FOOTER) for n in range(4)]
    assert len(learnt(of_one_event + others + REST)) == 10
    assert learnt(of_one_event + others[1:] + REST) == {}


STATEMENT = (800_000, 60)


def quoting(number: int) -> list[str]:
    """Unrelated stories that quote the statement."""
    return [text(story(n), STATEMENT) for n in range(number)]


def sources(number: int, each: int) -> list[str]:
    """The names of so many sources, over and over."""
    return [f"source {n % each}" for n in range(number)]


def test_a_statement_that_is_an_article_itself_is_no_boilerplate() -> None:
    alone = text(STATEMENT)
    assert learnt([*quoting(9), alone], [*sources(9, 9), "office"]) == {}
    assert len(learnt(quoting(9), sources(9, 9))) == 9


@pytest.mark.parametrize(("own", "is_learnt"), [(15, False), (16, True)])
def test_an_article_of_which_four_fifths_are_the_block_shows_that_it_is_a_story(
    own: int, is_learnt: bool
) -> None:
    beside = text(STATEMENT, story(99, own))
    assert bool(learnt([*quoting(9), beside], sources(10, 10))) is is_learnt


@pytest.mark.parametrize(("words", "is_learnt"), [(50, False), (49, True)])
def test_a_page_of_under_50_words_shows_nothing(words: int, is_learnt: bool) -> None:
    block = (800_000, words)
    texts = [*(text(story(n), block) for n in range(9)), text(block)]
    assert bool(learnt(texts, sources(10, 10))) is is_learnt


@pytest.mark.parametrize(("holders", "is_learnt"), [(6, True), (5, False)])
def test_the_text_of_a_stub_page_is_learnt_where_each_source_prints_it_in_three_stories(
    holders: int, is_learnt: bool
) -> None:
    """With the stub itself `holders` articles hold it, of two sources."""
    texts = [*quoting(holders - 1), text(STATEMENT)]
    assert bool(learnt(texts, sources(holders, 2))) is is_learnt


def test_a_copy_of_a_stub_elsewhere_counts_as_another_source() -> None:
    texts = [*quoting(5), text(STATEMENT), text(STATEMENT)]
    assert learnt(texts, [*sources(6, 2), "source 0"]) != {}
    assert learnt(texts, [*sources(6, 2), "elsewhere"]) == {}


@pytest.mark.parametrize("source", [None, "the only one"])
def test_where_sources_are_not_told_apart_a_stub_is_a_statement(source: str | None) -> None:
    texts = [*quoting(30), text(STATEMENT)]
    assert learnt(texts, [source] * 31) == {}
    assert len(learnt(texts[:-1], [source] * 30)) == 30


# Several blocks.


def test_two_footers_that_always_stand_one_after_another_are_one_block() -> None:
    texts = [text(story(n), FOOTER, OTHER) for n in range(6)]
    assert blocks(texts) == {frozenset({text(FOOTER, OTHER)})}


def test_two_footers_that_stand_apart_are_two_blocks() -> None:
    texts = [text(story(n), FOOTER) for n in range(6)] + [text(story(6 + n), OTHER) for n in range(6)]
    assert blocks(texts) == {frozenset({text(FOOTER)}), frozenset({text(OTHER)})}


def test_two_footers_that_now_and_then_follow_each_other_are_learnt_to_the_last_word() -> None:
    texts = [text(story(n), FOOTER) for n in range(8)] + [text(story(8 + n), OTHER) for n in range(8)]
    texts += [text(story(16 + n), FOOTER, OTHER) for n in range(3)]
    nodes, known = feed(texts)
    aside = set_aside(nodes, runs_of(nodes, known), ONE_THREAD)
    assert aside.own.tolist() == [120] * len(nodes)


def test_a_masthead_and_a_footer_of_the_same_few_pages_are_both_learnt() -> None:
    texts = [text(OTHER, story(n), FOOTER) for n in range(6)]
    assert blocks(texts) == {frozenset({text(FOOTER)}), frozenset({text(OTHER)})}


def test_a_masthead_and_a_footer_of_a_few_pages_are_both_learnt_in_a_larger_feed() -> None:
    texts = [text(OTHER, story(n), FOOTER) for n in range(12)] + [text(story(n)) for n in range(100, 600)]
    assert blocks(texts) == {frozenset({text(FOOTER)}), frozenset({text(OTHER)})}


def test_the_frame_of_a_list_is_learnt_and_its_changing_lines_are_not() -> None:
    def page(number: int) -> str:
        lines = [(600_000 + 100 * number + 10 * line, 7) for line in range(5)]
        return text(story(number), FOOTER, *lines, OTHER)

    assert learnt([page(n) for n in range(6)]) == {n: [(120, 150), (185, 210)] for n in range(6)}


# Turns of phrase.


def sentences(number: int, line: str) -> str:
    """Twenty words of its own around a line."""
    first, second = text(story(number, 10)), text(story(50 + number, 10))
    return line.format(first=first, second=second)


PHRASE = text((950_000, 10))


@pytest.mark.parametrize(
    ("line", "is_learnt"),
    [
        ("{first}. PHRASE. {second}.", True),
        ("{first}\nPHRASE\n{second}", True),
        ("{first}!\n“PHRASE” – {second}", False),
        ("PHRASE: {first} {second}", True),
        ("{first} {second}: PHRASE", True),
        ("{first} PHRASE {second}", False),
        ("{first} PHRASE. {second}", False),
        ("{first}. PHRASE {second}", False),
    ],
)
def test_a_short_block_is_learnt_where_it_stands_in_whole_sentences(line: str, is_learnt: bool) -> None:
    texts = [sentences(n, line.replace("PHRASE", PHRASE)) for n in range(6)]
    assert bool(learnt(texts)) is is_learnt


def test_a_block_that_mostly_stands_in_whole_sentences_is_learnt_in_any_order_of_the_feed() -> None:
    whole, within = "{first}. PHRASE. {second}.", "{first} PHRASE {second}"
    texts = [sentences(n, (whole if n % 3 else within).replace("PHRASE", PHRASE)) for n in range(9)]
    found = {bool(learnt(Random(seed).sample(texts, 9))) for seed in range(12)}
    assert len(found) == 1


# What changes nothing.


def mixed() -> tuple[list[str], list[str]]:
    """Articles with footers, a list frame, a statement and its quotes, and their sources."""
    texts = [text(story(n), FOOTER) for n in range(7)] + [text(OTHER, story(20 + n)) for n in range(6)]
    texts += [text(story(40 + n), STATEMENT) for n in range(6)] + [text(STATEMENT)]
    texts += [text(story(60 + n), FOOTER, OTHER) for n in range(5)]
    return texts, [f"source {n % 4}" for n in range(len(texts))]


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_the_articles_changes_nothing(seed: int) -> None:
    texts, names = mixed()
    order = Random(seed).sample(range(len(texts)), len(texts))
    one = runs_of(*feed(texts, names))
    other = runs_of(*feed([texts[n] for n in order], [names[n] for n in order]))
    assert one.size
    assert np.array_equal(one, other)


def test_blocks_of_work_and_threads_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    texts, names = mixed()
    one = runs_of(*feed(texts, names))
    monkeypatch.setattr("dedup.stages.boilerplate._BLOCK_NODES", 3)
    assert np.array_equal(one, runs_of(*feed(texts, names), options=Settings(threads=3)))


def test_runs_are_in_order_of_node_and_place_and_inside_their_article() -> None:
    nodes, known = feed(*mixed())
    runs = runs_of(nodes, known)
    assert sorted(runs[:, 1:3].tolist()) == runs[:, 1:3].tolist()
    assert (runs[:, 2] >= 0).all()
    assert (runs[:, 3] <= nodes.counts[runs[:, 1]]).all()
    assert (runs[:, 3] - runs[:, 2] >= 8).all()


def test_of_nothing_nothing_is_learnt() -> None:
    assert learnt([]) == {}
    assert learnt(["", "one", "one two three"]) == {}
    assert learnt([text(story(n)) for n in range(9)]) == {}


# Setting aside.


def test_what_is_set_aside_is_marked_and_counted() -> None:
    texts = [text(OTHER, story(n), FOOTER) for n in range(5)] + [text(story(9))]
    nodes, known = feed(texts)
    aside = set_aside(nodes, runs_of(nodes, known), ONE_THREAD)
    assert aside.own.tolist() == [120] * 6
    for node in range(6):
        inside = aside.boilerplate[slice(*aside.token_spans[node])].tolist()
        assert inside == ([True] * 25 + [False] * 120 + [True] * 30 if len(inside) > 120 else [False] * 120)


def prints(nodes: Nodes, node: int) -> list[int]:
    return [int(value) for value in nodes.prints[slice(*nodes.print_spans[node])]]


def test_the_fingerprints_inside_boilerplate_are_gone_and_all_others_stay() -> None:
    nodes, known = feed([text(OTHER, story(n), FOOTER) for n in range(5)] + [text(story(9))])
    aside = set_aside(nodes, runs_of(nodes, known), ONE_THREAD)
    for node in range(len(nodes)):
        span = slice(*nodes.token_spans[node])
        hashes = reference.kgram_hashes(nodes.tokens[span].tolist())
        inside = aside.boilerplate[span]
        gone = {gram for i, gram in enumerate(hashes) if inside[i : i + 6].all()}
        assert prints(aside, node) == [value for value in prints(nodes, node) if value not in gone]
    assert prints(aside, 5) == prints(nodes, 5)


def test_without_boilerplate_all_stays_as_it_is() -> None:
    nodes, _ = feed([text(story(n)) for n in range(3)])
    aside = set_aside(nodes, no_runs(), ONE_THREAD)
    assert aside.own.tolist() == nodes.counts.tolist()
    assert not aside.boilerplate.any()
    assert [prints(aside, n) for n in range(3)] == [prints(nodes, n) for n in range(3)]
    assert len(set_aside(feed([])[0], no_runs(), ONE_THREAD)) == 0


def test_runs_that_overlap_are_counted_once() -> None:
    nodes, _ = feed([text(story(0))])
    runs = np.array([[0, 0, 10, 30], [1, 0, 22, 40]], np.int32)
    assert set_aside(nodes, runs, ONE_THREAD).own.tolist() == [90]
    assert int64(*set_aside(nodes, runs, ONE_THREAD).boilerplate.nonzero()[0]).tolist() == list(range(10, 40))
