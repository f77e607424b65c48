"""The benchmarks' own arithmetic on cases small enough to count by hand."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from benchmarks import (
    corpus,
    floors,
    measure,
    months,
    nightly,
    nights,
    scale,
    scoring,
    speed,
    startup,
    tables,
    threads,
    venvs,
)
from benchmarks.competitors import whole_run
from benchmarks.floors import Floor
from benchmarks.measure import Cost, RunError

FOUND = scoring.told(
    clusters=[("c1", "a"), ("c1", "b"), ("c1", "c"), ("c2", "x"), ("c2", "y")],
    pairs=[("a", "m", 0), ("a", "x", 5), ("y", "n", 2)],
)


@pytest.mark.parametrize(
    ("pair", "tells"),
    [
        (("m", "a"), True),  # listed, whichever comes first
        (("b", "c"), True),  # in one cluster
        (("c", "y"), True),  # counted between the clusters of a and x
        (("n", "x"), True),  # counted between y's cluster and the article n
        (("b", "m"), False),  # a row that counts nothing speaks for itself alone
        (("m", "n"), False),
        (("p", "q"), False),  # two articles of no cluster are not in one cluster
    ],
)
def test_a_pair_is_told_when_listed_joined_or_counted(pair: tuple[str, str], tells: bool) -> None:
    assert FOUND.tells(pair) is tells


def label(a: str, b: str, kind: str, words: int = 100) -> scoring.Label:
    return scoring.Label(pair=(a, b), kind=kind, fewest_words=words, told_by="")


def test_short_articles_and_other_kinds_are_left_out_of_what_must_be_told() -> None:
    labels = [label("a", "b", "contained"), label("a", "p", "contained", 49), label("a", "q", "fragment")]
    assert scoring.of_kinds(labels, scoring.MUST_TELL) == labels[:1]


def test_missed_pairs_and_joined_pairs_without_a_strong_label_are_counted() -> None:
    labels = [label("a", "b", "heavy_reuse"), label("a", "c", "partial_reuse"), label("p", "q", "contained")]
    assert scoring.missed(labels, FOUND) == labels[2:]
    assert scoring.joined_without_label(labels, FOUND) == (3, 4)  # a–c, b–c and x–y of the four joined


def test_covered_characters_count_overlapping_spans_once() -> None:
    assert scoring.covered([(0, 10), (5, 20), (30, 40)], [(8, 15), (12, 18), (38, 50)]) == (12, 30)
    assert scoring.covered([(0, 10)], []) == (0, 10)


def test_agreement_of_a_hand_counted_case() -> None:
    # Hubert and Arabie: true {0 1 2}{3 4 5}, found {0 1}{2 3}{4 5}; pairs 6, 3, both 2, all 15.
    agreed = scoring.agreement(scoring.codes("aaabbb"), scoring.codes("112233"))
    assert agreed.precision == pytest.approx(2 / 3)
    assert agreed.recall == pytest.approx(2 / 6)
    assert agreed.adjusted_rand == pytest.approx((2 - 6 * 3 / 15) / ((6 + 3) / 2 - 6 * 3 / 15))


@pytest.mark.parametrize("groups", ["", "a", "abcd", "aaaa", "aabb"])
def test_a_partition_agrees_with_itself(groups: str) -> None:
    agreed = scoring.agreement(scoring.codes(groups), scoring.codes(groups))
    assert agreed == scoring.Agreement(1.0, 1.0, 1.0)


def test_partitions_of_different_articles_are_refused() -> None:
    with pytest.raises(ValueError, match="got 2 and 1"):
        scoring.agreement(scoring.codes("ab"), scoring.codes("a"))


def test_recall_by_kind_asks_for_the_cluster_of_the_original() -> None:
    records = [
        ("a", 1, "original"),
        ("b", 1, "exact"),
        ("x", 1, "excerpt"),
        ("m", 2, "original"),
        ("n", 2, "exact"),
    ]
    assert scoring.recall_by_kind(records, FOUND.cluster_of) == {"exact": (1, 2), "excerpt": (0, 1)}


FLOORS = {"share": Floor(0.9), "false": Floor(5, "lower"), "exact": Floor(1.0)}


def test_a_figure_on_the_wrong_side_of_its_floor_is_broken() -> None:
    figures = {"share": 0.8999, "false": 6.0, "exact": 1.0, "without a floor": 0.0}
    assert floors.broken(FLOORS, figures) == ["share", "false"]


def test_update_raises_floors_to_three_decimals_and_refuses_to_lower_them() -> None:
    new, refused = floors.updated(FLOORS, {"share": 0.98765, "false": 2.0, "exact": 0.5, "unknown": 1.0})
    assert new == {"share": Floor(0.987), "false": Floor(2, "lower"), "exact": Floor(1.0)}
    assert refused == ["exact"]
    new, refused = floors.updated(FLOORS, {"exact": 0.29}, may_fall=["exact"])
    assert (new["exact"], refused) == (Floor(0.29), [])


def test_floors_saved_are_the_floors_loaded(tmp_path: Path) -> None:
    floors.save(FLOORS, tmp_path / "floors.json")
    assert floors.load(tmp_path / "floors.json") == FLOORS
    assert floors.load()["basil/clustered"] == Floor(0, "lower")


def test_a_table_goes_between_its_markers_and_leaves_the_rest() -> None:
    text = "before\n<!-- speed: begin -->\nold\n<!-- speed: end -->\nafter"
    table = tables.markdown(("tool", "s"), [("a|b", "1.50")])
    written = tables.replace_between(text, "speed", table)
    assert table == "| tool |    s |\n| :--- | ---: |\n| a\\|b | 1.50 |"
    assert written == f"before\n<!-- speed: begin -->\n\n{table}\n\n<!-- speed: end -->\nafter"
    assert tables.replace_between(written, "speed", table) == written
    with pytest.raises(ValueError, match="accuracy"):
        tables.replace_between(text, "accuracy", table)


def test_the_readme_has_the_markers_of_every_program() -> None:
    text = tables.README.read_text(encoding="utf-8")
    for name in (
        "speed",
        "scale",
        "start-up",
        "threads",
        "nightly",
        "nightly without texts",
        "months",
        "spark",
        "spark, hot story",
        "accuracy",
    ):
        assert tables.replace_between(text, name, "x") != text


def test_the_speed_table_tells_ratios_counts_and_what_stopped(tmp_path: Path) -> None:
    clusters = tmp_path / "clusters.csv"
    clusters.write_text("cluster_id,id\n1,a\n1,b\n2,c\n2,d\n2,e\n")
    feed = tmp_path / "feed.jsonl"
    feed.write_text("{}\n{}\n")
    rows = [
        speed.Tool("dedup", "0.1", (), clusters, [Cost(2, 4, 100), Cost(1, 4, 100), Cost(9, 4, 100)]),
        speed.Tool("slow", "1.0", (), clusters, [Cost(5, 6, 50)]),
        speed.Tool("late", "1.0", (), clusters, stopped="> 600 s"),
        speed.Tool("read only", "", (), None, [Cost(1, 1, 40)]),
    ]
    told = table_of(speed.report(rows, feed, 3))
    assert " ".join(told[0]) == "dedup 0.1 2.00 1.00 2.00 4.00 1.00 4.00 100 1.00 2.50 2 5"
    assert " ".join(told[1][2:11]) == "5.00 2.50 5.00 6.00 1.50 6.00 50 0.50 1.25"
    assert told[2][:3] == ["late", "1.0", "> 600 s"]
    assert told[3][4] == "1.00"
    assert "2 articles" in speed.report(rows, feed, 3).splitlines()[-1]


def test_ratios_to_a_floor_that_did_not_run_are_left_empty(tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.write_text("{}\n")
    told = table_of(speed.report([speed.Tool("dedup", "0.1", (), None, [Cost(2, 4, 100)])], feed, 1))
    assert told[0][2:5] == ["2.00", "1.00", ""]


def table_of(report: str) -> list[list[str]]:
    """The cells of a Markdown table, its header left out."""
    lines = [line for line in report.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_an_article_costs_what_a_run_takes_beside_start_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(corpus, "WORK", tmp_path)
    size = scale.Size("stories", corpus.Made(1000), [Cost(3, 5, 300)])
    size.made.feed.write_text("{}\n")
    start_up = Cost(1, 2, 100)
    assert size.point(start_up) == {
        "series": "stories",
        "articles": 1000,
        "wall": pytest.approx(2),
        "cpu": pytest.approx(3),
        "memory": pytest.approx(200 * 1024 / 1000),
    }
    late = scale.Size("stories", size.made, stopped="> 3600 s")
    told = table_of(scale.report([size, late], start_up, 1))
    assert " ".join(told[0]) == "stories 1,000 0 3.0 5.0 300 2.000 3.000 204.80 "
    assert told[1][3] == "> 3600 s"


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"1": "abc", "2": "xy"}, "one cluster of 3"),
        ({"1": "ab", "2": "xy"}, "NOT ONE: 3 in 1 clusters, 1 lost, 0 of others"),
        ({"1": "ab", "2": "cx"}, "NOT ONE: 3 in 2 clusters, 0 lost, 1 of others"),
        ({"1": "abcx", "2": "yz"}, "NOT ONE: 3 in 1 clusters, 0 lost, 1 of others"),
    ],
)
def test_the_hot_story_must_be_one_cluster_of_all_its_copies(
    members: dict[str, str], told: str, tmp_path: Path
) -> None:
    truth, clusters = tmp_path / "truth.csv", tmp_path / "clusters.csv"
    truth.write_text(
        "id,story,kind,footer\na,0,original,1\nb,0,hot,1\nc,0,hot,1\nx,1,original,1\ny,1,exact,1\n"
    )
    rows = (f"{cluster},{article}\n" for cluster, articles in members.items() for article in articles)
    clusters.write_text("cluster_id,article_id\n" + "".join(rows))
    assert scale.fate(truth, clusters) == told


def test_a_made_feed_is_made_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(corpus, "WORK", tmp_path / "work")
    made = corpus.Made(12, hot=5)
    made.make()
    texts = [json.loads(line)["text"] for line in made.feed.open(encoding="utf-8")]
    assert len(texts) == len(made.truth.read_text().splitlines()) - 1 == 12
    before = made.feed.stat().st_mtime_ns
    made.make()
    assert made.feed.stat().st_mtime_ns == before
    assert made.feed != corpus.Made(12).feed


def test_stages_of_one_and_two_threads_stand_side_by_side() -> None:
    one = [{"sketch": 4.0, "tell": 1.0, "all": 6.0}, {"sketch": 8.0, "tell": 1.0, "all": 10.0}]
    two = [{"sketch": 3.0, "tell": 1.0, "all": 5.0}, {"sketch": 3.0, "tell": 0.0, "all": 5.0}]
    assert threads.rows(one, two) == [
        ("sketch", "6.00", "3.00", "2.00"),
        ("tell", "1.00", "0.50", "2.00"),
        ("all", "8.00", "5.00", "1.60"),
    ]


def test_the_table_of_start_up_tells_medians() -> None:
    rows = [startup.Start("help", (), costs=[Cost(1, 2, 10), Cost(3, 2, 30), Cost(2, 2, 20)])]
    assert table_of(startup.report(rows, 3)) == [["help", "2.00", "2.00", "20"]]


def run(code: str, out: Path, timeout: float = 60) -> Cost:
    return measure.run_once((sys.executable, "-c", code), cwd=out.parent, out=out, timeout=timeout)


def test_a_run_is_measured_and_its_output_kept(tmp_path: Path) -> None:
    cost = run("print('x'); sum(range(10**6))", tmp_path / "out")
    assert (tmp_path / "out").read_text() == "x\n"
    assert cost.wall > 0
    assert cost.peak > 1


def test_a_run_that_fails_tells_its_last_line(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="failed: ValueError: no such thing"):
        run("raise ValueError('no such thing')", tmp_path / "out")


def test_a_run_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"> 0\.2 s"):
        run("import time; time.sleep(60)", tmp_path / "out", timeout=0.2)


@pytest.mark.parametrize("name", speed.COMPETITORS)
def test_each_adapter_pins_its_library(name: str) -> None:
    script = speed.adapter(name)
    assert all("==" in pin for pin in venvs.requirements(script))
    assert f"{name}=={venvs.version(script)}" in venvs.requirements(script)


def test_a_competitor_that_cannot_be_installed_says_so_in_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def python(_: Path) -> Path:
        raise venvs.NotAvailableError("ERROR: no matching distribution")

    monkeypatch.setattr(venvs, "python", python)
    tool = speed.competitor("text-dedup", Path("feed.jsonl"))
    assert (tool.name, tool.stopped) == ("text-dedup", "not available here: ERROR: no matching distribution")


def test_a_run_sees_what_is_set_beside_its_environment(tmp_path: Path) -> None:
    command, out = (sys.executable, "-c", "import os; print(os.environ['DEDUP_TRIED'])"), tmp_path / "out"
    measure.run_once(command, cwd=tmp_path, out=out, timeout=60, env={"DEDUP_TRIED": "yes"})
    assert out.read_text() == "yes\n"


def test_parts_of_a_file_hold_each_line_once(tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.write_text("".join(f'{{"id": "{n}", "text": "{"x" * n * n}"}}\n' for n in range(20)))
    for count in (1, 3, 7, 100):
        ids = [article.id for part in whole_run.parts(feed, count) for article in whole_run.read(part)]
        assert ids == [str(n) for n in range(20)]


def test_a_feed_cut_into_files_holds_each_line_once(tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.write_text("".join(f'{{"id": "{n}", "text": "x"}}\n' for n in range(50)))
    ids = whole_run.cut(feed, tmp_path / "cut")
    assert [one for part in ids for one in part] == [str(n) for n in range(50)]
    assert b"".join(path.read_bytes() for path in sorted((tmp_path / "cut").iterdir())) == feed.read_bytes()


def test_pairs_join_into_components() -> None:
    assert whole_run.cluster(6, [(0, 1), (4, 3), (1, 2)]) == [[0, 1, 2], [3, 4]]


def test_a_competitor_goes_from_file_to_clusters(tmp_path: Path) -> None:
    story = " ".join(f"word{n}" for n in range(100))
    texts = {"a": story, "b": story + " more", "c": story.replace("word", "other"), "d": "brief"}
    feed, out = tmp_path / "feed.jsonl", tmp_path / "out.csv"
    feed.write_text("".join(json.dumps({"id": key, "text": text}) + "\n" for key, text in texts.items()))
    command = [sys.executable, "-m", "benchmarks.competitors.datasketch", str(feed), str(out)]
    subprocess.run(command, cwd=measure.REPO, check=True, timeout=60)
    assert out.read_text() == "cluster_id,id\n1,a\n1,b\n"


def test_a_night_takes_its_late_copies_evenly_from_all_that_is_archived_and_each_once() -> None:
    plan = nights.Plan(1000, 100)
    is_copy = np.arange(1100) % 2 == 1
    night_of = nightly.held_back(is_copy, plan)
    assert plan.points == [200, 600, 1000]
    assert np.bincount(night_of).tolist() == [1010, 30, 30, 30]
    assert not night_of[~is_copy].any()
    assert np.flatnonzero(night_of == 1).max() < 200
    assert (np.flatnonzero(night_of == 3) < 500).sum() in range(8, 23)


def test_a_night_is_held_to_a_run_on_its_articles_and_to_the_first_night() -> None:
    def row(archived: int, wall: float) -> nights.Night:
        added = nights.Timed(Cost(wall, 20, 900), {"archive": 5.0, "read": 1.0})
        alone = nights.Timed(Cost(10, 12, 500), {"read": 1.0})
        return nights.Night(archived, [added], [alone], 3_000_000, 2_000_000, 1000, {"texts": 1_000_000})

    told = nights.report(nights.Plan(1000, 100), [row(200, 20), row(1000, 30)])
    assert " ".join(table_of(told)[1]) == "1,000 30.0 20.0 900 10.0 12.0 500 1.20 1.50 1.00 3 2 1.50"
    assert "at most 1.20 of that, NOT MET" in told
    assert "from 200 to 1,000 archived: 1.50, NOT MET" in told
    assert "may take 1.5 × the text: 1.50, ok" in told
    assert ["beside: start, commit, writing", "14.00", "24.00", "9.00"] in table_of(told)
    assert ["texts", "1,000", "1,000"] in table_of(told)


def test_nights_of_a_tiny_archive_are_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for module in (corpus, nights, nightly):
        monkeypatch.setattr(module, "WORK", tmp_path)
    (row,) = nightly.nights(nights.Plan(40, 10))
    assert (row.archived, row.articles) == (40, 50)
    assert row.text_bytes > 0
    assert row.tables["fingerprints"] > 0
    assert row.stage("added", "archive") > 0 == row.stage("alone", "archive")
    assert "40" in nights.report(nights.Plan(40, 10), [row])


def test_what_moved_of_old_articles_is_what_the_changes_must_tell() -> None:
    def verdicts(*clusters: str) -> months.Verdicts:
        rows = [
            {
                **dict.fromkeys(("similarity", "in_lead", "of_lead", "origin_basis", "credit"), 1),
                "cluster_id": members[0],
                "article_id": member,
                "version": None,
                "is_lead": member == members[0],
                "is_origin": member == members[-1],
                "relation": None if member == members[0] else "near",
                "cluster_size": len(members),
            }
            for members in clusters
            for member in members
        ]
        return months.Verdicts.of(pa.Table.from_pylist(rows))

    before, after = verdicts("abc", "xy"), verdicts("abcn", "xyz")
    assert before.differ(before) == 0
    assert before.differ(after) == 7
    assert months.moved(before, after, {("n", None)}) == {
        *((((key), None), "origin", "c", "n") for key in "abc"),
        *((((key), None), "origin", "y", "z") for key in "xy"),
        (("z", None), "cluster_id", None, "x"),
        (("z", None), "lead", None, "x"),
        (("z", None), "origin", None, "z"),
        (("z", None), "relation", None, "near"),
    }


def test_months_are_told_apart_by_utc(tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    times = ("2007-01-31T23:30:00Z", "2007-01-31T23:30:00-05:00", None, "2006-12-01")
    feed.write_text("".join(json.dumps({"id": str(n), "published": t}) + "\n" for n, t in enumerate(times)))
    some = months.months(feed)
    assert [(month.name, len(month.articles)) for month in some] == [
        ("2006-12", 1),
        ("2007-01", 1),
        ("2007-02", 1),
    ]
    assert some[0].end.isoformat() == "2007-01-01T00:00:00+00:00"
