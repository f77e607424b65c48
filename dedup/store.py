"""One DuckDB file as a store: its schema, its lock, its transactions. Knows nothing of what lies in it."""

from __future__ import annotations

import json
import logging
import os
import re
import secrets
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from dedup import schema
from dedup.errors import ArchiveError

if TYPE_CHECKING:
    import duckdb

_log = logging.getLogger(__name__)

TOOL = "dedup"
_RETRY = 0.2  # seconds between two attempts to get hold of the file
_PATIENCE = 60.0  # seconds for one that was ours to be so again: another process may have been quicker
_COMPRESSED = 256  # bytes of a text, on average
_LOCKED = "Could not set lock on file"
# By itself DuckDB takes a file of SQLite for its own business, and fetches what reads it from the network.
_ALONE: dict[str, Any] = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
_FULL = ("no space left on device", "disk quota exceeded", "file too large", "could not write file")
_INTERRUPTED = "Query interrupted"  # what DuckDB makes of a Ctrl-C
_HOLDER = re.compile(r"held in (.+?) \(PID (\d+)\)")
_COLUMN = re.compile(r"^    (\w+) .*?-- (.*)$")
_TABLE = re.compile(r"^CREATE TABLE (\w+) \(")

_open: set[Path] = set()  # by this process: DuckDB would let two of its writers in


class Size(NamedTuple):
    """Bytes of a file, and how many of them nothing lies in."""

    bytes: int
    free: int


class Store:
    """An open file; close it, or use it in a `with`. Made by `open_store`."""

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection, *, reads: bool = False) -> None:
        self.path = path
        self._connection = connection
        self._reads = reads

    def rows(self, sql: str, /, *values: object, **tables: pa.Table) -> pa.Table:
        """What a query gives; `tables` are there by name meanwhile, and `values` stand for its `?`.

        Raises `ArchiveError` where the file cannot be read or written.
        """
        with _telling(self.path), self._naming(tables):
            return self._connection.sql(sql, params=values).to_arrow_table()

    def run(self, sql: str, /, *values: object, **tables: pa.Table) -> None:
        """Run a statement; as `rows`."""
        with _telling(self.path), self._naming(tables):
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
            said = _told(error.__cause__ or error)
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
        self._connection = _connect(self.path, time.monotonic() + _PATIENCE, reads=self._reads)

    def checkpoint(self) -> None:
        """Bring what was written from the log into the file; what is committed is safe without."""
        self.run("CHECKPOINT")

    def size(self) -> Size:
        """How large the file is, and what a compact one would do without."""
        found = self.rows("SELECT block_size, free_blocks FROM pragma_database_size()")
        log = self.path.with_name(self.path.name + ".wal")
        octets = self.path.stat().st_size + (log.stat().st_size if log.exists() else 0)
        return Size(octets, found["block_size"][0].as_py() * found["free_blocks"][0].as_py())

    def compact(self) -> None:
        """Write the file anew without what was deleted, and put that in its place."""
        beside = _beside(self.path)
        try:
            with _telling(self.path):
                self.checkpoint()  # no log may be left that another file's data would be taken for
                self.run(f"ATTACH '{_quoted(beside)}' AS anew")
                name = self.one("SELECT current_database()")
                self.run(f'COPY FROM DATABASE "{name}" TO anew')
                self.run("CHECKPOINT anew")
                self.run("DETACH anew")
                _sync(beside)
                beside.replace(self.path)  # while the old one is held, or what others write would be lost
                _sync(self.path.parent)
        finally:
            self._reopen()
            _tidy(beside)

    def close(self) -> None:
        """Let go of the file."""
        _open.discard(self.path)
        if not self._reads:
            with suppress(OSError):
                _holder_file(self.path).unlink(missing_ok=True)  # first, or it were the next holder's
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


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    """What goes wrong with a file meanwhile is an `ArchiveError`."""
    import duckdb

    try:
        yield
    except (duckdb.Error, OSError, RuntimeError) as error:  # the last for a circle of links
        if _INTERRUPTED in str(error):
            raise KeyboardInterrupt from error
        raise ArchiveError(f"{path}: {_told(error)}; {_mend(error)}") from error


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
    with _telling(Path(path)):
        place = Path(path).resolve()
        is_there = place.exists()
    if place in _open:
        raise ArchiveError(f"{path}: is open in this process already; close it first, or use that one")
    if is_there and not place.is_file():
        raise ArchiveError(f"{path}: is no file; name that of an archive, or of one to be made")
    deadline = time.monotonic() + wait
    if not is_there:
        if new is None or reads:
            raise ArchiveError(f"{path}: there is no such archive; `dedup add` makes one")
        _make(place, new, deadline)
    found = _checked(place, deadline)
    store = Store(place, _connect(place, deadline, reads=reads), reads=reads)
    try:
        _open.add(place)
        if not reads:
            _sweep(place)
            _say_who(place)
            _migrate(store, found)
    except BaseException:
        store.close()
        raise
    return store


def _make(place: Path, meta: Mapping[str, str], deadline: float) -> None:
    """A new file, whole or not at all: made beside its place, then renamed into it."""
    if not place.parent.is_dir():
        raise ArchiveError(f"{place}: there is no folder {place.parent}; make it, or name another place")
    beside = _beside(place)
    try:
        connection = _connect(beside, deadline, reads=False)
        with Store(beside, connection) as store, store.transaction():
            for statement in statements(schema.SCHEMA):
                store.run(statement)
            said = {"tool": TOOL, "schema_version": str(schema.VERSION), **meta}
            store.add("meta", pa.table({"name": list(said), "value": list(said.values())}))
        with _telling(place):
            os.link(beside, place)  # unlike a rename it fails where another process was quicker
            _sync(place.parent)
    except ArchiveError:
        if not place.exists():  # else that process may even have swept ours away
            raise
    finally:
        _tidy(beside)


def _beside(place: Path) -> Path:
    return place.with_name(f".{place.name}.{secrets.token_hex(8)}.new")


def _tidy(beside: Path) -> None:
    for left in (beside, beside.with_name(beside.name + ".wal")):
        with suppress(OSError):
            left.unlink(missing_ok=True)


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


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _sync(path: Path) -> None:
    """Bring a file, or what is said of a folder's files, to the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


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

    connection = _connect(place, deadline, reads=True)
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


def _connect(place: Path, deadline: float, *, reads: bool) -> duckdb.DuckDBPyConnection:
    import duckdb

    began = time.monotonic()
    while True:
        try:
            connection = duckdb.connect(place, read_only=reads, config=_ALONE)
            connection.execute("SET TimeZone = 'UTC'")
            # From here on texts are compressed, to a half; by itself DuckDB does so from 4,096 bytes on.
            connection.execute(f"SET GLOBAL zstd_min_string_length = {_COMPRESSED}")
            return connection
        except duckdb.Error as error:
            if not isinstance(error, duckdb.IOException) or _LOCKED not in str(error):
                raise ArchiveError(f"{place}: {_told(error)}; {_mend(error)}") from error
            if time.monotonic() >= deadline:
                waited = round(time.monotonic() - began)
                raise ArchiveError(
                    f"{place}: {_holder(place, error)}, and waited {waited} s; wait for it to end, or longer "
                    "with --wait"
                ) from error
        time.sleep(min(_RETRY, max(0.0, deadline - time.monotonic())))


def _holder_file(place: Path) -> Path:
    """Who holds the file. DuckDB's lock is what counts; this one only says more, and may be left over."""
    return place.with_name(place.name + ".holder")


def _say_who(place: Path) -> None:
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])[:200]
    since = datetime.now(UTC).isoformat(timespec="seconds")
    said = {"pid": os.getpid(), "since": since, "command": command}
    with suppress(OSError):
        _holder_file(place).write_text(json.dumps(said), encoding="utf-8")


def _holder(place: Path, error: Exception) -> str:
    """Who holds a file, since when, in words."""
    told = _HOLDER.search(str(error))
    pid = int(told[2]) if told else None
    with suppress(OSError, ValueError, KeyError, TypeError):  # it may be half written just now
        known = json.loads(_holder_file(place).read_text(encoding="utf-8"))
        if pid in (None, known["pid"]):
            return f"is held by process {known['pid']} ({known['command']}) since {known['since']}"
    return f"is held by process {pid} ({told[1]}){_began(pid)}" if told else "is held by another process"


def _began(pid: int | None) -> str:
    """Since when a process runs, which is as much as is known of one that reads; only Linux tells."""
    with suppress(OSError, ValueError, IndexError):
        ticks = int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19])
        up = float(Path("/proc/uptime").read_text(encoding="utf-8").split()[0])
        began = time.time() - up + ticks / os.sysconf("SC_CLK_TCK")
        return f", which runs since {datetime.fromtimestamp(began, UTC).isoformat(timespec='seconds')}"
    return ""


def _told(error: BaseException) -> str:
    """The system's or DuckDB's own words, in one line."""
    said = error.strerror if isinstance(error, OSError) else None
    return " ".join((said or str(error)).split())[:300]


def _mend(error: Exception) -> str:
    said = str(error).lower()
    if any(full in said for full in _FULL):
        return "free some space; the archive is as it was"
    if "out of memory" in said:
        return "free some memory; the archive is as it was"
    if "permission denied" in said or "read-only file system" in said:
        return "name a file that you may read and write"
    return "name another archive, or restore this one from a copy"
