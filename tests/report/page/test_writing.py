from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dedup.columns import schema
from dedup.errors import OutputError
from dedup.report.page import evidence, write_report, writing
from tests.report.made_up import member, table
from tests.report.page.folders import STORY, lone_pair, page_of, written


def many_clusters(number: int) -> dict[str, Any]:
    """Tables of so many clusters of two, without texts."""
    rows = []
    for n in range(number):
        name = f"c{n:04}"
        rows.append(member(name, f"{name}-a", 2, is_origin=True, title=f"Story {n}"))
        rows.append(member(name, f"{name}-b", 2, relation="near", title=f"Story {n}"))
    return {"clusters": table("clusters", *rows), "repeats": table("repeats"), "articles": table("articles")}


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_page_holds_the_words_of_the_evidence(tmp_path: Path) -> None:
    page = page_of(tmp_path / "r", **lone_pair(STORY))
    assert page.count(f'<mark class="passage">{STORY}</mark>') == 2
    assert 'id="c1m2a1" href="#c1m2b1"' in page


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_csv_and_parquet_give_the_same_page(tmp_path: Path, file_format: str) -> None:
    folder = written(tmp_path / "r", file_format=file_format, **lone_pair(STORY))
    assert write_report(folder)[0].read_text() == page_of(tmp_path / "other", **lone_pair(STORY))


def test_the_same_folder_gives_the_same_bytes(tmp_path: Path) -> None:
    folder = written(tmp_path / "r", **lone_pair(STORY))
    assert write_report(folder)[0].read_bytes() == write_report(folder)[0].read_bytes()


def test_without_texts_figures_and_offsets_are_shown(tmp_path: Path) -> None:
    folder = written(tmp_path / "r", text=False, **lone_pair(STORY))
    page = write_report(folder)[0].read_text()
    assert STORY not in page
    assert f"characters 0–{len(STORY)} and 0–{len(STORY)}" in page
    assert "texts were not kept" in page


def test_what_was_missing_and_what_was_capped_is_said(tmp_path: Path) -> None:
    page = page_of(tmp_path / "r", **lone_pair(STORY))
    assert "No article has a time of publication" in page
    assert "Over-full, their articles held to the shortest ones only: posting lists (3)." in page
    assert "1 record could not be read" in page


def test_a_repeat_shows_its_block_once_and_where_it_stands(tmp_path: Path) -> None:
    text = f"{STORY} {STORY} And so on."
    end = len(STORY)
    row = {
        "article_id": "d1",
        "block": 1,
        "first_end": end,
        "second_start": end + 1,
        "second_end": 2 * end + 1,
        "words": 16,
        "identical": 1.0,
        "share": 0.46,
        "text": STORY,
    }
    tables = {
        "repeats": table("repeats", row),
        "articles": table("articles", {"article_id": "d1", "text": text, "title": "Twice"}),
        "clusters": table("clusters"),
    }
    page = page_of(tmp_path / "r", **tables)
    assert f"16 words in 2 places: characters 0–{end}, {end + 1}–{2 * end + 1}" in page
    assert re.findall('<rect class="(first|again)" x="([0-9.]+)%"', page.split('class="bar"')[2]) == [
        ("first", "0.0"),
        ("again", f"{100 * (end + 1) / len(text):.2f}"),
    ]
    assert f'<mark class="again">{STORY}</mark>' in page


def test_what_does_not_fit_goes_onto_numbered_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_FIRST_CLUSTERS", 20_000)
    monkeypatch.setattr(writing, "_PAGE_BYTES", 20_000)
    pages = write_report(written(tmp_path / "r", **many_clusters(60)))
    assert [page.name for page in pages] == [
        "report.html",
        *(f"report-{n}.html" for n in range(2, len(pages) + 1)),
    ]
    assert len(pages) > 3
    numbers = [n for page in pages for n in re.findall(r'<div class="inside" id="c(\d+)">', page.read_text())]
    assert numbers == [str(n) for n in range(1, 61)]
    first = pages[0].read_text()
    told = int(re.findall(r"The (\d+) largest are on this page", first)[0])
    assert f"{60 - told} others on the pages beside it" in first
    assert re.findall('<a href="(report-[0-9]+.html)"', first) == [p.name for p in pages[1:]]
    assert 'rel="next"' in pages[1].read_text()
    assert 'rel="next"' not in pages[-1].read_text()


def test_repeats_that_do_not_fit_follow_the_clusters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_FIRST_REPEATS", 5_000)
    monkeypatch.setattr(writing, "_PAGE_BYTES", 10_000)
    monkeypatch.setattr(writing, "_MOST_REPEATS", 20)
    block = {"block": 1, "first_end": 10, "second_start": 11, "second_end": 21, "words": 20, "text": "again"}
    rows = [{"article_id": f"d{n:02}", "share": 0.5 - n / 100, "identical": 1.0, **block} for n in range(25)]
    pages = write_report(written(tmp_path / "r", **lone_pair(STORY) | {"repeats": table("repeats", *rows)}))
    shown = [
        n for page in pages for n in re.findall('<article class="repeat" id="r([0-9]+)"', page.read_text())
    ]
    assert shown == [str(n) for n in range(1, 21)]
    assert "the repeats table lists 5 more" in pages[0].read_text()
    assert "<h1>Repeats" in pages[-1].read_text()


def test_boilerplate_names_the_sources_that_hold_it(tmp_path: Path) -> None:
    line = "Reproduction is permitted only with the consent of the publisher."
    block = {"block_id": "b", "words": 10, "articles": 6, "clusters": 5, "sources": 1, "text": line}
    tables = lone_pair(f"{STORY} {line}") | {
        "boilerplate": table("boilerplate", block | {"example_id": "a1"})
    }
    page = page_of(tmp_path / "r", **tables)
    assert "10 words in 6 articles of 5 stories, 1 source" in page
    assert "Of the articles in this result: <bdi>Northern Wire</bdi> 2." in page


def test_older_pages_go_and_other_files_stay(tmp_path: Path) -> None:
    folder = written(tmp_path / "r", **lone_pair(STORY))
    before = files(folder)
    for name in ("report-2.html", "report-17.html", ".report-part-dead", "report-card.html"):
        (folder / name).write_text("older")
    write_report(folder)
    assert files(folder) - before == {"report.html", "report-card.html"}


def test_copies_that_are_not_shown_beside_their_lead_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "MOST_BESIDE", 10)
    page = page_of(tmp_path / "r", **many_clusters(25))
    assert "10 of 25 copies stand beside their lead" in page


def test_a_failure_leaves_the_report_that_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = written(tmp_path / "r", **lone_pair(STORY))
    write_report(folder)
    before, files_before = (folder / "report.html").read_bytes(), files(folder)
    monkeypatch.setattr(writing, "_first_page", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_report(folder)
    assert (folder / "report.html").read_bytes() == before
    assert files(folder) == files_before


def _delete(name: str) -> Any:
    return lambda folder: (folder / name).unlink()


def _overwrite(name: str, content: bytes) -> Any:
    return lambda folder: (folder / name).write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (
            _delete("run.json"),
            "holds no run.json that can be read; name a folder that dedup find --out wrote",
        ),
        (_overwrite("run.json", b"{"), "its run.json cannot be read: .*; write the result anew"),
        (_overwrite("run.json", b'{"tool": "other"}'), "its run.json is not of dedup; name a folder"),
        (
            _overwrite("run.json", json.dumps({"tool": "dedup", "schema_version": 99}).encode()),
            "its tables are of schema 99, and this is 1; write the result anew",
        ),
        (
            _overwrite("run.json", b'{"tool": "dedup", "schema_version": 1, "counts": []}'),
            "the counts of its run.json cannot be read; write the result anew",
        ),
        (_delete("pairs.csv"), r"holds no pairs.csv or pairs.parquet; write the result anew"),
        (
            _overwrite("passages.csv", b"a,b\n1,2\n"),
            "its passages has other columns: a, b; write the result anew",
        ),
        (_overwrite("clusters.csv", b""), "its clusters cannot be read: .*; write the result anew"),
        (_delete("articles.parquet"), "holds no articles.parquet; write the result anew"),
        (_overwrite("articles.parquet", b"PAR1"), "its articles cannot be read: .*; write the result anew"),
    ],
)
def test_a_folder_that_is_no_result_or_is_damaged_is_told_with_the_mend(
    tmp_path: Path, damage: Any, told: str
) -> None:
    folder = written(tmp_path / "r", **lone_pair(STORY))
    damage(folder)
    with pytest.raises(OutputError, match=told):
        write_report(folder)
    assert not (folder / "report.html").exists()


def test_no_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is no folder; name a folder that dedup find --out wrote"):
        write_report(tmp_path / "nowhere")


def test_a_passage_outside_of_its_text_is_damage(tmp_path: Path) -> None:
    tables = lone_pair(STORY)
    tables["articles"] = lone_pair(STORY[:20])["articles"]
    folder = written(tmp_path / "r", **tables)
    with pytest.raises(
        OutputError, match=r"a passage of a1 and a2: 0 to .* does not lie in a text of 20 characters"
    ):
        write_report(folder)


@pytest.mark.parametrize("which", ["title", "source", "url", "credit"])
def test_hostile_facts_stay_text(tmp_path: Path, which: str) -> None:
    hostile = '"></td></table><script>alert(1)</script>'
    page = page_of(tmp_path / "r", **lone_pair(STORY, **{which: hostile}))
    assert page.count("<script>") == 1  # ours
    assert page.count("</table>") == page_of(tmp_path / "s", **lone_pair(STORY)).count("</table>")
    assert "javascript:" not in page


def test_a_file_name_that_is_no_utf_8_is_shown(tmp_path: Path) -> None:
    folder = written(tmp_path / "r", **lone_pair(STORY))
    run = json.loads((folder / "run.json").read_bytes()) | {"inputs": ["feed-\udcff.jsonl"]}
    (folder / "run.json").write_text(json.dumps(run))
    assert 'feed-<span class="code">U+DCFF</span>.jsonl' in write_report(folder)[0].read_text()


def test_an_article_without_a_title_is_headed_by_its_first_words(tmp_path: Path) -> None:
    page = page_of(tmp_path / "r", **lone_pair(f"{STORY} {STORY}", title=None))
    assert re.findall('<th role="rowheader" scope="row"><a [^>]*>(.*?)</a>', page) == [
        "The old lighthouse keeper counted nine ships before breakfast and wrote every name in …"
    ]


def test_what_an_archive_tells_for_the_first_time_is_marked(tmp_path: Path) -> None:
    tables = lone_pair(STORY)
    told = pa.array([False, True]), pa.array(["night"] * 2)
    tables["clusters"] = pa.table(
        [*tables["clusters"].columns, *told], schema=schema("clusters", of_archive=True)
    )
    page = page_of(tmp_path / "r", **tables)
    assert page.count(">new</b>") == 1
    assert page.index(">new</b>") > page.index(">origin</b>")


def test_only_web_addresses_are_links(tmp_path: Path) -> None:
    page = page_of(tmp_path / "r", **lone_pair(STORY, url="javascript:alert(1)"))
    assert "javascript:" not in page
    page = page_of(tmp_path / "s", **lone_pair(STORY, url="https://example.org/?a=1&b=2"))
    assert page.count('<a href="https://example.org/?a=1&amp;b=2" rel="noopener noreferrer">') == 2


def test_ten_megabytes_of_one_word_make_a_small_page(tmp_path: Path) -> None:
    page = page_of(tmp_path / "r", **lone_pair("a" * 10_000_000))
    assert len(page) < 60_000
    page = page_of(tmp_path / "s", **lone_pair("word " * 2_000_000))
    assert len(page) < 60_000
    assert re.search("… 1,999,[0-9]{3} words …", page)


def test_nothing_comes_from_elsewhere(tmp_path: Path) -> None:
    page = page_of(tmp_path / "r", **lone_pair(STORY))
    assert not re.findall(r"""src(?:set)?=|@import|url\((?!#)|<link|<iframe|<img""", page)
    assert "default-src &#39;none&#39;" in page
    assert "unsafe" not in page
    assert " style=" not in page
    assert not re.findall(r"\son[a-z]+=", page)
