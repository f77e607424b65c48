"""Figures into relations: every rule at and beside its thresholds, and which rule comes first."""

from __future__ import annotations

import pytest

from dedup.provenance import NO_TIME, Provenance
from dedup.settings import Settings
from dedup.stages.relate import DAY, JOINING, WEEK, Relation, are_near, joins, relate
from tests.stages.made import ONE_THREAD, bare_nodes, bare_pairs, bare_provenance

Both = tuple[int, int]

NOBODY = bare_provenance([-1, -1])
"""Nothing is known of either article."""


def told(
    covered: Both,
    *,
    tokens: Both = (100, 100),
    own: Both | None = None,
    whole: Both | None = None,
    known: Provenance = NOBODY,
    settings: Settings = ONE_THREAD,
) -> Relation:
    """The relation of two articles.

    `covered`: tokens of left and of right that lie in the other; `own`: the tokens of either outside of
    boilerplate; `whole`: those covered with it.
    """
    pairs = bare_pairs({(0, 1): covered}, whole={(0, 1): whole or covered})
    return Relation(int(relate(pairs, bare_nodes([1, 1], tokens, own), known, settings)[0]))


def form(
    covered: Both, *, whole: Both | None = None, own: Both = (100, 100), **known: Provenance
) -> Relation:
    """The relation of two articles of 100 tokens that look like one form, filled in twice."""
    pairs = bare_pairs({(0, 1): covered}, whole={(0, 1): whole or covered}, forms=[(0, 1)])
    nodes = bare_nodes([1, 1], [100, 100], own)
    return Relation(int(relate(pairs, nodes, known.get("known", NOBODY), ONE_THREAD)[0]))


@pytest.mark.parametrize(
    ("covered", "jaccard", "relation"),
    [
        ((70, 70), 0, Relation.NEAR),
        ((69, 70), 0, Relation.SHARED),
        ((69, 80), 0, Relation.EXCERPT),
        ((80, 5), 0, Relation.EXCERPT),
        ((79, 5), 0, Relation.SHARED),
        ((20, 0), 0, Relation.SHARED),
        ((0, 20), 0, Relation.SHARED),
        ((19, 19), 19, Relation.NONE),
        ((6, 6), 20, Relation.SHARED),
        ((0, 0), 100, Relation.NONE),
    ],
)
def test_the_first_rule_that_fits_names_the_relation(covered: Both, jaccard: int, relation: Relation) -> None:
    pairs = bare_pairs({(0, 1): covered}, shingles=(jaccard, 100))
    assert relate(pairs, bare_nodes([1, 1], [100, 100]), NOBODY, ONE_THREAD).tolist() == [relation]


def test_containment_is_of_each_articles_own_words() -> None:
    assert told((40, 40), tokens=(400, 50)) == Relation.EXCERPT


# Boilerplate: half of each article of 200 tokens is furniture.


@pytest.mark.parametrize(
    ("covered", "whole", "relation"),
    [
        (0, 100, Relation.BOILERPLATE),
        (19, 100, Relation.BOILERPLATE),
        (20, 100, Relation.SHARED),
        (19, 99, Relation.NONE),
        (0, 99, Relation.NONE),
    ],
)
def test_half_of_one_in_the_other_and_that_furniture_is_boilerplate(
    covered: int, whole: int, relation: Relation
) -> None:
    assert told((covered, 0), whole=(whole, 0), tokens=(200, 200), own=(100, 100)) == relation
    assert told((0, covered), whole=(0, whole), tokens=(200, 200), own=(100, 100)) == relation


def test_a_jaccard_that_is_enough_makes_no_boilerplate() -> None:
    pairs = bare_pairs({(0, 1): (5, 5)}, whole={(0, 1): (100, 100)}, shingles=(20, 100))
    nodes = bare_nodes([1, 1], [200, 200], [100, 100])
    assert relate(pairs, nodes, NOBODY, ONE_THREAD).tolist() == [Relation.SHARED]


def test_without_furniture_nothing_is_boilerplate_whatever_is_asked_for() -> None:
    strict = Settings(shared=0.8, told=0.5)
    assert told((79, 60), settings=strict) == Relation.NONE
    assert told((80, 60), settings=strict) == Relation.EXCERPT


# Articles of which little or nothing is left.


@pytest.mark.parametrize(("own", "relation"), [(20, Relation.EXCERPT), (19, Relation.SHARED)])
def test_of_an_article_with_few_words_of_its_own_as_much_must_be_held_with_furniture(
    own: int, relation: Relation
) -> None:
    assert told((own, own), own=(own, 90), whole=(60, 60)) == relation
    assert told((own, own), own=(90, own), whole=(60, 60)) == relation


def test_the_few_words_of_an_article_are_an_excerpt_where_its_furniture_is_held_too() -> None:
    assert told((10, 10), tokens=(40, 400), own=(10, 380), whole=(40, 30)) == Relation.EXCERPT


@pytest.mark.parametrize(
    ("whole", "relation"),
    [
        ((43, 43), Relation.NEAR),
        ((42, 43), Relation.WRAPPED),
        ((35, 35), Relation.WRAPPED),
        ((34, 35), Relation.SHARED),
        ((40, 34), Relation.EXCERPT),
        ((10, 0), Relation.SHARED),
        ((9, 9), Relation.NONE),
    ],
)
def test_articles_that_are_nothing_but_furniture_are_measured_whole(whole: Both, relation: Relation) -> None:
    assert told((0, 0), tokens=(50, 50), own=(0, 0), whole=whole) == relation


def test_a_page_of_nothing_but_furniture_is_no_excerpt_of_a_story_that_has_it_too() -> None:
    assert told((0, 0), tokens=(300, 40), own=(260, 0), whole=(40, 40)) == Relation.BOILERPLATE
    assert told((0, 0), tokens=(40, 300), own=(0, 260), whole=(40, 40)) == Relation.BOILERPLATE


# Templates.


@pytest.mark.parametrize("covered", [(95, 95), (80, 5), (30, 30)])
def test_a_form_filled_in_twice_is_a_template_however_much_is_shared(covered: Both) -> None:
    assert form(covered) == Relation.TEMPLATE


def test_a_form_that_is_boilerplate_is_a_template_still() -> None:
    assert form((0, 0), whole=(60, 60), own=(40, 40)) == Relation.TEMPLATE


def test_without_a_passage_there_is_no_template() -> None:
    assert form((0, 0)) == Relation.NONE


def test_a_template_is_no_version_though_one_source_prints_both_within_a_day() -> None:
    assert form((90, 90), known=bare_provenance([3, 3], [0, 1], tagged=[1])) == Relation.TEMPLATE


# Versions, by what is known besides the words.


@pytest.mark.parametrize("said", [(0, 1), (1, 0)])
@pytest.mark.parametrize(
    ("covered", "relation"),
    [((95, 95), Relation.VERSION), ((20, 5), Relation.VERSION), ((19, 19), Relation.NONE)],
)
def test_what_says_that_it_replaces_the_other_is_a_version_where_a_part_is_in_common(
    said: Both, covered: Both, relation: Relation
) -> None:
    assert told(covered, known=bare_provenance([-1, 2], replaced=[said])) == relation


def test_what_replaces_a_third_article_is_no_version_of_this_one() -> None:
    known = bare_provenance([-1, -1, -1], replaced=[(0, 2), (2, 1)])
    assert told((95, 95), known=known) == Relation.NEAR


@pytest.mark.parametrize(
    ("covered", "relation"),
    [
        ((70, 70), Relation.VERSION),
        ((60, 5), Relation.VERSION),
        ((5, 60), Relation.VERSION),
        ((59, 59), Relation.SHARED),
    ],
)
def test_the_story_again_by_one_source_within_a_day_is_a_version(covered: Both, relation: Relation) -> None:
    assert told(covered, known=bare_provenance([4, 4], [0, 3600])) == relation


def test_what_is_near_by_a_lower_threshold_is_a_version_within_a_day() -> None:
    known = bare_provenance([4, 4], [0, 3600])
    assert told((59, 55), known=known, settings=Settings(threshold=0.55)) == Relation.VERSION
    assert told((59, 54), known=known, settings=Settings(threshold=0.55)) == Relation.SHARED


@pytest.mark.parametrize(
    ("sources", "times", "relation"),
    [
        ((4, 4), (5, 5 + DAY), Relation.VERSION),
        ((4, 4), (5 + DAY, 5), Relation.VERSION),
        ((4, 4), (5, 6 + DAY), Relation.NEAR),
        ((4, 5), (5, 6), Relation.NEAR),
        ((-1, -1), (5, 6), Relation.NEAR),
        ((-1, 4), (5, 6), Relation.NEAR),
        ((4, 4), (5, NO_TIME), Relation.NEAR),
        ((4, 4), (NO_TIME, NO_TIME), Relation.NEAR),
        ((4, 4), (-5, NO_TIME), Relation.NEAR),
    ],
)
def test_other_sources_later_days_and_unknown_times_make_no_versions(
    sources: Both, times: Both, relation: Relation
) -> None:
    assert told((90, 90), known=bare_provenance(sources, times)) == relation


@pytest.mark.parametrize("tagged", [[0], [1], [0, 1]])
@pytest.mark.parametrize(
    ("covered", "times", "relation"),
    [
        ((50, 5), (0, DAY + 1), Relation.VERSION),
        ((5, 50), (0, DAY + 1), Relation.VERSION),
        ((49, 49), (0, 1), Relation.SHARED),
        ((50, 50), (0, WEEK), Relation.VERSION),
        ((50, 50), (0, WEEK + 1), Relation.SHARED),
        ((50, 50), (NO_TIME, NO_TIME), Relation.VERSION),
        ((50, 50), (0, NO_TIME), Relation.VERSION),
    ],
)
def test_a_headline_that_says_update_makes_a_version_of_half_the_story_within_a_week(
    tagged: list[int], covered: Both, times: Both, relation: Relation
) -> None:
    assert told(covered, known=bare_provenance([4, 4], times, tagged=tagged)) == relation
    assert told(covered, known=bare_provenance([4, 5], times, tagged=tagged)) == Relation.SHARED
    assert told(covered, known=bare_provenance([-1, -1], times, tagged=tagged)) == Relation.SHARED


def test_a_version_may_stand_in_other_furniture() -> None:
    known = bare_provenance([4, 4], [0, 1])
    assert told((90, 90), tokens=(140, 100), own=(100, 100), known=known) == Relation.VERSION


def test_what_only_shares_furniture_is_no_version() -> None:
    known = bare_provenance([4, 4], [0, 1], tagged=[0], replaced=[(0, 1)])
    relation = told((15, 15), tokens=(200, 200), own=(100, 100), whole=(115, 115), known=known)
    assert relation == Relation.BOILERPLATE


# Wrapped: 100 tokens of a story, and furniture.


@pytest.mark.parametrize(
    ("furniture", "in_both", "relation"),
    [
        ((8, 0), 0, Relation.WRAPPED),
        ((0, 8), 0, Relation.WRAPPED),
        ((7, 0), 0, Relation.NEAR),
        ((7, 7), 0, Relation.NEAR),
        ((30, 30), 30, Relation.NEAR),
        ((30, 30), 22, Relation.WRAPPED),
        ((30, 30), 23, Relation.NEAR),
        ((37, 30), 30, Relation.NEAR),
        ((38, 30), 30, Relation.WRAPPED),
    ],
)
def test_near_in_furniture_that_the_other_has_not_is_wrapped(
    furniture: Both, in_both: int, relation: Relation
) -> None:
    tokens = (100 + furniture[0], 100 + furniture[1])
    assert told((90, 90), tokens=tokens, own=(100, 100), whole=(90 + in_both, 90 + in_both)) == relation


def test_an_excerpt_in_other_furniture_is_an_excerpt() -> None:
    assert told((90, 90), tokens=(400, 130), own=(380, 100)) == Relation.EXCERPT


# What joins.


@pytest.mark.parametrize(("shorter", "may_join"), [(20, True), (19, False)])
def test_articles_under_the_least_length_join_nothing(shorter: int, may_join: bool) -> None:
    nodes = bare_nodes([1, 1], [30, shorter])
    pairs = bare_pairs({(0, 1): (30, shorter)})
    relations = relate(pairs, nodes, NOBODY, ONE_THREAD)
    assert relations.tolist() == [Relation.NEAR]
    assert joins(relations, pairs, nodes, ONE_THREAD).tolist() == [may_join]


def test_what_only_shares_a_part_does_not_join() -> None:
    nodes, pairs = bare_nodes([1, 1], [100, 100]), bare_pairs({(0, 1): (60, 60)})
    assert not joins(relate(pairs, nodes, NOBODY, ONE_THREAD), pairs, nodes, ONE_THREAD).any()


def test_pairs_are_near_where_most_of_each_is_in_the_other_and_they_are_no_form() -> None:
    covered = {(0, 1): (70, 70), (0, 2): (70, 69), (1, 2): (90, 90)}
    pairs = bare_pairs(covered, forms=[(1, 2)])
    assert are_near(pairs, bare_nodes([1] * 3, [100] * 3), ONE_THREAD).tolist() == [True, False, False]


def test_each_pair_of_many_has_its_own_relation() -> None:
    covered = {(0, 1): (90, 90), (0, 2): (30, 30), (1, 2): (5, 5), (1, 3): (85, 10), (2, 3): (90, 90)}
    known = bare_provenance([7, 8, 9, 9], [1, 1, 1, 2])
    relations = relate(bare_pairs(covered), bare_nodes([1] * 4, [100] * 4), known, ONE_THREAD)
    assert [Relation(int(name)).label for name in relations] == [
        "near", "shared", "none", "excerpt", "version"
    ]  # fmt: skip


def test_no_pairs_have_no_relations() -> None:
    assert relate(bare_pairs({}), bare_nodes([], []), bare_provenance([]), ONE_THREAD).tolist() == []


def test_relations_have_names() -> None:
    assert [relation.label for relation in Relation if relation not in JOINING] == [
        "none", "boilerplate", "template", "roundup", "shared"
    ]  # fmt: skip
    assert [relation.label for relation in JOINING] == ["exact", "version", "wrapped", "near", "excerpt"]
