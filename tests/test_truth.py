"""A truth as people write it: files and frames of two kinds, and what is wrong with one told by its row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from dedup.errors import DedupError, TruthError
from dedup.judging.truth import KNOWN, Labels, Stories, belongs_together, read_truth

PAIRS = {("1", "2"): "same", ("1", "3"): "no"}
STORIES = {"1": "x", "2": "x", "3": None}


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "truth.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def labels_in(truth: Any) -> Any:
    read = read_truth(truth)
    assert isinstance(read, Labels)
    return read.label_of


def stories_in(truth: Any) -> Any:
    read = read_truth(truth)
    assert isinstance(read, Stories)
    return read.story_of


@pytest.mark.parametrize(
    "text",
    [
        "a_id,b_id,label\n2,1,same\n1,3,no\n",
        "\ufeffa_id;b_id;label\r\n2;1; Same \r\n\r\n1;3;NO\r\n",
        "label\tB_ID\ta_id \tnote\nsame\t1\t2\tread twice\nno\t1\t3\t\n",
        "a_id|b_id|kind|\n1|2|same|\n1|3|no|\n2|1|same|",
        'a_id,b_id,relation\n"1","2","same"\n1,"3","no"\n',
        "label,relation,a_id,b_id\nsame,exact,1,2\nno,near,1,3\n",
    ],
)
def test_labelled_pairs_are_read_from_any_csv(tmp_path: Path, text: str) -> None:
    assert labels_in(written(tmp_path, text)) == PAIRS


@pytest.mark.parametrize(
    "text",
    [
        "id,cluster\n1,x\n2,x\n3,\n",
        "article_id;story\n1;x\n2; x\n3; \n1;x\n",
        "note,cluster_id,id\n,x,1\nlong,x,2\n,,3\n",
    ],
)
def test_stories_are_read_from_any_csv(tmp_path: Path, text: str) -> None:
    assert stories_in(written(tmp_path, text)) == STORIES
    assert stories_in(str(written(tmp_path, text))) == STORIES


PAIR_COLUMNS: dict[str, list[Any]] = {"a_id": [2, 1], "b_id": [1, 3], "label": ["same", "no"]}
STORY_COLUMNS: dict[str, list[Any]] = {"id": [1, 2, 3], "cluster": ["x", "x", None]}


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame, pa.table])
def test_a_frame_is_a_truth_too(frame: Any) -> None:
    assert labels_in(frame(PAIR_COLUMNS)) == PAIRS
    assert stories_in(frame(STORY_COLUMNS)) == STORIES


def test_values_of_a_frame_are_taken_as_their_texts() -> None:
    frame = pd.DataFrame({**STORY_COLUMNS, "cluster": [7.0, 7.0, None]})
    assert stories_in(frame) == {"1": "7", "2": "7", "3": None}
    frame = pd.DataFrame({"id": [1, "2", 3], "cluster": pd.Categorical(["x", "x", None])})
    assert stories_in(frame) == STORIES
    assert set(labels_in(pd.DataFrame({**PAIR_COLUMNS, "label": [True, False]})).values()) == {
        "true",
        "false",
    }
    assert set(labels_in([{"a_id": 1, "b_id": 2, "label": 1}]).values()) == {"1"}


def test_the_guards_of_our_own_csv_are_undone(tmp_path: Path) -> None:
    assert labels_in(written(tmp_path, "a_id,b_id\n'=1,''+2\n'3,x\n")) == {
        ("'+2", "=1"): None,
        ("'3", "x"): None,
    }
    assert list(labels_in([{"a_id": "'=1", "b_id": "x"}])) == [("'=1", "x")]


def test_every_label_is_for_together_or_apart() -> None:
    together = [label for label in KNOWN if belongs_together(label)]
    assert together == [
        *("exact", "version", "wrapped", "near", "excerpt"),
        *("copy", "duplicate", "same", "yes", "1", "true"),
    ]
    assert belongs_together(None)
    assert KNOWN[5:9] == ("shared", "roundup", "template", "boilerplate")
    assert KNOWN[15:] == ("different", "apart", "no", "0", "false")


NEEDS = "give it a_id, b_id and label, a row per pair, or id and cluster, a row per article"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", f": its columns are none; {NEEDS}"),
        ("a,b\n1,2\n", f": its columns are a, b; {NEEDS}"),
        ("id,label\n1,same\n", f": its columns are id, label; {NEEDS}"),
        ("a_id,b_id\n", f": it has no row below the header; {NEEDS}"),
        ("id,cluster\n\n", f": it has no row below the header; {NEEDS}"),
        (
            "a_id,b_id,lable\n1,2,apart\n",
            ": no column of labels, but lable; name the column of labels 'label', or keep a_id and b_id "
            "alone if all pairs belong together",
        ),
        (
            "a_id,b_id,label\n1,2,same\n1,3,maybe\n",
            ", row 2: unknown label 'maybe'; write one of exact, version, ",
        ),
        ("a_id,b_id,label\n\n1,2,\n", ", row 2: no label; write one of exact, "),
        (
            "a_id,b_id,label\n1,2,near\n3,4,no\n2,1,exact\n",
            ", row 3: 2 and 1 are 'exact' here and 'near' in row 1; ",
        ),
        ("a_id,b_id\n1,1\n", ", row 1: 1 is paired with itself; name two articles"),
        ("a_id,b_id\n1,2\n,2\n", ", row 2: no a_id; name both articles of the pair"),
        ("a_id,b_id\n1,\n", ", row 1: no b_id; name both articles of the pair"),
        ("id,cluster\n,x\n", ", row 1: no id; name the article"),
        (
            "id,story\n1,x\n1,\n",
            ", row 2: 1 is of a story of its own here and of x in row 1; keep one of the two",
        ),
        ("id,cluster\n1,x,y\n", ", row 1: it has 3 fields where the header has 2; give it as many"),
        ("id,cluster,id\n1,x,2\n", ": it has 2 columns named 'id'; rename or drop one"),
        ('id,cluster\n1,"x\n', ": it is not CSV: unexpected end of data; is a quote left open?"),
        (b"id,cluster\n1,\xff\n", ": it is not UTF-8; save it as CSV in UTF-8"),
    ],
)
def test_what_is_wrong_is_told_with_its_row_and_mend(tmp_path: Path, text: str | bytes, told: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(TruthError) as error:
        read_truth(path)
    assert str(error.value).startswith(f"{path}{told}")


def test_what_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(
        TruthError, match=r"no\.csv: No such file or directory; name a CSV file that can be read"
    ):
        read_truth(tmp_path / "no.csv")
    with pytest.raises(TruthError, match="Is a directory"):
        read_truth(tmp_path)


def test_a_frame_is_told_by_its_row_too() -> None:
    with pytest.raises(TruthError, match=r"^the truth, row 2: unknown label 'maybe'"):
        read_truth([{"a_id": 1, "b_id": 2, "label": "no"}, {"a_id": 1, "b_id": 3, "label": "maybe"}])
    with pytest.raises(DedupError, match="two columns named 'id'"):
        read_truth(pd.DataFrame([[1, 2, 3]], columns=["id", "id", "cluster"]))
    with pytest.raises(TruthError, match="its columns are none"):
        read_truth([])
