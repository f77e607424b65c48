"""The made feed: deterministic, and just what its truth says."""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
import re
from collections import Counter
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pytest

from benchmarks import generate, prose
from benchmarks.generate import KINDS, Extras, Feed, Made


@pytest.fixture(scope="module")
def made() -> list[Made]:
    return list(generate.generate(1500, 7))


@pytest.fixture(scope="module")
def footers() -> list[str]:
    """The texts of the six footers of the feed above."""
    return [footer.text for footer in Feed(7).footers]


@pytest.fixture(scope="module")
def originals(made: list[Made]) -> dict[int, str]:
    return {fact["story"]: record["text"] for record, fact in made if fact["kind"] == "original"}


def body(made: Made, footers: list[str]) -> str:
    """The text less the footer its truth tells, which must be there."""
    record, fact = made
    if not fact["footer"]:
        return record["text"]
    footer = "\n\n" + footers[fact["footer"] - 1]
    assert record["text"].endswith(footer)
    return record["text"].removesuffix(footer)


def bodies(kind: str, made: list[Made], footers: list[str]) -> list[tuple[str, str]]:
    """Each copy of a kind beside its original, both without footers."""
    whole = {one[1]["story"]: body(one, footers) for one in made if one[1]["kind"] == "original"}
    return [(body(one, footers), whole[one[1]["story"]]) for one in made if one[1]["kind"] == kind]


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def digest(folder: Path, seed: int) -> str:
    feed, truth = folder / "feed.jsonl", folder / "truth.csv"
    generate.write(60, seed, feed, truth)
    return hashlib.sha256(feed.read_bytes() + truth.read_bytes()).hexdigest()


def test_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    assert digest(tmp_path, 1) == digest(tmp_path, 1)
    assert digest(tmp_path, 1) != digest(tmp_path, 2)


def test_files_hold_what_the_iterator_gives(tmp_path: Path) -> None:
    feed, truth = tmp_path / "feed.jsonl", tmp_path / "truth.csv"
    count = generate.write(60, 3, feed, truth)
    expected = list(generate.generate(60, 3))
    with truth.open(newline="") as table:
        rows = list(csv.DictReader(table))
    assert count == len(expected)
    assert [json.loads(line) for line in feed.open()] == [record for record, _ in expected]
    assert rows == [{name: str(value) for name, value in fact.items()} for _, fact in expected]


def test_ids_are_distinct_and_every_story_has_one_original(made: list[Made]) -> None:
    assert len({record["id"] for record, _ in made}) == len(made)
    assert all(record["id"] == fact["id"] for record, fact in made)
    stories = sorted(fact["story"] for _, fact in made if fact["kind"] == "original")
    assert stories == list(range(1, 1501))


def test_four_in_ten_stories_have_one_to_three_copies_of_every_kind_alike(made: list[Made]) -> None:
    copies = Counter(fact["story"] for _, fact in made if fact["kind"] != "original")
    kinds = Counter(fact["kind"] for _, fact in made if fact["kind"] != "original")
    assert len(copies) == pytest.approx(600, rel=0.1)
    assert set(copies.values()) == {1, 2, 3}
    assert set(kinds) == set(KINDS)
    assert min(kinds.values()) > 0.7 * max(kinds.values())


def test_copies_rarely_follow_their_story(made: list[Made]) -> None:
    stories = [fact["story"] for _, fact in made]
    assert sum(a == b for a, b in itertools.pairwise(stories)) <= 5


def test_shuffling_streams_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = {record["id"]: record for record, _ in generate.generate(300, 5)}
    monkeypatch.setattr(generate, "WINDOW", 32)
    feed = generate.generate(300, 5)
    first = [next(feed)[1]["story"] for _ in range(20)]
    assert max(first) <= 32 + 20
    assert len(first) + sum(1 for _ in feed) == len(expected)
    assert {record["id"]: record for record, _ in generate.generate(300, 5)} == expected


def test_texts_have_80_to_700_words_sentences_and_paragraphs(made: list[Made], footers: list[str]) -> None:
    for one in made:
        if one[1]["kind"] != "original":
            continue
        text = body(one, footers)
        assert 80 <= len(words(text)) <= 700
        assert text.endswith(".")
        for paragraph in text.split("\n\n"):
            assert len(words(paragraph)) >= 20
            assert all(s[0].isupper() and s[1:].islower() for s in re.findall(r"\b[^.]+", paragraph))


def test_words_follow_zipf(made: list[Made]) -> None:
    counts = Counter(word for record, _ in made for word in words(record["text"]))
    ranked = np.array([count for _, count in counts.most_common()], dtype=float)
    ranks = np.arange(20, 2000)
    slope = np.polyfit(np.log(ranks), np.log(ranked[ranks]), 1)[0]
    assert -1.15 < slope < -0.85
    assert 0.02 < ranked[0] / ranked.sum() < 0.06
    assert len(counts) > 20_000


def test_vocabulary_is_30000_distinct_plain_words() -> None:
    vocabulary = prose.vocabulary()
    assert len(set(vocabulary)) == len(vocabulary) == 30_000
    assert all(re.fullmatch("[a-z]{2,16}", word) for word in vocabulary)


def test_six_footers_close_three_in_ten_stories(made: list[Made], footers: list[str]) -> None:
    assert all(60 <= len(words(footer)) <= 120 for footer in footers)
    held = [fact["footer"] for _, fact in made if fact["kind"] == "original"]
    assert sum(map(bool, held)) == pytest.approx(450, rel=0.12)
    assert set(held) == set(range(7))
    for record, fact in made:
        assert [footer in record["text"] for footer in footers].count(True) == bool(fact["footer"])


def test_half_of_the_copies_keep_their_footer_and_others_lose_or_change_it(made: list[Made]) -> None:
    of_story = {fact["story"]: fact["footer"] for _, fact in made if fact["kind"] == "original"}
    copies = [
        fact for _, fact in made if of_story[fact["story"]] and fact["kind"] not in ("original", "excerpt")
    ]
    kept = [fact for fact in copies if fact["footer"] == of_story[fact["story"]]]
    free = [fact for fact in copies if fact["kind"] != "exact"]
    assert all(fact in kept for fact in copies if fact["kind"] == "exact")
    assert sum(fact in kept for fact in free) / len(free) == pytest.approx(0.5, abs=0.1)
    assert any(fact["footer"] == 0 for fact in free)
    assert any(fact["footer"] not in (0, of_story[fact["story"]]) for fact in free)
    assert not any(fact["footer"] for _, fact in made if not of_story[fact["story"]])


def test_exact_copies_are_equal(made: list[Made], originals: dict[int, str]) -> None:
    copies = [(record["text"], fact["story"]) for record, fact in made if fact["kind"] == "exact"]
    assert copies
    assert all(text == originals[story] for text, story in copies)


def test_dateline_copies_are_the_story_after_a_dateline(made: list[Made], footers: list[str]) -> None:
    for copy, story in bodies("dateline", made, footers):
        dateline, text = copy.split(" - ", 1)
        assert re.fullmatch(r"[A-Z]+ \([A-Z][a-z]+ Wire\)", dateline)
        assert text == story


def test_excerpts_are_the_first_third(made: list[Made], footers: list[str]) -> None:
    for copy, story in bodies("excerpt", made, footers):
        assert story.startswith(copy)
        assert len(words(copy)) == len(words(story)) // 3


def test_pasted_copies_hold_one_paragraph_twice(made: list[Made], footers: list[str]) -> None:
    for copy, story in bodies("pasted", made, footers):
        extra = Counter(copy.split("\n\n")) - Counter(story.split("\n\n"))
        assert list(extra.values()) == [1]
        paragraph = next(iter(extra))
        assert copy.count(paragraph) == 2
        assert len(words(copy)) == len(words(story)) + len(words(paragraph))


def test_local_copies_hold_the_story_and_one_or_two_paragraphs_more(
    made: list[Made], footers: list[str]
) -> None:
    numbers = set()
    for copy, story in bodies("local", made, footers):
        extra = Counter(copy.split("\n\n")) - Counter(story.split("\n\n"))
        assert all(40 <= len(words(paragraph)) <= 80 for paragraph in extra)
        assert [p for p in copy.split("\n\n") if p not in extra] == story.split("\n\n")
        numbers.add(extra.total())
    assert numbers == {1, 2}


@pytest.mark.parametrize(("kind", "share"), [("edit5", 0.05), ("edit15", 0.15)])
def test_edits_leave_the_share_of_words_they_say(
    kind: str, share: float, made: list[Made], footers: list[str]
) -> None:
    kept = []
    for copy, story in bodies(kind, made, footers)[:60]:
        before, after = words(story), words(copy)
        assert abs(len(before) - len(after)) <= 1
        equal = sum(block.size for block in SequenceMatcher(None, before, after, False).get_matching_blocks())
        kept.append(equal / len(before))
    # Three of four edits take a word from its place: substituted, deleted, moved.
    assert np.mean(kept) == pytest.approx(1 - 0.75 * share, abs=0.02)


def test_the_usual_feed_is_the_one_it_always_was(tmp_path: Path) -> None:
    """Figures in benchmarks/README.md and floors.json were measured on these bytes."""
    assert digest(tmp_path, 1)[:16] == "79cb0c8a6bfa9b8b"


@pytest.fixture(scope="module")
def hot() -> list[Made]:
    """1,000 articles, 301 of them one story, all with a footer."""
    return list(generate.generate_articles(1000, 5, Extras(hot=300, footer_everywhere=True)))


def test_a_feed_of_so_many_articles_has_just_so_many(hot: list[Made]) -> None:
    assert len({record["id"] for record, _ in hot}) == len(hot) == 1000
    assert len(list(generate.generate_articles(77, 1))) == 77
    whole = generate.generate(20, 1)
    assert {record["text"] for record, _ in whole} >= {
        r["text"] for r, _ in generate.generate_articles(20, 1)
    }


def test_a_hot_story_has_its_copies_spread_over_the_feed(hot: list[Made]) -> None:
    kinds = Counter(fact["kind"] for _, fact in hot if fact["story"] == generate.HOT_STORY)
    assert kinds == {"original": 1, "hot": 300}
    quarters = [sum(fact["kind"] == "hot" for _, fact in hot[n : n + 250]) for n in range(0, 1000, 250)]
    assert min(quarters) > 50


def test_copies_of_a_hot_story_each_have_a_dateline_and_a_paragraph_of_their_own(hot: list[Made]) -> None:
    footers = [footer.text for footer in Feed(5).footers]
    dated, extras = set(), set()
    for copy, story in bodies("hot", hot, footers):
        dateline, text = copy.split(" - ", 1)
        extra = Counter(text.split("\n\n")) - Counter(story.split("\n\n"))
        assert extra.total() == 1
        dated.add(dateline)
        extras |= set(extra)
    assert len(extras) == 300
    assert len(dated) > 200


def test_a_footer_everywhere_ends_every_article(hot: list[Made]) -> None:
    footer = Feed(5).footers[0].text
    assert all(record["text"].endswith("\n\n" + footer) and fact["footer"] == 1 for record, fact in hot)


def test_more_hot_copies_than_articles_are_refused() -> None:
    with pytest.raises(ValueError, match="hot=10"):
        generate.generate_articles(10, 1, Extras(hot=10))


@pytest.mark.parametrize("arguments", [(-1, 1), (1, -1)])
def test_negative_numbers_are_refused(arguments: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="-1"):
        next(generate.generate(*arguments))
