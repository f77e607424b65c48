"""The whole run: the same answer in any order and on any threads, and every row of it true."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dedup
from benchmarks import generate
from dedup import Settings
from tests.evidence import Row, check, check_apart, csv_bytes, key, rows, together, words

REPO = Path(__file__).resolve().parents[1]


def sentence(name: str, count: int) -> str:
    """Words that no other name has, none of them twice."""
    return " ".join(f"{name}{number}" for number in range(count))


# The same bytes.


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """The wire feed, 600 made stories with their copies, and articles without id or with a clashing one."""
    wire = (REPO / "data" / "wire.jsonl").read_text(encoding="utf-8").splitlines()
    made = [record for record, _ in generate.generate(600, 11)]
    nameless = [{**record, "id": None, "url": None} for record in made[:40]]
    versions = [{**record, "text": record["text"] + " More soon."} for record in made[40:60]]
    again = [{**record, "title": f"Again: {record['title']}"} for record in made[60:80]]
    return [*wire, *(json.dumps(record) for record in [*made, *nameless, *versions, *again])]


def written(folder: Path, lines: list[str], files: int = 1) -> list[Path]:
    folder.mkdir()
    paths = [folder / f"{number}.jsonl" for number in range(files)]
    for number, path in enumerate(paths):
        path.write_text("".join(line + "\n" for line in lines[number::files]), encoding="utf-8")
    return paths


@pytest.fixture(scope="module")
def first(lines: list[str], tmp_path_factory: pytest.TempPathFactory) -> dedup.Duplicates:
    return dedup.find_duplicates(written(tmp_path_factory.mktemp("feed") / "first", lines))


def assert_same_bytes(found: dedup.Duplicates, other: dedup.Duplicates) -> None:
    ours, theirs = csv_bytes(found), csv_bytes(other)
    assert [name for name in ours if ours[name] != theirs[name]] == []
    counts = {**found.run["counts"]}
    assert counts == other.run["counts"]
    assert found.run["caps"] == other.run["caps"]


def test_the_made_feed_holds_all_there_is_to_find(first: dedup.Duplicates) -> None:
    assert set(first.clusters["relation"].dropna()) >= {"exact", "near", "excerpt", "version"}
    assert set(first.pairs["relation"]) >= {"exact", "near", "excerpt", "shared", "version"}
    assert len(first.repeats) > 20
    assert first.run["counts"]["ids_missing"] == 40
    assert first.run["counts"]["ids_with_versions"] == 20
    assert first.run["counts"]["records_repeated"] == 20


def test_every_row_of_the_made_feed_is_true(first: dedup.Duplicates) -> None:
    check(first)
    check_apart(first)


@pytest.mark.parametrize("threads", [1, 3])
def test_any_number_of_threads_gives_the_same_bytes(
    threads: int, lines: list[str], first: dedup.Duplicates, tmp_path: Path
) -> None:
    feed = written(tmp_path / "feed", lines)
    assert_same_bytes(dedup.find_duplicates(feed, settings=Settings(threads=threads)), first)


@pytest.mark.parametrize("files", [1, 5])
@pytest.mark.parametrize("seed", [1, 2])
def test_any_order_over_any_files_gives_the_same_bytes(
    seed: int, files: int, lines: list[str], first: dedup.Duplicates, tmp_path: Path
) -> None:
    shuffled = random.Random(seed).sample(lines, len(lines))
    assert_same_bytes(dedup.find_duplicates(written(tmp_path / "feed", shuffled, files)), first)


def test_any_hash_seed_and_process_gives_the_same_bytes(
    lines: list[str], first: dedup.Duplicates, tmp_path: Path
) -> None:
    (feed,) = written(tmp_path / "feed", lines)
    for seed in ("0", "4711"):
        command = [sys.executable, "-m", "dedup", "find", str(feed), "-q", "--out", str(tmp_path / seed)]
        path = os.pathsep.join([str(REPO), os.environ.get("PYTHONPATH", "")])
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path}
        subprocess.run(command, env=environment, check=True, timeout=300)
    tables = {path.name: path.read_bytes() for path in (tmp_path / "0").iterdir() if path.suffix != ".json"}
    again = {name: (tmp_path / "4711" / name).read_bytes() for name in tables}
    assert [name for name in tables if tables[name] != again[name]] == []
    ours = {f"{name}.csv": data for name, data in csv_bytes(first).items() if name != "articles"}
    assert [name for name in ours if tables[name] != ours[name]] == []


IDS = ("a", "B", "10", "9", "é", "\uff5e", "\U0001f600", "=1", "a#2", " ", None, None)


KINDS = ("new", "copy", "edit", "part", "joined", "twice")


@st.composite
def feeds(draw: st.DrawFn) -> list[Row]:
    """Small feeds of few words, in which most articles are made of earlier ones."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    vocabulary = [f"w{number}" for number in range(draw(st.sampled_from([2, 8, 400])))]
    texts: list[list[str]] = []
    for kind in draw(st.lists(st.sampled_from(KINDS), max_size=14)):
        fresh = rng.choice(vocabulary, rng.integers(0, 70)).tolist()
        old = texts[rng.integers(len(texts))] if texts else fresh
        start, end = sorted(rng.integers(0, len(old) + 1, 2).tolist())
        match kind:
            case "new":
                made = fresh
            case "copy":
                made = list(old)
            case "edit":
                made = [word if rng.random() < 0.93 else str(rng.choice(vocabulary)) for word in old]
            case "part":
                made = old[start:end]
            case "joined":
                made = old[start:] + fresh + old[:end]
            case _:
                made = old + fresh[:5] + old
        texts.append(made)
    marks = np.array([" ", " ", " ", ", ", ". ", "\n\n"])
    return [
        {
            "id": IDS[rng.integers(len(IDS))] if rng.random() < 0.3 else f"n{number}",
            "version": (None, "1", "2")[rng.integers(3)] if rng.random() < 0.2 else None,
            "published": f"2025-01-0{rng.integers(1, 8)}" if rng.random() < 0.7 else None,
            "text": "".join(word + str(rng.choice(marks)) for word in made),
        }
        for number, made in enumerate(texts)
    ]


@settings(max_examples=150)
@given(feeds(), st.randoms(use_true_random=False), st.integers(1, 4))
def test_small_feeds_in_any_order_give_the_same_true_rows(
    feed: list[Row], chance: random.Random, threads: int
) -> None:
    found = dedup.find_duplicates(feed)
    check(found)
    shuffled = chance.sample(feed, len(feed))
    again = dedup.find_duplicates(shuffled, settings=Settings(threads=threads))
    assert_same_bytes(found, again)


# Which record stays.


def kept_ids(feed: Any, **wanted: Any) -> list[str]:
    return [row["id"] for row in dedup.find_duplicates(feed, settings=Settings(**wanted)).kept]


def test_each_rule_keeps_the_member_it_names() -> None:
    story = sentence("w", 100)
    feed = [
        {"id": "alert", "text": sentence("w", 85), "published": "2025-01-01"},
        {"id": "lead", "text": story, "published": "2025-01-02"},
        {"id": "longest", "text": f"{story} {sentence('other', 20)}", "published": "2025-01-03"},
        {"id": "latest", "text": f"new {story}", "published": "2025-01-04"},
        {"id": "timeless", "text": story},
        {"id": "alone", "text": sentence("z", 100), "published": "2025-01-09"},
    ]
    (cluster,) = together(dedup.find_duplicates(feed))
    assert cluster == {"alert", "lead", "longest", "latest", "timeless"}
    for rule, member in (("origin", "alert"), ("longest", "longest")):
        assert kept_ids(feed, keep=rule) == [member, "alone"]
    assert kept_ids([row for row in feed if row["id"] != "timeless"], keep="latest") == ["latest", "alone"]
    lead = dedup.find_duplicates(feed).clusters.query("is_lead")["article_id"].tolist()
    assert kept_ids(feed) == [*lead, "alone"]


def test_an_article_without_a_time_is_not_the_latest() -> None:
    feed = [
        {"id": "a", "text": sentence("w", 50)},
        {"id": "b", "text": sentence("w", 50), "published": "2025-01-01"},
    ]
    assert kept_ids(feed, keep="latest") == ["b"]


def test_where_a_rule_cannot_tell_the_first_id_stays() -> None:
    feed = [{"id": name, "text": sentence("w", 50)} for name in ("c", "b", "é", "a")]
    for rule in ("lead", "origin", "longest", "latest"):
        assert kept_ids(feed, keep=rule) == ["a"]


# Short, empty and few.


def test_short_articles_join_as_exact_copies_alone() -> None:
    short = sentence("w", 19)
    feed = [{"id": "a", "text": short}, {"id": "b", "text": short.upper()}, {"id": "c", "text": f"{short} x"}]
    found = dedup.find_duplicates(feed)
    assert together(found) == [{"a", "b"}]
    assert found.run["counts"]["articles_short"] == 2
    told = {(row["a_id"], row["b_id"]): row["relation"] for row in rows(found, "pairs")}
    assert told == {("a", "b"): "exact", ("a", "c"): "near", ("b", "c"): "near"}
    assert together(dedup.find_duplicates(feed, settings=Settings(min_words=0))) == [{"a", "b", "c"}]


@pytest.mark.parametrize("text", ["", " \n", "...", "two words", "Up.", "é"])
def test_articles_under_three_words_match_nothing(text: str) -> None:
    found = dedup.find_duplicates([{"id": name, "text": text} for name in "abc"])
    assert all(found.tables[name].num_rows == 0 for name in found.tables)
    assert found.run["counts"]["articles_without_keys"] == 3
    assert len(found.kept) == 3


def test_three_words_suffice_for_an_exact_copy() -> None:
    assert together(dedup.find_duplicates([{"id": i, "text": "Shares rise again."} for i in "ab"])) == [
        {"a", "b"}
    ]


def test_a_feed_of_one_text_is_one_cluster() -> None:
    text = sentence("w", 60)
    found = dedup.find_duplicates([{"id": f"{number:04}", "text": text} for number in range(2000)])
    check(found)
    assert len(together(found)[0]) == 2000
    assert found.tables["pairs"].num_rows == 1999
    assert found.run["counts"]["distinct_texts"] == 1
    assert [row["id"] for row in found.kept] == ["0000"]


def test_one_article_is_its_own_feed() -> None:
    found = dedup.find_duplicates([{"id": "a", "text": f"{sentence('w', 40)}\n{sentence('w', 40)}"}])
    check(found)
    assert found.tables["clusters"].num_rows == found.tables["pairs"].num_rows == 0
    (row,) = rows(found, "repeats")
    assert (row["text"], row["words"], row["share"]) == (sentence("w", 40), 40, 0.5)


# Identity.


def test_the_same_id_and_text_counts_once() -> None:
    story = sentence("w", 60)
    feed = [{"id": "a", "text": story, "title": title} for title in ("One", "Two", "One")]
    found = dedup.find_duplicates(feed)
    assert found.tables["clusters"].num_rows == 0
    assert found.run["counts"]["records"] == 3
    assert found.run["counts"]["articles"] == 1
    assert found.run["counts"]["records_repeated"] == 2
    assert len(found.kept) == 1


def test_the_same_id_with_another_text_is_a_version() -> None:
    story = sentence("w", 60)
    feed = [
        {"id": "a", "text": f"{story} later", "published": "2025-01-02"},
        {"id": "a", "text": story, "published": "2025-01-01"},
        {"id": "a", "text": sentence("z", 60), "version": "9"},
        {"id": None, "text": story},
    ]
    found = dedup.find_duplicates(feed)
    check(found)
    versions = {(row["article_id"], row["version"]) for row in rows(found, "clusters")}
    assert {version for name, version in versions if name == "a"} == {None, "#2"}
    assert len(versions) == 3
    assert found.run["counts"]["ids_with_versions"] == 1
    assert found.run["counts"]["ids_missing"] == 1


def test_identity_is_of_the_text_and_not_of_its_words() -> None:
    story = sentence("w", 60)
    found = dedup.find_duplicates([{"id": "a", "text": story}, {"id": "a", "text": story.upper()}])
    assert [key(row) for row in rows(found, "articles")] == [("a", None), ("a", "#2")]
    assert together(found) == [{"a"}]
    assert set(found.clusters["relation"].dropna()) == {"exact"}


# What must not be used.

NOON = dt.datetime(2026, 1, 20, 12, tzinfo=dt.UTC)


def barred() -> list[dict[str, object]]:
    """A story and its copies, one of them killed by a later item and one under embargo until noon."""
    story = sentence("w", 60)
    return [
        {"id": "a", "text": story},
        {"id": "b", "version": "2", "text": story},
        {"id": "b", "version": "3", "text": "", "status": "stat:canceled"},
        {"id": "c", "text": story, "embargo": NOON},
        {"id": "d", "text": story, "status": "published"},
        {"id": "b", "version": "10", "text": f"{story} {story}"},
    ]


def test_what_is_killed_or_under_embargo_is_in_no_table_and_stays_in_what_is_kept() -> None:
    feed = barred()
    found = dedup.find_duplicates(feed, as_of=NOON - dt.timedelta(microseconds=1))
    without = dedup.find_duplicates([feed[0], feed[4], feed[5]])
    assert csv_bytes(found) == csv_bytes(without)
    assert together(found) == [{"a", "b", "d"}]
    counts = found.run["counts"]
    assert (counts["records"], counts["articles"]) == (6, 3)
    assert (counts["articles_killed"], counts["articles_embargoed"]) == (2, 1)
    lead = found.clusters["lead_id"][0]
    assert found.kept == [row for row in feed if row in feed[1:4] or row["id"] == lead]
    assert found.run["as_of"] == "2026-01-20T11:59:59.999999+00:00"


def test_an_embargo_ends_at_its_time() -> None:
    found = dedup.find_duplicates(barred(), as_of=NOON)
    assert together(found) == [{"a", "b", "c", "d"}]
    assert found.run["counts"]["articles_embargoed"] == 0


def test_without_a_time_embargoes_are_held_to_now() -> None:
    now = dt.datetime.now(dt.UTC)
    feed = [{"id": str(days), "text": "x", "embargo": now + dt.timedelta(days)} for days in (-1, 1)]
    found = dedup.find_duplicates(feed)
    assert found.run["counts"]["articles_embargoed"] == 1
    assert now <= dt.datetime.fromisoformat(found.run["as_of"]) <= dt.datetime.now(dt.UTC)
    assert dedup.sketch(feed)["id"].to_pylist() == ["-1"]


def test_a_time_without_a_zone_is_a_bad_argument() -> None:
    with pytest.raises(ValueError, match=r"as_of must be a time with its zone, got datetime\.datetime\(2026"):
        dedup.find_duplicates([], as_of=dt.datetime(2026, 1, 20))


def test_a_feed_of_nothing_that_may_be_used_finds_nothing_and_keeps_all() -> None:
    feed = barred()[2:3]
    found = dedup.find_duplicates(feed)
    assert all(table.num_rows == 0 for table in found.tables.values())
    assert found.kept == feed


# What is told of the run.


def test_the_run_tells_settings_counts_caps_seconds_and_what_was_missing(tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    texts = [sentence("w", 60), sentence("w", 61), "Too short.", ""]
    path.write_text("".join(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(texts)) + "{")
    chosen = Settings(threshold=0.6, threads=2)
    run = dedup.find_duplicates(path, settings=chosen).run
    assert set(run) == {
        *("tool", "schema_version", "settings", "settings_fingerprint", "unicode", "inputs", "counts"),
        *("caps", "seconds", "spilled_bytes", "missing", "as_of"),
    }
    assert run["settings"] == chosen.as_dict()
    assert run["settings_fingerprint"] == chosen.fingerprint
    assert run["inputs"] == [str(path)]
    told = {
        "records": 5,
        "articles": 4,
        "rejects": 1,
        "empty_texts": 1,
        "records_repeated": 0,
        "articles_without_keys": 2,
        "articles_short": 2,
        "distinct_texts": 4,
        "pairs_compared": 1,
    }
    assert {name: run["counts"][name] for name in told} == told
    assert set(run["caps"]) == {"band_lists", "fingerprint_lists", "boilerplate_lists"}
    before = ["read", "sketch", "identify", "candidates", "boilerplate", "compare", "relate"]
    assert list(run["seconds"]) == [*before, "cluster", "repeats", "tell", "attribute"]
    assert all(seconds >= 0 for seconds in run["seconds"].values())
    assert run["missing"] == [
        "no article has a time of publication: origins are told by link, credit, coverage and id",
        "too few articles to learn boilerplate well: fewer than 20 differ from one another",
    ]


def test_nothing_is_missing_where_times_are_there() -> None:
    feed = [{"text": sentence(f"w{n}", 30), "published": "2025-01-01"} for n in range(20)]
    assert dedup.find_duplicates(feed).run["missing"] == []


def test_progress_is_told_stage_by_stage_and_ends_at_one(tmp_path: Path) -> None:
    paths = [tmp_path / "a.txt", tmp_path / "b.txt"]
    for size, path in zip((100, 30), paths, strict=True):
        path.write_text(sentence("w", size))
    told: list[tuple[str, float]] = []
    dedup.find_duplicates(paths, progress=lambda stage, share: told.append((stage, share)))
    stages = ["read", "compare", "tell"]  # files are sketched as they are read
    assert list(dict.fromkeys(stage for stage, _ in told)) == stages
    assert dict(told) == dict.fromkeys(stages, 1.0)
    for stage in dict(told):
        shares = [share for name, share in told if name == stage]
        assert shares == sorted(shares)


def test_words_are_what_the_kernel_makes_of_a_text() -> None:
    assert len(words(sentence("w", 7))) == 7
