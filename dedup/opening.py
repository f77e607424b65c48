"""The file of an archive into an open `Store`: made where there is none, checked, brought to this schema."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from dedup import schema
from dedup.connection import connect, say_who, telling
from dedup.errors import ArchiveError
from dedup.store import OPEN, Store, beside, sync, tidy

TOOL = "dedup"
_COLUMN = re.compile(r"^    (\w+) .*?-- (.*)$")
_TABLE = re.compile(r"^CREATE TABLE (\w+) \(")


def open_store(
    path: str | os.PathLike[str],
    *,
    new: Mapping[str, str] | None = None,
    reads: bool = False,
    wait: float = 60.0,
) -> Store:
    """Open the file of an archive.

    `new`: the meta of the file that is made where there is none; without, a file must be there. `reads`: for
    reading alone, beside other readers. Another process may hold it: then up to `wait` seconds are waited.

    Raises `ArchiveError` for a file that is held, damaged, of a newer version, or none of ours; it is not
    touched then.
    """
    with telling(Path(path)):
        place = Path(path).resolve()
        is_there = place.exists()
    if place in OPEN:
        raise ArchiveError(f"{path}: is open in this process already; close it first, or use that one")
    if is_there and not place.is_file():
        raise ArchiveError(f"{path}: is no file; name that of an archive, or of one to be made")
    deadline = time.monotonic() + wait
    if not is_there:
        if new is None or reads:
            raise ArchiveError(f"{path}: there is no such archive; `dedup add` makes one")
        _make(place, new, deadline)
    found = _checked(place, deadline)
    store = Store(place, connect(place, deadline, reads=reads), reads=reads)
    try:
        OPEN.add(place)
        if not reads:
            _sweep(place)
            say_who(place)
            _migrate(store, found)
    except BaseException:
        store.close()
        raise
    return store


def _make(place: Path, meta: Mapping[str, str], deadline: float) -> None:
    """A new file, whole or not at all: made beside its place, then renamed into it."""
    if not place.parent.is_dir():
        raise ArchiveError(f"{place}: there is no folder {place.parent}; make it, or name another place")
    new_file = beside(place)
    try:
        connection = connect(new_file, deadline, reads=False)
        with Store(new_file, connection) as store, store.transaction():
            for statement in statements(schema.SCHEMA):
                store.run(statement)
            said = {"tool": TOOL, "schema_version": str(schema.VERSION), **meta}
            store.add("meta", pa.table({"name": list(said), "value": list(said.values())}))
        with telling(place):
            os.link(new_file, place)  # unlike a rename it fails where another process was quicker
            sync(place.parent)
    except ArchiveError:
        if not place.exists():  # else that process may even have swept ours away
            raise
    finally:
        tidy(new_file)


def _sweep(place: Path) -> None:
    """Delete what processes that died have left beside the file; whoever holds it is sure they are dead."""
    named = re.compile(rf"\.{re.escape(place.name)}\.[0-9a-f]{{16}}\.new(\.wal)?")
    with suppress(OSError):
        for left in place.parent.iterdir():
            if named.fullmatch(left.name):
                left.unlink()
    spilt = place.with_name(place.name + ".tmp")  # where DuckDB puts what memory does not hold
    with suppress(OSError):
        for left in spilt.glob("duckdb_temp_*"):
            left.unlink()
        spilt.rmdir()


def statements(sql: str) -> Iterator[str]:
    """The statements of a schema, and one for each column's comment, so that whoever asks sees it too."""
    yield from filter(None, (statement.strip() for statement in re.sub(r"--.*", "", sql).split(";")))
    table = ""
    for line in sql.splitlines():
        if begun := _TABLE.match(line):
            table = begun[1]
        elif said := _COLUMN.match(line):
            comment = said[2].replace("'", "''")
            yield f"COMMENT ON COLUMN {table}.{said[1]} IS '{comment}'"


def _checked(place: Path, deadline: float) -> int:
    """The version of the schema, once sure that the file is one of ours. Read only: nothing is touched."""
    import duckdb

    connection = connect(place, deadline, reads=True)
    with Store(place, connection, reads=True) as store:
        try:
            meta = store.meta
        except ArchiveError as error:
            if not isinstance(error.__cause__, duckdb.CatalogException | duckdb.BinderException):
                raise
            meta = {}
    if meta.get("tool") != TOOL or not meta.get("schema_version", "").isdecimal():
        raise ArchiveError(f"{place}: is a DuckDB file, but no archive of dedup; name another")
    version = int(meta["schema_version"])
    if version > schema.VERSION:
        raise ArchiveError(
            f"{place}: has version {version} of the schema, and this dedup knows {schema.VERSION}; "
            "use a newer dedup"
        )
    return version


def _migrate(store: Store, version: int) -> None:
    """From an older version to ours, in one transaction."""
    if version == schema.VERSION:
        return
    with store.transaction():
        for older in range(version, schema.VERSION):
            for statement in statements(schema.MIGRATIONS[older]):
                store.run(statement)
        store.run("UPDATE meta SET value = ? WHERE name = 'schema_version'", str(schema.VERSION))
