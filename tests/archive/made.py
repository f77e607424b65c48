"""Articles of few words that overlap in many ways, and what an archive and one run over all say of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

import dedup
from dedup.archive import Archive

Row = dict[str, Any]

NIGHT = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
PLAIN = dedup.Settings(boilerplate=0, threads=1)

_STEMS = "ba ke li mo nu pa re si to vu"
_ENDS = "dan fel gor hix jum kop lar"
_WORDS = [stem + end for stem in _STEMS.split() for end in _ENDS.split()]


def prose(seed: int, words: int) -> str:
    """Words of a kind, never the same for two seeds."""
    random = Random(seed)
    return " ".join(random.choice(_WORDS) for _ in range(words))


PARAGRAPHS = [prose(seed, 14 + 5 * seed) for seed in range(8)]


def _edited(text: str, edits: Sequence[int]) -> str:
    words = text.split(" ")
    for edit in edits:
        words[edit % len(words)] = _WORDS[edit % len(_WORDS)]
    return " ".join(words)


def _article(number: int, paragraphs: list[int], edits: list[int], facts: tuple[Any, ...]) -> Row:
    source, hours, version, prior, title, link, byline = facts
    text = _edited("\n\n".join(PARAGRAPHS[n] for n in paragraphs), edits)
    return {
        "id": f"a{number}",
        "text": text if link is None else f"{text}\n\nhttps://wire.example/story-{link}",
        "source": source,
        "published": None if hours is None else (NIGHT - timedelta(hours=hours)).isoformat(),
        "version": version,
        "prior_ids": None if prior is None else [f"a{prior}"],
        "title": title,
        "byline": byline,
        "url": f"https://wire.example/story-{number}",
    }


def feeds(most: int = 14) -> st.SearchStrategy[list[Row]]:
    """Feeds in which ids recur, with the same text and with others, and articles replace, quote and link."""
    facts = st.tuples(
        st.sampled_from(["Reuters", "Coast Daily", None]),
        st.none() | st.integers(0, 90),
        st.none() | st.sampled_from(["1", "2", "10"]),
        st.none() | st.integers(0, 9),
        st.sampled_from(["Harbour to close", "UPDATE 1: Harbour to close", None]),
        st.none() | st.integers(0, 9),
        st.none() | st.just("By C. Vane, Reuters"),
    )
    article = st.builds(
        _article,
        st.integers(0, 9),
        st.lists(st.integers(0, len(PARAGRAPHS) - 1), min_size=1, max_size=4),
        st.lists(st.integers(0, 500), max_size=6),
        facts,
    )
    return st.lists(article, min_size=1, max_size=most)


def frame(rows: Sequence[Row]) -> pa.Table:
    """Articles as a table that has all columns, be they empty."""
    text = ("id", "text", "source", "version", "title", "url", "byline", "published", "status", "embargoed")
    columns = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in text}
    columns["prior_ids"] = pa.array([row.get("prior_ids") for row in rows], pa.list_(pa.string()))
    return pa.table(columns)


def verdicts(clusters: pa.Table) -> tuple[dict[tuple[str, str | None], tuple[Any, ...]], set[frozenset[Any]]]:
    """What is said of each article in a cluster, and the clusters as sets: all but their ids."""
    names = ("lead_id", "origin_id", "origin_basis", "relation", "is_lead", "is_origin", "credit")
    figures = ("similarity", "in_lead", "of_lead", "cluster_size")
    said: dict[tuple[str, str | None], tuple[Any, ...]] = {}
    sets: dict[str, set[Any]] = {}
    for row in clusters.to_pylist():
        key = (row["article_id"], row["version"])
        said[key] = (*(row[name] for name in names), *(round(row[name], 9) for name in figures))
        sets.setdefault(row["cluster_id"], set()).add(key)
    return said, {frozenset(members) for members in sets.values()}


def of_one_run(rows: Sequence[Row], as_of: datetime = NIGHT, settings: dedup.Settings = PLAIN) -> Any:
    """What one run over all articles says."""
    return verdicts(dedup.find_duplicates(frame(rows), settings=settings, as_of=as_of).tables["clusters"])


def of_archive(archive: Archive) -> Any:
    """What an archive says now."""
    return verdicts(archive.export())
