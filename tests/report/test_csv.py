from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.columns import SCHEMA_VERSION, TABLES, schema
from dedup.report.csv import read_table, run_json, write, write_table
from tests.report.made_up import NOON, member, result, table


def written(some: pa.Table) -> str:
    sink = io.BytesIO()
    write_table(some, sink)
    return sink.getvalue().decode()


def column(values: Sequence[object], kind: pa.DataType) -> list[str]:
    """The second cell of each line as written."""
    some = pa.table({"first": pa.array(["."] * len(values)), "second": pa.array(values, kind)})
    return [line.removeprefix(".,") for line in written(some).splitlines()[1:]]


def test_a_table_without_rows_still_has_its_header() -> None:
    for name in TABLES:
        assert written(table(name)) == ",".join(schema(name).names) + "\n"


def test_a_row_is_spelt_as_people_and_programs_expect() -> None:
    row = member(
        "c1", "a2", 2, relation="near", similarity=5 / 7, in_lead=1.0, title='Bridge "opens", at last'
    )
    assert written(table("clusters", row)).splitlines()[1] == (
        "c1,a2,,2,false,false,near,0.7143,1.0000,0.0000,a1,a1,time,,,2024-03-01T12:00:00Z,"
        '"Bridge ""opens"", at last",'
    )


def test_shares_have_four_decimals() -> None:
    shares = [5 / 7, 1.0, 0.0, 0.99995, 0.00004, 1e-9, None, 12.5]
    assert column(shares, pa.float64()) == [
        *("0.7143", "1.0000", "0.0000", "1.0000", "0.0000", "0.0000", "", "12.5000")
    ]


@given(st.floats(0, 1))
def test_a_share_is_rounded_to_the_nearest(share: float) -> None:
    assert abs(float(column([share], pa.float64())[0]) - share) <= 0.000_05 + 1e-12


def test_times_are_utc_and_tell_a_fraction_only_where_there_is_one() -> None:
    times = [NOON, NOON.replace(microsecond=1500), None, dt.datetime(1969, 12, 31, 23, 59, 59, tzinfo=dt.UTC)]
    assert column(times, pa.timestamp("us", "UTC")) == [
        *("2024-03-01T12:00:00Z", "2024-03-01T12:00:00.001500Z", "", "1969-12-31T23:59:59Z")
    ]


def test_whole_numbers_are_spelt_in_full_however_large() -> None:
    numbers = [0, 3, None, 3, 1]
    for some in (numbers, [*numbers, 5], [*numbers, 6], [*numbers, 2**40], [-1, *numbers], [None]):
        spelt = ["" if number is None else str(number) for number in some]
        assert column(some, pa.int64()) == spelt
        if max(number or 0 for number in some) < 2**31:
            assert column(some, pa.int32()) == spelt


def test_only_cells_that_need_quotes_have_them() -> None:
    assert column(["plain", "a,b", 'a "b"', "", None, "it's"], pa.string()) == [
        *("plain", '"a,b"', '"a ""b"""', '""', "", "it's")
    ]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@sum", "\tx", "\rx", "'=1", "''@x"])
def test_a_cell_that_a_spreadsheet_would_run_is_guarded(cell: str) -> None:
    sink = io.BytesIO()
    write_table(pa.table({"cell": [cell]}), sink)
    rows = list(csv.reader(io.StringIO(sink.getvalue().decode(), newline="")))
    assert rows[1] == ["'" + cell]


@pytest.mark.parametrize("cell", ["a=1", "'quoted'", "'", "1-2", " =1"])
def test_a_cell_that_no_spreadsheet_runs_is_left_alone(cell: str) -> None:
    assert column([cell], pa.string()) == [cell]


def test_numbers_are_never_guarded() -> None:
    assert column([-5], pa.int64()) == ["-5"]


texts = st.text() | st.text(alphabet="'=+-@\t\r\n\0\",x ") | st.none()


@given(st.lists(texts, min_size=1))
def test_any_text_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str | None]
) -> None:
    rows = [{"input": "feed", "record": None, "reason": cell or ""} for cell in cells]
    some = table("rejects", *rows)
    path = tmp_path_factory.getbasetemp() / "any.csv"
    with path.open("wb") as sink:
        write_table(some, sink)
    assert read_table(path).equals(some)


@given(st.lists(texts, min_size=1))
def test_absent_and_empty_stay_apart(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str | None]
) -> None:
    some = table(
        "articles", *({"article_id": "a", "version": cell, "title": cell, "text": cell} for cell in cells)
    )
    path = tmp_path_factory.getbasetemp() / "absent.csv"
    with path.open("wb") as sink:
        write_table(some, sink)
    assert read_table(path).equals(some)


@given(st.lists(st.text(alphabet="'\r\n\0\",x\u2028é"), min_size=1))
def test_pythons_own_reader_gives_the_same_cells(cells: list[str]) -> None:
    sink = io.BytesIO()
    write_table(pa.table({"first": ["." for _ in cells], "cell": cells}), sink)
    rows = list(csv.reader(io.StringIO(sink.getvalue().decode(), newline="")))
    assert rows == [["first", "cell"], *([".", guarded(cell)] for cell in cells)]


def guarded(cell: str) -> str:
    return "'" + cell if cell.lstrip("'").startswith(tuple("=+-@\t\r")) else cell


def test_every_table_comes_back_with_its_types(tmp_path: Path) -> None:
    found = result()
    for name in ("clusters", "pairs", "passages", "repeats", "rejects"):
        with (tmp_path / f"{name}.csv").open("wb") as sink:
            write_table(found.tables[name], sink)
        back = read_table(tmp_path / f"{name}.csv")
        assert back.schema.equals(schema(name))
        assert back.num_rows == found.tables[name].num_rows
    assert read_table(tmp_path / "clusters.csv")["published"].equals(found.tables["clusters"]["published"])


def test_an_unknown_header_is_read_as_text(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("one,two\n1,'=2\n")
    assert read_table(tmp_path / "other.csv").to_pylist() == [{"one": "1", "two": "=2"}]


def test_a_cell_of_ten_million_characters_comes_back(tmp_path: Path) -> None:
    some = table("repeats", {"article_id": "a", "text": 'said "again",\n' * 700_000})
    with (tmp_path / "long.csv").open("wb") as sink:
        write_table(some, sink)
    assert read_table(tmp_path / "long.csv").equals(some)


def test_rows_keep_their_order_whatever_their_chunks() -> None:
    ids = [f"a{number}" for number in range(20_000)]
    some = table("rejects", *({"input": name, "record": 1, "reason": "=" + name} for name in ids))
    chunks = pa.concat_tables([some.slice(0, 7), some.slice(7, 9_000), some.slice(9_007)])
    assert written(chunks) == written(some)
    assert written(some.slice(5, 3)).splitlines()[1:] == written(some).splitlines()[6:9]


def test_a_dictionary_column_is_written_as_its_values() -> None:
    some = pa.table({"first": ["."] * 2, "second": pa.array(["x", "-y"]).dictionary_encode()})
    assert written(some) == "first,second\n.,x\n.,'-y\n"


def test_dictionaries_of_several_chunks_are_written_as_their_values() -> None:
    chunks = [pa.array(["x", None], pa.string()), pa.array(["-y", "x", ""], pa.string())]
    some = pa.table({"first": ["."] * 5, "second": pa.chunked_array([c.dictionary_encode() for c in chunks])})
    assert written(some) == 'first,second\n.,x\n.,\n.,\'-y\n.,x\n.,""\n'


def names_in(out: Path) -> set[str]:
    return {path.name for path in out.iterdir()}


def test_a_result_folder_holds_each_table_and_the_run(tmp_path: Path) -> None:
    write(result(), tmp_path / "out")
    assert names_in(tmp_path / "out") == {
        *("clusters.csv", "pairs.csv", "passages.csv", "repeats.csv", "rejects.csv"),
        *("boilerplate.csv", "articles.parquet", "run.json"),
    }
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    assert (run["tool"], run["schema_version"]) == ("dedup", SCHEMA_VERSION)
    assert run["counts"]["records"] == 9
    assert list(run) == sorted(run)


def test_parquet_holds_the_cells_unguarded(tmp_path: Path) -> None:
    found = result(rejects=table("rejects", {"input": "-", "reason": "=x"}))
    write(found, tmp_path / "out", file_format="parquet")
    assert not list((tmp_path / "out").glob("*.csv"))
    for name, some in found.tables.items():
        assert pq.read_table(tmp_path / "out" / f"{name}.parquet").equals(some)


def test_without_text_the_articles_have_none(tmp_path: Path) -> None:
    write(result(), tmp_path / "out", text=False)
    names = pq.read_table(tmp_path / "out" / "articles.parquet").column_names
    assert names == [name for name in schema("articles").names if name != "text"]


def test_the_same_result_gives_the_same_bytes(tmp_path: Path) -> None:
    for file_format in ("csv", "parquet"):
        write(result(), tmp_path / "one", file_format=file_format)
        write(result(), tmp_path / "two", file_format=file_format)
        for path in (tmp_path / "one").iterdir():
            assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_an_unknown_format_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="xlsx"):
        write(result(), tmp_path / "out", file_format="xlsx")  # type: ignore[arg-type]


def test_run_json_takes_more_and_keeps_our_mark() -> None:
    assert json.loads(run_json({"tool": "other"}, figures={"clusters": np.int64(2)})) == {
        "tool": "dedup",
        "schema_version": SCHEMA_VERSION,
        "figures": {"clusters": 2},
    }


def test_a_file_name_that_is_no_utf8_survives_in_run_json() -> None:
    assert json.loads(run_json({"inputs": ["feed\udcff.jsonl"]}))["inputs"] == ["feed\udcff.jsonl"]
