"""The library as people call it: any kind of table in, the same answer and the same kind of table out."""

from __future__ import annotations

import copy
import io
import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasketch import MinHash
from polars.testing import assert_frame_equal

import dedup
from benchmarks.author import Author
from dedup.columns import TABLES, schema
from dedup.report.csv import read_table, write_table

ANSWER = ("clusters", "pairs", "passages", "repeats", "articles")

Row = dict[str, Any]


def stories() -> list[Row]:
    """Copies, an excerpt, a repeat, what is told twice, an empty text and a short one; ids are numbers."""
    author = Author(5)
    flood, market, council, other = (author.paragraphs(110, 140).text for _ in range(4))
    texts = [
        *(flood, flood, f"HARBOUR (Wire) – {flood}", " ".join(flood.split()[:60])),
        *(market, other, f"{market}\n\nMore is to come.", f"{council}\n\n{council}", None, "Too short."),
    ]
    rows = [
        {
            "id": str(101 + number),
            "text": text,
            "title": None if number % 4 == 3 else f"Überschrift {number} 新聞",
            "source": ("Wire", "Coast Daily", None)[number % 3],
            "published": None if number == 4 else f"2025-03-{20 - number:02}T06:30:00Z",
        }
        for number, text in enumerate(texts)
    ]
    return [*rows, dict(rows[1])]


ROWS = stories()


def column(name: str) -> list[Any]:
    return [row[name] for row in ROWS]


def with_columns(**changed: Any) -> pd.DataFrame:
    return pd.DataFrame({**{name: column(name) for name in ROWS[0]}, **changed})


def anything() -> list[Any]:
    return [object(), {"a": 1}, [1, 2], float("nan"), None, "x", 7, b"\xff", (1,), pd.NaT, ...]


def pandas_of_odd_labels() -> pd.DataFrame:
    frame = with_columns()
    for label in (0, ("a", "b"), None, 2.5):
        frame[label] = range(len(frame))
    frame.index = pd.Index([3, "x", 3, None, 1.5, "x", -1, (1, 2), 0, 3, "z"])
    return frame


def pandas_of_double_names() -> pd.DataFrame:
    frame = with_columns(more=range(11), other=list("abcdefghijk"))
    return frame.set_axis([*ROWS[0], "more", "more"], axis=1)


def polars() -> pl.DataFrame:
    return pl.DataFrame(ROWS)


def polars_chunked() -> pl.DataFrame:
    frame = pl.concat([polars()[:4], polars()[4:5], polars()[5:]], rechunk=False)
    assert frame.n_chunks() == 3
    return frame


def arrow(**types: pa.DataType) -> pa.Table:
    return pa.table({name: pa.array(column(name), types.get(name)) for name in ROWS[0]})


def arrow_chunked() -> pa.Table:
    table = pa.concat_tables([arrow().slice(0, 3), arrow().slice(3, 0), arrow().slice(3)])
    assert table["text"].num_chunks > 1
    return table


def sliced(table: pa.Table) -> pa.Table:
    return pa.concat_tables([table.slice(2, 3), table, table]).slice(3, len(ROWS))


class Stream:
    """Gives its rows as an Arrow stream, once, and knows nothing else."""

    def __init__(self, table: pa.Table) -> None:
        self._reader = table.to_reader(max_chunksize=4)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._reader.__arrow_c_stream__(requested_schema)


PANDAS: dict[str, Callable[[], pd.DataFrame]] = {
    "pandas": with_columns,
    "odd labels": pandas_of_odd_labels,
    "double names": pandas_of_double_names,
    "many indices": lambda: with_columns().set_index([pd.Index(range(11)), pd.Index(list("kjihgfedcba"))]),
    "objects": lambda: with_columns(text=np.array(column("text"), object), extra=anything()),
    "NaN": lambda: with_columns(text=[np.nan if text is None else text for text in column("text")]),
    "string[pyarrow]": lambda: with_columns().astype({"text": "string[pyarrow]", "id": "string[python]"}),
    "categories": lambda: with_columns(source=pd.Categorical(column("source"))),
    "numbers as ids": lambda: with_columns(id=[int(name) for name in column("id")]),
    "Int64 ids": lambda: with_columns(id=pd.array([int(name) for name in column("id")], "Int64")),
    "mixed ids": lambda: with_columns(id=[int(name) if name < "105" else name for name in column("id")]),
    "times with a zone": lambda: with_columns(
        published=pd.to_datetime(pd.Series(column("published"))).dt.tz_convert("Asia/Tokyo")
    ),
    "times without": lambda: with_columns(
        published=pd.to_datetime(pd.Series(column("published"))).dt.tz_localize(None)
    ),
    "times and texts": lambda: with_columns(
        published=[
            time and (datetime.fromisoformat(time) if i % 2 else time)
            for i, time in enumerate(column("published"))
        ]
    ),
}

POLARS: dict[str, Callable[[], pl.DataFrame]] = {
    "polars": polars,
    "polars sliced": lambda: pl.concat([polars()[:3], polars()])[3:],
    "polars chunked": polars_chunked,
    "Categorical": lambda: polars().with_columns(pl.col("source").cast(pl.Categorical)),
    "Enum": lambda: polars().with_columns(pl.col("source").cast(pl.Enum(["Wire", "Coast Daily", "New"]))),
    "polars numbers as ids": lambda: polars().with_columns(pl.col("id").cast(pl.UInt16)),
    "polars times": lambda: polars().with_columns(pl.col("published").str.to_datetime(time_zone="UTC")),
    "polars with a list": lambda: polars().with_columns(pl.lit([1, 2]).alias("more")),
}

ARROW: dict[str, Callable[[], Any]] = {
    "Arrow": arrow,
    "Arrow sliced": lambda: sliced(arrow()),
    "Arrow chunked": arrow_chunked,
    "string_view": lambda: sliced(arrow(text=pa.string_view(), source=pa.string_view())),
    "large_string": lambda: arrow(text=pa.large_string(), id=pa.large_string()),
    "binary": lambda: arrow().set_column(1, "text", arrow()["text"].cast(pa.binary())),
    "dictionary": lambda: sliced(
        arrow(text=pa.dictionary(pa.int8(), pa.string()), source=pa.dictionary(pa.int32(), pa.string()))
    ),
    "null column": lambda: arrow().append_column("url", pa.nulls(len(ROWS))),
    "RecordBatch of views": lambda: pa.RecordBatch.from_arrays(
        [pa.array(column(name), pa.string_view()) for name in ROWS[0]], list(ROWS[0])
    ),
    "RecordBatch": lambda: pa.RecordBatch.from_pylist(ROWS),
    "RecordBatch sliced": lambda: pa.RecordBatch.from_pylist([*ROWS, *ROWS]).slice(len(ROWS)),
}

STREAMS: dict[str, Callable[[], Any]] = {
    "RecordBatchReader": lambda: arrow().to_reader(max_chunksize=3),
    "stream": lambda: Stream(arrow()),
}

FRAMES: dict[str, Callable[[], Any]] = {
    **PANDAS,
    **POLARS,
    **ARROW,
    "dicts": lambda: copy.deepcopy(ROWS),
    "dicts with missing keys": lambda: [
        {key: value for key, value in row.items() if value is not None} for row in ROWS
    ],
    "dicts with NaN": lambda: [
        {key: float("nan") if value is None else value for key, value in row.items()} for row in ROWS
    ],
    "dicts with other keys": lambda: [{**row, 7: object(), None: 1} for row in ROWS],
}


@pytest.fixture(scope="module")
def expected() -> dedup.Duplicates:
    found = dedup.find_duplicates(ROWS)
    assert found.clusters["cluster_size"].tolist() == [4] * 4 + [2] * 2
    assert found.repeats["article_id"].tolist() == ["108"]
    assert np.flatnonzero(~found.keep).tolist() != []
    return found


def assert_same_answer(found: dedup.Duplicates, expected: dedup.Duplicates) -> None:
    for name in ANSWER:
        assert found.tables[name].equals(expected.tables[name]), name
    assert found.keep.tolist() == expected.keep.tolist()


@pytest.mark.parametrize("make", [*FRAMES.values(), *STREAMS.values()], ids=[*FRAMES, *STREAMS])
def test_every_kind_of_table_gives_the_same_answer(
    make: Callable[[], Any], expected: dedup.Duplicates
) -> None:
    assert_same_answer(dedup.find_duplicates(make()), expected)


def files(folder: Path) -> dict[str, Any]:
    half = [(json.dumps(row) + "\n") for row in ROWS]
    (folder / "a.jsonl").write_text("".join(half[:5]))
    (folder / "b.jsonl").write_text("".join(half[5:]))
    (folder / "all.jsonl").write_text("".join(half))
    with_columns().to_csv(folder / "all.csv", index=False)
    pq.write_table(arrow(), folder / "all.parquet")
    return {
        "path": folder / "all.jsonl",
        "name": str(folder / "all.csv"),
        "list of paths": [folder / "a.jsonl", str(folder / "b.jsonl")],
        "tuple of paths": (folder / "all.parquet",),
        "Feed": dedup.feeds.read([folder / "all.jsonl"]),
    }


@pytest.mark.parametrize("kind", ["path", "name", "list of paths", "tuple of paths", "Feed"])
def test_files_give_the_same_answer_and_keep_articles(
    kind: str, tmp_path: Path, expected: dedup.Duplicates
) -> None:
    found = dedup.find_duplicates(files(tmp_path)[kind])
    assert_same_answer(found, expected)
    assert found.kept["text"].to_pylist() == [row["text"] or "" for row in expected.kept]


def test_a_duckdb_relation_gives_the_same_answer(expected: dedup.Duplicates) -> None:
    duckdb = pytest.importorskip("duckdb")
    assert_same_answer(dedup.find_duplicates(duckdb.from_arrow(arrow())), expected)


def assert_same(frame: Any, other: Any) -> None:
    assert type(frame) is type(other)
    if isinstance(frame, pd.DataFrame):
        pd.testing.assert_frame_equal(frame, other, check_exact=True, check_flags=True)
    elif isinstance(frame, pl.DataFrame):
        assert_frame_equal(frame, other)
    elif isinstance(frame, list):
        assert list(map(repr, frame)) == list(map(repr, other))  # NaN is not equal to itself
    else:
        assert frame.equals(other)
        assert frame.schema.equals(other.schema, check_metadata=True)


def rows_of(frame: Any, places: list[int]) -> Any:
    if isinstance(frame, pd.DataFrame):
        return frame.iloc[places]
    if isinstance(frame, list):
        return [frame[place] for place in places]
    if isinstance(frame, pl.DataFrame):
        return frame[places]
    rows = [frame.slice(place, 1) for place in places]  # Arrow takes no string views
    return pa.concat_tables(rows) if isinstance(frame, pa.Table) else pa.concat_batches(rows)


@pytest.mark.parametrize("make", FRAMES.values(), ids=list(FRAMES))
def test_kept_is_the_same_kind_of_table_and_the_input_is_never_changed(
    make: Callable[[], Any], expected: dedup.Duplicates
) -> None:
    frame = make()
    before = copy.copy(frame) if isinstance(frame, list) else frame
    before = frame.copy(deep=True) if isinstance(frame, pd.DataFrame) else before
    found = dedup.find_duplicates(frame)
    assert_same(found.kept, rows_of(before, np.flatnonzero(expected.keep).tolist()))
    assert_same(frame, before)
    assert found.articles_in is frame


@pytest.mark.parametrize("make", STREAMS.values(), ids=list(STREAMS))
def test_of_a_stream_an_arrow_table_is_kept(make: Callable[[], Any], expected: dedup.Duplicates) -> None:
    kept = dedup.find_duplicates(make()).kept
    assert_same(kept.combine_chunks(), arrow().filter(pa.array(expected.keep)).combine_chunks())


def test_changing_what_is_kept_changes_nothing_of_the_input() -> None:
    frame = with_columns()
    kept = dedup.find_duplicates(frame).kept
    kept.loc[:, "text"] = "gone"
    assert_same(frame, with_columns())


def test_a_clean_table_is_kept_whole() -> None:
    frame = with_columns().iloc[[4, 5, 7]]
    assert_same(dedup.find_duplicates(frame).kept, frame)


def test_fields_are_named_by_the_caller() -> None:
    names = {"id": "number", "text": "Body", "title": "0", "source": "who", "published": "when"}
    frame = with_columns(body=["decoy"] * len(ROWS)).rename(columns=names).rename(columns={"0": 0})
    found = dedup.find_duplicates(frame, **names)  # type: ignore[arg-type]
    assert_same_answer(found, dedup.find_duplicates(ROWS))
    options = dedup.FeedOptions(fields={"text": "nothing", "id": "number"}, html="keep")
    more = {name: names[name] for name in ("text", "title", "source", "published")}
    assert_same_answer(dedup.find_duplicates(frame, options=options, **more), found)  # type: ignore[arg-type]


def test_offsets_refer_to_the_callers_own_texts_so_html_stays_unless_asked() -> None:
    texts = [f"<p>{ROWS[0]['text']}</p>", f"<div>{ROWS[0]['text']}</div>"]
    frame = pd.DataFrame({"id": [1, 2], "text": texts})
    assert sorted(dedup.find_duplicates(frame).articles["text"]) == sorted(texts)
    stripped = dedup.find_duplicates(frame, options=dedup.FeedOptions(html="strip")).articles["text"]
    assert {" ".join(text.split()) for text in stripped} == {" ".join(ROWS[0]["text"].split())}


@pytest.mark.parametrize(
    "empty",
    [
        [],
        pd.DataFrame(),
        pd.DataFrame({"id": [], "text": []}),
        pd.DataFrame({"text": pd.Series([], dtype="string")}),
        pl.DataFrame(),
        pl.DataFrame(schema={"id": pl.Int64, "text": pl.String, "published": pl.Datetime("us", "UTC")}),
        arrow().slice(0, 0),
        pa.table({"text": pa.nulls(0)}),
        pa.RecordBatch.from_pylist(ROWS).slice(0, 0),
        arrow().slice(0, 0).to_reader(),
    ],
    ids=lambda empty: f"{type(empty).__module__} {type(empty).__name__}",
)
def test_nothing_is_found_in_nothing(empty: Any) -> None:
    found = dedup.find_duplicates(empty)
    assert all(found.tables[name].num_rows == 0 for name in found.tables)
    assert found.run["counts"]["articles"] == 0
    assert len(found.kept) == 0
    assert dedup.sketch([]).num_rows == 0


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (7, "got int"),
        (None, "got NoneType"),
        ({"text": ["a"]}, "got dict"),
        ((row for row in ROWS), "got generator"),
        ([ROWS[0], "feed.jsonl"], "got list"),
        (pl.LazyFrame({"text": ["a"]}), "got LazyFrame"),
        (pd.Series(["a"]), "got Series"),
        (pl.Series(["a"]), "got Series"),
        (pa.chunked_array([["a"]]), "got ChunkedArray"),
        (b"feed.jsonl", "got bytes"),
    ],
)
def test_what_is_no_feed_is_a_type_error_that_names_it(wrong: Any, message: str) -> None:
    with pytest.raises(TypeError, match=f"articles must be .*{message}"):
        dedup.find_duplicates(wrong)


@pytest.mark.parametrize(
    ("frame", "fields", "message"),
    [
        ("no-such.jsonl", {}, "no-such.jsonl does not exist"),
        (["no-such.jsonl"], {}, "no-such.jsonl does not exist"),
        ("Two dead in flood, mayor says.", {}, "Two dead in flood, mayor says. does not exist"),
        (
            ROWS,
            {"text": "body"},
            "no record has a field 'body' for text; the fields there are: 'id', 'text', ",
        ),
        (with_columns(), {"id": "key"}, "no record has a field 'key' for id; the fields there are: 'id', "),
        (pd.DataFrame({"words": ["a"]}), {}, "which field holds the text? the fields there are: 'words'"),
        (pd.DataFrame(index=range(2)), {}, "the frame has no column for the text"),
        ([{}], {}, "the frame has no column for the text"),
        ([{7: "a"}], {}, "the frame has no column for the text"),
        (pa.table([["a"], ["b"]], ["text", "text"]), {}, "two columns named 'text'; rename one"),
    ],
)
def test_what_cannot_be_read_is_a_feed_error_that_says_why(
    frame: Any, fields: dict[str, str], message: str
) -> None:
    with pytest.raises(dedup.FeedError, match=re.escape(message)):
        dedup.find_duplicates(frame, **fields)  # type: ignore[arg-type]


def test_an_unknown_option_is_a_bad_argument() -> None:
    with pytest.raises(ValueError, match=r"fields may name id, text, .*, got 'headline'"):
        dedup.find_duplicates(ROWS, headline="title")  # type: ignore[call-arg]
    feed = dedup.feeds.read([Path(__file__).parents[1] / "data" / "wire.jsonl"])
    with pytest.raises(ValueError, match="a Feed has been read already, got options"):
        dedup.find_duplicates(feed, text="body")


def test_dataframes_have_the_documented_columns_in_order(expected: dedup.Duplicates) -> None:
    for name in (*ANSWER, "rejects"):
        frame = getattr(expected, name)
        assert list(frame.columns) == [column.name for column in TABLES[name]], name
        assert expected.tables[name].schema.equals(schema(name)), name
        assert len(frame) == expected.tables[name].num_rows


def test_tables_are_kept_small_and_written_the_same(expected: dedup.Duplicates, tmp_path: Path) -> None:
    for name, table in expected.tables.items():
        if name == "articles":  # never written as CSV
            continue
        files = [io.BytesIO(), io.BytesIO()]
        write_table(expected.small[name], files[0])
        write_table(table, files[1])
        assert files[0].getvalue() == files[1].getvalue(), name
    dedup.write(expected, tmp_path / "out", file_format="parquet")
    for name, table in expected.tables.items():
        pq.write_table(table, tmp_path / "plain", compression="zstd")
        assert (tmp_path / "out" / f"{name}.parquet").read_bytes() == (tmp_path / "plain").read_bytes(), name


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_a_written_result_reads_back(file_format: Any, tmp_path: Path, expected: dedup.Duplicates) -> None:
    dedup.write(expected, tmp_path / "out", file_format=file_format)
    for name in (*ANSWER, "rejects"):
        table = expected.tables[name]
        if name == "articles" or file_format == "parquet":
            assert pq.read_table(tmp_path / "out" / f"{name}.parquet").equals(table), name
            continue
        back = read_table(tmp_path / "out" / f"{name}.csv")
        assert back.schema.equals(table.schema), name
        rounded = [
            {key: round(value, 4) if isinstance(value, float) else value for key, value in row.items()}
            for row in table.to_pylist()
        ]
        assert back.to_pylist() == rounded, name
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    assert run["counts"] == expected.run["counts"]


def test_signatures_are_rows_of_128_numbers_in_input_order() -> None:
    table = dedup.sketch(with_columns())
    assert table.schema.names == ["id", "version", "signature"]
    assert table.schema.field("signature").type == pa.list_(pa.uint32(), 128)
    assert table["id"].to_pylist() == column("id")[:-1]
    signatures = np.array(table["signature"].to_pylist(), np.uint32)
    assert (signatures[0] == signatures[1]).all()
    assert (signatures[0] == signatures[2]).mean() > 0.8
    assert (signatures[0] == signatures[4]).mean() < 0.2


def test_signatures_are_those_of_datasketch() -> None:
    row = dedup.sketch([ROWS[0]], settings=dedup.Settings(permutations=32, bands=8)).to_pylist()[0]
    theirs = MinHash(num_perm=32, seed=1, scheme="affine32", hashfunc=dedup.shingle_hash)
    words = re.findall("[a-z]+", ROWS[0]["text"].lower())
    for place in range(len(words) - 2):
        theirs.update(" ".join(words[place : place + 3]).encode())
    assert row["signature"] == theirs.hashvalues.tolist()


def test_every_name_of_the_package_is_there() -> None:
    assert all(getattr(dedup, name) is not None for name in dedup.__all__)
    with pytest.raises(AttributeError, match="'dedup' has no attribute 'find_dupes'"):
        dedup.find_dupes  # noqa: B018
