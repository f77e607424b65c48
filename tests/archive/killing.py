"""Runs the command line in forks of one warm process, each killed, or sent a signal, at a point it is told.

    python tests/archive/killing.py ROOT

One job a line on stdin, one answer a line on stdout, both JSON. Nothing in `dedup` knows of it: a point is a
call of a function that is wrapped here, or, with `system.c` loaded, a call to the system. Only what happens
under ROOT counts.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(sys.argv[1]).resolve()


class Points:
    """Counts what happens, and strikes where it was told to."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.log: list[str] = []
        self.strike: str | None = job.get("strike")
        self.nth: int = job.get("nth", 1)
        self.signal: int = job.get("signal", signal.SIGKILL)

    def at(self, point: str) -> None:
        self.log.append(point)
        if point == self.strike:
            self.nth -= 1
            if self.nth == 0:
                os.kill(os.getpid(), self.signal)

    def around(self, owner: Any, name: str, told: Callable[..., str | None]) -> None:
        """Make both ends of a function points, where `told` has a name for the call."""
        original = getattr(owner, name)

        def wrapped(*args: Any, **options: Any) -> Any:
            what = told(*args, **options)
            if what is not None:
                self.at(f"before {what}")
            given = original(*args, **options)
            if what is not None:
                self.at(f"after {what}")
            return given

        setattr(owner, name, wrapped)


def _statement(_store: Any, sql: str, *_: Any, **__: Any) -> str:
    words = sql.split()
    return f"{words[0]} anew" if "anew" in words else words[0]


def _what(verb: str, which: int = 0) -> Callable[..., str | None]:
    """Names a call by what it does to which kind of file."""

    def told(*args: Any, **_: Any) -> str | None:
        path = args[which]
        if isinstance(path, int):
            path = Path(f"/proc/self/fd/{path}").resolve() if sys.platform == "linux" else ROOT / "file"
        path = Path(path)
        if not path.is_relative_to(ROOT):
            return None
        kind = path.suffix if path.suffix in (".new", ".old", ".wal", ".holder", ".tmp") else ""
        return f"{verb} {kind or path.suffix or 'folder'}"

    return told


def set_points(points: Points) -> None:
    """Wrap all that writes."""
    from dedup import opening, store
    from dedup.report import csv

    points.around(store.Store, "run", _statement)
    points.around(store.Store, "close", lambda *_: "close")
    for module in (store, opening):
        points.around(module, "connect", lambda _, __, reads: f"open to {'read' if reads else 'write'}")
    points.around(os, "fsync", _what("fsync"))
    points.around(os, "link", _what("link", 1))
    points.around(Path, "rename", _what("rename to", 1))
    points.around(Path, "replace", _what("replace", 1))
    points.around(Path, "mkdir", _what("make"))
    points.around(Path, "unlink", _what("unlink"))
    points.around(Path, "write_text", _what("write"))
    points.around(Path, "write_bytes", _what("write"))
    points.around(csv, "_write", _what("write", 1))
    points.around(shutil, "rmtree", _what("delete"))


def older() -> None:
    """Make the schema one version newer than it is, so that what is there has to be migrated."""
    from dedup import schema

    schema.MIGRATIONS[schema.VERSION] = (
        "CREATE TABLE newer (article UINTEGER);\nINSERT INTO newer SELECT article FROM articles;\n"
        "ALTER TABLE runs ADD COLUMN more VARCHAR;"
    )
    schema.VERSION += 1


def run(argv: list[str]) -> int:
    """The command line, to its exit code."""
    from dedup.cli import main

    sys.argv = ["dedup", *argv]
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


def look(path: str) -> None:
    """All that is in an archive, as JSON on stdout; what a clock says and what is made up at random aside."""
    from dedup.opening import open_store

    if not Path(path).exists():
        print("null")
        return
    with open_store(path, reads=True, wait=0) as store:
        names = store.rows("SELECT table_name FROM duckdb_tables() ORDER BY 1")["table_name"].to_pylist()
        found = {name: store.rows(f"SELECT * FROM {name} ORDER BY ALL").to_pylist() for name in names}
    found["meta"] = [row for row in found["meta"] if row["name"] not in ("key", "created")]
    for row in found["reports"]:
        if row["name"] == "run.json":
            row["body"] = sorted((k, v) for k, v in json.loads(row["body"]).items() if k != "seconds")
    print(json.dumps(found, default=repr))


def child(job: dict[str, Any]) -> int:
    """What a fork does."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if job.get("older"):
        older()
    if "look" in job:
        look(job["look"])
    points = Points(job)
    if "system" in job:
        shim = ctypes.CDLL(os.environ["DEDUP_SHIM"])
        shim.dedup_arm(os.fsencode(ROOT), job["system"], job["edge"])
    else:
        set_points(points)
    code = run(job["argv"]) if job["argv"] else 0
    if "system" in job:
        shim.dedup_arm(None, 0, 0)
        points.log = [str(shim.dedup_seen())]
    (ROOT / "points.json").write_text(json.dumps(points.log))
    if "look" in job:
        look(job["look"])
    return code


def answer(job: dict[str, Any]) -> dict[str, Any]:
    """Do a job in a fork, and tell how that ended."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        pid = os.fork()
        if not pid:
            code = 70
            try:
                os.dup2(out.fileno(), 1)
                os.dup2(err.fileno(), 2)
                code = child(job)
            except BaseException:
                import traceback

                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        if "seconds" in job:
            time.sleep(job["seconds"])
            os.kill(pid, signal.SIGKILL)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        said = []
        for file in (out, err):
            file.seek(0)
            said.append(file.read().decode(errors="replace"))
    log = ROOT / "points.json"
    points = json.loads(log.read_text()) if log.exists() else []
    log.unlink(missing_ok=True)
    return {"code": status, "stdout": said[0], "stderr": said[1], "points": points}


def main() -> None:
    """Warm up, then answer."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    warm = ROOT / "warm"
    warm.mkdir()
    run(["add", str(warm / "archive"), sys.argv[2], "--out", str(warm / "out"), "-q"])
    shutil.rmtree(warm)
    gc.freeze()
    print("{}", file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
