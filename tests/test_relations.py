"""What kind of overlap it is, on whole feeds: furniture, wrappers, versions, forms, roundups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

import dedup
from benchmarks.author import Author
from dedup.settings import Settings
from tests import reference
from tests.evidence import Row, check, key, rows, words
from tests.test_pipeline import feeds

TAIL_STARTS = "Legal Disclaimer:"


@pytest.fixture
def author() -> Author:
    return Author(5)


def relation(found: dedup.Duplicates, a: str, b: str) -> str | None:
    """The relation told of two articles."""
    told = {(row["a_id"], row["b_id"]): row["relation"] for row in rows(found, "pairs")}
    answer: str | None = told.get((min(a, b), max(a, b)))
    return answer


def furniture(author: Author, size: int) -> str:
    return author.one_paragraph(size, size).text


def test_the_seed_articles_tail_under_30_bodies_is_boilerplate_and_rewrapped_copies_are_wrapped(
    author: Author, shared: Path
) -> None:
    seed = (shared / "data" / "seed_article.txt").read_text(encoding="utf-8")
    tail = seed[seed.index(TAIL_STARTS) :]
    bodies = [author.paragraphs(150, 400).text for _ in range(30)]
    feed = [
        {"id": f"own{n}", "text": f"{body}\n{tail}", "source": f"outlet {n}"} for n, body in enumerate(bodies)
    ]
    for n in range(5):
        others = furniture(author, 60)
        feed += [
            {
                "id": f"host{n}-{k}",
                "text": f"{author.paragraphs(100, 300).text}\n{others}",
                "source": f"paper {n}",
            }
            for k in range(6)
        ]
        feed.append({"id": f"wrap{n}", "text": f"{bodies[0]}\n{others}", "source": f"paper {n}"})
    found = dedup.find_duplicates(feed)
    check(found)
    blocks = {row["text"].strip(): row for row in rows(found, "boilerplate")}
    (whole,) = [text for text in blocks if text.startswith(TAIL_STARTS)]
    assert words(whole) == words(tail)
    assert (blocks[whole]["articles"], blocks[whole]["clusters"]) == (30, 30)
    assert not any(body[:60] in text for body in bodies for text in blocks)
    (cluster,) = found.clusters.groupby("cluster_id")["article_id"].apply(set)
    assert cluster == {"own0", *(f"wrap{n}" for n in range(5))}
    assert set(found.clusters["relation"].dropna()) == {"wrapped"}
    assert set(found.passages.loc[found.passages["boilerplate"], "words"]) <= {len(words(tail)), 60}


@pytest.mark.parametrize(("holders", "learnt"), [(4, 0), (5, 1)])
def test_furniture_is_what_five_unrelated_stories_share(author: Author, holders: int, learnt: int) -> None:
    footer = furniture(author, 40)
    feed = [
        {"id": str(n), "text": author.paragraphs(100, 200).text + (f"\n{footer}" if n < holders else "")}
        for n in range(20)
    ]
    found = dedup.find_duplicates(feed)
    assert len(rows(found, "boilerplate")) == learnt
    assert dedup.find_duplicates(feed, settings=Settings(boilerplate=0)).boilerplate.empty


def test_a_story_with_300_copies_is_one_vote(author: Author) -> None:
    story = author.paragraphs(200, 300)
    feed = [{"id": f"c{n}", "text": f"{author.edit(story, 0.02).text}\nLocal {n}."} for n in range(300)]
    feed += [{"id": f"o{n}", "text": author.paragraphs(100, 200).text} for n in range(30)]
    found = dedup.find_duplicates(feed)
    assert found.boilerplate.empty
    assert len(found.clusters) == 300


def test_where_too_few_articles_are_there_to_learn_from_the_run_says_so(author: Author) -> None:
    feed = [{"id": str(n), "text": author.paragraphs(60, 90).text} for n in range(19)]
    assert any("too few articles" in line for line in dedup.find_duplicates(feed).run["missing"])
    feed.append({"id": "one more", "text": author.paragraphs(60, 90).text})
    assert not any("too few articles" in line for line in dedup.find_duplicates(feed).run["missing"])


STORY = (
    "The harbour board of {place} said on Monday that it would lend {name} {sum} crowns for a new crane. "
    "The board lends to yards that train apprentices. {name} must hire four of them within two years. "
    "Money of the fund that is not used by the end of the year goes back to the province, the board said. "
    "Yards in {place} may apply again in the spring, when a second round of loans is opened to all."
)


def test_one_form_filled_in_twice_is_a_template_and_never_in_one_cluster() -> None:
    facts = (("Tarn", "Ollerby Yard", "40,000"), ("Vesk", "Brisk and Daughters", "125,000"))
    feed = [
        {
            "id": name,
            "source": "Harbour News",
            "published": "2025-03-03T08:00",
            "text": STORY.format(place=place, name=name, sum=amount),
        }
        for place, name, amount in facts
    ]
    feed += [{**feed[0], "id": "copy", "source": "Tarn Gazette", "text": f"TARN - {feed[0]['text']}"}]
    found = dedup.find_duplicates(feed)
    assert relation(found, "Ollerby Yard", "Brisk and Daughters") == "template"
    assert relation(found, "Ollerby Yard", "copy") == "near"
    assert {row["article_id"] for row in rows(found, "clusters")} == {"Ollerby Yard", "copy"}


def test_an_update_by_its_source_is_a_version_and_replaces_the_earlier_one_as_lead(author: Author) -> None:
    story = author.paragraphs(150, 200).text
    feed: list[Row] = [
        {"id": "first", "text": story, "source": "Wire", "published": "2025-03-03T08:00"},
        {
            "id": "second",
            "text": f"{furniture(author, 30)}\n{story}",
            "source": "Wire",
            "published": "2025-03-09T08:00",
            "prior_ids": ["first"],
        },
    ]
    found = dedup.find_duplicates(feed)
    assert relation(found, "first", "second") == "version"
    assert set(found.clusters["lead_id"]) == {"second"}
    assert set(found.clusters["origin_id"]) == {"first"}
    del feed[1]["prior_ids"]
    assert relation(dedup.find_duplicates(feed), "first", "second") == "near"


def test_a_roundup_of_unrelated_stories_joins_none_of_them(author: Author) -> None:
    stories = [author.paragraphs(100, 150).text for _ in range(3)]
    feed = [{"id": f"story{n}", "text": story} for n, story in enumerate(stories)]
    feed.append({"id": "roundup", "text": "\n".join(stories)})
    found = dedup.find_duplicates(feed)
    assert {relation(found, f"story{n}", "roundup") for n in range(3)} == {"roundup"}
    assert found.clusters.empty


def compared(member: Row, lead: Row, texts: dict[Any, str]) -> list[tuple[float, float]]:
    """The smaller and the larger containment, by the plain twin's own alignment, seen from either side.

    Texts of two words align in many ways; dedup takes the longer one first, and by content where none is.
    """
    sides = (words(texts[key(member)]), words(texts[key(lead)]))
    both = []
    for a, b in (sides, sides[::-1]):
        told = reference.compare(a, b)
        smaller, larger = sorted([told.figures[0] / len(a), told.figures[1] / len(b)])
        both.append((smaller, larger))
    return both


def clusters_of(found: dedup.Duplicates) -> Iterator[tuple[Row, Row]]:
    """Each member with its lead."""
    clusters: dict[str, list[Row]] = defaultdict(list)
    for row in rows(found, "clusters"):
        clusters[row["cluster_id"]].append(row)
    for lead, *others in clusters.values():
        yield from ((member, lead) for member in others)


@settings(max_examples=50)
@given(feeds())
def test_every_member_has_a_joining_relation_to_its_lead_by_the_plain_twin(feed: list[Row]) -> None:
    found = dedup.find_duplicates(feed, settings=Settings(boilerplate=0))
    texts = {key(row): row["text"] for row in rows(found, "articles")}
    # Copies of two versions of one id, under whatever ids, are versions of one another too.
    ids = [row["id"] for row in feed]
    has_versions = any(ids.count(name) > 1 for name in ids if name)
    for member, lead in clusters_of(found):
        exact = words(texts[key(member)]) == words(texts[key(lead)])
        assert exact == (member["relation"] == "exact")
        assert any(
            {
                "exact": exact,
                "near": smaller >= 0.7,
                "excerpt": smaller < 0.7 and larger >= 0.8,
                "version": has_versions and larger >= 0.2,
            }[member["relation"]]
            for smaller, larger in compared(member, lead, texts)
        )
