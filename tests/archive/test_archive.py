"""What an archive tells, keeps and refuses, night by night."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

import dedup
from dedup.archive import Archive
from dedup.errors import ArchiveError
from tests.archive.made import NIGHT, PARAGRAPHS, PLAIN, Row, frame, prose, verdicts

STORY, OTHER = PARAGRAPHS[5], PARAGRAPHS[7]
DAY = timedelta(days=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "wire.dedup"


@pytest.fixture
def archive(path: Path) -> Iterator[Archive]:
    with Archive.open(path, PLAIN) as opened:
        yield opened


def article(id_: str, text: str = STORY, **facts: Any) -> Row:
    return {"id": id_, "text": text, **facts}


def add(archive: Archive, *rows: Row, nights: int = 0, **options: Any) -> dedup.Duplicates:
    return archive.add(frame(rows), as_of=NIGHT + nights * DAY, **{"window": None, **options})


def table(found: dedup.Duplicates, name: str, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[column] for column in columns) for row in found.tables[name].to_pylist()]


def written(found: dedup.Duplicates, folder: Path) -> dict[str, bytes]:
    dedup.write(found, folder)
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_a_night_tells_its_clusters_with_the_members_of_earlier_nights(archive: Archive) -> None:
    add(archive, article("a", published="2026-02-20T00:00Z"), article("z", OTHER))
    found = add(archive, article("b", f"{STORY} More."), article("c", prose(90, 60)), nights=1, run_id="two")
    told = table(found, "clusters", "article_id", "is_new", "run_id")
    assert sorted(told) == [("a", False, "two"), ("b", True, "two")]
    assert table(found, "pairs", "a_id", "b_id", "is_new") == [("a", "b", True)]
    assert {id_ for (id_,) in table(found, "articles", "article_id")} == {"a", "b"}
    assert found.run["run_id"] == "two"
    assert found.run["counts"]["articles_new"] == 2


def test_clusters_that_no_article_of_the_night_is_in_are_not_told(archive: Archive) -> None:
    add(archive, article("a"), article("b"))
    assert add(archive, article("c", OTHER), nights=1).tables["clusters"].num_rows == 0
    assert archive.export().num_rows == 2


@pytest.mark.parametrize("run_id", [None, "one"])
def test_a_night_again_changes_nothing_and_writes_the_same_bytes(
    archive: Archive, tmp_path: Path, run_id: str | None
) -> None:
    rows = [article("a", f"{STORY}\n\n{STORY}"), article("b"), article("c", OTHER)]
    first = written(add(archive, *rows, run_id=run_id), tmp_path / "first")
    add(archive, article("d", f"{STORY} Later."), nights=1)
    before = archive.info() | {"bytes": None, "bytes_compaction_saves": None}
    again = written(add(archive, *reversed(rows), nights=2, run_id=run_id), tmp_path / "again")
    assert again == first
    assert archive.info() | {"bytes": None, "bytes_compaction_saves": None} == before


def test_a_known_run_tells_its_report_whatever_it_is_given(
    archive: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    add(archive, article("a"), article("b"), run_id="one")
    found = add(archive, article("c"), run_id="one")
    assert {id_ for (id_,) in table(found, "clusters", "article_id")} == {"a", "b"}
    assert archive.info()["articles"] == {"live": 2}
    assert "given another feed" in caplog.text


def test_the_same_article_again_is_known_and_another_text_is_a_new_version(archive: Archive) -> None:
    add(archive, article("a"))
    found = add(archive, article("a"), article("a", f"{STORY} Put right."), nights=1)
    assert (found.run["counts"]["articles_new"], found.run["counts"]["articles_known"]) == (1, 1)
    assert {(v, new) for v, new in table(found, "clusters", "version", "is_new")} == {
        (None, False),
        ("#2", True),
    }
    assert archive.info()["articles"] == {"live": 2}


def test_kept_is_the_input_less_what_was_told_before_and_copies(archive: Archive) -> None:
    add(archive, article("a"))
    rows = [
        article("a"),
        article("b"),
        article("c", OTHER),
        article("d", f"{OTHER} {prose(3, 90)}"),
        article("c", OTHER),
    ]
    given = pd.DataFrame(rows)
    found = archive.add(given, as_of=NIGHT + DAY, window=None)
    assert list(found.kept["id"]) == ["d"]
    assert list(found.kept.index) == [3]


def test_a_report_tells_the_text_that_it_was_made_of(archive: Archive) -> None:
    # Two texts of one id: the first has left the window when the second comes, so that both bear one name.
    first, second = (f"{text}\n\n{text}" for text in (STORY, OTHER))
    add(archive, article("a", first, published=(NIGHT - DAY).isoformat()), run_id="one", window=2 * DAY)
    found = add(archive, article("a", second), nights=5, run_id="two", window=2 * DAY)
    assert table(found, "articles", "version", "text") == [(None, second)]
    again = add(archive, run_id="one", nights=6)
    assert table(again, "articles", "version", "text") == [(None, first)]
    assert table(again, "repeats", "text") == [(STORY,)]


def test_what_was_removed_may_be_added_again(archive: Archive) -> None:
    add(archive, article("a"), article("b"), run_id="one")
    archive.remove(["a"])
    found = add(archive, article("a"), article("b"), nights=1, run_id="two")
    assert set(table(found, "clusters", "article_id", "is_new")) == {("a", True), ("b", False)}


def test_find_tells_what_add_would_and_stores_nothing(archive: Archive) -> None:
    add(archive, article("a"))
    asked = archive.find(frame([article("b")]), as_of=NIGHT + DAY, window=None)
    assert archive.info()["articles"] == {"live": 1}
    told = add(archive, article("b"), nights=1)
    assert verdicts(asked.tables["clusters"]) == verdicts(told.tables["clusters"])


def test_what_moved_is_told_with_its_reason(archive: Archive) -> None:
    add(archive, article("b"), article("c", f"{STORY} More of it."))
    found = add(archive, article("a", f"{STORY} {prose(4, 30)}"), nights=1)
    changes = set(table(found, "changes", "article_id", "what", "old", "new", "why"))
    assert ("c", "lead", "c", "a", "new articles") in changes or (
        "b",
        "lead",
        "b",
        "a",
        "new articles",
    ) in changes
    now = {row["article_id"]: row["lead_id"] for row in archive.export().to_pylist()}
    assert {new for _, what, _, new, _ in changes if what == "lead"} <= set(now.values())


def test_every_verdict_that_moves_is_in_the_changes_and_no_other(archive: Archive) -> None:
    def said() -> dict[Any, tuple[Any, ...]]:
        names = ("cluster_id", "lead_id", "origin_id", "relation")
        return {row["article_id"]: tuple(row[name] for name in names) for row in archive.export().to_pylist()}

    for night in range(6):
        before = said()
        rows = [article(f"n{night}-{n}", f"{PARAGRAPHS[(night + n) % 8]} {PARAGRAPHS[n]}") for n in range(5)]
        found = add(archive, *rows, nights=night, window=3 * DAY)
        after = said()
        old = {id_ for id_ in {*before, *after} if not id_.startswith(f"n{night}-")}
        moved = {
            (id_, what)
            for id_ in old
            for what, was, now in zip(
                ("cluster_id", "lead", "origin", "relation"),
                before.get(id_, (None,) * 4),
                after.get(id_, (None,) * 4),
                strict=True,
            )
            if was != now
        }
        assert set(table(found, "changes", "article_id", "what")) == moved


def test_a_cluster_keeps_its_id_as_it_grows_and_ids_are_used_once(archive: Archive) -> None:
    add(archive, article("b", published="2026-02-20T00:00Z"), article("c"))
    (name,) = {row["cluster_id"] for row in archive.export().to_pylist()}
    add(archive, article("a", published="2026-02-10T00:00Z"), article("d"), nights=1)
    told = archive.export().to_pylist()
    assert {row["cluster_id"] for row in told} == {name}
    assert {row["origin_id"] for row in told} == {"a"}
    archive.remove(["a", "b", "c", "d"])
    add(archive, article("b", published="2026-02-20T00:00Z"), article("e"), nights=2)
    (other,) = {row["cluster_id"] for row in archive.export().to_pylist()}
    assert other != name


def test_of_a_cluster_that_splits_the_larger_part_keeps_the_id(archive: Archive) -> None:
    # The bridge holds two stories; without it they are two clusters.
    bridge = article("bridge", f"{STORY} {OTHER}")
    add(
        archive,
        bridge,
        *(article(f"s{n}", f"{STORY} {n}") for n in range(3)),
        article("o1", OTHER),
        article("o2", f"{OTHER} 2"),
    )
    names = {row["article_id"]: row["cluster_id"] for row in archive.export().to_pylist()}
    found = archive.remove(["bridge"])
    now = {row["article_id"]: row["cluster_id"] for row in archive.export().to_pylist()}
    if len(set(names.values())) == 1:
        assert now["s0"] == names["s0"]
        assert now["o1"] != names["o1"]
    assert now["s0"] != now["o1"]
    assert {why for (why,) in table(found, "changes", "why")} <= {"removed", "an article removed"}


def test_a_kill_deletes_the_text_leaves_the_cluster_and_stands_first(archive: Archive, path: Path) -> None:
    told = article("b", f"{STORY} Withdrawn.", title="Harbour to close")
    add(archive, article("a"), told, article("c", f"{STORY} More of it."))
    found = add(archive, article("b", "", status="canceled"), nights=1)
    assert table(found, "kills", "article_id", "status", "archived", "title") == [
        ("b", "canceled", True, "Harbour to close")
    ]
    assert {row["article_id"] for row in archive.export().to_pylist()} == {"a", "c"}
    assert ("b", "cluster_id", None, "killed") in table(found, "changes", "article_id", "what", "new", "why")
    assert archive.info()["articles"] == {"killed": 2, "live": 2}
    archive.close()
    with duckdb.connect(path, read_only=True) as raw:
        assert raw.sql("SELECT count(*) FROM texts").fetchall() == [(2,)]
        assert raw.sql("SELECT count(*) FROM nodes").fetchall() == [(2,)]
        killed = raw.sql("SELECT count(*) FROM articles WHERE digest IS NULL AND node IS NULL AND id = 'b'")
        assert killed.fetchall() == [(2,)]


def test_what_was_killed_stays_out_however_late_it_comes(archive: Archive) -> None:
    found = add(archive, article("b", "", status="withheld", version="3"))
    assert table(found, "kills", "article_id", "archived") == [("b", False)]
    add(archive, article("a"), article("b", version="2"), nights=1)
    assert archive.export().num_rows == 0
    add(archive, article("b", version="4"), nights=2)
    assert {row["article_id"] for row in archive.export().to_pylist()} == {"a", "b"}


def test_what_is_under_embargo_is_counted_and_told_when_it_has_passed(archive: Archive) -> None:
    lifted = (NIGHT + 2 * DAY).isoformat()
    found = add(archive, article("a"), article("b", embargoed=lifted))
    assert found.run["counts"]["articles_embargoed"] == 1
    assert found.tables["clusters"].num_rows == 0
    assert add(archive, article("c", OTHER), nights=1).tables["clusters"].num_rows == 0
    found = add(archive, article("d", f"{OTHER} And more."), nights=2)
    told = set(table(found, "clusters", "article_id", "is_new"))
    assert told == {("a", False), ("b", True), ("c", False), ("d", True)}


def test_what_is_older_than_the_window_takes_no_part(archive: Archive) -> None:
    add(archive, article("a", published=(NIGHT - 5 * DAY).isoformat()), window=10 * DAY)
    found = add(archive, article("b", published=NIGHT.isoformat()), nights=8, window=10 * DAY)
    assert found.tables["clusters"].num_rows == 0
    assert archive.info()["articles"] == {"live": 1, "past": 1}
    found = add(archive, article("c"), nights=8, window=None)
    assert {id_ for (id_,) in table(found, "clusters", "article_id")} == {"a", "b", "c"}


def test_repeats_are_told_with_their_texts(archive: Archive) -> None:
    found = add(archive, article("a", f"{STORY}\n\n{STORY}"))
    assert table(found, "repeats", "article_id", "text", "is_new") == [("a", STORY, True)]


def test_an_archive_without_texts_tells_offsets_and_no_text(path: Path) -> None:
    with Archive.open(path, PLAIN, keep_text=False) as archive:
        add(archive, article("a", f"{STORY}\n\n{STORY}"))
        found = add(archive, article("b"), nights=1)
        assert (
            table(found, "passages", "a_start", "a_end", "b_start", "b_end")
            == [
                (0, len(STORY), 0, len(STORY)),
                (len(STORY) + 2, 2 * len(STORY) + 2, 0, len(STORY)),
            ]
            or found.tables["passages"].num_rows >= 1
        )
        assert found.tables["articles"]["text"].null_count == 2
    octets = path.read_bytes()
    for word in set(STORY.split()):
        assert word.encode() not in octets


def test_boilerplate_that_was_learnt_is_kept(path: Path) -> None:
    footer = prose(77, 40)
    with Archive.open(path, dedup.Settings(threads=1)) as archive:
        rows = [article(f"a{n}", f"{prose(100 + n, 80)}\n\n{footer}", source=f"s{n}") for n in range(8)]
        add(archive, *rows)
        assert archive.info()["boilerplate_blocks"] == 1
        found = add(archive, article("b", f"{prose(300, 80)}\n\n{footer}"), article("c", footer), nights=1)
        assert found.tables["clusters"].num_rows == 0
        own = [
            row
            for row in found.tables["pairs"].to_pylist()
            if row["relation"] not in ("boilerplate", "template")
        ]
        assert own == []


def test_settings_are_stored_and_others_are_refused_naming_both(path: Path) -> None:
    Archive.open(path, PLAIN).close()
    with pytest.raises(ArchiveError, match="shingle 3 and not 4"):
        Archive.open(path, dedup.Settings(boilerplate=0, shingle=4))
    with pytest.raises(ArchiveError, match="keep_text True and not False"):
        Archive.open(path, keep_text=False)
    with Archive.open(path, dedup.Settings(boilerplate=0, threads=2, keep="latest")) as archive:
        assert archive.settings.keep == "latest"
    with Archive.open(path) as archive:
        assert archive.settings.as_dict() == PLAIN.as_dict()


def test_another_fold_table_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Archive.open(path, PLAIN).close()
    monkeypatch.setattr("dedup.archive.face.fold_digest", lambda: "Unicode 99 0123")
    with pytest.raises(
        ArchiveError, match=r"its fold table is Unicode .* this Python's Unicode is Unicode 99 0123"
    ):
        Archive.open(path)


def test_every_column_of_the_file_says_what_it_is(archive: Archive, path: Path) -> None:
    archive.close()
    with duckdb.connect(path, read_only=True) as raw:
        bare = raw.sql(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE comment IS NULL AND NOT internal"
        )
        assert bare.fetchall() == []


def test_info_tells_what_is_there(archive: Archive) -> None:
    add(archive, article("a"), article("b"), run_id="one", window=30 * DAY)
    told = archive.info()
    assert json.loads(json.dumps(told)) == told
    assert (told["runs"], told["clusters"], told["articles_in_clusters"]) == (1, 1, 2)
    assert told["latest_run"]["run_id"] == "one"
    assert told["latest_run"]["window_from"] == (NIGHT - 30 * DAY).isoformat()
    assert told["settings"] == PLAIN.as_dict()
    assert told["bytes"] > told["bytes_compaction_saves"] >= 0


def test_compaction_loses_nothing(archive: Archive) -> None:
    add(archive, *(article(f"a{n}", f"{STORY} {prose(n, 20)}") for n in range(20)))
    archive.remove([f"a{n}" for n in range(10)])
    before = archive.export()
    archive.compact()
    assert archive.export().equals(before)
    assert add(archive, article("b"), nights=1).tables["clusters"].num_rows >= 1


@pytest.mark.parametrize(
    "empty", [[], pa.table({"id": pa.array([], pa.string()), "text": pa.array([], pa.string())})]
)
def test_a_night_without_articles_is_a_night(archive: Archive, empty: Any) -> None:
    given = frame(empty) if isinstance(empty, list) else empty
    found = archive.add(given, as_of=NIGHT, window=None, run_id="none")
    assert found.tables["clusters"].num_rows == 0
    assert archive.info()["runs"] == 1


def test_wrong_times_are_refused(archive: Archive) -> None:
    with pytest.raises(ValueError, match="as_of must be a time with its zone"):
        archive.add(frame([]), as_of=NIGHT.replace(tzinfo=None))
    with pytest.raises(ValueError, match="window must be longer than nothing"):
        archive.add(frame([]), window=timedelta(0))
    with pytest.raises(ValueError, match="before must be a time with its zone"):
        archive.expire(NIGHT.replace(tzinfo=None))


def described(path: Path) -> set[tuple[str, ...]]:
    """All columns of a file, with what is said of them."""
    with duckdb.connect(path, read_only=True) as opened:
        return set(
            opened.sql(
                "SELECT table_name, column_name, data_type, is_nullable, comment FROM duckdb_columns() "
                "WHERE NOT internal"
            ).fetchall()
        )


def test_an_archive_of_the_first_version_is_migrated_to_what_is_made_now(tmp_path: Path) -> None:
    for name in ("old", "new"):
        with dedup.Archive.open(tmp_path / name) as archive:
            add(archive, article("a", "One."))
    with duckdb.connect(tmp_path / "old") as opened:
        opened.sql("ALTER TABLE articles DROP COLUMN byline")
        opened.sql("ALTER TABLE reports DROP COLUMN part")
        opened.sql("COMMENT ON COLUMN reports.body IS 'Parquet'")
        opened.sql("UPDATE meta SET value = '1' WHERE name = 'schema_version'")
    assert described(tmp_path / "old") != described(tmp_path / "new")
    with dedup.Archive.open(tmp_path / "old") as archive:
        add(archive, article("b", "Two.", byline="C. Vane, AFP"), nights=1)
        assert archive.info()["schema_version"] == 3
    assert described(tmp_path / "old") == described(tmp_path / "new")


@pytest.mark.parametrize("keep_text", [True, False])
def test_a_byline_credits_its_agency_on_every_later_night(tmp_path: Path, keep_text: bool) -> None:
    with Archive.open(tmp_path / "archive", PLAIN, keep_text=keep_text) as archive:
        add(archive, article("a", source="Kestrel Daily", byline="By C. Vane, Reuters"))
        found = add(archive, article("b", f"{STORY} More.", source="Reuters", byline="C. Vane"), nights=1)
    told = table(found, "clusters", "article_id", "credit", "origin_id", "origin_basis")
    assert sorted(told) == [("a", "Reuters", "b", "credit"), ("b", None, "b", "credit")]


def test_ids_that_are_not_archived_are_named_when_they_shall_go(
    archive: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    add(archive, article("a"))
    archive.remove(["gone", "a", "gone", *(f"x{number}" for number in range(12))])
    [warned] = caplog.messages
    assert warned == (
        f"{archive.path}: has no article of the id gone, x0, x1, x10, x11, x2, x3, x4, x5, x6 and 3 more"
    )


@pytest.mark.parametrize("wait", [-1.0, float("nan"), float("inf")])
def test_what_is_no_time_to_wait_is_a_bad_argument(path: Path, wait: float) -> None:
    with pytest.raises(ValueError, match="wait must be a number of seconds from 0 on, got"):
        Archive.open(path, wait=wait)
    assert not path.exists()
