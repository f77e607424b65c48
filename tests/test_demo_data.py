"""The sample feed, its truth, and what is found in it, held together."""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pytest

import dedup
from dedup import Duplicates

DATA = Path(__file__).resolve().parent.parent / "data"
FEEDS = [DATA / "wire.jsonl", DATA / "outlet.csv", DATA / "desk"]
FIELDS = {"id", "title", "source", "published", "url", "text"}
SCRIPTS = {"LATIN", "CYRILLIC", "ARABIC", "DEVANAGARI", "HANGUL", "CJK", "HIRAGANA"}
LONGEST_COMMON_RUN = 8  # words that two reports of one event may share by chance


class Fact(NamedTuple):
    """One row of truth.csv."""

    kind: str
    a_id: str
    b_id: str
    note: str


def _wire() -> list[dict[str, str]]:
    with (DATA / "wire.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _texts() -> dict[str, str]:
    with (DATA / "outlet.csv").open(encoding="utf-8", newline="") as table:
        outlet = {row["guid"]: row["body"] for row in csv.DictReader(table)}
    desk = {path.name: path.read_text(encoding="utf-8") for path in (DATA / "desk").iterdir()}
    return {article["id"]: article["text"] for article in _wire()} | outlet | desk


def _truth() -> list[Fact]:
    with (DATA / "truth.csv").open(encoding="utf-8", newline="") as table:
        return [Fact(**row) for row in csv.DictReader(table)]


TRUTH = _truth()
TEXTS = _texts()


def of_kind(*kinds: str) -> list[Fact]:
    return [fact for fact in TRUTH if fact.kind in kinds]


def plain(text: str) -> str:
    return " ".join(text.split())


def paragraphs(text: str) -> list[str]:
    return [line for line in text.split("\n") if line]


def furniture(text: str) -> list[str]:
    lines = paragraphs(text)
    return lines[lines.index("Legal notice:") :] if "Legal notice:" in lines else []


def runs(text: str, size: int) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}


def unmarked(text: str) -> str:
    return "".join(mark for mark in text if not unicodedata.combining(mark))


def adds_one_paragraph(a: str, b: str, *, missing: int = 0) -> bool:
    kept = paragraphs(a)[: len(paragraphs(a)) - missing]
    extra = [paragraph for paragraph in paragraphs(b) if paragraph not in kept]
    return len(extra) == 1 and [p for p in paragraphs(b) if p not in extra] == kept


def starts(whole: str, part: str, low: float, high: float) -> bool:
    return plain(whole).startswith(plain(part)) and low < len(part) / len(whole) < high


def is_update(a: str, b: str) -> bool:
    before, after = paragraphs(a), paragraphs(b)
    return before[0] not in after and set(before[1:]) < set(after) and len(after) == len(before) + 1


# What each note of truth.csv says of the texts a and b.
NOTES: dict[str, Callable[[str, str], bool]] = {
    "exact copy": lambda a, b: plain(a) == plain(b),
    "dateline added": lambda a, b: b.endswith(a) and 0 < len(b) - len(a) < 50,
    "local paragraph added": adds_one_paragraph,
    "local paragraph added and last paragraph missing": lambda a, b: adds_one_paragraph(a, b, missing=1),
    "local paragraph and vowel marks added": lambda a, b: (
        adds_one_paragraph(unmarked(a), unmarked(b)) and len(a) - len(unmarked(a)) < len(b) - len(unmarked(b))
    ),
    "first third": lambda a, b: starts(a, b, 0.25, 0.45),
    "last paragraphs missing": lambda a, b: starts(a, b, 0.7, 0.9),
    "update": is_update,
    "disclaimer and link list added": lambda a, b: (
        paragraphs(b) == paragraphs(a) + furniture(b) != paragraphs(a)
    ),
    "other Unicode normalisation": lambda a, b: a != b == unicodedata.normalize("NFD", a),
    "statement quoted": lambda a, b: b in a and 110 < len(b.split()) < 130,
    "alert before the full story": lambda a, b: 25 < len(a.split()) < 40 and len(b.split()) > 250,
    "same event in other words": lambda a, b: not runs(a, LONGEST_COMMON_RUN) & runs(b, LONGEST_COMMON_RUN),
    "same disclaimer and link list": lambda a, b: set(furniture(a)[:8]) == set(furniture(b)[:8]) != set(),
    "one form for two grants": lambda a, b: (
        len(runs(a, 8) & runs(b, 8)) > 0.5 * len(runs(a, 8)) and a[:60] != b[:60]
    ),
    "unrelated": lambda a, b: not runs(a, 4) & runs(b, 4),
    "five paragraphs twice": lambda a, _: paragraphs(a)[2:7] == paragraphs(a)[7:12],
    "one paragraph twice": lambda a, _: paragraphs(a).count(paragraphs(a)[0]) == 2,
    "whole text twice": lambda a, _: paragraphs(a)[: len(paragraphs(a)) // 2] * 2 == paragraphs(a),
}


def test_the_feed_has_sixty_whole_articles_with_times_in_order() -> None:
    wire = _wire()
    assert 55 <= len(wire) <= 70
    assert all(set(article) == FIELDS and all(article.values()) for article in wire)
    times = [article["published"] for article in wire]
    assert all(datetime.fromisoformat(time) and time.endswith("Z") for time in times)
    assert times == sorted(times)
    assert (DATA / "wire.jsonl").stat().st_size < 300_000


def test_most_articles_are_as_long_as_news_and_in_many_scripts() -> None:
    texts = [article["text"] for article in _wire()]
    latin = [text for text in texts if text[0].isascii()]
    assert sum(120 <= len(text.split()) <= 500 for text in latin) > 0.8 * len(latin)
    assert {unicodedata.name(text[0]).split()[0] for text in texts} >= SCRIPTS - {"HIRAGANA"}
    assert any("HIRAGANA" in unicodedata.name(mark) for text in texts for mark in text if mark.isalpha())


def test_ids_are_distinct_and_the_truth_names_only_them() -> None:
    ids = [article["id"] for article in _wire()]
    assert len(set(ids)) == len(ids)
    assert {name for fact in TRUTH for name in (fact.a_id, fact.b_id) if name} <= set(TEXTS)
    assert len(set(TRUTH)) == len(TRUTH)
    assert set(Counter(fact.kind for fact in TRUTH)) == {"same_cluster", "told", "apart", "repeat"}


@pytest.mark.parametrize("fact", TRUTH, ids="/".join)
def test_the_texts_are_what_the_note_says(fact: Fact) -> None:
    assert NOTES[fact.note](TEXTS[fact.a_id], TEXTS.get(fact.b_id, ""))


def test_the_readme_names_every_article_of_the_truth() -> None:
    page = (DATA / "README.md").read_text(encoding="utf-8")
    assert {name for fact in TRUTH for name in (fact.a_id, fact.b_id) if name not in page} == set()


@pytest.fixture(scope="module")
def found() -> Duplicates:
    return dedup.find_duplicates(FEEDS)


@pytest.fixture(scope="module")
def cluster_of(found: Duplicates) -> dict[str, str]:
    return dict(zip(found.clusters["article_id"], found.clusters["cluster_id"], strict=True))


def test_every_record_is_read(found: Duplicates) -> None:
    assert len(found.rejects) == 0
    assert len(found.keep) == len(TEXTS)


@pytest.mark.parametrize("fact", of_kind("same_cluster"), ids="/".join)
def test_copies_share_a_cluster(fact: Fact, cluster_of: dict[str, str]) -> None:
    assert cluster_of.get(fact.a_id, "none") == cluster_of.get(fact.b_id)


@pytest.mark.parametrize("fact", of_kind("told"), ids="/".join)
def test_a_quotation_is_told(fact: Fact, found: Duplicates, cluster_of: dict[str, str]) -> None:
    pairs = set(zip(found.pairs["a_id"], found.pairs["b_id"], strict=True))
    assert tuple(sorted((fact.a_id, fact.b_id))) in pairs or cluster_of.get(
        fact.a_id, "none"
    ) == cluster_of.get(fact.b_id)


@pytest.mark.parametrize("fact", of_kind("apart"), ids="/".join)
def test_other_stories_stay_apart(fact: Fact, cluster_of: dict[str, str]) -> None:
    assert cluster_of.get(fact.a_id, fact.a_id) != cluster_of.get(fact.b_id, fact.b_id)


def test_no_cluster_holds_what_the_truth_does_not_join(cluster_of: dict[str, str]) -> None:
    story = {name: name for name in TEXTS}
    for fact in of_kind("same_cluster", "told"):
        old, new = story[fact.b_id], story[fact.a_id]
        story |= {name: new for name in story if story[name] == old}
    stories: dict[str, set[str]] = {}
    for name, cluster in cluster_of.items():
        stories.setdefault(cluster, set()).add(story[name])
    assert [joined for joined in stories.values() if len(joined) > 1] == []


def test_what_repeats_itself_is_found_and_nothing_else(found: Duplicates) -> None:
    rows = found.repeats.to_dict("records")
    blocks = {
        "ps-306": "\n".join(paragraphs(TEXTS["ps-306"])[2:7]),
        "le-504": paragraphs(TEXTS["le-504"])[0],
        "mc-08": "\n\n".join(paragraphs(TEXTS["mc-08"])[:3]),
    }
    assert (
        sorted(row["article_id"] for row in rows)
        == sorted(blocks)
        == sorted(fact.a_id for fact in of_kind("repeat"))
    )
    for row in rows:
        text, block = TEXTS[row["article_id"]], blocks[row["article_id"]]
        assert text[row["first_start"] : row["first_end"]].strip() == block
        assert text[row["second_start"] : row["second_end"]].strip() == block
