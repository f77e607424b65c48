"""One DuckDB file as a store: what is asked, written, kept whole and compacted. Knows no more of it."""

from __future__ import annotations

import logging
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from dedup.connection import ROWS, connect, holder_file, quoted, telling, told
from dedup.errors import ArchiveError

if TYPE_CHECKING:
    import duckdb

_log = logging.getLogger(__name__)

_PATIENCE = 60.0  # seconds for one that was ours to be so again: another process may have been quicker

_POOL = 512  # MB

OPEN: set[Path] = set()  # by this process: DuckDB would let two of its writers in


class Size(NamedTuple):
    """Bytes of a file, and how many of them nothing lies in."""

    bytes: int
    free: int


class Store:
    """An open file; close it, or use it in a `with`. Made by `opening.open_store`."""

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection, *, reads: bool = False) -> None:
        self.path = path
        self._connection = connection
        self._reads = reads

    def rows(self, sql: str, /, *values: object, **tables: pa.Table) -> pa.Table:
        """What a query gives; `tables` are there by name meanwhile, and `values` stand for its `?`.

        Raises `ArchiveError` where the file cannot be read or written.
        """
        with telling(self.path), self._naming(tables):
            return self._connection.sql(sql, params=values).to_arrow_table()

    @contextmanager
    def frugal(self) -> Iterator[None]:
        """What is read meanwhile takes the place of what was read before, and no more memory than `_POOL`.

        By itself DuckDB keeps what it has read in up to 80 % of all memory. A night at a million articles
        held 3.5 GB so, and holds 2.2; to find it the system took 0.4 to 4 s more of CPU. Only for what is
        read once: what is written in a transaction cannot always be put on the disk, and needs its room.
        """
        import duckdb

        with telling(self.path), self._connection.cursor() as beside:
            with suppress(duckdb.Error):  # no limit where what is written takes half of it already
                beside.execute(f"SET memory_limit = '{_POOL // 2} MB'").execute(
                    f"SET memory_limit = '{_POOL} MB'"
                )
            try:
                yield
            finally:
                beside.execute("RESET memory_limit")

    def run(self, sql: str, /, *values: object, **tables: pa.Table) -> None:
        """Run a statement; as `rows`."""
        with telling(self.path), self._naming(tables):
            self._connection.execute(sql, values)

    def add(self, table: str, rows: pa.Table) -> None:
        """Put rows into a table, their columns by name."""
        self.run(f"INSERT INTO {table} BY NAME SELECT * FROM given", given=rows)

    def one(self, sql: str, /, *values: object, **tables: pa.Table) -> Any:
        """The one value that a query gives, None for no row."""
        rows = self.rows(sql, *values, **tables)
        return rows.column(0)[0].as_py() if rows.num_rows else None

    @property
    def meta(self) -> dict[str, str]:
        """What is said of the whole file."""
        rows = self.rows("SELECT name, value FROM meta")
        return dict(zip(rows["name"].to_pylist(), rows["value"].to_pylist(), strict=True))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of what is written meanwhile is kept, or none of it."""
        self.run("BEGIN TRANSACTION")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        try:
            self.checkpoint()
        except ArchiveError as error:  # what is committed is safe, but DuckDB lets nothing be asked any more
            self._reopen()
            said = told(error.__cause__ or error)
            _log.warning(
                "%s: %s; what was written is kept in the log beside it: free some space", self.path, said
            )

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Nothing of what is written meanwhile is kept."""
        self.run("BEGIN TRANSACTION")
        try:
            yield
        finally:
            self._roll_back()

    def _roll_back(self) -> None:
        try:
            self.run("ROLLBACK")
        except ArchiveError:  # what failed has ended the transaction, or all that the connection can do
            with suppress(ArchiveError):
                self._reopen()

    def _reopen(self) -> None:
        """Begin anew with the file as it is on the disk: after a fatal error DuckDB gives nothing else."""
        self._connection.close()
        self._connection = connect(self.path, time.monotonic() + _PATIENCE, reads=self._reads)

    def checkpoint(self) -> None:
        """Bring what was written from the log into the file; what is committed is safe without."""
        self.run("CHECKPOINT")

    def size(self) -> Size:
        """How large the file is, and what a compact one would do without."""
        found = self.rows(
            "SELECT block_size, free_blocks FROM pragma_database_size() "
            "WHERE database_name = current_database()"
        )
        log = self.path.with_name(self.path.name + ".wal")
        octets = self.path.stat().st_size + (log.stat().st_size if log.exists() else 0)
        return Size(octets, found["block_size"][0].as_py() * found["free_blocks"][0].as_py())

    def compact(self) -> None:
        """Write the file anew without what was deleted, and put that in its place."""
        anew = beside(self.path)
        try:
            with telling(self.path):
                self.checkpoint()  # no log may be left that another file's data would be taken for
                self.run(f"ATTACH '{quoted(anew)}' AS anew (ROW_GROUP_SIZE {ROWS})")
                name = self.one("SELECT current_database()")
                self.run(f'COPY FROM DATABASE "{name}" TO anew')
                self.run("CHECKPOINT anew")
                self.run("DETACH anew")
                sync(anew)
                anew.replace(self.path)  # while the old one is held, or what others write would be lost
                sync(self.path.parent)
        finally:
            self._reopen()
            tidy(anew)

    def close(self) -> None:
        """Let go of the file."""
        OPEN.discard(self.path)
        if not self._reads:
            with suppress(OSError):
                holder_file(self.path).unlink(missing_ok=True)  # first, or it were the next holder's
        self._connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _naming(self, tables: Mapping[str, pa.Table]) -> Iterator[None]:
        import duckdb

        for name, table in tables.items():
            self._connection.register(name, table)
        try:
            yield
        finally:
            for name in tables:
                with suppress(duckdb.Error):  # in a transaction that has failed nothing can be let go
                    self._connection.unregister(name)


def beside(place: Path) -> Path:
    """Where a new file is made, before it takes the place of another."""
    return place.with_name(f".{place.name}.{secrets.token_hex(8)}.new")


def tidy(new: Path) -> None:
    """Delete a file that was made beside, and its log."""
    for left in (new, new.with_name(new.name + ".wal")):
        with suppress(OSError):
            left.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Bring a file, or what is said of a folder's files, to the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
