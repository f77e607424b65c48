"""What must hold in every result, whatever was found: each row is true of the texts it speaks of."""

from __future__ import annotations

import io
from collections import Counter, defaultdict
from functools import lru_cache
from typing import Any

import pytest

from dedup import Duplicates
from dedup.columns import TABLES
from dedup.report.csv import write_table
from dedup.settings import Settings
from tests.kernels.calls import tokenize

Row = dict[str, Any]
Key = tuple[str, str | None]

JOINING = ("exact", "version", "wrapped", "near", "excerpt")
DEFAULTS = Settings()


def csv_bytes(found: Duplicates) -> dict[str, bytes]:
    """Every table as its CSV file."""
    files = {}
    for name in TABLES:
        sink = io.BytesIO()
        write_table(found.tables[name], sink)
        files[name] = sink.getvalue()
    return files


def rows(found: Duplicates, table: str) -> list[Row]:
    """A table's rows."""
    listed: list[Row] = found.tables[table].to_pylist()
    return listed


def key(row: Row, side: str = "") -> Key:
    """The article of a row: `a_` or `b_` of a pair's."""
    return (row[f"{side}id"] if side else row["article_id"], row[f"{side}version"])


def in_order(article: Key) -> tuple[str, bool, str]:
    """Sorts articles by code point, absent versions first."""
    return (article[0], article[1] is not None, article[1] or "")


@lru_cache(maxsize=50_000)
def tokens(text: str) -> list[tuple[int, int, int]]:
    """Each token of a text as the kernel tells it: hash, start and end."""
    return tokenize(text)


def words(text: str) -> list[int]:
    """The hashes of a text's tokens."""
    return [token for token, _, _ in tokens(text)]


def together(found: Duplicates) -> list[set[str]]:
    """The ids of each cluster."""
    clusters: dict[str, set[str]] = defaultdict(set)
    for row in rows(found, "clusters"):
        clusters[row["cluster_id"]].add(row["article_id"])
    return sorted(clusters.values(), key=sorted)


def check(found: Duplicates, settings: Settings = DEFAULTS) -> None:
    """Hold all rows of a result to the texts and to one another."""
    texts = {key(row): row["text"] for row in rows(found, "articles")}
    assert list(texts) == sorted(texts, key=in_order)
    assert all(row["tokens"] == len(words(row["text"])) for row in rows(found, "articles"))
    pairs = {(key(row, "a_"), key(row, "b_")): row for row in rows(found, "pairs")}
    assert list(pairs) == sorted(pairs, key=lambda pair: (in_order(pair[0]), in_order(pair[1])))
    assert len(pairs) == found.tables["pairs"].num_rows
    told: set[Key] = {article for pair in pairs for article in pair}
    told |= {key(row) for name in ("clusters", "repeats") for row in rows(found, name)}
    assert set(texts) == told
    _check_clusters(rows(found, "clusters"), pairs, texts, settings)
    _check_pairs(pairs, texts, settings)
    _check_passages(rows(found, "passages"), pairs, texts, settings)
    _check_repeats(rows(found, "repeats"), texts, settings)


def _check_clusters(
    members: list[Row], pairs: dict[tuple[Key, Key], Row], texts: dict[Key, str], settings: Settings
) -> None:
    keys = [(row["cluster_id"], not row["is_lead"], in_order(key(row))) for row in members]
    assert keys == sorted(keys)
    assert len({key(row) for row in members}) == len(members)
    clusters: dict[str, list[Row]] = defaultdict(list)
    for row in members:
        clusters[row["cluster_id"]].append(row)
    for cluster in clusters.values():
        lead, *others = cluster
        (origin,) = (row for row in cluster if row["is_origin"])
        assert lead["is_lead"]
        assert others
        assert not any(row["is_lead"] for row in others)
        assert {row["cluster_size"] for row in cluster} == {len(cluster)}
        assert {(row["lead_id"], row["origin_id"]) for row in cluster} == {
            (lead["article_id"], origin["article_id"])
        }
        assert (lead["relation"], lead["similarity"], lead["in_lead"], lead["of_lead"]) == (None, 1, 1, 1)
        for row in others:
            _check_member(row, key(lead), pairs)
            short = min(len(words(texts[key(row)])), len(words(texts[key(lead)]))) < settings.min_words
            assert row["relation"] == "exact" or not short
            assert len(words(texts[key(row)])) >= 3


def _check_member(row: Row, lead: Key, pairs: dict[tuple[Key, Key], Row]) -> None:
    a, b = sorted([key(row), lead], key=in_order)
    pair = pairs[a, b]
    in_lead, of_lead = (pair["a_in_b"], pair["b_in_a"])[:: 1 if a == key(row) else -1]
    assert row["relation"] == pair["relation"]
    assert row["relation"] in JOINING
    assert (row["similarity"], row["in_lead"], row["of_lead"]) == (pair["jaccard"], in_lead, of_lead)


def _check_pairs(pairs: dict[tuple[Key, Key], Row], texts: dict[Key, str], settings: Settings) -> None:
    for (a, b), row in pairs.items():
        assert in_order(a) < in_order(b)
        smaller, larger = sorted([row["a_in_b"], row["b_in_a"]])
        _check_relation(row["relation"], smaller, larger, row["jaccard"], settings)
        assert 0 <= row["jaccard"] <= 1
        assert larger <= 1
        assert (words(texts[a]) == words(texts[b])) == (row["relation"] == "exact")
        if not settings.boilerplate:
            sides = (row["a_in_b"] * len(words(texts[a])), row["b_in_a"] * len(words(texts[b])))
            assert row["shared_words"] == pytest.approx(min(sides))


def _check_relation(relation: str, smaller: float, larger: float, jaccard: float, settings: Settings) -> None:
    """The figures are those that the relation asks for; a template may have any."""
    in_common = max(larger, jaccard) >= settings.shared
    match relation:
        case "exact":
            assert (jaccard, smaller) == (1, 1)
        case "near" | "wrapped":
            assert smaller >= settings.threshold
        case "excerpt" | "roundup":
            assert smaller < settings.threshold
            assert larger >= settings.excerpt
        case "version":
            assert in_common
        case "shared":
            assert smaller < settings.threshold
            assert larger < settings.excerpt
            assert in_common
        case "boilerplate":
            assert settings.boilerplate
            assert not in_common
        case other:
            assert other == "template"


def _check_passages(
    passages: list[Row], pairs: dict[tuple[Key, Key], Row], texts: dict[Key, str], settings: Settings
) -> None:
    by_pair: dict[tuple[Key, Key], list[Row]] = {pair: [] for pair in pairs}
    order = []
    for row in passages:
        a, b = key(row, "a_"), key(row, "b_")
        by_pair[a, b].append(row)
        order.append((in_order(a), in_order(b), row["passage"]))
        _check_spans((texts[a], row["a_start"], row["a_end"]), (texts[b], row["b_start"], row["b_end"]), row)
        assert settings.boilerplate or not row["boilerplate"]
    assert order == sorted(order)
    for pair, own in by_pair.items():
        assert [row["passage"] for row in own] == list(range(1, len(own) + 1))
        assert [row["a_start"] for row in own] == sorted(row["a_start"] for row in own)
        assert pairs[pair]["passages"] == len(own)
        assert pairs[pair]["longest_passage"] == max([row["words"] for row in own], default=0)


def _check_spans(a: tuple[str, int, int], b: tuple[str, int, int], row: Row) -> None:
    """Both places lie within their texts, and their words are as nearly equal as the row says."""
    sides = []
    for text, start, end in (a, b):
        assert 0 <= start < end <= len(text)
        sides.append(words(text[start:end]))
        assert sides[-1] == [token for token, s, e in tokens(text) if s >= start and e <= end]
        assert tokens(text[start:end])[0][1] == 0, "a place starts with a word"
    longer = max(map(len, sides))
    assert row["identical"] == pytest.approx(row["words"] / longer)
    assert (Counter(sides[0]) & Counter(sides[1])).total() >= row["words"] > 0
    assert (row["identical"] == 1) == (sides[0] == sides[1])


def _check_repeats(repeats: list[Row], texts: dict[Key, str], settings: Settings) -> None:
    keys = [(in_order(key(row)), row["block"], row["second_start"]) for row in repeats]
    assert keys == sorted(keys)
    firsts: dict[Key, dict[int, tuple[int, int]]] = defaultdict(dict)
    for row in repeats:
        text = texts[key(row)]
        first, second = (row["first_start"], row["first_end"]), (row["second_start"], row["second_end"])
        _check_spans((text, *first), (text, *second), row)
        assert row["text"] == text[slice(*first)]
        assert first[1] <= second[0]
        assert row["words"] >= settings.min_repeat
        assert row["share"] == pytest.approx(len(words(text[slice(*second)])) / len(words(text)))
        assert firsts[key(row)].setdefault(row["block"], first) == first
    for blocks in firsts.values():
        assert list(blocks) == list(range(1, len(blocks) + 1))
        assert list(blocks.values()) == sorted(blocks.values())


def check_apart(found: Duplicates) -> None:
    """Hold the later places of an article's repeats to not overlapping: no word is counted twice."""
    ends: dict[Key, int] = {}
    for row in sorted(rows(found, "repeats"), key=lambda row: int(row["second_start"])):
        assert ends.get(key(row), 0) <= row["second_start"]
        ends[key(row)] = row["second_end"]
