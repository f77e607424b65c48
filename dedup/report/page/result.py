"""A result folder into its tables, and into the texts and passages of the articles that a page shows."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dedup.columns import ARCHIVE_TABLES, SCHEMA_VERSION, TABLES, fitting
from dedup.errors import OutputError
from dedup.report.csv import read_table
from dedup.report.folder import TOOL
from dedup.report.page.sides import Passage

Key = tuple[str, str | None]
"""Which article: its id and its version."""

# An id may hold anything: each part of a key is spelt with its length, so no two keys are spelt alike.
_MARK, _NONE = ":", "-"
_TEXTS_AT_ONCE = 2_048  # rows of a batch: some 6 MB of text
_PARTS = {"counts": dict, "caps": dict, "settings": dict, "inputs": list, "missing": list}
_WHOLE_LISTS = ("clusters", "pairs", "passages", "repeats", "boilerplate", "rejects")


@dataclass(frozen=True)
class Result:
    """What a result folder holds. Of the articles the texts stay where they are until asked for."""

    folder: Path
    run: Mapping[str, Any]
    tables: Mapping[str, pa.Table]
    has_text: bool


def read(folder: str | os.PathLike[str]) -> Result:
    """Read a result folder; raises `OutputError` for one that is none, or of which a part is missing."""
    place = Path(folder)
    run = _run(place)
    tables = {name: _table(place, name) for name in _WHOLE_LISTS}
    more = [name for name in ARCHIVE_TABLES if name not in TABLES]
    tables |= {name: _table(place, name) for name in more if any(p.is_file() for p in _files(place, name))}
    articles, has_text = _articles(place)
    return Result(place, run, tables | {"articles": articles}, has_text)


def damaged(folder: Path, what: str) -> OutputError:
    """The error of a folder that is a result, but not a whole one."""
    return OutputError(f"{folder}: {what}; write the result anew")


def _run(folder: Path) -> dict[str, Any]:
    try:
        run = json.loads((folder / "run.json").read_bytes())
    except OSError as error:
        what = "holds no run.json that can be read" if folder.is_dir() else "is no folder"
        raise OutputError(f"{folder}: {what}; name a folder that dedup find --out wrote") from error
    except ValueError as error:
        raise damaged(folder, f"its run.json cannot be read: {error}") from error
    if not isinstance(run, dict) or run.get("tool") != TOOL:
        raise OutputError(
            f"{folder}: its run.json is not of dedup; name a folder that dedup find --out wrote"
        )
    if run.get("schema_version") != SCHEMA_VERSION:
        raise damaged(
            folder, f"its tables are of schema {run.get('schema_version')}, and this is {SCHEMA_VERSION}"
        )
    for name, kind in _PARTS.items():
        if not isinstance(run.get(name, kind()), kind):
            raise damaged(folder, f"the {name} of its run.json cannot be read")
    return run


def _files(folder: Path, name: str) -> tuple[Path, Path]:
    return folder / f"{name}.csv", folder / f"{name}.parquet"


def _table(folder: Path, name: str) -> pa.Table:
    csv, parquet = _files(folder, name)
    try:
        table = read_table(csv) if csv.is_file() else pq.read_table(parquet)
    except FileNotFoundError as error:
        raise damaged(folder, f"holds no {csv.name} or {parquet.name}") from error
    except (OSError, KeyError, ValueError, pa.ArrowException) as error:
        raise damaged(folder, f"its {name} cannot be read: {str(error).partition(chr(10))[0]}") from error
    wanted = fitting(name, table.column_names)
    if wanted is None:
        raise damaged(folder, f"its {name} has other columns: {', '.join(table.column_names)}")
    return table.cast(wanted)


def _articles(folder: Path) -> tuple[pa.Table, bool]:
    """All columns but the text, and whether that is there."""
    path = folder / "articles.parquet"
    try:
        names = pq.read_schema(path).names
        return pq.read_table(path, columns=[c.name for c in TABLES["articles"][:-1]]), "text" in names
    except FileNotFoundError as error:
        raise damaged(folder, f"holds no {path.name}") from error
    except (OSError, KeyError, ValueError, pa.ArrowException) as error:
        raise damaged(folder, f"its articles cannot be read: {str(error).partition(chr(10))[0]}") from error


def keys(table: pa.Table, side: str = "article_") -> pa.ChunkedArray:
    """The key of every row's article as one text: of the columns `a_id`, `a_version` for the side `a_`."""
    version = table["version" if side == "article_" else f"{side}version"]
    spelt = (_measured(table[f"{side}id"]), pc.coalesce(_measured(version), _NONE))
    return pc.binary_join_element_wise(*spelt, pa.scalar(""))


def _measured(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(pc.utf8_length(texts).cast(pa.string()), texts, pa.scalar(_MARK))


def _spelt(key: Key) -> str:
    return "".join(_NONE if part is None else f"{len(part)}{_MARK}{part}" for part in key)


def texts(result: Result, wanted: Collection[Key]) -> dict[Key, str]:
    """The texts of some articles, read batch by batch: only those wanted are held."""
    if not (wanted and result.has_text):
        return {}
    by_key = {_spelt(key): key for key in wanted}
    names = keys(result.tables["articles"])
    is_wanted = pc.is_in(names, pa.array(by_key, pa.string()))
    found: dict[Key, str] = {}
    row = 0
    for batch in text_batches(result):
        here = is_wanted.slice(row, len(batch))
        some = zip(
            names.slice(row, len(batch)).filter(here).to_pylist(), batch.filter(_flat(here)), strict=True
        )
        found |= {by_key[name]: text.as_py() for name, text in some if text.is_valid}
        row += len(batch)
    return found


def _flat(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def text_batches(result: Result) -> Iterable[pa.Array]:
    """All texts in the order of `articles`, some thousand at a time."""
    path = result.folder / "articles.parquet"
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_TEXTS_AT_ONCE, columns=["text"]):
                yield batch.column(0)
    except (OSError, pa.ArrowException) as error:
        raise damaged(
            result.folder, f"its texts cannot be read: {str(error).partition(chr(10))[0]}"
        ) from error


def passages(result: Result, pairs: Sequence[tuple[Key, Key]]) -> dict[tuple[Key, Key], list[Passage]]:
    """The passages of some pairs, each given as the first article's with the second, however it is kept."""
    table = result.tables["passages"]
    known = {_spelt(a) + _spelt(b): (a, b) for a, b in pairs}
    turned = {_spelt(b) + _spelt(a): (a, b) for a, b in pairs}
    names = pc.binary_join_element_wise(keys(table, "a_"), keys(table, "b_"), pa.scalar(""))
    here = pc.is_in(names, pa.array([*known, *turned], pa.string()))
    found: dict[tuple[Key, Key], list[Passage]] = {pair: [] for pair in pairs}
    some = table.filter(here)
    for name, row in zip(names.filter(here).to_pylist(), some.to_pylist(), strict=True):
        pair = known.get(name)
        found[pair or turned[name]].append(_passage(row, *("ab" if pair else "ba")))
    return {pair: sorted(some, key=lambda passage: passage.number) for pair, some in found.items()}


def _passage(row: Mapping[str, Any], a: str, b: str) -> Passage:
    return Passage(
        number=row["passage"],
        a=(row[f"{a}_start"], row[f"{a}_end"]),
        b=(row[f"{b}_start"], row[f"{b}_end"]),
        words=row["words"],
        identical=row["identical"],
        boilerplate=row["boilerplate"],
    )


def boilerplate_of(result: Result, wanted: Collection[Key]) -> dict[Key, list[tuple[int, int]]]:
    """Where passages say that boilerplate stands in some articles."""
    table = result.tables["passages"].filter(result.tables["passages"]["boilerplate"])
    found: dict[Key, list[tuple[int, int]]] = {}
    if not table.num_rows:
        return found
    spelt = pa.array([_spelt(key) for key in wanted], pa.string())
    for side in ("a_", "b_"):
        some = table.filter(pc.is_in(keys(table, side), spelt))
        columns = (f"{side}{what}" for what in ("id", "version", "start", "end"))
        for article, version, *span in zip(*(some[name].to_pylist() for name in columns), strict=True):
            found.setdefault((article, version), []).append((span[0], span[1]))
    return found
