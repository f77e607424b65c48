"""The whole run: the same answer in any order and on any threads, and every row of it true."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dedup
from benchmarks import generate
from dedup import Settings
from tests.evidence import Row, check, check_apart, csv_bytes, words

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


@settings(max_examples=60)
@given(feeds(), st.randoms(use_true_random=False), st.integers(1, 4))
def test_small_feeds_in_any_order_give_the_same_true_rows(
    feed: list[Row], chance: random.Random, threads: int
) -> None:
    found = dedup.find_duplicates(feed)
    check(found)
    shuffled = chance.sample(feed, len(feed))
    again = dedup.find_duplicates(shuffled, settings=Settings(threads=threads))
    assert_same_bytes(found, again)


# When.


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
    assert set(run["caps"]) == {"band_lists", "fingerprint_lists", "boilerplate_lists", "split_groups"}
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
