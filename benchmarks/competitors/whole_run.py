"""What a whole run needs around any LSH library: reading, shingling, joining pairs, writing clusters.

The adapters share it, so that they differ only in the library they show. It runs in each competitor's
own virtual environment and therefore needs nothing but msgspec.
"""

from __future__ import annotations

import csv
import itertools
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import msgspec

PERMUTATIONS = 128
THRESHOLD = 0.7
BANDS = 16  # of 8 rows, where a library asks: even odds at a Jaccard of 0.68
CORES = len(os.sched_getaffinity(0))
PARTS_PER_CORE = 8  # small enough that no core waits long for the last part, big enough to cost nothing

Part = tuple[Path, int, int]
Result = TypeVar("Result")


class Article(msgspec.Struct):
    """The two fields of a record that a competitor needs."""

    id: str
    text: str


def read(part: Part) -> list[Article]:
    """The articles of one part of a JSON lines file."""
    path, start, end = part
    with path.open("rb") as feed:
        feed.seek(start)
        return msgspec.json.Decoder(Article).decode_lines(feed.read(end - start))


def whole(path: Path) -> Part:
    """The file as one part."""
    return path, 0, path.stat().st_size


def parts(path: Path, count: int) -> Iterator[Part]:
    """The file cut at line ends into about `count` parts of equal size."""
    size = path.stat().st_size
    start = 0
    with path.open("rb") as feed:
        for number in range(1, count + 1):
            feed.seek(max(start, size * number // count))
            feed.readline()
            end = min(feed.tell(), size)
            if end > start:
                yield path, start, end
            start = max(start, end)


def cut(path: Path, folder: Path) -> list[list[str]]:
    """Write the file's parts as files of `folder`, for libraries that read a file on one core; their ids."""
    folder.mkdir()
    ids = []
    for number, part in enumerate(parts(path, CORES * PARTS_PER_CORE)):
        _, start, end = part
        with path.open("rb") as feed, (folder / f"{number:05}.jsonl").open("wb") as sink:
            feed.seek(start)
            sink.write(feed.read(end - start))
        ids.append([article.id for article in read(part)])
    return ids


def in_parallel(work: Callable[[Part], Result], path: Path) -> list[Result]:
    """`work` over the parts of the file, one process per core, results in the file's order."""
    with get_context("fork").Pool(CORES) as pool:
        results = pool.map(work, parts(path, CORES * PARTS_PER_CORE), chunksize=1)
        pool.close()
        pool.join()  # workers that ended by themselves count in the CPU time of this process
    return results


def word_shingles(text: str, width: int = 3) -> list[str]:
    """Runs of `width` lower-case words; the words themselves where there are fewer."""
    words = text.lower().split()
    return list(map(" ".join, zip(*(words[i:] for i in range(width)), strict=False))) or words


def cluster(count: int, pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """The connected components, of two articles or more, of the pairs among `count` articles."""
    parent = list(range(count))

    def root(article: int) -> int:
        while parent[article] != article:
            parent[article] = parent[parent[article]]
            article = parent[article]
        return article

    for a, b in pairs:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    members: dict[int, list[int]] = {}
    for article in range(count):
        members.setdefault(root(article), []).append(article)
    return [group for group in members.values() if len(group) > 1]


def write(out: Path, ids: Sequence[str], clusters: Iterable[Sequence[int]]) -> None:
    """One row per article in a cluster: `cluster_id,id`."""
    with out.open("w", encoding="utf-8", newline="") as sink:
        rows = csv.writer(sink, lineterminator="\n")
        rows.writerow(("cluster_id", "id"))
        for number, members in enumerate(clusters, 1):
            rows.writerows(zip(itertools.repeat(number), [ids[member] for member in members], strict=False))


def run(find: Callable[[Path], tuple[list[str], Iterable[tuple[int, int]]]]) -> None:
    """The command line of an adapter: FEED.jsonl OUT.csv; `find` gives the ids and the pairs that match."""
    feed, out = map(Path, sys.argv[1:])
    ids, pairs = find(feed)
    write(out, ids, cluster(len(ids), pairs))
