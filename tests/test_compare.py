"""Comparing two articles: in memory, in files, in an archive, in the folder of a result."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import dedup
from dedup.cli import app
from dedup.comparing import compare
from dedup.comparison import Comparison
from dedup.errors import FeedError
from tests.archive.made import PARAGRAPHS, prose

REPO = Path(__file__).resolve().parents[1]
STORY, OTHER = "\n\n".join(PARAGRAPHS[4:]), prose(99, 120)
PLAIN = dedup.Settings(boilerplate=0, threads=1)


def call(*arguments: str | Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, ["compare", *map(str, arguments)], input=stdin)


def told(*arguments: str | Path, stdin: str | None = None) -> dict[str, Any]:
    end = call(*arguments, "--json", stdin=stdin)
    assert end.exit_code == 0, end.output
    values: dict[str, Any] = json.loads(end.stdout)
    return values


def check(compared: Comparison) -> None:
    """Passages are slices of the texts, numbered in A's order."""
    assert compared.b is not None
    assert [p.passage for p in compared.passages] == list(range(1, len(compared.passages) + 1))
    assert [p.a_start for p in compared.passages] == sorted(p.a_start for p in compared.passages)
    for p in compared.passages:
        assert p.a_text == compared.a.text[p.a_start : p.a_end]
        assert p.b_text == compared.b.text[p.b_start : p.b_end]


def article(text: str, **facts: Any) -> dict[str, Any]:
    return {"text": text, **facts}


WITHIN_A_DAY = (
    article(STORY, id="1", source="Wire", published="2026-03-01T10:00Z"),
    article(f"{STORY}\n\n{prose(7, 30)}", id="2", source="Wire", published="2026-03-01T12:00Z"),
)


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        (STORY, STORY, "exact"),
        (STORY, STORY.upper(), "exact"),
        (STORY, f"{STORY}\n\n{prose(7, 30)}", "near"),
        (STORY, PARAGRAPHS[7], "excerpt"),
        (f"{STORY} {prose(8, 200)}", f"{prose(9, 200)} {STORY}", "shared"),
        (*WITHIN_A_DAY, "version"),
        (article(STORY, id="x"), article(f"{STORY} Later.", id="y", prior_ids=["x"]), "version"),
        (article(STORY, id="x", version="1"), article(f"{STORY} Later.", id="x", version="2"), "version"),
        (STORY, OTHER, None),
    ],
)
def test_two_articles_are_told_as_one_run_over_both_tells_them(a: Any, b: Any, relation: str | None) -> None:
    compared = compare(a, b, settings=PLAIN)
    check(compared)
    assert compared.relation == relation
    given = [each if isinstance(each, Mapping) else article(each) for each in (a, b)]
    given = [{"id": f"{number}", **each} for number, each in enumerate(given)]
    pairs = dedup.find_duplicates(given, settings=PLAIN).tables["pairs"].to_pylist()
    assert [pair["relation"] for pair in pairs] == ([relation] if relation else [])
    figures = (compared.jaccard, compared.a_in_b, compared.b_in_a, compared.shared_words)
    found = [tuple(pair[name] for name in ("jaccard", "a_in_b", "b_in_a", "shared_words")) for pair in pairs]
    assert found in ([], [figures])


def test_a_comparison_the_other_way_round_is_the_same_seen_from_b() -> None:
    a, b = f"{PARAGRAPHS[6]} {OTHER} {PARAGRAPHS[7]}", f"{PARAGRAPHS[7]} {PARAGRAPHS[6]}"
    one, other = compare(a, b), compare(b, a)
    check(one)
    check(other)
    assert (one.a_in_b, one.b_in_a) == (other.b_in_a, other.a_in_b)
    assert one.a_in_b < one.b_in_a == 1
    spans = {(p.a_start, p.a_end, p.b_start, p.b_end) for p in one.passages}
    assert spans == {(p.b_start, p.b_end, p.a_start, p.a_end) for p in other.passages}
    assert len(spans) == 2


def test_what_is_less_than_any_relation_asks_for_is_shown_without_one() -> None:
    run = " ".join(prose(3, 9).split())
    compared = compare(f"{prose(1, 200)} {run}", f"{run} {prose(2, 200)}")
    assert compared.relation is None
    assert [p.a_text for p in compared.passages] == [run]
    assert compared.shared_words == 9
    assert 0 < compared.a_in_b < 0.2


def test_nothing_in_common_has_no_figures() -> None:
    compared = compare(STORY, OTHER)
    assert (compared.relation, compared.jaccard, compared.a_in_b, compared.b_in_a) == (None, 0, 0, 0)
    assert (compared.shared_words, compared.passages) == (0, ())


def test_thresholds_are_those_of_the_settings() -> None:
    longer = f"{STORY} {prose(5, 60)}"
    assert compare(STORY, longer).relation == "near"
    assert compare(STORY, longer, settings=dedup.Settings(threshold=0.99)).relation == "excerpt"


def test_one_article_alone_tells_what_it_repeats() -> None:
    compared = compare(f"{PARAGRAPHS[7]} {OTHER} {PARAGRAPHS[7]}")
    assert compared.b is None
    assert compared.passages == ()
    [repeat] = compared.a.repeats
    assert repeat.text == PARAGRAPHS[7]
    assert compared.a.text[repeat.second_start : repeat.second_end] == PARAGRAPHS[7]


def test_both_sides_tell_what_they_repeat_themselves() -> None:
    compared = compare(STORY, f"{STORY} {STORY}")
    assert compared.b is not None
    assert (len(compared.a.repeats), len(compared.b.repeats)) == (0, 1)
    assert (compared.a_in_b, compared.b_in_a) == (1, 1)


def test_an_article_against_itself_is_exact_and_keeps_its_id() -> None:
    same = article(STORY, id="x", version="3")
    compared = compare(same, dict(same))
    assert compared.b is not None
    assert (compared.relation, compared.a.id, compared.b.id, compared.b.version) == ("exact", "x", "x", "3")


@pytest.mark.parametrize("status", ["canceled", "withheld"])
def test_what_a_feed_would_leave_out_is_compared_all_the_same(status: str) -> None:
    later = {"id": "x", "status": status, "embargoed": "2999-01-01T00:00Z"}
    assert compare(article(STORY, **later), STORY).relation == "exact"


@pytest.mark.parametrize("size", [0, 1, 2])
def test_texts_of_too_few_words_match_nothing(size: int) -> None:
    few = " ".join(["word"] * size)
    assert compare(few, few).passages == ()


@pytest.mark.parametrize("unit", ["word ", "a b "])
def test_ten_megabytes_of_one_word_are_compared(unit: str) -> None:
    much = unit * (10_000_000 // len(unit))
    compared = compare(much, f"{much}other")
    assert compared.relation == "near"
    assert compared.a_in_b == 1


def test_other_names_of_fields_are_named() -> None:
    compared = compare({"inhalt": STORY}, {"inhalt": STORY}, text="inhalt")
    assert compared.relation == "exact"


@pytest.mark.parametrize(
    ("a", "b", "error", "reason"),
    [
        ({"id": "x"}, STORY, FeedError, "which field holds the text"),
        (None, STORY, TypeError, "a must be a text or a dict, got None"),
        (STORY, 7, TypeError, "b must be a text or a dict, got int"),
        ([STORY], None, TypeError, "a must be a text or a dict, got list"),
    ],
)
def test_what_is_no_article_is_refused(a: Any, b: Any, error: type[Exception], reason: str) -> None:
    with pytest.raises(error, match=reason):
        compare(a, b)


@pytest.mark.parametrize("kind", ["result", "archive"])
def test_a_place_that_knows_of_no_boilerplate_is_compared_in_too(kind: str, tmp_path: Path) -> None:
    rows = [article(STORY, id="a"), article(f"{STORY} More.", id="b")]
    if kind == "result":
        dedup.write(dedup.find_duplicates(rows, settings=PLAIN), tmp_path / kind)
    else:
        with dedup.Archive.open(tmp_path / kind, PLAIN) as archive:
            archive.add(rows)
    assert told("--in", tmp_path / kind, "a", "b")["relation"] == "near"


@pytest.mark.parametrize("run", ["", "{}", '{"settings": {"threshold": 7}}', '{"settings": {"depth": 7}}'])
def test_a_result_whose_settings_cannot_be_read_is_told(run: str, tmp_path: Path) -> None:
    dedup.write(dedup.find_duplicates([article(STORY, id="a"), article(STORY, id="b")]), tmp_path / "out")
    (tmp_path / "out" / "run.json").write_text(run)
    end = call("--in", tmp_path / "out", "a", "b")
    assert end.exit_code == 1
    assert "its run.json does not say the settings: " in end.stderr


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with files, an archive and results of one feed, in which two wrap a story in furniture."""
    folder = tmp_path_factory.mktemp("compare")
    furniture = prose(50, 30)
    rows = [
        article(f"{STORY}\n\n{furniture}", id="a", source="Bay Post"),
        article(STORY, id="b", title="Whole", source="Wire"),
        *(article(f"{prose(60 + n, 80)}\n\n{furniture}", id=f"f{n}", source="Bay Post") for n in range(8)),
        article(f"{OTHER} {prose(70, 20)}", id="v", version="1", published="2026-02-28T09:00Z"),
        article(f"{OTHER} {prose(71, 30)}", id="v", version="2", published="2026-02-28T10:00Z"),
        article(STORY, id="late", embargoed="2999-01-01T00:00Z"),
    ]
    feed = folder / "feed.jsonl"
    feed.write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "a.txt").write_text(rows[0]["text"])
    (folder / "b#1.txt").write_text(STORY)
    (folder / "empty.jsonl").write_text("")
    (folder / "bad.jsonl").write_text("not JSON\n")
    settings = dedup.Settings(threads=1)
    found = dedup.find_duplicates(feed, settings=settings)
    dedup.write(found, folder / "result")
    dedup.write(found, folder / "bare", text=False)
    for name, keep_text in (("wire.dedup", True), ("outlines.dedup", False)):
        with dedup.Archive.open(folder / name, settings, keep_text=keep_text) as archive:
            archive.add(feed, window=None)
    return folder


@pytest.fixture
def here(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("within", ["wire.dedup", "result"])
def test_what_the_feed_knows_to_be_boilerplate_counts(within: str) -> None:
    wrapped = told("--in", within, "a", "b")
    assert (wrapped["relation"], wrapped["a_in_b"], wrapped["b_in_a"]) == ("wrapped", 1, 1)
    [[start, end]] = wrapped["a"]["boilerplate"]
    assert (start, end) == (len(STORY) + 2, len(STORY) + 2 + len(prose(50, 30)))
    assert told("feed.jsonl#a", "feed.jsonl#b")["relation"] == "near"


@pytest.mark.usefixtures("here")
def test_known_furniture_is_shown_and_counts_in_no_figure() -> None:
    values = told("--in", "wire.dedup", "f1", "f2")
    assert (values["relation"], values["a_in_b"], values["shared_words"]) == (None, 0, 0)
    assert [(p["boilerplate"], p["a_text"]) for p in values["passages"]] == [(True, prose(50, 30))]
    assert told("feed.jsonl#f1", "feed.jsonl#f2")["relation"] == "shared"


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("within", ["wire.dedup", "result"])
def test_versions_of_an_id_are_named(within: str) -> None:
    assert told("--in", within, "v@1", "v@2")["relation"] == "version"
    end = call("--in", within, "v", "v@2")
    assert end.exit_code == 1
    assert f"{within}: has 2 versions of v; name one: v@1, v@2" in end.stderr
    assert f"{within}: has no version 9 of v; name one of v@1, v@2" in call("--in", within, "v@9").stderr


@pytest.mark.usefixtures("here")
def test_files_of_one_article_are_named_alone_even_with_a_number_sign() -> None:
    values = told("a.txt", "b#1.txt")
    assert values["relation"] == "near"
    assert [values[side]["id"] for side in "ab"] == ["a.txt", "b#1.txt"]
    assert told("-", "b#1.txt", stdin=STORY)["relation"] == "exact"


@pytest.mark.usefixtures("here")
def test_json_has_the_documented_keys() -> None:
    values = told("feed.jsonl#a", "feed.jsonl#b")
    assert set(values) == {
        "a", "b", "relation", "jaccard", "a_in_b", "b_in_a", "shared_words", "passages",
    }  # fmt: skip
    assert set(values["a"]) == {
        "id", "version", "title", "source", "published", "url", "words", "repeats", "boilerplate",
    }  # fmt: skip
    assert set(values["passages"][0]) == {
        "passage", "a_start", "a_end", "b_start", "b_end", "words", "identical", "boilerplate", "a_text",
        "b_text",
    }  # fmt: skip
    alone = told("a.txt")
    assert (set(alone), alone["b"], alone["relation"]) == (set(values), None, None)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (("none.txt", "a.txt"), 1, "none.txt does not exist; check the path, or name with --in the archive"),
        (("n" * 5_000,), 1, "does not exist"),
        (("feed.jsonl", "a.txt"), 1, "feed.jsonl holds 13 articles; name one as feed.jsonl#ID, such as feed"),
        (("feed.jsonl#q", "a.txt"), 1, "feed.jsonl has no article q; it has such as a, b, f0"),
        (("empty.jsonl",), 1, "empty.jsonl"),
        (("bad.jsonl",), 1, "bad.jsonl holds no article that can be read: "),
        (("--in", "result", "a", "q"), 1, "result: has no article q; it keeps those in a cluster, a pair or"),
        (("--in", "bare", "a", "b"), 1, "bare: has no texts; write it without --no-text"),
        (("--in", ".", "a", "b"), 1, "name a folder that dedup find --out wrote"),
        (("--in", "wire.dedup", "q"), 1, "wire.dedup: has no article q; `dedup export` lists those in"),
        (("--in", "wire.dedup", "late"), 1, "late is under embargo until 2999-01-01T00:00:00+00:00"),
        (("--in", "outlines.dedup", "a", "b"), 1, "outlines.dedup: keeps no texts; compare the files"),
        (("--in", "none.dedup", "a", "b"), 4, "none.dedup: there is no such archive"),
        (("--in", "a.txt", "a", "b"), 4, "name another archive"),
        (("a.txt", "--html", "page.html"), 2, "--html shows two articles; name B"),
        (("-", "-"), 2, "stdin holds one of the two"),
        (("--in", "result", "a", "b", "--shared", "0.5"), 2, "--in has articles and settings of its own"),
        (("a.txt", "b#1.txt", "--threshold", "2"), 2, "threshold must be above 0"),
        (("a.txt", "b#1.txt", "--html", "a.txt"), 1, "a.txt: is a.txt, which is compared; name another file"),
        (("a.txt", "b#1.txt", "--html", "new"), 1, "new: is a folder; name a file"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_told_with_the_mend(
    arguments: tuple[str, ...], code: int, reason: str
) -> None:
    Path("new").mkdir(exist_ok=True)
    before = Path("a.txt").read_bytes()
    end = call(*arguments)
    assert end.exit_code == code
    assert end.stdout == ""
    assert reason in " ".join(end.stderr.replace("│", " ").split())
    assert Path("a.txt").read_bytes() == before


@pytest.mark.usefixtures("here")
def test_a_killed_article_has_nothing_to_compare(tmp_path: Path) -> None:
    kill = tmp_path / "kill.jsonl"
    kill.write_text(json.dumps({"id": "b", "text": "", "pubstatus": "canceled"}) + "\n")
    with dedup.Archive.open(tmp_path / "own.dedup") as archive:
        archive.add([article(STORY, id="b")], window=None)
        archive.add(kill, window=None)
    end = call("--in", tmp_path / "own.dedup", "b")
    assert end.exit_code == 1
    assert "was killed and its text deleted; there is nothing to compare" in end.stderr


@pytest.mark.usefixtures("here")
def test_settings_and_fields_are_those_said(tmp_path: Path) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text(f'nummer,inhalt\n7,"{PARAGRAPHS[7]} {prose(5, 20)}"\n')
    assert told(mine, "b#1.txt", "--text", "inhalt", "--id", "nummer")["a"]["id"] == "7"
    assert told("a.txt", "b#1.txt", "--threshold", "0.99")["relation"] == "excerpt"


@pytest.mark.usefixtures("here")
def test_a_page_takes_the_place_of_what_is_shown_unless_json_is_wanted_too(tmp_path: Path) -> None:
    page = tmp_path / "new" / "page.html"
    assert call("a.txt", "b#1.txt", "--html", page).output == ""
    first = page.read_bytes()
    assert told("a.txt", "b#1.txt", "--html", page)["relation"] == "near"
    assert page.read_bytes() == first
    assert [path.name for path in page.parent.iterdir()] == ["page.html"]


@pytest.mark.usefixtures("here")
def test_a_record_that_cannot_be_read_beside_one_that_can_is_told(tmp_path: Path) -> None:
    mixed = tmp_path / "mixed.jsonl"
    mixed.write_text(json.dumps(article(STORY, id="x")) + "\nnot JSON\n")
    end = call(mixed)
    assert end.exit_code == 0
    assert "mixed.jsonl: not all records could be read: " in end.stderr


@pytest.mark.usefixtures("here")
def test_a_stdout_closed_from_the_start_is_one_line() -> None:
    end = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", sys.executable, "-m", "dedup", "compare", "a.txt", "b#1.txt"],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(REPO)},
        timeout=300,
        check=False,
        text=True,
    )
    assert (end.returncode, end.stderr.splitlines()) == (1, ["dedup: stdout is closed; open it"])
