"""A night that dies, and what must be so afterwards."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REPO = Path(__file__).parents[2]


def story(name: str, sentences: int = 12) -> str:
    """A text that shares no run of words with that of another name."""
    return " ".join(
        f"{name}{n} tells that {name} number {n} was seen near {name}{n + 1}." for n in range(sentences)
    )


def _record(id_: str, text: str, **more: str) -> dict[str, str]:
    return {"id": id_, "source": id_[0], "published": "2026-01-02T03:04:05Z", "text": text, **more}


FIRST = [
    _record("a1", story("bridge"), title="Bridge opens"),
    _record("a2", story("bridge")),
    _record("b1", story("market")),
    _record("c1", story("council") + "\n\n" + story("council")),
    _record("d1", story("court")),
]
SECOND = [
    _record("b2", story("market"), published="2026-01-01T00:00:00Z"),
    _record("e1", "HARBOUR (NW) " + story("bridge")),
    _record("f1", story("valley")),
    {"id": "d1", "status": "canceled", "text": ""},
]


def write_feed(path: Path, records: list[dict[str, str]]) -> Path:
    """Records as JSON lines."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


class Killer:
    """The process of `killing.py`, in a folder of its own."""

    def __init__(self, root: Path, shim: Path | None = None) -> None:
        self.root = root
        self.shim = shim
        root.mkdir(parents=True)
        first = write_feed(root.parent / "first.jsonl", FIRST)
        more = {"LD_PRELOAD": str(shim), "DEDUP_SHIM": str(shim)} if shim else {}
        self._process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("killing.py"), root, first],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": str(REPO), **more},
        )
        self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "the process that kills has died"
        found: dict[str, Any] = json.loads(line)
        return found

    def __call__(self, *argv: str | Path, **job: Any) -> dict[str, Any]:
        """Run the command line, or look."""
        assert self._process.stdin
        print(json.dumps({"argv": [*map(str, argv)], **job}), file=self._process.stdin, flush=True)
        return self._answer()

    def content(self, archive: Path, **job: Any) -> dict[str, Any] | None:
        """All that is in an archive, None where there is none."""
        end = self(**job, look=str(archive))
        assert end["code"] == 0, end["stderr"]
        found: dict[str, Any] | None = json.loads(end["stdout"].splitlines()[0])
        return found

    def close(self) -> None:
        """End it."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(timeout=60)


def report_of(out: Path) -> dict[str, bytes]:
    """A report's files."""
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


def timeless(report: dict[str, bytes]) -> dict[str, object]:
    """A report without what a clock says."""
    run = {k: v for k, v in json.loads(report["run.json"]).items() if k != "seconds"}
    return {**report, "run.json": run}


@dataclass
class Night:
    """A command, held against how it ends if nothing comes in between.

    `base`: a folder with an archive and its report, copied before each time; none where they are made.
    `job`: what every process is told. `points`: those of the command, in their order.
    """

    kill: Killer
    argv: list[str]
    base: Path | None
    job: dict[str, Any] = field(default_factory=dict)
    points: list[str] = field(default_factory=list)
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    report: dict[str, object] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Where it happens."""
        return self.kill.root / "night"

    @property
    def archive(self) -> Path:
        """The archive."""
        return self.folder / "news.duckdb"

    @property
    def out(self) -> Path:
        """The report."""
        return self.folder / "out"

    @property
    def is_written(self) -> bool:
        """Whether the command changes anything."""
        return self.before != self.after

    def again(self, **job: Any) -> dict[str, Any]:
        """Run the command."""
        argv = [{"ARCHIVE": str(self.archive), "OUT": str(self.out)}.get(word, word) for word in self.argv]
        return self.kill(*argv, **self.job, **job)

    def lay(self) -> None:
        """All as it was."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        if self.base is not None:
            shutil.copy(self.base / self.archive.name, self.archive)
            if "OUT" in self.argv:
                shutil.copytree(self.base / self.out.name, self.out)

    def measure(self) -> Night:
        """Run it undisturbed."""
        self.lay()
        self.before = self.kill.content(self.archive, **self.job)
        end = self.again()
        assert end["code"] == 0, end["stderr"]
        self.points = end["points"]
        self.after = self.kill.content(self.archive, **self.job)
        if "OUT" in self.argv:
            self.report = timeless(report_of(self.out))
        return self

    def check(self) -> bool:
        """Whether the archive is as after the command; if not it is as before, and never between the two.

        Then the next run simply works, its report is the same, and nothing is left lying about.
        """
        end = self.again(look=str(self.archive))
        assert (end["code"], end["stderr"]) == (0, "")
        said = end["stdout"].splitlines()
        found, then = json.loads(said[0]), json.loads(said[-1])
        is_made = self.base is None and found and not found["runs"]  # with nothing in it
        assert is_made or found in (self.before, self.after), "the archive is neither as before nor as after"
        assert then == self.after
        left = {path.name for path in self.folder.iterdir()}
        if self.report:
            assert timeless(report_of(self.out)) == self.report
            left.remove(self.out.name)
        assert left == {self.archive.name}
        return bool(found == self.after)


def died(end: dict[str, Any]) -> bool:
    """Whether a process was killed."""
    code: int = end["code"]
    return code == -signal.SIGKILL
