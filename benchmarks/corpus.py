"""Feeds on disk, each made or unpacked once: those of benchmarks/generate.py, and a .gz that holds one."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORK = HERE / ".work"
SEED = 1


@dataclass(frozen=True)
class Made:
    """A made feed of `articles` articles; with a hot story it also ends every article in a footer."""

    articles: int
    hot: int = 0
    """Copies of the hot story beside its original."""
    seed: int = SEED

    @property
    def feed(self) -> Path:
        """The feed, JSON lines."""
        hot = f"_hot_{self.hot}" if self.hot else ""
        other = f"_seed_{self.seed}" if self.seed != SEED else ""
        return WORK / f"made_{self.articles}{hot}{other}.jsonl"

    @property
    def truth(self) -> Path:
        """What each of its articles is, CSV."""
        return self.feed.with_suffix(".csv")

    def make(self) -> None:
        """Make the feed, if it is not there; in a process of its own, for this one must stay small."""
        if self.feed.exists():
            return
        WORK.mkdir(exist_ok=True)
        half_made = self.feed.with_suffix(".part")
        options = (("--articles", self.articles), ("--hot", self.hot), ("--seed", self.seed))
        files = (("--out", half_made), ("--truth", self.truth))
        command = [str(part) for option in (*options, *files) for part in option]
        footer = ["--footer-everywhere"] if self.hot else []
        subprocess.run([sys.executable, str(HERE / "generate.py"), *command, *footer], check=True)
        half_made.rename(self.feed)


def warm(feed: Path) -> None:
    """Read a file once, so that it is in the cache."""
    with feed.open("rb") as source:
        while source.read(1 << 24):
            pass


def unpacked(feed: Path) -> Path:
    """The feed itself, or what a .gz holds, unpacked once into the work folder."""
    if feed.suffix != ".gz":
        return feed
    target = WORK / feed.stem
    if not target.exists() or target.stat().st_mtime < feed.stat().st_mtime:
        WORK.mkdir(exist_ok=True)
        with gzip.open(feed) as source, target.open("wb") as sink:
            shutil.copyfileobj(source, sink, 1 << 20)
    return target
