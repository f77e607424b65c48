"""`dedup evaluate` and `dedup find --curve` on the command line: what they print, and how they end."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import dedup
from dedup import cli, judging
from dedup.cli import app
from dedup.curve import detection_curve
from dedup.report.csv import write
from dedup.settings import Settings
from tests.report.made_up import member, result, table

SHOWN = """\
Labelled pairs: 4; belong together: 2; in one cluster: 2, rightly: 1.
Articles: 7; in no cluster, pair or repeat, so single stories: 1.
Articles with versions in several clusters, of which the first counts: 1.

            Pairs
Precision  0.5000
Recall     0.5000
F1         0.5000

Label     Pairs  Told so  In one cluster  Told at all
exact         1        1               1            1
template      1        0               1            1
same          1        –               0            0
apart         1        –               0            0

Missed, though they belong together: 1.

Label  Told as  Jaccard  A in B  B in A  A   B
same   –              –       –       –  a1  zz

In one cluster, though they do not: 1.

Label     Told as  Jaccard  A in B  B in A  A   B
template  near      0.5000  0.7143  0.6667  b1  b2
"""
STORIES = """\
Pairs of articles: 6; belong together: 3; in one cluster: 2, rightly: 1.
Articles: 4; in no cluster, pair or repeat, so single stories: 0.
Articles with versions in several clusters, of which the first counts: 1.

                      Pairs  B-cubed
Precision            0.5000   0.7500
Recall               0.3333   0.6667
F1                   0.4000   0.7059
Adjusted Rand index  0.0000

Missed, though they belong together: 2.

Label  Told as  Jaccard  A in B  B in A  A   B
–      –              –       –       –  a1  b1

And 1 more.

In one cluster, though they do not: 1.

Label  Told as  Jaccard  A in B  B in A  A   B
–      near      0.5000  0.7143  0.6667  b1  b2
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a result in `out`."""
    monkeypatch.chdir(tmp_path)
    pairs = [
        {"a_id": "a1", "b_id": "a2", "relation": "exact", "jaccard": 1.0, "a_in_b": 1.0, "b_in_a": 1.0},
        {"a_id": "b1", "b_id": "b2", "relation": "near", "jaccard": 0.5, "a_in_b": 5 / 7, "b_in_a": 2 / 3},
    ]
    clusters = table(
        "clusters",
        *(member("c1", "a1", 2), member("c1", "a2", 2, relation="exact")),
        *(member("c2", "b1", 3), member("c2", "b2", 3, relation="near")),
        member("c2", "a2", 3, relation="near", version="2"),
    )
    articles = table(
        "articles", *({"article_id": name} for name in ("a1", "a2", "b1", "b2", "d1", "\x1b[2J"))
    )
    write(result(clusters=clusters, pairs=table("pairs", *pairs), articles=articles), "out")
    return tmp_path


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def truth(*rows: str) -> str:
    Path("truth.csv").write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    return "truth.csv"


def labels() -> str:
    return truth("a_id,b_id,label", "a1,a2,exact", "zz,a1,same", "b2,b1,template", "d1,\x1b[2J,apart")


@pytest.mark.usefixtures("folder")
def test_labelled_pairs_are_told_to_people() -> None:
    told = call("evaluate", "out", labels())
    assert (told.exit_code, told.stderr) == (0, "")
    assert told.stdout == SHOWN


@pytest.mark.usefixtures("folder")
def test_stories_are_told_with_as_many_pairs_as_wanted() -> None:
    told = call("evaluate", "out", truth("id,story", "a1,x", "a2,x", "b1,x", "b2,"), "--most", "1")
    assert told.stdout == STORIES
    bare = call("evaluate", "out", "truth.csv", "--most", "0").stdout
    assert "Missed, though they belong together: 2.\n\nIn one cluster, though they do not: 1.\n" in bare


@pytest.mark.usefixtures("folder")
def test_json_holds_all_that_the_library_gives() -> None:
    told = call("evaluate", "out", labels(), "--json")
    figures = dedup.evaluate("out", "truth.csv").as_dict()
    assert json.loads(told.stdout) == {**figures, "missed": list(figures["missed"]), "false_alarms": [ALARM]}
    assert {"precision", "recall", "f1", "missed_more"} <= set(figures)


ALARM = {
    "a_id": "b1",
    "b_id": "b2",
    "label": "template",
    "relation": "near",
    "jaccard": 0.5,
    "a_in_b": 0.7143,
    "b_in_a": 0.6667,
}


@pytest.mark.usefixtures("folder")
def test_an_id_is_shown_whole_and_harmless() -> None:
    long = "https://example.org/" + "n" * 300
    told = call("evaluate", "out", truth("a_id,b_id", f"\x1b[2J,{long}"))
    assert told.stdout.splitlines()[-1].split() == ["–"] * 5 + ["\ufffd[2J", long]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("out", "no.csv"), "no.csv: No such file or directory; name a CSV file that can be read"),
        (("no", "truth.csv"), "no: is no folder; name a folder that dedup find --out wrote"),
        (("out", "bad.csv"), "bad.csv, row 1: no label; write one of exact, version, "),
        (
            ("out", "other.csv"),
            "other.csv: no article it names is in a cluster, a pair or a repeat of the result; ",
        ),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_cannot_be_evaluated_is_one_line_and_ends_with_one(
    arguments: tuple[str, ...], told: str
) -> None:
    labels()
    Path("bad.csv").write_text("a_id,b_id,label\na1,a2,\n")
    Path("other.csv").write_text("a_id,b_id\np,q\n")
    end = call("evaluate", *arguments)
    assert (end.exit_code, end.stdout) == (1, "")
    assert end.stderr.startswith(f"dedup: {told}")
    assert len(end.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments", [(), ("out",), ("out", "t", "--most", "-1"), ("out", "t", "--threshold", "1")]
)
def test_wrong_usage_ends_with_two(arguments: tuple[str, ...]) -> None:
    end = call("evaluate", *arguments)
    assert end.exit_code == 2
    assert "Usage" in end.stderr


def test_most_is_by_default_what_it_is_in_the_library() -> None:
    both = [inspect.signature(each).parameters["most"].default for each in (cli.evaluate, judging.evaluate)]
    assert both == [judging.MOST] * 2


CURVE = """\
Jaccard  Band key  Compared
    0.1    0.0032    0.0000
    0.2    0.0500    0.0008
    0.3    0.2291    0.1552
    0.4    0.5639    0.5621
    0.5    0.8732    0.8732
    0.6    0.9882    0.9882
    0.7    0.9998    0.9998
    0.8    1.0000    1.0000
    0.9    1.0000    1.0000
    1.0    1.0000    1.0000
"""


def test_the_curve_needs_no_feed() -> None:
    told = call("find", "--curve")
    assert (told.exit_code, told.stderr) == (0, "")
    assert CURVE in told.stdout
    one_line = " ".join(told.stdout.split())
    assert (
        "any run of 17 equal words leaves one in both articles for certain, 14 between articles" in one_line
    )
    assert "Edited Jaccard Band key Fingerprints Either 2% 0.8889 1.0000" in one_line
    assert max(map(len, told.stdout.splitlines())) <= 100


@pytest.mark.usefixtures("folder")
def test_the_curve_is_of_the_settings_given_and_reads_no_feed() -> None:
    Path("mine.toml").write_text("bands = 16\nwindow = 20\n")
    told = call("find", "no.jsonl", "--curve", "--json", "--settings", "mine.toml", "--threads", "1")
    assert (told.exit_code, told.stderr) == (0, "")
    assert json.loads(told.stdout) == rounded(detection_curve(Settings(bands=16, window=20)).as_dict())
    assert json.loads(told.stdout)["certain"][0] == {"article_words": None, "run": 25}


def rounded(values: Any) -> Any:
    if isinstance(values, dict):
        return {name: rounded(value) for name, value in values.items()}
    if isinstance(values, tuple):
        return [rounded(value) for value in values]
    return round(values, 4) if isinstance(values, float) else values


def test_without_a_feed_or_a_curve_there_is_nothing_to_do() -> None:
    end = call("find", "--threshold", "0.8")
    assert end.exit_code == 2
    assert "name a FEED" in end.stderr


def test_a_setting_that_is_wrong_is_told_by_the_curve_too() -> None:
    assert call("find", "--curve", "--threshold", "7").exit_code == 2
    assert call("find", "--curve", "--settings", "no.toml").exit_code == 1


@pytest.mark.parametrize("arguments", ["find --curve", "evaluate out truth.csv"])
def test_a_stdout_closed_from_the_start_is_told(folder: Path, arguments: str) -> None:
    labels()
    end = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m dedup {arguments} >&-"],
        cwd=folder,
        env={"PYTHONPATH": str(Path(dedup.__file__).parents[1]), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=False,
        text=True,
    )
    assert (end.returncode, end.stderr) == (1, "dedup: stdout is closed; open it\n")
