"""Feeds that are hard on a matcher: one story thousands of times, texts of one word, templates, rhythms.

Nothing is timed; the sizes are such that a step whose time or memory grows with the square of them would
take minutes or all memory.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import product

import numpy as np
import pyarrow as pa
import pytest

import dedup
from benchmarks.author import Author
from benchmarks.prose import drawn, names
from tests.evidence import Row, check, check_apart, rows, together

LONG = 10_000_000  # bytes


class Writer:
    """Words by Zipf's law, as text, from one seeded stream of chance."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def words(self, count: int) -> list[str]:
        return names(drawn(self.rng, count))

    def text(self, *parts: list[str] | int) -> str:
        """The parts on end; a number stands for so many new words."""
        return " ".join(
            word for part in parts for word in (self.words(part) if isinstance(part, int) else part)
        )

    def changed(self, words: list[str], count: int) -> list[str]:
        """The words with some others in their place, none of them near an end or another."""
        out = list(words)
        slots = np.arange(12, len(words) - 12, 12)
        for place in self.rng.choice(slots, count, replace=False).tolist():
            out[place] = f"other{place}"
        return out


@pytest.fixture
def writer() -> Writer:
    return Writer(3)


def told(found: dedup.Duplicates, a: str, b: str) -> bool:
    """Whether two articles are listed as a pair, or are in one cluster."""
    first, second = sorted([a, b])
    listed = found.pairs
    is_listed = ((listed["a_id"] == first) & (listed["b_id"] == second)).any()
    return bool(is_listed) or any({a, b} <= cluster for cluster in together(found))


# One story in many articles.


def test_3000_copies_with_datelines_and_local_lines_are_one_cluster(writer: Writer) -> None:
    story = writer.words(400)
    found = dedup.find_duplicates(
        [{"id": f"{number:04}", "text": writer.text(8, story, 30)} for number in range(3000)]
    )
    assert [len(cluster) for cluster in together(found)] == [3000]
    assert set(found.clusters["relation"].dropna()) == {"near"}
    assert found.tables["pairs"].num_rows == 2999
    assert found.clusters["in_lead"].min() > 0.9


def test_a_statement_inside_100_articles_is_told_with_each_and_beside_3000_copies(writer: Writer) -> None:
    story, statement = writer.words(400), writer.words(120)
    holders = [{"id": f"h{number:02}", "text": writer.text(200, statement, 150)} for number in range(100)]
    copies = [{"id": f"c{number:04}", "text": writer.text(8, story, 30)} for number in range(3000)]
    alone = {"id": "statement", "text": writer.text(statement)}
    found = dedup.find_duplicates([*copies, *holders, alone])
    assert sorted(len(cluster) for cluster in together(found)) == [101, 3000]
    with_it = [row for row in rows(found, "pairs") if "statement" in (row["a_id"], row["b_id"])]
    assert {row["a_id"] for row in with_it} == {row["id"] for row in holders}
    assert {(row["relation"], row["b_in_a"]) for row in with_it} == {("excerpt", 1.0)}


@pytest.mark.parametrize("copies", [0, 1, 30, 33, 60, 300])
def test_a_copy_is_told_with_what_only_its_own_group_could_hide(writer: Writer, copies: int) -> None:
    """R stands for the group of C and its copies; X is near C, and not near R."""
    story = writer.words(400)
    feed = [
        {"id": "R", "text": writer.text(story, 160)},
        {"id": "C", "text": writer.text(story)},
        {"id": "X", "text": writer.text(story[:300], 120)},
        *({"id": f"c{number:03}", "text": writer.text(6, story)} for number in range(copies)),
    ]
    found = dedup.find_duplicates(feed)
    check(found)
    for row in feed:
        assert row["id"] in ("X", "R") or told(found, row["id"], "X"), row["id"]


# Low entropy.


@pytest.mark.parametrize("word", ["a ", "a b ", "a b c d e f ", "新", "- "])
def test_ten_megabytes_of_few_words_are_one_article_without_repeats(word: str) -> None:
    found = dedup.find_duplicates([{"id": "a", "text": word * (LONG // len(word.encode()))}])
    assert all(found.tables[name].num_rows == 0 for name in found.tables)


@pytest.mark.parametrize("word", ["a ", "a b "])
def test_ten_and_eight_megabytes_of_few_words_hold_each_other(word: str) -> None:
    sizes = {"a": LONG // len(word), "b": LONG * 4 // 5 // len(word)}
    found = dedup.find_duplicates([{"id": name, "text": word * size} for name, size in sizes.items()])
    (row,) = rows(found, "pairs")
    assert (row["relation"], row["a_in_b"], row["b_in_a"]) == ("near", 1, 1)
    assert row["shared_words"] == sizes["b"] * len(word.split())


@pytest.mark.parametrize("other", ["b ", "a b "])
def test_ten_megabytes_of_one_word_are_not_those_of_others(other: str) -> None:
    words = {"a": "a " * (LONG // 2), "b": other * (LONG // len(other))}
    found = dedup.find_duplicates([{"id": name, "text": text} for name, text in words.items()])
    assert all(found.tables[name].num_rows == 0 for name in found.tables)


def test_of_100000_articles_of_three_words_the_equal_ones_are_together(writer: Writer) -> None:
    vocabulary = np.array(sorted(set(writer.words(400))))[:60]
    texts = [" ".join(words) for words in vocabulary[writer.rng.integers(0, 60, (100_000, 3))].tolist()]
    found = dedup.find_duplicates([{"id": str(number), "text": text} for number, text in enumerate(texts)])
    groups: dict[str, set[str]] = defaultdict(set)
    for number, text in enumerate(texts):
        groups[text].add(str(number))
    assert together(found) == sorted((group for group in groups.values() if len(group) > 1), key=sorted)


def test_articles_of_other_words_are_never_paired() -> None:
    found = dedup.find_duplicates([{"text": "w2 w14 w50"}, {"text": "w9 w38 w15"}])
    assert found.tables["pairs"].num_rows == 0


# Long articles.


def test_ten_megabytes_of_prose_repeat_nothing_and_are_found_in_their_copy(writer: Writer) -> None:
    words = writer.words(2_100_000)
    text = writer.text(words)
    assert len(text) >= LONG
    alone = dedup.find_duplicates([{"id": "a", "text": text}])
    assert all(alone.tables[name].num_rows == 0 for name in alone.tables)
    found = dedup.find_duplicates(
        [
            {"id": "a", "text": text},
            {"id": "b", "text": writer.text(20, words[: len(words) // 2], 500, words[len(words) // 2 :])},
        ]
    )
    (row,) = rows(found, "pairs")
    assert row["relation"] == "near"
    assert row["a_in_b"] == 1
    assert 1 - 600 / len(words) <= row["b_in_a"] < 1
    for passage in rows(found, "passages"):
        a, b = (
            found.articles["text"][side][passage[f"{name}_start"] : passage[f"{name}_end"]]
            for side, name in enumerate("ab")
        )
        assert a == b
        assert passage["identical"] == 1


# Templates.


def test_fillings_of_50_templates_stay_with_their_own(writer: Writer) -> None:
    feed: list[Row] = []
    for number in range(50):
        template = writer.words(200)
        for filling in range(20):
            words = list(template)
            for place in range(10, 200, 20):
                words[place : place + 2] = writer.words(2)
            feed.append({"id": f"{number:02}-{filling:02}", "text": writer.text(words)})
    found = dedup.find_duplicates(feed)
    check(found)
    assert all(len({name[:2] for name in cluster}) == 1 for cluster in together(found))
    assert all(row["a_id"][:2] == row["b_id"][:2] for row in rows(found, "pairs"))
    assert sum(map(len, together(found))) == 1000


# Repeats.


@pytest.mark.parametrize("between", [0, 35])
def test_a_paragraph_that_stands_25_times_is_one_block_in_24_later_places(between: int) -> None:
    author = Author(7)
    paragraph = author.one_paragraph(60, 60).text
    parts = [author.paragraphs(80, 90).text]
    for _ in range(25):
        parts += [paragraph, author.one_paragraph(between, between).text] if between else [paragraph]
    text = "\n\n".join([*parts, author.paragraphs(80, 90).text])
    found = dedup.find_duplicates([{"id": "a", "text": text}])
    check(found)
    repeats = rows(found, "repeats")
    assert len(repeats) == 24
    first = text.index(paragraph)
    assert {(row["block"], row["first_start"], row["text"]) for row in repeats} == {(1, first, paragraph)}
    assert all(text[row["second_start"] : row["second_end"]] == paragraph for row in repeats)


def covered(row: Row, place: str, start: int, size: int) -> float:
    """The share of `size` characters from `start` that a place of a row covers."""
    both: int = min(row[f"{place}_end"], start + size) - max(row[f"{place}_start"], start)
    return both / size


@pytest.mark.parametrize(("seed", "changes"), list(product(range(4), (0, 2, 5))))
def test_three_copies_of_a_block_are_found_though_words_and_breaks_changed(seed: int, changes: int) -> None:
    writer = Writer(seed)
    block = writer.words(150)
    places, parts, at = [], [], 0
    for number, separator in enumerate((".\n\n", " ", "\n")):
        words = writer.changed(block, changes) if number else block
        own = [" ".join(words[start : start + 30]) for start in range(0, 150, 30)]
        for part in (separator.join(own), writer.text(100)):
            places.append((at, len(part)))
            parts.append(part)
            at += len(part) + 1
    found = dedup.find_duplicates([{"id": "a", "text": "\n".join(parts)}])
    check(found)
    repeats = rows(found, "repeats")
    assert len(repeats) == 2
    for row, place in zip(
        sorted(repeats, key=lambda row: int(row["second_start"])), places[2::2], strict=True
    ):
        assert covered(row, "first", *places[0]) > 0.97
        assert covered(row, "second", *place) > 0.97
        assert row["words"] >= 150 - 2 * changes
        assert (row["identical"] == 1) == (changes == 0)


def test_the_largest_block_is_told_and_not_its_parts() -> None:
    author = Author(9)
    body, ending = author.paragraphs(300, 320), author.paragraphs(60, 80)
    text = f"{body.text}\n\n{ending.text}\n\n{body.text}"
    found = dedup.find_duplicates([{"id": "a", "text": text}])
    check(found)
    (row,) = rows(found, "repeats")
    assert row["text"] == body.text
    assert text[row["second_start"] :] == body.text


def test_later_places_stay_apart_even_in_noise() -> None:
    noise = "011001100100001011100110010010011011001101011100110010010011101110001001001"
    found = dedup.find_duplicates([{"id": "a", "text": " ".join(f"w{digit}" for digit in noise)}])
    check_apart(found)


RHYTHMS = {
    "a refrain": "Sing it again, let the river run to the sea tonight.\n\n{0} {1} {2} {3} {4} {5} {6}.\n\n",
    "a roll-call": "Mr {0} of {1} voted yes. Mrs {2} of {3} voted no.\n",
    "a table": "{0} closed at {number}.3 points after a high of {number}.8 and a low of {number}.1\n",
    "a list": "- {0} {1}, {2}, {3} {4}, open on weekdays, closed on Sundays\n",
    "a chant": "no no no yes ",
    "a chorus": "Row, row, row your boat, gently down the stream, merrily, merrily. ",
}


@pytest.mark.parametrize("line", RHYTHMS.values(), ids=list(RHYTHMS))
def test_rhythms_are_no_repeats(line: str, writer: Writer) -> None:
    text = "".join(line.format(*writer.words(7), number=number) for number in range(200))
    found = dedup.find_duplicates([{"id": "a", "text": text}])
    assert rows(found, "repeats") == []


def test_a_table_of_long_equal_lines_is_a_rhythm(writer: Writer) -> None:
    line = "{0} {1} closed at 17.3 points after a high of 18.2 and a low of 16.9\n"
    text = "".join(line.format(*writer.words(2)) for _ in range(200))
    found = dedup.find_duplicates([{"id": "a", "text": text}])
    assert rows(found, "repeats") == []


# Large groups whose members are not all alike.


@pytest.mark.parametrize("articles", [30, 120, 300])
def test_of_a_story_that_moves_on_no_two_neighbours_are_lost(writer: Writer, articles: int) -> None:
    paragraphs = [" ".join(writer.words(40 + n // 10)) for n in range(articles + 10)]
    found = dedup.find_duplicates(
        [{"id": f"{n:03}", "text": "\n\n".join(paragraphs[n : n + 10])} for n in range(articles)]
    )
    cluster = dict(zip(found.clusters["article_id"], found.clusters["cluster_id"], strict=True))
    listed = set(zip(found.pairs["a_id"], found.pairs["b_id"], strict=True))
    for n in range(articles):
        for other in range(n + 1, min(articles, n + 5)):  # six paragraphs of ten at least in common
            a, b = f"{n:03}", f"{other:03}"
            assert (a, b) in listed or cluster.get(a, a) == cluster.get(b, b)


def test_two_large_groups_that_overlap_are_told_by_one_row_that_counts_the_rest(writer: Writer) -> None:
    both, ours, theirs = (" ".join(writer.words(n)) for n in (230, 170, 170))
    copies = [f"{' '.join(writer.words(3))} {both} {own}" for own in (ours, theirs) for _ in range(40)]
    found = dedup.find_duplicates([{"id": f"{n:02}", "text": text} for n, text in enumerate(copies)])
    assert found.clusters.groupby("cluster_id").size().tolist() == [40, 40]
    between = found.pairs[found.pairs["relation"] == "shared"]
    assert between["pairs_not_listed"].tolist() == [1599]


def test_a_long_article_of_many_repeats_takes_memory_for_each_once(writer: Writer) -> None:
    paragraphs = [" ".join(writer.words(30)) for _ in range(3000)]
    text = "\n".join([*paragraphs, *reversed(paragraphs)])
    found = dedup.find_duplicates([{"id": "a", "text": text}])
    assert found.tables["repeats"].num_rows == 3000
    assert pa.total_allocated_bytes() < 100 * len(text)


@pytest.mark.parametrize("settings", [dedup.Settings(shared=1.0), dedup.Settings(told=1.0)])
def test_what_is_told_at_least_changes_no_cluster(settings: dedup.Settings) -> None:
    texts = [{"id": str(n), "text": text} for n, text in enumerate(edited_copies())]
    usual = dedup.find_duplicates(texts)
    strict = dedup.find_duplicates(texts, settings=settings)
    assert strict.tables["clusters"].equals(usual.tables["clusters"])
    assert set(strict.passages["a_id"]) >= set(strict.pairs["a_id"])


def edited_copies() -> list[str]:
    """40 stories of 300 words, each with a copy in which every seventh word is another."""
    rng = np.random.default_rng(4)
    stories = rng.integers(10**6, size=(40, 300))
    copies = stories.copy()
    copies[:, 6::7] = rng.integers(10**6, size=copies[:, 6::7].shape)
    return [" ".join(f"w{word}" for word in words) for words in [*stories, *copies]]
